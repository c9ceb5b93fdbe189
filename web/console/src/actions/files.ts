import { renewAfter } from "@switchboard/protocol";
import { fileLink } from "../api/files.ts";
import { Refused } from "../api/http.ts";
import { session } from "../stores/session.svelte.ts";

const TRY_AGAIN_AFTER = 10_000;

/** Tells `found` where a file can be had, now and anew before that expires; `gone`: it is kept no more. Returns how to stop. */
export function followLink(
  file: string,
  found: (url: string) => void,
  gone: () => void = () => {},
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = async () => {
    let over = false;
    const link = await fileLink(session.business, file).catch((error: unknown) => {
      over = error instanceof Refused && error.code === "not_found";
      return null;
    });
    if (stopped) return;
    if (over) return gone();
    if (link) found(link.url);
    timer = setTimeout(() => void ask(), link ? renewAfter(link.until, Date.now()) : TRY_AGAIN_AFTER);
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
