import { pieces, readMarkup, type AnyEvent, type Piece, type Place } from "@switchboard/protocol";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Rich } from "../../model/timeline.ts";
import { useDesk, useWords } from "../desk.ts";
import css from "./rich.css?inline";
import { WORDS } from "./words.ts";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
  pre: "code",
  quote: "q",
} as const;

/** A message's words as they look, with what they answer, a place or a contact. */
export function Main({ text, rich }: { text: string; rich: Rich }) {
  const { adopt } = useDesk();
  const say = useWords(WORDS);
  adopt(css);
  const { from, spans, quote, place, phone, elsewhere } = more(rich);
  const marked = spans ? { text, spans } : readMarkup(text);
  return (
    <>
      {from && (
        <small>
          {say("from")}: {from}
        </small>
      )}
      {quote && <q class="answered">{readMarkup(quote).text}</q>}
      <Woven all={pieces(marked.text, marked.spans)} />
      {place && (
        <a class="thing" href={mapOf(place)} {...AWAY}>
          {place.title || say("place")}
          {place.address && <small>{place.address}</small>}
        </a>
      )}
      {phone && (
        <span class="thing">
          {phone.name && <b>{phone.name} </b>}
          {phone.number}
        </span>
      )}
      {elsewhere && <small>{say("elsewhere")}</small>}
    </>
  );
}

function more({ event, entries, later, became }: Rich) {
  const quote = quoted(event, entries, later);
  const now = became?.place;
  if (event.type === "operator_message") return { quote, place: event.place };
  if (event.type !== "customer_message") return {};
  const { forwarded: from, spans = [], place, phone, unsupported: elsewhere } = event;
  return { quote, from, spans: became?.now?.spans ?? spans, place: now ?? place, phone, elsewhere };
}

/** An erased message has none. */
function wordsOf(event: AnyEvent): string {
  if (!("text" in event)) return "";
  const files = "files" in event ? (event.files ?? []) : [];
  return event.text || files.map(({ name }) => name).join(", ");
}

/** The words that a message answers, as they are now. */
function quoted(event: AnyEvent, entries: Rich["entries"], later: Rich["later"]): string {
  if (!("reply_to" in event || "quote" in event)) return "";
  if ("quote" in event && event.quote) return event.quote;
  const found = entries.find(({ seq }) => seq === event.reply_to);
  const became = later.get(found?.seq ?? 0);
  return !found || became?.deleted ? "" : became?.now?.text || wordsOf(found.event);
}

const AWAY = { target: "_blank", rel: "noopener noreferrer nofollow ugc" } as const;

function Woven({ all }: { all: readonly Piece[] }) {
  return <>{all.map((one) => (one.kind === "text" ? one.text : <Shown one={one} />))}</>;
}

function Shown({ one }: { one: Exclude<Piece, { readonly kind: "text" }> }) {
  const inner = <Woven all={one.inner} />;
  if (one.kind === "link")
    return (
      <a href={one.href} {...AWAY}>
        {inner}
      </a>
    );
  if (one.kind === "spoiler") return <Spoiler>{inner}</Spoiler>;
  const Tag = TAGS[one.kind];
  return <Tag class={one.kind === "pre" ? "block" : undefined}>{inner}</Tag>;
}

function Spoiler({ children }: { children: ComponentChildren }) {
  const [open, show] = useState(false);
  const hidden = useWords(WORDS)("hidden");
  if (open) return <span>{children}</span>;
  return (
    <button type="button" class="spoiler" aria-label={hidden} title={hidden} onClick={() => show(true)}>
      <span inert>{children}</span>
    </button>
  );
}

function mapOf({ latitude, longitude }: Place): string {
  const [lat, lon] = [latitude.toFixed(6), longitude.toFixed(6)];
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
}
