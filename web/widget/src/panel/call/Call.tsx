import { useEffect, useRef, useState } from "preact/hooks";
import { usable } from "@switchboard/protocol";
import type { ChatView } from "../../model/chat.ts";
import { useDesk, useWords } from "../desk.ts";
import { later } from "../later.tsx";
import { callElsewhere } from "./elsewhere.ts";
import { WORDS } from "./words.ts";

const Bar = later(() => import("./Bar.tsx"));

/** The way to call; all that a call needs is loaded when it is pressed, or when a reload interrupted one. */
export function Main({ view }: { view: ChatView }) {
  const desk = useDesk();
  const { settings } = desk;
  const say = useWords(WORDS);
  const key = `switchboard:${settings.inbox}:call`;
  const [wanted, want] = useState(() => settings.whole || usable(() => sessionStorage).getItem(key) !== null);
  const button = useRef<HTMLButtonElement>(null);
  const shown = useRef(wanted);
  useEffect(() => {
    if (!wanted && shown.current) button.current?.focus();
    shown.current = wanted;
  }, [wanted]);
  if (view.blocked || view.consent || view.line === "stopped") return null;
  return wanted ? (
    <Bar view={view} storage={key} shut={() => want(false)} />
  ) : (
    <button
      type="button"
      class="icon"
      ref={button}
      aria-label={say("call")}
      title={say("call")}
      onClick={() =>
        settings.callsElsewhere ? void callElsewhere(desk, view).catch(() => want(true)) : want(true)
      }
    >
      <Phone />
    </button>
  );
}

export function Phone() {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M6 4h3l1.500 4-2 1.500a11 11 0 0 0 6 6l1.500-2 4 1.500v3a2 2 0 0 1-2 2A16 16 0 0 1 4 6a2 2 0 0 1 2-2Z" />
    </svg>
  );
}
