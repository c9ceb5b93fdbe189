import type { WidgetFrame } from "@switchboard/protocol";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatView } from "../../model/chat.ts";
import { useDesk } from "../desk.ts";
import css from "./arrival.css?inline";

/** Words that only this part says: whoever never needs it doesn't load them. */
const WORDS = {
  en: {
    ask: "Go on here with the conversation that you began elsewhere?",
    ends: "The one you have here ends with it; whoever answers sees both.",
    on: "Go on here",
    stay: "Not now",
    wait: "Bringing it here…",
    over: "This link has run out or was used already. Ask for a new one where you came from, or just write here.",
    bad: "That did not work just now.",
    again: "Try again",
    write: "Write here",
  },
  ru: {
    ask: "Продолжить здесь диалог, который вы начали в другом месте?",
    ends: "Диалог, который идёт здесь, на этом закончится; тому, кто отвечает, видны оба.",
    on: "Продолжить здесь",
    stay: "Не сейчас",
    wait: "Переношу…",
    over: "Ссылка больше не действует: её уже открывали или прошло время. Возьмите новую там же или просто напишите здесь.",
    bad: "Сейчас не получилось.",
    again: "Попробовать ещё раз",
    write: "Написать здесь",
  },
};

interface Props {
  token: string;
  view: ChatView;
  /** They went on, or don't want to. */
  settle: () => void;
}

/** In the composer's place: somebody came by a link. Only their own press uses it up. */
export function Main({ token, view, settle }: Props) {
  const { adopt, chat, locale } = useDesk();
  adopt(css);
  const words = locale.startsWith("ru") ? WORDS.ru : WORDS.en;
  const [step, go] = useState<"ask" | "wait" | "over" | "bad">("ask");
  const button = useRef<HTMLButtonElement>(null);
  const up = view.line === "online" || view.line === "catching_up";
  useEffect(() => button.current?.focus({ preventScroll: true }), [step]);
  // Asked again on every new line: a repeat finds what the first one did.
  useEffect(() => {
    if (step !== "wait" || !up) return;
    const id = `open-${token.slice(0, 12)}`;
    const heard = (frame: WidgetFrame) => {
      if ((frame.type !== "ack" && frame.type !== "refused") || frame.id !== id) return false;
      if (frame.type === "ack") settle();
      else go([429, 503].includes(frame.problem.status) ? "bad" : "over");
      return true;
    };
    chat.listen = heard;
    chat.connection.send({ type: "open_link", id, token });
    return () => {
      if (chat.listen === heard) chat.listen = null;
    };
  }, [step, up, token]);

  const running = view.status !== null && view.status !== "resolved";
  return (
    <div class="arrival" role="group" aria-labelledby="arrival">
      <p id="arrival" role={step === "ask" ? undefined : "status"}>
        {words[step]}
        {step === "ask" && running && ` ${words.ends}`}
      </p>
      <div>
        {step === "over" ? (
          <button type="button" class="main" ref={button} onClick={settle}>
            {words.write}
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
              {step === "bad" ? words.again : words.on}
            </button>
            <button type="button" class="quiet" onClick={settle}>
              {words.stay}
            </button>
          </>
        )}
      </div>
    </div>
  );
}
