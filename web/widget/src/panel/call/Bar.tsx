import { browserWorld, microphone, peer, randomId, usable, type Microphone } from "@switchboard/protocol";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Call, type CallView } from "../../model/call.ts";
import type { ChatView } from "../../model/chat.ts";
import { useDesk, useView, useWords } from "../desk.ts";
import css from "./call.css?inline";
import { Keys } from "./Keys.tsx";
import { Level } from "./Level.tsx";
import { WORDS } from "./words.ts";

interface Props {
  view: ChatView;
  /** The key under which this tab keeps its call. */
  storage: string;
  shut: () => void;
}

/** A call, from the question for the microphone to its end. */
export function Main({ view, storage, shut }: Props) {
  const { adopt, chat } = useDesk();
  const say = useWords(WORDS);
  adopt(css);
  const loudness = useRef<Microphone | null>(null);
  const call = useMemo(
    () =>
      new Call({
        world: browserWorld,
        storage: usable(() => sessionStorage),
        key: storage,
        newId: () => randomId(),
        send: (frame) => chat.connection.send(frame),
        consent: () => chat.agreed,
        microphone: async () => (loudness.current = await microphone()),
        peer,
      }),
    [],
  );
  const shown = useView(call);
  const [keys, showKeys] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const { state } = shown;

  useEffect(() => {
    const hear = call.hear.bind(call);
    const moved = () => call.moved();
    chat.ears.add(hear);
    addEventListener("online", moved);
    return () => {
      chat.ears.delete(hear);
      removeEventListener("online", moved);
      call.hangUp();
    };
  }, []);
  useEffect(() => first.current?.focus({ preventScroll: true }), [state.at]);

  const button = (name: keyof typeof WORDS.en, run: () => void, more: object = {}) => (
    <button type="button" onClick={run} {...more}>
      {say(name)}
    </button>
  );

  if (state.at === "idle")
    return (
      <Box role="group" label={say("call")}>
        <p>{say(call.interrupted ? "again.why" : "ask")}</p>
        {button(call.interrupted ? "again" : "ask.ok", () => void call.begin(), {
          class: "main",
          ref: first,
        })}
        {button(call.interrupted ? "hang_up" : "ask.no", () => (call.abandon(), shut()), { class: "quiet" })}
      </Box>
    );
  if (state.at === "over")
    return (
      <Box role="status" label={say("call")}>
        <p>{say(`over.${state.why}`)}</p>
        {button("retry", () => void call.begin(), { class: "main" })}
        {button("close", shut, { class: "quiet", ref: first })}
      </Box>
    );
  return (
    <Box role="group" label={say("call")}>
      <p class="who" role="status">
        <span class={state.at === "on" && !state.back ? "lamp live" : "lamp"} aria-hidden="true" />
        {standing(shown, view, say)}
      </p>
      {state.at === "on" && <Clock since={state.since} />}
      {state.at === "on" && <Level of={loudness} label={say("level")} muted={shown.muted} />}
      {state.at === "on" &&
        button(shown.muted ? "unmute" : "mute", () => call.mute(!shown.muted), {
          class: "quiet",
          "aria-pressed": shown.muted,
        })}
      {state.at === "on" && button("keys", () => showKeys(!keys), { class: "quiet", "aria-expanded": keys })}
      {button("hang_up", () => call.hangUp(), { class: "end", ref: first })}
      {keys && state.at === "on" && <Keys press={(key) => call.press(key)} label={say("keys")} />}
      {shown.muted && <p class="note">{say("muted.now")}</p>}
      {shown.caption && (
        <p class="caption" aria-hidden="true">
          {shown.caption.who === "customer"
            ? say("caption", { text: shown.caption.text })
            : `${shown.person || view.person}: ${shown.caption.text}`}
        </p>
      )}
    </Box>
  );
}

function Box({
  role,
  label,
  children,
}: {
  role: "group" | "status";
  label: string;
  children: ComponentChildren;
}) {
  return (
    <section class="call" role={role} aria-label={label}>
      {children}
    </section>
  );
}

function standing(
  { state, held, person }: CallView,
  view: ChatView,
  say: ReturnType<typeof useWords<keyof typeof WORDS.en>>,
): string {
  if (state.at === "asking" || state.at === "dialing") return say(state.at);
  if (state.at === "on" && state.back) return say("back");
  if (held) return say("on.held");
  if (view.status === "queued") return say("on.queued");
  const name = view.person || person;
  return view.status === "open" && name ? say("on.person", { name }) : say("on.bot");
}

/** How long the call lasts. */
function Clock({ since }: { since: number }) {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return (
    <time class="clock">
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}
    </time>
  );
}
