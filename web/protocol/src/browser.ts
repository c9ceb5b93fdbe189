import type { Connection, Socket, World } from "./connection.ts";

/** The real world of a connection. */
export const browserWorld: World = {
  open: (url) => new WebSocket(url) as unknown as Socket,
  now: () => Date.now(),
  after: (ms, run) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer as number | undefined),
  random: () => Math.random(),
};

/** Drops the line with the network; wakes it when that returns or the page is looked at again. Returns how to stop. */
export function wakeWithPage(connection: Connection): () => void {
  const wake = () => {
    if (document.visibilityState === "visible") connection.wake();
  };
  const drop = () => connection.drop();
  addEventListener("online", wake);
  addEventListener("offline", drop);
  document.addEventListener("visibilitychange", wake);
  document.addEventListener("resume", wake); // a phone had frozen the tab
  addEventListener("pageshow", wake);
  return () => {
    removeEventListener("online", wake);
    removeEventListener("offline", drop);
    document.removeEventListener("visibilitychange", wake);
    document.removeEventListener("resume", wake);
    removeEventListener("pageshow", wake);
  };
}

/** `bytes` random bytes, base64url without padding. */
export function randomId(bytes = 16): string {
  const raw = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...raw))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");
}

/** The socket's address next to an http(s) one. */
export function socketUrl(origin: string, path: string): string {
  return new URL(path, origin).href.replace(/^http/, "ws");
}
