import type { ContinueFrame, WidgetFrame } from "@switchboard/protocol";
import { useEffect, useState } from "preact/hooks";
import { useDesk, useWords } from "../desk.ts";
import { WORDS } from "./words.ts";

/** The way into Telegram: a link that works once, and the same as a picture for a phone. */
export function Continue({ shut }: { shut: () => void }) {
  const { chat } = useDesk();
  const say = useWords(WORDS);
  const [found, find] = useState<ContinueFrame | "bad" | null>(null);
  const [asked, ask] = useState(0);
  useEffect(() => {
    const id = `go-${Date.now().toString(36)}`;
    const heard = (frame: WidgetFrame) => {
      if (!("id" in frame) || frame.id !== id) return false;
      find(frame.type === "continue" ? frame : "bad");
      return true;
    };
    chat.ears.add(heard);
    find(chat.connection.send({ type: "continue", id }) ? null : "bad");
    return () => void chat.ears.delete(heard);
  }, [asked]);

  const again = (
    <button type="button" class="main" onClick={() => ask(asked + 1)}>
      {say("go.again")}
    </button>
  );
  return (
    <>
      {found === null && <p role="status">{say("go.wait")}</p>}
      {found === "bad" && (
        <>
          <p role="alert">{say("go.bad")}</p>
          {again}
        </>
      )}
      {found !== null && found !== "bad" && (
        <>
          <p>{say("go.how")}</p>
          <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(found.qr)}`} alt={say("go.qr")} />
          <a class="main" href={found.url} target="_blank" rel="noopener noreferrer">
            {say("go.open")}
          </a>
          <p class="meta">{say("go.once")}</p>
        </>
      )}
      <button type="button" class="quiet" onClick={shut}>
        {say("go.stay")}
      </button>
    </>
  );
}
