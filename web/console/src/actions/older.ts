import { prepend } from "@switchboard/protocol";
import { entriesBefore } from "../api/conversations.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { keepLog, logOf } from "./logs.ts";

const PAGE = 200;
const LARGE_PAGE = 500;

/** Fetches what was said before the open log's begin. */
export async function loadOlder(limit = PAGE): Promise<void> {
  const log = thread.log;
  if (!log || log.since <= 1 || thread.older === "loading") return;
  const { conversation, since } = log;
  const first = log.entries[0]?.id;
  const isOpen = () => thread.conversation === conversation;
  thread.older = "loading";
  try {
    const page = await entriesBefore(session.business, conversation, since, limit);
    const now = logOf(conversation);
    // What was read belongs to the log as it was: an erasure meanwhile made it another.
    if (now?.since === since && now.entries[0]?.id === first) {
      const whole = prepend(now, page.entries, page.since);
      keepLog(whole);
      if (isOpen()) thread.log = whole;
    }
    if (isOpen()) thread.older = "idle";
  } catch {
    if (isOpen()) thread.older = "failed";
  }
}

/** Fetches one event from before the log's begin, for the card that points at it. What can't be had stays a number. */
export async function loadCited(seq: number): Promise<void> {
  const { conversation } = thread;
  const page = await entriesBefore(session.business, conversation, seq + 1, 1).catch(() => null);
  const entry = page?.entries.find((one) => one.seq === seq);
  if (entry && thread.conversation === conversation) thread.cited = new Map(thread.cited).set(seq, entry);
}

/** Lights an event of the open thread, and fetches the log as far back as it takes. */
export async function showEvent(seq: number): Promise<void> {
  const { conversation } = thread;
  const waits = () => thread.conversation === conversation && (thread.log?.since ?? 1) > seq;
  while (waits() && thread.older !== "failed") await loadOlder(LARGE_PAGE);
  if (thread.conversation !== conversation) return;
  thread.spotlight = 0;
  queueMicrotask(() => (thread.spotlight = seq));
}
