/** The address after `#`: a conversation that is open, or none. */
export interface Route {
  readonly conversation: string;
}

export function parse(hash: string): Route {
  const match = /^#\/conversations\/([^/]+)$/.exec(hash);
  return { conversation: match ? decodeURIComponent(match[1]!) : "" };
}

export function href({ conversation }: Route): string {
  return conversation ? `#/conversations/${encodeURIComponent(conversation)}` : "#/conversations";
}

/** The token of a one-time link; it must not stay in the address or the history. */
export function signInToken(hash: string): string | null {
  return /^#sign-in=([A-Za-z0-9_-]+)$/.exec(hash)?.[1] ?? null;
}
