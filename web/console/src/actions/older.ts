import { prepend, type Log } from "@switchboard/protocol";
import { entriesBefore } from "../api/conversations.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { keepLog, logOf } from "./logs.ts";

const PAGE = 200;
const LARGE_PAGE = 500;

/** The page that is on its way, and whose it is. */
let coming: { readonly conversation: string; readonly page: Promise<void> } | null = null;

/** Fetches what was said before the open log's begin; while a page is on its way already, waits for that one. */
export async function loadOlder(limit = PAGE): Promise<void> {
  const log = thread.log;
  if (!log || log.since <= 1) return;
  const { conversation } = log;
  if (coming?.conversation !== conversation) coming = { conversation, page: fetchOlder(log, limit) };
  const mine = coming;
  await mine.page;
  if (coming === mine) coming = null;
}

async function fetchOlder(log: Log, limit: number): Promise<void> {
  const { conversation, since } = log;
  const isOpen = () => thread.conversation === conversation;
  thread.older = "loading";
  try {
    const page = await entriesBefore(session.business, conversation, since, limit);
    complete(log, (now) => prepend(now, page.entries, page.since));
    if (isOpen()) thread.older = "idle";
  } catch {
    if (isOpen()) thread.older = "failed";
  }
}

/** Puts what was read of a log into it, as it is by now; an erasure meanwhile made it another. */
function complete({ conversation, since, entries }: Log, change: (now: Log) => Log): void {
  const now = logOf(conversation);
  if (now?.since !== since || now.entries[0]?.id !== entries[0]?.id) return;
  const whole = change(now);
  keepLog(whole);
  if (thread.conversation === conversation) thread.log = whole;
}

/** Lights an event of the open thread, and fetches the log as far back as it takes. */
export async function showEvent(seq: number): Promise<void> {
  const { conversation } = thread;
  const waits = () => thread.conversation === conversation && (thread.log?.since ?? 1) > seq;
  while (waits()) {
    await loadOlder(LARGE_PAGE);
    if (thread.older === "failed") break;
  }
  if (thread.conversation !== conversation) return;
  thread.spotlight = 0;
  queueMicrotask(() => (thread.spotlight = seq));
}
