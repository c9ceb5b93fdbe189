import { openLine, type Line, type LineHandlers, type Sent } from "../api/line.ts";

let line: Line | null = null;

export function connect(business: string, handlers: LineHandlers): void {
  disconnect();
  line = openLine(business, handlers);
}

/** Hangs up by our own wish; `isConnected` is false already when the line tells that it stopped. */
export function disconnect(): void {
  const old = line;
  line = null;
  old?.close();
}

export function isConnected(): boolean {
  return line !== null;
}

/** Whether the frame left. */
export function send(frame: Sent): boolean {
  return line?.send(frame) ?? false;
}
