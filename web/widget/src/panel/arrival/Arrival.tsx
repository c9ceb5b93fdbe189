import type { WidgetFrame } from "@switchboard/protocol";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatView } from "../../model/chat.ts";
import { useDesk, useWords } from "../desk.ts";
import css from "./arrival.css?inline";
import { WORDS } from "./words.ts";

interface Props {
  /** A token, and after a dot the conversation that a letter told of: whoever has that already needs no token. */
  link: string;
  view: ChatView;
  /** They went on, or don't want to. */
  settle: () => void;
}

/** In the composer's place: somebody came by a link. Only their own press uses it up. */
export function Main({ link, view, settle }: Props) {
  const [token = "", told = ""] = link.split(".");
  const { adopt, chat } = useDesk();
  const say = useWords(WORDS);
  adopt(css);
  const [step, go] = useState<"ask" | "wait" | "over" | "bad">("ask");
  const button = useRef<HTMLButtonElement>(null);
  const unsure = told !== "" && view.inbox === null;
  const here = !token || (told !== "" && view.conversation === told);
  useEffect(() => {
    // Not at once: effects may run within a rendering, and this one draws the whole panel.
    if (here) queueMicrotask(settle);
  }, [here]);
  const up = view.line === "online";
  useEffect(() => button.current?.focus({ preventScroll: true }), [step, unsure]);
  // Asked again on every new line, once it takes what is sent: a repeat finds what the first one did.
  useEffect(() => {
    if (step !== "wait" || !up) return;
    const id = `open-${token.slice(0, 12)}`;
    const heard = (frame: WidgetFrame) => {
      if ((frame.type !== "ack" && frame.type !== "refused") || frame.id !== id) return false;
      if (frame.type === "ack") settle();
      else go([429, 503].includes(frame.problem.status) ? "bad" : "over");
      return true;
    };
    chat.ears.add(heard);
    chat.connection.send({ type: "open_link", id, token });
    return () => void chat.ears.delete(heard);
  }, [step, up, token]);

  if (here || unsure) return null;
  const running = view.status !== null && view.status !== "resolved";
  return (
    <div class="arrival" role="group" aria-labelledby="arrival">
      <p id="arrival" role={step === "ask" ? undefined : "status"}>
        {say(step)}
        {step === "ask" && running && ` ${say("ends")}`}
      </p>
      <div>
        {step === "over" ? (
          <button type="button" class="main" ref={button} onClick={settle}>
            {say("write")}
          </button>
        ) : (
          <>
            <button
              type="button"
              class="main"
              ref={button}
              disabled={step === "wait"}
              onClick={() => go("wait")}
            >
              {say(step === "bad" ? "again" : "on")}
            </button>
            <button type="button" class="quiet" onClick={settle}>
              {say("stay")}
            </button>
          </>
        )}
      </div>
    </div>
  );
}
