/** `scheme://host[:port]` of what a person typed, as the server reads it; "" where that is no address of a page. */
export function originOf(typed: string): string {
  const text = typed.trim();
  try {
    const { origin, protocol } = new URL(text.includes("://") ? text : `https://${text}`);
    return text && /^https?:$/.test(protocol) ? origin : "";
  } catch {
    return "";
  }
}

/** The origin of a page on which the chat may not stand; "" where it may, or where the page is none. */
export function shutOut(page: string, origins: readonly string[], own: string): string {
  const origin = page.includes("://") ? originOf(page) : "";
  return origin === own || origins.some((one) => originOf(one) === origin) ? "" : origin;
}
