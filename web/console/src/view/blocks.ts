import { plain, type AnyEvent, type CallEnded, type Entry } from "@switchboard/protocol";
import type { Placed } from "./messages.ts";
import type { RecordingItem } from "./recordings.ts";
import type { Item } from "./timeline.ts";

/** Where something stands in a call's block. `own`: it is of the call; what is written meanwhile isn't. */
export interface Block {
  readonly leg: string;
  readonly own: boolean;
  readonly last: boolean;
}

/** The head of a call's block, where the call began. */
export interface CallItem extends Placed {
  readonly kind: "call";
  readonly leg: string;
  /** Who of the business talked, in the order in which they came. */
  readonly people: readonly string[];
  readonly endedAt: number | null;
  readonly why: CallEnded["why"] | null;
  readonly recording: RecordingItem | null;
}

const SPOKEN = "spoken";

interface Known {
  readonly leg: string;
  readonly from: number;
  readonly at: number;
  to: number;
  endedAt: number | null;
  why: CallEnded["why"] | null;
  readonly people: string[];
}

/**
 * The thread with each call as a block from its begin to its end, in which everything stays in its order. A call whose begin
 * isn't loaded yet has no block. The recording goes to the head.
 */
export function withCalls(items: readonly Item[], entries: readonly Entry[]): readonly Item[] {
  const calls = callsOf(entries);
  if (calls.length === 0) return items;
  const own = new Map(entries.map(({ seq, event }) => [seq, ofCall(plain(event))] as const));
  const recordings = new Map(
    items.flatMap((item) => (item.kind === "recording" ? [[item.leg, item] as const] : [])),
  );
  const begun = new Map(calls.map((call) => [call.from, call]));
  const placed: Item[] = [];
  for (const item of items) {
    const call = begun.get(item.seq);
    if (call) placed.push(headOf(call, recordings.get(call.leg) ?? null));
    else if (item.kind !== "recording" || !calls.some(({ leg }) => leg === item.leg)) placed.push(item);
  }
  return blocked(placed, calls, own);
}

/** With what is of a folded call left out; its head, and what was written meanwhile, stay. */
export function unfolded(items: readonly Item[], folded: ReadonlySet<string>): readonly Item[] {
  if (folded.size === 0) return items;
  return items.flatMap((item) => {
    const { block, ...rest } = item;
    if (!block || !folded.has(block.leg)) return [item];
    return block.own ? [] : [rest as Item];
  });
}

/** What lights for an event: itself, the recording in a head, or else what followed from it. */
export function litFor(items: readonly Item[], seq: number): Item | null {
  if (seq === 0) return null;
  const head = items.find((item) => item.kind === "call" && item.recording?.seq === seq);
  return head ?? items.find((item) => item.seq >= seq) ?? null;
}

function blocked(items: readonly Item[], calls: readonly Known[], own: ReadonlyMap<number, string>): Item[] {
  const found = items.map((item) => {
    const call = calls.find(({ from, to }) => item.seq > from && item.seq <= to);
    const of = own.get(item.seq);
    return call ? { leg: call.leg, own: of === call.leg || of === SPOKEN } : null;
  });
  return items.map((item, index) => {
    if (item.kind === "call") return item;
    // A day stands with what follows it.
    const block = item.kind === "day" ? (found[index + 1] ?? null) : (found[index] ?? null);
    if (!block) return item;
    const next = items[index + 1];
    const follows = next?.kind === "day" ? found[index + 2] : found[index + 1];
    const last = follows?.leg !== block.leg;
    return {
      ...item,
      block: item.kind === "day" ? { ...block, own: false, last: false } : { ...block, last },
    };
  });
}

function headOf(call: Known, recording: RecordingItem | null): CallItem {
  const { leg, from, at, people, endedAt, why } = call;
  return { key: String(from), seq: from, at, kind: "call", leg, people, endedAt, why, recording };
}

function callsOf(entries: readonly Entry[]): readonly Known[] {
  const calls: Known[] = [];
  const find = (leg: string) => calls.find((call) => call.leg === leg && call.endedAt === null);
  for (const { seq, at, event: told } of entries) {
    const event = plain(told);
    if (event.type === "call_started")
      calls.push({ leg: event.leg, from: seq, at, to: Infinity, endedAt: null, why: null, people: [] });
    const call = legOf(event) ? find(legOf(event)) : undefined;
    if (!call) continue;
    if (event.type === "call_answered" && !call.people.includes(event.by.name))
      call.people.push(event.by.name);
    if (event.type === "call_ended")
      Object.assign(call, { to: seq, endedAt: at, why: event.why } satisfies Partial<Known>);
  }
  return calls;
}

/** As `legOf`; what is spoken to the customer names no call, and is of the one that goes on. */
function ofCall(event: AnyEvent): string {
  const spoken = "endpoint" in event && event.endpoint?.channel === "voice";
  return legOf(event) || (spoken ? SPOKEN : "");
}

/** The call that an event names; "" for none. */
function legOf(event: AnyEvent): string {
  if ("leg" in event) return event.leg;
  return "speech" in event ? (event.speech?.leg ?? "") : "";
}
