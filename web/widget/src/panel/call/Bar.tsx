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

const TOOLS = {
  microphone:
    "M12 14a3 3 0 0 0 3-3V6.500a3 3 0 0 0-6 0V11a3 3 0 0 0 3 3Zm-6-3.500a6 6 0 0 0 12 0M12 16.500V20",
  off: "M12 14a3 3 0 0 0 3-3V6.500a3 3 0 0 0-6 0V11a3 3 0 0 0 3 3Zm-6-3.500a6 6 0 0 0 12 0M12 16.500V20M4.500 4.500l15 15",
  keys: "M6 6h.1M12 6h.1M18 6h.1M6 12h.1M12 12h.1M18 12h.1M6 18h.1M12 18h.1M18 18h.1",
  hang_up: "M3.500 14.500c5-4.700 12-4.700 17 0l-1.500 2.700-4-1.500v-2.500a9 9 0 0 0-6 0v2.500l-4 1.500Z",
} as const;

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
    call.expect();
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

  const tool = (name: keyof typeof WORDS.en, picture: keyof typeof TOOLS, more: object) => (
    <button type="button" class="icon" aria-label={say(name)} title={say(name)} {...more}>
      <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
        <path d={TOOLS[picture]} />
      </svg>
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
      {state.at === "on" && (
        <>
          {tool(shown.muted ? "unmute" : "mute", shown.muted ? "off" : "microphone", {
            "aria-pressed": shown.muted,
            onClick: () => call.mute(!shown.muted),
          })}
          {tool("keys", "keys", { "aria-expanded": keys, onClick: () => showKeys(!keys) })}
        </>
      )}
      {tool("hang_up", "hang_up", { class: "icon end", ref: first, onClick: () => call.hangUp() })}
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
