import { ASK_FOR_PERSON, BACK_TO_BOT, type Button } from "@switchboard/protocol";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatView } from "../model/chat.ts";
import { Composer, type ComposerHandle } from "./Composer.tsx";
import { useDesk, useView } from "./desk.ts";
import { Header } from "./Header.tsx";
import { Icon } from "./Icon.tsx";
import { later } from "./later.tsx";
import { Messages } from "./Messages.tsx";

const Arrival = later(() => import("./arrival/Arrival.tsx"));
const Consent = later(() => import("./consent/Consent.tsx"));
const Details = later(() => import("./details/Details.tsx"));
const Queue = later(() => import("./queue/Queue.tsx"));
const Rating = later(() => import("./rating/Rating.tsx"));

/** Milliseconds of waiting after which somebody may want to leave a way to be reached. */
const LONG = 90_000;
const STOPPED = { page: "line.stopped", expired: "line.expired", user: "line.user" } as const;

interface Props {
  open: boolean;
  /** The token of a link by which they came, until they went on or didn't want to. */
  arrival: string | null;
  settle: () => void;
}

export function Panel({ open, arrival, settle }: Props) {
  const { chat, close, locale, say, settings } = useDesk();
  const view = useView(chat);
  const composer = useRef<ComposerHandle>(null);
  const [dragged, drag] = useState(false);
  const withPerson = view.status === "open" || view.status === "wrap_up";
  const queued = view.status === "queued";
  const stopped = view.line === "stopped";

  const asks = useAsking(view, open) && Object.keys(view.done.details).length === 0;

  useLayoutEffect(() => {
    if (open) composer.current?.focus();
  }, [open, arrival, view.consent === null]);

  /** The button is gone after it was pressed, so the focus goes where one writes on; a phone's keyboard stays down. */
  function press({ title, payload }: Button) {
    chat.say(title, { choice: payload });
    if (matchMedia("(pointer: fine)").matches) composer.current?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    // The host page's own shortcuts must not fire while someone types here.
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing && !settings.whole) close();
  }
  function onDrag(event: DragEvent) {
    if (stopped || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drag(true);
  }
  function onDrop(event: DragEvent) {
    event.preventDefault();
    drag(false);
    if (event.dataTransfer) composer.current?.attach(event.dataTransfer.files);
  }

  return (
    <div
      class="panel"
      hidden={!open}
      role="dialog"
      aria-label={say("title")}
      lang={locale}
      onKeyDown={onKeyDown}
      onDragEnter={onDrag}
      onDragOver={onDrag}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) drag(false);
      }}
      onDrop={onDrop}
    >
      <Header
        business={settings.name || (view.inbox?.business ?? "")}
        person={withPerson ? view.person : ""}
        queued={queued}
        view={view}
        arriving={arrival !== null}
      />
      {(stopped || view.line === "waiting" || (view.line === "connecting" && view.inbox)) && (
        <p class="line" role="status">
          {say(stopped ? STOPPED[view.refusal] : "line.waiting")}
        </p>
      )}
      {view.blocked && !stopped && (
        <p class="line" role="status">
          {say(`blocked.${view.blocked}`)}
        </p>
      )}
      <Messages view={view} open={open} choose={view.consent || view.blocked ? null : press}>
        {view.status === "resolved" && !view.blocked && view.done.rates && <Rating done={view.done} />}
        {asks && <Details done={view.done} available={view.available} />}
      </Messages>
      {queued ? (
        <Queue
          notice={view.queue}
          place={view.place}
          choose={press}
          back={() => press({ title: say("assistant_back"), payload: BACK_TO_BOT })}
        />
      ) : (
        !withPerson &&
        !stopped &&
        !view.blocked &&
        !view.consent && (
          <p class="way-out">
            <button
              type="button"
              onClick={() => press({ title: say("person.asked"), payload: ASK_FOR_PERSON })}
            >
              <Icon name="person" />
              {say("person")}
            </button>
          </p>
        )
      )}
      {arrival && !stopped ? (
        <Arrival link={arrival} view={view} settle={settle} />
      ) : view.consent && !stopped && !view.blocked ? (
        <Consent text={view.consent.text} />
      ) : (
        <Composer handle={composer} disabled={stopped || view.blocked !== ""} seen={view.showsDraft} />
      )}
      {dragged && <div class="drop">{say("drop")}</div>}
    </div>
  );
}

/** Whether to ask for a way to be reached: nobody is there, it takes long, or the customer was gone meanwhile. */
function useAsking(view: ChatView, open: boolean): boolean {
  const [asks, ask] = useState(false);
  const queued = view.status === "queued";
  useEffect(() => {
    if (!queued) return ask(false);
    if (!view.available || !open) return ask(true);
    const waited = Date.now() - (view.waitingSince ?? 0) / 1000;
    const timer = setTimeout(() => ask(true), Math.min(LONG, Math.max(0, LONG - waited)));
    return () => clearTimeout(timer);
  }, [queued, view.available, view.waitingSince, open]);
  return queued && asks;
}
