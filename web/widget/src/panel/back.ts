const PHONE = "(max-width: 480px)";

export interface BackButton {
  opened(): void;
  closed(): void;
}

/**
 * On a phone the panel is a page of its own to whoever holds it, so Back closes it. Our entry has the address and the
 * state of the one below it: a router of the page that hears of the way back is told where it is already.
 */
export function closeWithBack(mark: string, close: () => void): BackButton {
  let ours = false;
  let leaving = false;
  const isOurs = () => (history.state as Record<string, unknown> | null)?.["switchboard"] === mark;
  addEventListener("popstate", () => {
    if (!ours || isOurs()) return;
    ours = false;
    if (!leaving) close();
    leaving = false;
  });
  return {
    opened() {
      if (ours || !matchMedia(PHONE).matches) return;
      // After a reload the entry is still there.
      if (!isOurs()) history.pushState({ ...(history.state as object), switchboard: mark }, "");
      ours = true;
    },
    closed() {
      // Where the page has gone on from our entry, going back would take it somewhere.
      if (!ours || !isOurs()) return;
      leaving = true;
      history.back();
    },
  };
}
