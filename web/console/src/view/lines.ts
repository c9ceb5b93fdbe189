import {
  readMarkup,
  type AnyEvent,
  type CallbackPromised,
  type ConsultStarted,
  type DeliveryFailed,
  type Person,
} from "@switchboard/protocol";
import { known, knows, type Key, type Say } from "../i18n/index.ts";
import { told } from "./faults.ts";
import { languageName } from "./languages.ts";
import { moment } from "./times.ts";

/** How a team or a label is called now; "" for one that is gone. */
export type NameOf = (id: string) => string;

/**
 * What a line in the middle says. A `seam` is where the floor changes hands; the rest is quiet.
 * Said late, so that switching the language needs no new timeline.
 */
export interface Wording {
  readonly tone: "seam-wait" | "seam-bot" | "seam-person" | "seam-done" | "plain" | "bad";
  say(say: Say, locale: string, nameOf?: NameOf): string;
  /** What a colleague wrote to it. */
  readonly note?: string;
}

/** The line of an event that is no message; null where it shows elsewhere or means nothing to a reader. */
export function line(event: AnyEvent, me: string): Wording | null {
  const named = (person: Person, mine: Key | null, theirs: Key, tone: Wording["tone"]): Wording =>
    mine && person.id === me ? says(tone, mine) : says(tone, theirs, { name: person.name });
  switch (event.type) {
    case "system_notice":
      if (event.notice === "rating") return says("plain", "event.rating_asked");
      return { tone: "plain", say: () => readMarkup(event.text).text };
    case "handoff_requested":
      return {
        tone: "seam-wait",
        say: (say, _, nameOf) => {
          const team = event.team ? nameOf?.(event.team) : "";
          const head = team ? say("event.handoff.team", { team }) : say("event.handoff");
          const why = event.why ? ` (${event.why})` : "";
          return `${head}: ${say(known(`reason.${event.cause || event.reason}`, "reason.bot_decided"))}${why}`;
        },
      };
    case "handoff_cancelled":
      return says("seam-bot", "event.cancelled");
    case "taken":
      return named(event.operator, "event.taken.you", "event.taken", "seam-person");
    case "transferred":
      return {
        ...(event.to
          ? says("seam-person", "event.transferred.to", { name: event.by.name, to: event.to.name })
          : {
              tone: "seam-wait",
              say: (say, _, nameOf) => {
                const team = event.team ? nameOf?.(event.team) : "";
                const { name } = event.by;
                return team
                  ? say("event.transferred.to", { name, to: team })
                  : say("event.transferred.team", { name });
              },
            }),
        note: event.note ?? "",
      };
    case "returned_to_bot":
      return named(event.by, "event.returned.you", "event.returned", "seam-bot");
    case "owner_lost":
      return says("seam-wait", "event.owner_lost", { name: event.operator.name });
    case "resolved":
      if (event.by === "system" && event.operator)
        return says("seam-done", "event.resolved.time", { name: event.name ?? "" });
      if (event.by !== "operator") return says("seam-done", `event.resolved.${event.by}`);
      return {
        ...(event.operator === me
          ? says("seam-done", "event.resolved.you")
          : says("seam-done", "event.resolved", { name: event.name ?? "" })),
        note: event.code ?? "",
      };
    case "reopened":
      return says(event.to === "bot" ? "seam-bot" : "seam-wait", "event.reopened");
    case "callback_promised":
      return promised(event);
    case "callback_tried":
      return {
        tone: "seam-done",
        say: (say, locale) =>
          say(`event.callback.${event.outcome}`, {
            name: event.by.name,
            time: moment(event.again_at, locale),
          }),
        note: event.note ?? "",
      };
    case "snoozed":
      return {
        tone: "seam-done",
        say: (say, locale) =>
          say("event.snoozed", { name: event.by.name, time: moment(event.until, locale) }),
      };
    case "file_ready":
    case "file_failed":
    case "transcribed":
    case "message_extended":
    case "customer_edited":
    case "customer_reacted":
    case "operator_edited":
    case "operator_deleted":
    case "prompt_heard":
    case "call_recorded":
      return null; // told at the message that it belongs to
    case "call_started":
      return says("plain", "event.call_started");
    case "call_answered":
      return named(event.by, "event.call_answered.you", "event.call_answered", "seam-person");
    case "call_held":
      return named(event.by, "event.call_held.you", "event.call_held", "plain");
    case "call_resumed":
      return named(event.by, "event.call_resumed.you", "event.call_resumed", "plain");
    case "recording_changed": {
      const { by, to } = event;
      if (!by) return says("plain", "event.recording.begun");
      return named(by, `event.recording.${to}.you`, `event.recording.${to}`, "plain");
    }
    case "language_set": {
      const key = `event.language_set.${event.by || "none"}` as const;
      return {
        tone: "plain",
        say: (say, locale) => say(key, { language: languageName(event.locale, locale) }),
      };
    }
    case "call_ended":
      return event.by
        ? named(event.by, "event.call_ended.over.you", "event.call_ended.over.by", "plain")
        : says("plain", `event.call_ended.${event.why}`);
    case "delivery_replayed":
      return named(event.by, "event.replayed.you", "event.replayed", "plain");
    case "wrap_up_started":
      return says("seam-done", "event.wrap_up", { name: event.by.name });
    case "wrap_up_cancelled":
      return named(event.by, "event.wrap_up.cancelled.you", "event.wrap_up.cancelled", "seam-person");
    default:
      return quiet(event);
  }
}

