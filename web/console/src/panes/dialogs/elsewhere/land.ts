/** What came later has the keys: what it has them land on, else its first button or link. What it replaced had them, and is gone. */
export function land(node: HTMLElement): void {
  const own = node.querySelector<HTMLElement>("[data-land] button:not(:disabled)");
  (own ?? node.querySelector<HTMLElement>("button:not(:disabled), a"))?.focus();
}
