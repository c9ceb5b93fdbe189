/** What a link into this page carries for the inbox, or "". It is taken out of the address, so that nobody copies it on. */
export function takeArrival(inbox: string): string {
  const begin = `#switchboard=${inbox}.`;
  if (!location.hash.startsWith(begin)) return "";
  const token = location.hash.slice(begin.length);
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
