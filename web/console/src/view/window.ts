/** Rows of one height, of which only those near the eyes are in the page. */
export interface Pane {
  /** Pixels above the first that is seen. */
  readonly scrolled: number;
  readonly height: number;
}

/** Rows kept ready on either side of what is seen. */
const AROUND = 8;

/** The indexes that are in the page: those near the eyes, and `always` wherever it is (it may hold the focus). */
export function windowed(count: number, rowHeight: number, pane: Pane, always: number): readonly number[] {
  const first = Math.max(0, Math.floor(pane.scrolled / rowHeight) - AROUND);
  const last = Math.min(count - 1, Math.ceil((pane.scrolled + pane.height) / rowHeight) + AROUND);
  const indexes: number[] = [];
  if (always >= 0 && always < Math.min(first, count)) indexes.push(always);
  for (let index = first; index <= last; index++) indexes.push(index);
  if (always > last && always < count) indexes.push(always);
  return indexes;
}

/** Where to scroll so that row `index` is seen whole; as it is where it is seen already. */
export function revealed(index: number, rowHeight: number, pane: Pane): number {
  const top = index * rowHeight;
  if (top < pane.scrolled) return top;
  return Math.max(pane.scrolled, top + rowHeight - pane.height);
}

/** The row that a key leads to from `index`, or null where it is no such key. */
export function stepTo(key: string, index: number, count: number, page: number): number | null {
  const within = (wanted: number) => Math.min(count - 1, Math.max(0, wanted));
  switch (key) {
    case "ArrowDown":
      return within(index + 1);
    case "ArrowUp":
      return within(index - 1);
    case "PageDown":
      return within(index + page);
    case "PageUp":
      return within(index - page);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