/** Whom somebody asked about a caller: a colleague, or a team. */
function asking({ by, asked, team = "" }: ConsultStarted): Wording {
  return {
    tone: "plain",
    say: (say, locale, nameOf) => {
      const known = team ? nameOf?.(team) : "";
      const names = known || new Intl.ListFormat(locale).format(asked.map(({ name }) => name));
      return say("event.consult.asked", { name: by.name, names });
    },
  };
}

function quiet(event: AnyEvent): Wording | null {
  switch (event.type) {
    case "conversation_started":
      return channelLine("event.started", event.endpoint.channel);
    case "channel_joined":
      return channelLine("event.channel", event.endpoint.channel);
    case "chat_opened": {
      const { payload = "" } = event;
      return payload ? says("plain", "event.opened.from", { payload }) : says("plain", "event.opened");
    }
    case "endpoint_lost":
      return { ...channelLine("event.endpoint.lost", event.endpoint.channel), tone: "bad" };
    case "endpoint_back":
      return channelLine("event.endpoint.back", event.endpoint.channel);
    case "participant_joined":
      return says("plain", "event.joined", { name: event.operator.name });
    case "participant_left":
      return says("plain", "event.left", { name: event.operator.name });
    case "colleague_invited":
      return says("plain", "event.invited", { name: event.by.name, colleague: event.operator.name });
    case "colleague_declined":
      return says("plain", "event.declined", { name: event.operator.name });
    case "consult_started":
      return asking(event);
    case "consult_answered":
      return says("plain", "event.consult.came", { name: event.by.name });
    case "consult_declined":
      return says("plain", "event.consult.declined", { name: event.by.name });
    case "consult_ended": {
      const { why, by } = event;
      if (why === "passed_on" || why === "over" || why === "declined") return null; // told by what follows, or came before
      return says("plain", `event.consult.${why}`, { name: by?.name ?? "" });
    }
    case "wrap_up_extended":
      return says("plain", "event.wrap_up.extended", { name: event.by.name });
    case "macro_run":
      return says("plain", "event.macro", { name: event.by.name, macro: event.name });
    case "form_filled":
      if (!event.by.id) return says("plain", "event.form.bot", { form: event.name, number: event.number });
      return says("plain", "event.form", { name: event.by.name, form: event.name, number: event.number });
    case "record_status_changed":
      return says("plain", "event.record", {
        name: event.by.name,
        number: event.number,
        before: event.before,
        status: event.status,
      });
    case "offer_made":
      return says("plain", "event.offered", { name: event.operator.name });
    case "offer_ended":
      return says("plain", `event.offer.${event.reason}`, { name: event.operator.name });
    case "facts_changed":
      return says("plain", "event.facts", { name: event.name, facts: pairs(event.facts) });
    case "rated":
      return says("plain", "event.rated", { score: event.score });
    case "answer_rated":
      return says("plain", event.helpful ? "event.answer.helped" : "event.answer.missed");
    case "labelled":
      return {
        tone: "plain",
        say: (say, _, nameOf) => {
          const called = (ids: readonly string[] = []) =>
            ids.map((id) => nameOf?.(id) ?? "").filter((name) => name !== "");
          const added = called(event.added).map((label) => `+ ${label}`);
          const removed = called(event.removed).map((label) => `− ${label}`);
          const { name } = event.by;
          const labels = [...added, ...removed].join(", ");
          return labels ? say("event.labelled.as", { name, labels }) : say("event.labelled", { name });
        },
      };
    case "transcript_asked":
      return says("plain", "event.transcript", { address: event.address });
    case "answers_forwarded": {
      const { way, address, fault } = event;
      if (!fault) return says("plain", `event.forwarded.${way}`, { address });
      return {
        tone: "bad",
        say: (say) => say(`event.forwarded.${way}.failed`, { address, reason: told(fault, say, knows) }),
      };
    }
    case "attributes_set":
      return says("plain", "event.attributes", { attributes: pairs(event.attributes) });
    case "details_left":
      return {
        tone: "plain",
        say: (say) => say("event.details", { kind: say(`details.${event.kind}`), value: event.value }),
      };
    case "invitation_shown":
      return says("plain", "event.invitation", { text: event.text });
    case "consent_asked":
      return says("plain", "event.consent.asked", { version: event.version });
    case "consent_given":
      return says("plain", "event.consent.given", { version: event.version });
    case "bot_turn":
      return says("plain", "event.silent");
    case "bot_turn_dropped":
      return says("plain", "event.turn_dropped");
    case "bot_turn_failed":
      return says("bad", "event.turn_failed", { n: event.attempts });
    case "delivery_failed":
      return { tone: "bad", say: (say) => say("event.delivery", { reason: undelivered(event, say) }) };
    default: {
      const type = event.type === "unrecognized" ? event.tag : event.type;
      return says("plain", "event.unknown", { type });
    }
  }
}

