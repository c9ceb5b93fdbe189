import type {
  CallAnswered,
  CallEnded,
  CallHeld,
  CallResumed,
  CallStarted,
  ConsultAnswered,
  ConsultDeclined,
  ConsultEnded,
  ConsultStarted,
  Endpoint,
  Person,
  RecordingChanged,
} from "./types.ts";

/** Its owner asks somebody about a caller who is on hold, as the server's `Consult`. */
export interface Consult {
  readonly by: Person;
  /** Whom it rings still. */
  readonly asked: readonly Person[];
  readonly team: string;
  readonly until: number;
  /** Who came. */
  readonly colleague: Person | null;
}

/** A call that goes on, as the server's `Leg`. `before`: where replies go once it has ended. */
export interface Leg {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly before: Endpoint | null;
  readonly started_at: number;
  /** Who of the business talks to the customer. */
  readonly answered: Person | null;
  readonly held: boolean;
  /** null: it isn't recorded. */
  readonly recording: RecordingChanged["to"] | null;
  readonly consult: Consult | null;
}

/** What calls read and change of a conversation. */
export interface Calling {
  readonly endpoint: Endpoint | null;
  readonly status: string;
  readonly last_input: number;
  readonly waiting_since: number | null;
  readonly legs: readonly Leg[];
}
export type CallEvent = CallStarted | CallAnswered | CallHeld | CallResumed | CallEnded | RecordingChanged;
export type ConsultEvent = ConsultStarted | ConsultAnswered | ConsultDeclined | ConsultEnded;

const MAX_LEGS = 4;

/** What an event of a call changes: the twin of the server's `after_call`. */
export function afterCall(state: Calling, event: CallEvent, at: number) {
  const { legs } = state;
  const change = (changed: Partial<Leg>) =>
    legs.map((one) => (one.id === event.leg ? { ...one, ...changed } : one));
  switch (event.type) {
    case "call_started": {
      const { leg: id, endpoint } = event;
      const begun = {
        id,
        endpoint,
        before: state.endpoint,
        started_at: at,
        answered: null,
        held: false,
        recording: null,
        consult: null,
      };
      const waits = state.status === "open" ? (state.waiting_since ?? at) : state.waiting_since;
      return { legs: [...legs, begun].slice(-MAX_LEGS), endpoint, waiting_since: waits };
    }
    case "call_answered":
      return {
        legs: legs.map((one) =>
          one.id === event.leg
            ? {
                ...one,
                answered: event.by,
                held: one.held && (one.consult !== null || one.answered === null),
              }
            : one,
        ),
        answered: state.last_input,
        waiting_since: null,
        reminded_at: 0,
      };
    case "call_ended": {
      const ended = legs.find((one) => one.id === event.leg);
      if (!ended) return {};
      const here = same(state.endpoint, ended.endpoint);
      return {
        legs: legs.filter((one) => one !== ended),
        endpoint: here ? ended.before : state.endpoint,
      };
    }
    default:
      return { legs: change("to" in event ? { recording: event.to } : { held: event.type === "call_held" }) };
  }
}

/** What an event of a consultation changes: the twin of the server's `after_consult`. */
export function afterConsult(legs: readonly Leg[], event: ConsultEvent): readonly Leg[] {
  return legs.map((leg) => (leg.id === event.leg ? { ...leg, consult: consulted(leg.consult, event) } : leg));
}

function consulted(consult: Consult | null, event: ConsultEvent): Consult | null {
  switch (event.type) {
    case "consult_started": {
      const { by, asked, team = "", until = 0 } = event;
      return { by, asked, team, until, colleague: null };
    }
    case "consult_answered":
      return consult && { ...consult, asked: [], colleague: event.by };
    case "consult_declined":
      return consult && { ...consult, asked: consult.asked.filter(({ id }) => id !== event.by.id) };
    default:
      return null;
  }
}

/** The legs of a conversation that is `owner`'s now: whoever had their sound in it before talks there no more. */
export function passedOn(legs: readonly Leg[], owner: Person | null): readonly Leg[] {
  return legs.map((one) => {
    const asks = one.consult && one.consult.by.id !== owner?.id;
    const leg = asks ? { ...one, consult: null, held: false } : one;
    return !leg.answered || leg.answered.id === owner?.id ? leg : { ...leg, answered: null, held: false };
  });
}

/** Whether two endpoints are one. */
export function same(one: Endpoint | null, other: Endpoint): boolean {
  return one?.inbox === other.inbox && one.identity === other.identity && one.channel === other.channel;
}
