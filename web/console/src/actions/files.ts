import { renewAfter } from "@switchboard/protocol";
import { fileLink } from "../api/files.ts";
import { session } from "../stores/session.svelte.ts";

const TRY_AGAIN_AFTER = 10_000;

/** Tells `found` where a file can be had, now and anew before that expires. Returns how to stop. */
export function followLink(file: string, found: (url: string) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = async () => {
    const link = await fileLink(session.business, file).catch(() => null);
    if (stopped) return;
    if (link) found(link.url);
    timer = setTimeout(() => void ask(), link ? renewAfter(link.until, Date.now()) : TRY_AGAIN_AFTER);
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
