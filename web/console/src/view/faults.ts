import type { Fault, Say } from "@switchboard/protocol";

/** What failed, in the reader's language; the server's English where this console doesn't know it yet. */
export function told<K extends string>(
  { code, text, values }: Fault,
  say: Say<K>,
  knows: (key: string) => key is K,
): string {
  const key = `fault.${code}`;
  if (!knows(key)) return text;
  // As texts: a status or a line is a name, and no number to be grouped.
  return say(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])));
}
