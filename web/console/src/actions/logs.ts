import { type Log } from "@switchboard/protocol";

const KEPT = 30;

/** Logs of conversations seen lately: going back to one shows it at once and replays only what is new. */
const logs = new Map<string, Log>();

export function logOf(conversation: string): Log | null {
  return logs.get(conversation) ?? null;
}

/** Keeps a log as the one seen last. */
export function keepLog(log: Log): void {
  logs.delete(log.conversation);
  logs.set(log.conversation, log);
  if (logs.size > KEPT) logs.delete(logs.keys().next().value!);
}

export function forgetLogs(): void {
  logs.clear();
}
