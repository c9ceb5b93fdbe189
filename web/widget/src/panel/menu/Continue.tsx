import type { ContinueFrame, WidgetFrame } from "@switchboard/protocol";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "../desk.ts";
import { goWords } from "./go.ts";

/** The way into Telegram: a link that works once, and the same as a picture for a phone. */
export function Continue({ shut }: { shut: () => void }) {
  const { chat, locale } = useDesk();
  const go = goWords(locale);
  const [found, find] = useState<ContinueFrame | "bad" | null>(null);
  const [asked, ask] = useState(0);
  useEffect(() => {
    const id = `go-${Date.now().toString(36)}`;
    const heard = (frame: WidgetFrame) => {
      if (!("id" in frame) || frame.id !== id) return false;
      find(frame.type === "continue" ? frame : "bad");
      return true;
    };
    chat.listen = heard;
    find(chat.connection.send({ type: "continue", id }) ? null : "bad");
    return () => {
      if (chat.listen === heard) chat.listen = null;
    };
  }, [asked]);

  const again = (
    <button type="button" class="main" onClick={() => ask(asked + 1)}>
      {go.again}
    </button>
  );
  return (
    <>
      {found === null && <p role="status">{go.wait}</p>}
      {found === "bad" && (
        <>
          <p role="alert">{go.bad}</p>
          {again}
        </>
      )}
      {found !== null && found !== "bad" && (
        <>
          <p>{go.how}</p>
          <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(found.qr)}`} alt={go.qr} />
          <a class="main" href={found.url} target="_blank" rel="noopener noreferrer">
            {go.open}
          </a>
          <p class="meta">{go.once}</p>
        </>
      )}
      <button type="button" class="quiet" onClick={shut}>
        {go.stay}
      </button>
    </>
  );
}
