import type { Item } from "./timeline.ts";

/** A stretch of the thread that is in the page only near the eyes. */
export interface Chunk {
  readonly key: number;
  readonly items: readonly Item[];
}

const LONG = 40;

/**
 * The thread in stretches that stay the same when older entries come before them: cut by `seq`. What has none (a day,
 * what is on its way) goes with what follows it, or else with the last.
 */
export function chunked(items: readonly Item[]): readonly Chunk[] {
  const chunks: { key: number; items: Item[] }[] = [];
  let waiting: Item[] = [];
  for (const item of items) {
    waiting.push(item);
    if (item.seq === 0) continue;
    const key = Math.floor(item.seq / LONG);
    const last = chunks.at(-1);
    if (last?.key === key) last.items.push(...waiting);
    else chunks.push({ key, items: waiting });
    waiting = [];
  }
  if (waiting.length > 0) {
    const last = chunks.at(-1);
    if (last) last.items.push(...waiting);
    else chunks.push({ key: 0, items: waiting });
  }
  return chunks;
}