function promised(event: CallbackPromised): Wording {
  const how = event.kind ?? "here";
  const name = event.operator?.name;
  return {
    tone: "seam-done",
    say: (say, locale) => {
      const task = say(`callback.${how}`, { value: event.value ?? "" });
      const time = moment(event.due_at, locale);
      const own = event.owner ? `${say("event.callback.owner", { name: event.owner.name })} ` : "";
      const head = name
        ? say("event.callback.by", { name, task, time })
        : say(event.reason === "missed" ? "event.callback.missed" : "event.callback.asked", { task, time });
      return `${head} ${own}`.trim();
    },
    note: event.note ?? "",
  };
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value || "–"}`)
    .join(", ");
}

/** Why a message did not arrive: our words, or what was noted before there were codes. */
export function undelivered({ reason, fault }: DeliveryFailed, say: Say): string {
  if (fault) return told(fault, say, knows);
  return reason === "unreachable" ? say("fault.delivery_unreachable") : reason;
}

function says(tone: Wording["tone"], key: Key, params?: Readonly<Record<string, string | number>>): Wording {
  return { tone, say: (say) => say(key, params) };
}

function channelLine(key: Key, channel: string): Wording {
  return { tone: "plain", say: (say) => say(key, { channel: channelName(channel, say) }) };
}

export function channelName(channel: string, say: Say): string {
  const key = `channel.${channel}`;
  return known(key, "event.unknown") === key ? say(key as Key) : channel;
}
