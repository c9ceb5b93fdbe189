/** A stretch of text; with `href` it is a link. */
export interface Stretch {
  readonly text: string;
  readonly href?: string;
}

const LINK = /\bhttps?:\/\/[^\s<>"'`{}|\\^]+/gi;
const TRAILING = /[.,;:!?…)\]»”’]+$/;

/** The web addresses in `text` as links. Only http and https; closing punctuation stays outside. */
export function linkify(text: string): Stretch[] {
  const spans: Stretch[] = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trim(match[0]);
    const href = safe(address);
    if (!href) continue;
    if (match.index > done) spans.push({ text: text.slice(done, match.index) });
    spans.push({ text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) spans.push({ text: text.slice(done) });
  return spans;
}

/** A closing bracket belongs to the address where it was opened in it: …/Switch_(telephony) */
function trim(address: string): string {
  const tail = TRAILING.exec(address)?.[0] ?? "";
  const bare = address.slice(0, address.length - tail.length);
  return tail.startsWith(")") && bare.includes("(") && !bare.includes(")") ? `${bare})` : bare;
}

/** `address` if it is a plain web address without a user name in it, else null. */
export function safe(address: string): string | null {
  try {
    const url = new URL(address);
    const web = url.protocol === "https:" || url.protocol === "http:";
    return web && url.username === "" && url.hostname !== "" ? url.href : null;
  } catch {
    return null;
  }
}
