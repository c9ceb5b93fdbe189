import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "../desk.ts";
import css from "./emoji.css?inline";
import { GROUPS } from "./list.ts";

const ALL = GROUPS.flat();
const COLUMNS = 8;
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowLeft: -1,
  ArrowDown: COLUMNS,
  ArrowUp: -COLUMNS,
};

interface Props {
  pick: (emoji: string) => void;
  close: () => void;
}

/** Arrow keys move, Enter picks, Escape closes. */
export function Main({ pick, close }: Props) {
  const { adopt, say } = useDesk();
  const [at, move] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  adopt(css);
  // At once, not after the next paint: whoever types fast means the one that they moved to.
  const focus = (index: number) => box.current!.querySelectorAll("button")[index]!.focus();
  useLayoutEffect(() => focus(0), []);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    const step = event.key === "Home" ? -at : event.key === "End" ? ALL.length - 1 - at : STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (!ALL[at + step]) return;
    move(at + step);
    focus(at + step);
  }
  return (
    <div class="emoji" role="group" aria-label={say("emoji")} ref={box} onKeyDown={onKeyDown}>
      {ALL.map((emoji, index) => (
        <button type="button" tabIndex={index === at ? 0 : -1} onClick={() => pick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
