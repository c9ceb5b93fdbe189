import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatView } from "../../model/chat.ts";
import { useDesk, useWords } from "../desk.ts";
import { Continue } from "./Continue.tsx";
import { Mail } from "./Mail.tsx";
import css from "./menu.css?inline";
import { save } from "./transcript.ts";
import { WORDS } from "./words.ts";

interface Props {
  view: ChatView;
  /** The focus goes back to where it came from. */
  shut: () => void;
  /** The focus is elsewhere already. */
  leave: () => void;
}

/** What is seldom wanted. Arrow keys move, Escape shuts. */
export function Main({ view, shut, leave }: Props) {
  const desk = useDesk();
  const { adopt, chat, preferences } = desk;
  const say = useWords(WORDS);
  adopt(css);
  const [asking, ask] = useState<"" | "end" | "mail" | "go">("");
  const box = useRef<HTMLDivElement>(null);
  const buttons = () => [...box.current!.querySelectorAll("button")];
  useEffect(() => {
    if (asking !== "mail") buttons()[0]?.focus();
  }, [asking]);

  function onKeyDown(event: KeyboardEvent) {
    const all = buttons();
    const at = all.indexOf((box.current!.getRootNode() as ShadowRoot).activeElement as HTMLButtonElement);
    if (event.key === "Escape") shut();
    else if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp") all[(at + all.length - 1) % all.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  /** Whoever goes elsewhere wants no menu any more; its own button shuts it itself. */
  function onFocusOut({ relatedTarget }: FocusEvent) {
    const to = relatedTarget as HTMLElement | null;
    if (to && !box.current!.contains(to) && to.getAttribute("aria-haspopup") === null) leave();
  }
  const item = (label: string, run: () => void) => (
    <button type="button" role="menuitem" onClick={run}>
      {label}
    </button>
  );
  const then = (run: () => void) => () => {
    run();
    shut();
  };
  const running = view.status !== null && view.status !== "resolved";
  const said = view.items.some((one) => one.kind === "message");

  if (asking === "mail" || asking === "go")
    return (
      <div
        class="menu sure"
        role="dialog"
        aria-label={asking === "go" ? say("go.on") : say("save.mail")}
        ref={box}
        onKeyDown={onKeyDown}
        onFocusOut={onFocusOut}
      >
        {asking === "go" ? <Continue shut={shut} /> : <Mail done={view.done} shut={shut} />}
      </div>
    );
  if (asking === "end")
    return (
      <div
        class="menu sure"
        role="alertdialog"
        aria-label={say("end.sure")}
        ref={box}
        onKeyDown={onKeyDown}
        onFocusOut={onFocusOut}
      >
        <p>{say("end.sure")}</p>
        <button type="button" class="main" onClick={then(() => chat.act({ type: "end" }))}>
          {say("end")}
        </button>
        <button type="button" class="quiet" onClick={shut}>
          {say("end.stay")}
        </button>
      </div>
    );
  return (
    <div
      class="menu"
      role="menu"
      aria-label={desk.say("menu")}
      ref={box}
      onKeyDown={onKeyDown}
      onFocusOut={onFocusOut}
    >
      {item(
        say(preferences.muted ? "sound.on" : "sound.off"),
        then(() => (preferences.muted = !preferences.muted)),
      )}
      {said &&
        item(
          say("save.text"),
          then(() => save(desk, view, "txt")),
        )}
      {said &&
        item(
          say("save.page"),
          then(() => save(desk, view, "html")),
        )}
      {said && view.mail && item(say("save.mail"), () => ask("mail"))}
      {running && view.telegram && item(say("go.on"), () => ask("go"))}
      {running && item(say("end"), () => ask("end"))}
    </div>
  );
}
