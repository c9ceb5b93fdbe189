import { clock, linkify } from "@switchboard/protocol";
import type { Mark, MessageItem, Rich } from "../model/timeline.ts";
import { Choices, type Choose } from "./Choices.tsx";
import { useDesk } from "./desk.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { later } from "./later.tsx";

const ICONS: Record<Mark, IconName> = { pending: "clock", stored: "sent", read: "read", failed: "failed" };

interface Props {
  item: MessageItem;
  links: ReadonlyMap<string, string>;
  /** Whether this answer helped, if the customer said so. */
  thumb: boolean | null;
  choose: Choose | null;
}

export function Message({ item, links, thumb, choose }: Props) {
  const { say } = useDesk();
  const author =
    item.author === "customer" ? say("you") : item.author === "bot" ? say("assistant") : item.name;
  const classes = [
    "message",
    item.author,
    item.first && "first",
    item.last && "last",
    item.mark === "failed" && "failed",
  ];
  return (
    <div class={classes.filter(Boolean).join(" ")}>
      {item.first && <p class={item.author === "operator" ? "author" : "author hidden-text"}>{author}</p>}
      {(item.text || item.text === null || item.rich) && (
        <p class={item.text === null ? "bubble erased" : "bubble"}>
          {item.text === null ? say("erased") : <Words text={item.text} rich={item.rich} />}
        </p>
      )}
      {item.files.length > 0 && <Files files={item.files} links={links} />}
      {item.cards.length > 0 && (
        <Cards cards={item.cards} choices={(buttons) => <Choices buttons={buttons} choose={choose} />} />
      )}
      <Foot item={item} thumb={thumb} />
    </div>
  );
}

const Cards = later(() => import("./cards/Cards.tsx"));
const Files = later(() => import("./files/Files.tsx"));
const RichWords = later(() => import("./rich/Rich.tsx"), Linked);

/** Words, and whatever is said beside them once that can be shown. */
export function Words({ text, rich }: { text: string; rich: Rich | null }) {
  return rich ? <RichWords text={text} rich={rich} /> : <Linked text={text} />;
}

function Linked({ text }: { text: string; rich?: Rich }) {
  return (
    <>
      {linkify(text).map((span) =>
        span.href ? (
          <a href={span.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {span.text}
          </a>
        ) : (
          span.text
        ),
      )}
    </>
  );
}

function Foot({ item, thumb }: { item: MessageItem; thumb: boolean | null }) {
  const { chat, locale, say } = useDesk();
  if (item.mark === "failed")
    return (
      <p class="meta error" role="alert">
        <span>
          <Icon name="failed" />
          {item.error || say("mark.failed")}
        </span>
        <button type="button" onClick={() => chat.retry(item.key)}>
          {say("retry")}
        </button>
        <button type="button" onClick={() => chat.discard(item.key)}>
          {say("discard")}
        </button>
      </p>
    );
  if (!item.last) return null;
  return (
    <p class="meta">
      <time dateTime={new Date(item.at / 1000).toISOString()}>{clock(item.at, locale)}</time>
      {item.mark && <Icon name={ICONS[item.mark]} label={say(`mark.${item.mark}`)} />}
      {item.answer > 0 &&
        ([true, false] as const).map((helpful) => (
          <button
            type="button"
            class="thumb"
            aria-label={say(helpful ? "helped" : "missed")}
            title={say(helpful ? "helped" : "missed")}
            aria-pressed={thumb === helpful}
            onClick={() => chat.act({ type: "rate_answer", seq: item.answer, helpful })}
          >
            <Icon name={helpful ? "up" : "under"} />
          </button>
        ))}
    </p>
  );
}
