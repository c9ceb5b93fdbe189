import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatView } from "../model/chat.ts";
import { greeted } from "../model/timeline.ts";
import { Choices, type Choose } from "./Choices.tsx";
import { useDesk } from "./desk.ts";
import { Icon } from "./Icon.tsx";
import { Message, Words } from "./Message.tsx";
import { dayName } from "./times.ts";

/** Items that are drawn at once: whoever reads further up asks for more. */
const DRAWN = 80;

interface Props {
  view: ChatView;
  open: boolean;
  /** Nothing while no message can be sent. */
  choose: Choose | null;
  /** What stands under the last message. */
  children?: ComponentChildren;
}

export function Messages({ view, open, choose, children }: Props) {
  const { say } = useDesk();
  const log = useRef<HTMLDivElement>(null);
  const { missed, scrolled, toEnd } = useReader(log, view, open);
  const [drawn, draw] = useState(DRAWN);
  const empty = view.items.length === 0;
  const greeting = view.invitation?.text || view.inbox?.greeting;
  const hidden = Math.max(0, view.items.length - drawn);

  return (
    <>
      <div
        class="log"
        role="log"
        aria-live="polite"
        aria-label={say("log")}
        ref={log}
        onScroll={scrolled}
        tabIndex={0}
      >
        <div class="flow">
          {empty && greeting && (
            <div class="message bot first last">
              <p class="bubble">
                <Words text={greeting} rich={greeted(greeting)} />
              </p>
            </div>
          )}
          {empty && view.line !== "stopped" && (
            <Choices buttons={view.inbox?.starters ?? []} choose={choose} />
          )}
          {empty && !view.inbox && view.line !== "stopped" && (
            <div class="skeleton" aria-hidden="true">
              <span />
              <span />
            </div>
          )}
          {hidden > 0 && (
            <p class="aside">
              <button type="button" class="quiet" onClick={() => draw(drawn + DRAWN)}>
                {say("earlier")}
              </button>
            </p>
          )}
          {view.items.slice(hidden).map((item) => (
            <Item key={item.key} item={item} view={view} choose={choose} />
          ))}
          {children}
          {view.typing && (
            <div class="typing" role="status">
              <span class="dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              <span class="hidden-text">
                {view.typing === "bot" ? say("typing.bot") : say("typing.people", { name: view.person })}
              </span>
            </div>
          )}
        </div>
      </div>
      {missed > 0 && (
        <div class="missed">
          <button type="button" onClick={toEnd}>
            {say("new", { n: missed })}
            <Icon name="down" />
          </button>
        </div>
      )}
    </>
  );
}

interface ItemProps {
  item: ChatView["items"][number];
  view: ChatView;
  choose: Choose | null;
}

function Item({ item, view, choose }: ItemProps) {
  const { locale, say } = useDesk();
  switch (item.kind) {
    case "message":
      return (
        <>
          <Message
            item={item}
            links={view.links}
            thumb={view.done.thumbs.get(item.answer) ?? null}
            choose={item.live ? choose : null}
          />
          <Choices buttons={item.buttons} choose={choose} />
        </>
      );
    case "day":
      return <p class="aside">{dayName(item.at, locale, say)}</p>;
    case "seam":
      return (
        <p class="aside seam">
          <span>{say(item.word, { name: item.name })}</span>
        </p>
      );
    case "notice":
      return (
        <p class="aside">
          <Words text={item.text} rich={item.rich} />
        </p>
      );
  }
}

/** Whoever reads above stays where they are; their own words and whoever is at the end go along. */
function useReader(log: { current: HTMLDivElement | null }, view: ChatView, open: boolean) {
  const [missed, miss] = useState(0);
  const at = useRef({ end: true, seen: 0, size: 0 });

  function scrolled() {
    // A browser tells of a scroll a frame later: by then another visitor's panel may stand here.
    if (!log.current) return;
    // What grew or shrank around whoever is at the end moved them, not they: the observer below brings them along.
    const { end, size } = at.current;
    if (!end || size === room(log.current)) look();
  }
  function look() {
    const size = (at.current.size = room(log.current!));
    at.current.end = size - log.current!.scrollTop < 40;
    if (at.current.end) miss(0);
  }
  function toEnd() {
    log.current!.scrollTop = log.current!.scrollHeight;
    miss(0);
  }
  /** As `toEnd`, but an answer that is taller than the panel is shown from its beginning. */
  function toNews() {
    toEnd();
    const answer = [...log.current!.querySelectorAll(".message")].pop();
    if (!answer || answer.classList.contains("customer")) return;
    const above = log.current!.getBoundingClientRect().top + 12 - answer.getBoundingClientRect().top;
    if (above > 0) log.current!.scrollTop -= above;
    look();
  }

  // Whoever is at the end stays there when what stands around the log, or in it, grows.
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => {
      at.current.size = room(log.current!);
      if (at.current.end) log.current!.scrollTop = log.current!.scrollHeight;
    });
    watch.observe(log.current!);
    watch.observe(log.current!.firstElementChild!);
    return () => watch.disconnect();
  }, []);

  const last = view.items[view.items.length - 1];
  const own = last?.kind === "message" && last.author === "customer" && last.mark === "pending";
  useLayoutEffect(() => {
    const now = at.current;
    const fresh = view.items.length - now.seen;
    now.seen = view.items.length;
    if (open && (now.end || own)) fresh > 0 ? toNews() : toEnd();
    else if (fresh > 0) miss(missed + fresh);
  }, [view.items.length, last?.key, own, view.typing, open]);
  return { missed, scrolled, toEnd };
}

/** How far the log can be scrolled. */
function room({ scrollHeight, clientHeight }: HTMLElement): number {
  return scrollHeight - clientHeight;
}
