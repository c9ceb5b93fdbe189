import type { Conversation, Endpoint } from "@switchboard/protocol";
import type { Say } from "../i18n/index.ts";
import { channelName } from "./lines.ts";

export interface Reach {
  /** Replies go where nothing arrives. */
  readonly lost: boolean;
  /** Where something still arrives. */
  readonly left: readonly Endpoint[];
  /** How it stands, in a sentence; "" where all is well. */
  readonly words: string;
}

type Known = Pick<Conversation, "endpoint" | "channels" | "unreachable">;

/** Whether the customer can be reached. */
export function reach(state: Partial<Known> | null, say: Say): Reach {
  const { endpoint = null, channels = [], unreachable = [] } = state ?? {};
  const left = channels.filter(({ identity }) => !unreachable.includes(identity));
  if (!endpoint || !unreachable.includes(endpoint.identity)) return { lost: false, left, words: "" };
  const channel = channelName(endpoint.channel, say);
  // The web chat is not told of anywhere: who has it open sees it.
  const others = [...new Set(left.map((one) => channelName(one.channel, say)))].join(", ");
  const words = others ? say("reach.other", { channel, others }) : say("reach.none", { channel });
  return { lost: true, left, words };
}
