import type {
  CallAnswered,
  CallEnded,
  CallHeld,
  CallResumed,
  CallStarted,
  Endpoint,
  Person,
  RecordingChanged,
} from "./types.ts";

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
      };
      const waits = state.status === "open" ? (state.waiting_since ?? at) : state.waiting_since;
      return { legs: [...legs, begun].slice(-MAX_LEGS), endpoint, waiting_since: waits };
    }
    case "call_answered":
      return {
        legs: change({ answered: event.by, held: false }),
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

/** The legs of a conversation that is `owner`'s now: whoever had their sound in it before talks there no more. */
export function passedOn(legs: readonly Leg[], owner: Person | null): readonly Leg[] {
  return legs.map((leg) =>
    !leg.answered || leg.answered.id === owner?.id ? leg : { ...leg, answered: null, held: false },
  );
}

/** Whether two endpoints are one. */
export function same(one: Endpoint | null, other: Endpoint): boolean {
  return one?.inbox === other.inbox && one.identity === other.identity && one.channel === other.channel;
}
