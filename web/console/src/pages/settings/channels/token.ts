const TOKEN = /\d{3,20}:[A-Za-z0-9_-]{20,80}/;

export function isWhole(token: string): boolean {
  return new RegExp(`^${TOKEN.source}$`).test(token.trim());
}

/** The token of a text that was pasted: BotFather's whole answer does, too. "": there is none in it. */
export function tokenIn(text: string): string {
  return TOKEN.exec(text)?.[0] ?? "";
}
