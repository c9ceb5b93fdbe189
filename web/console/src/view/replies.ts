import type { Conversation, Endpoint } from "@switchboard/protocol";

/** A way by which a reply can go, as a choice names it. */
export interface ReplyWay {
  readonly key: string;
  readonly endpoint: Endpoint;
}

const keyOf = (endpoint: Endpoint) =>
  endpoint.channel === "voice" ? `voice:${endpoint.identity}` : endpoint.identity;

/** The channels of a conversation, and the calls that go on in it: what is written to those is spoken. */
export function replyWays(state: Conversation): readonly ReplyWay[] {
  const calls = state.legs.map(({ endpoint }) => endpoint);
  return [...state.channels.filter(({ channel }) => channel !== "voice"), ...calls].map((endpoint) => ({
    key: keyOf(endpoint),
    endpoint,
  }));
}

/** Where a reply goes unless another way is chosen: after the customer; but whoever talks to them writes beside the call. */
export function usualWay(state: Conversation, talking: boolean): Endpoint | null {
  const { endpoint, legs } = state;
  const leg = endpoint && legs.find((one) => one.endpoint.identity === endpoint.identity);
  if (!leg) return endpoint;
  if (!talking) return leg.endpoint;
  return endpoint.channel === "voice" ? leg.before : endpoint;
}

/** The endpoint to be told the server; null where it is the one that it would take by itself. */
export function wayOf(state: Conversation, chosen: string, talking: boolean): Endpoint | null {
  const way = replyWays(state).find(({ key }) => key === chosen)?.endpoint ?? usualWay(state, talking);
  const own = state.endpoint;
  return way && (way.identity !== own?.identity || way.channel !== own.channel) ? way : null;
}

export const keyOfWay = (endpoint: Endpoint | null) => (endpoint ? keyOf(endpoint) : "");
