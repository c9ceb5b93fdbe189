import type { Callback, Score, Status } from "@switchboard/protocol";
import { request } from "./http.ts";

export type Went =
  | ""
  | "answered"
  | "clarify"
  | "rephrase"
  | "handoff"
  | "silent"
  | "failed"
  | "helped"
  | "unhelped"
  | "person";
/** A line of evidence; it stands on event `seq`. */
export interface Clue {
  readonly seq: number;
  readonly at: number;
  readonly kind: "asked" | "understood" | "tried" | "trigger" | "passed";
  readonly text: string;
  readonly scores: readonly Score[];
  readonly went: Went;
  readonly name: string;
}
export interface Quote {
  readonly seq: number;
  readonly text: string;
}
export interface MoodPoint {
  readonly seq: number;
  readonly at: number;
  readonly value: number;
  readonly level: number;
  readonly words: readonly string[];
  readonly marks: readonly ("capitals" | "exclamations" | "questions" | "emoji" | "repeat" | "person")[];
}
export interface Mood {
  readonly word: "glad" | "calm" | "annoyed" | "upset";
  readonly points: readonly MoodPoint[];
}
export interface PageSeen {
  readonly seq: number;
  readonly url: string;
  readonly title: string;
  readonly referrer: string;
}
export interface EarlierRequest {
  readonly conversation: string;
  readonly seq: number;
  readonly at: number;
  readonly channel: string;
  readonly text: string;
  readonly ending: string;
  readonly reason: string;
  readonly code: string;
  readonly operator: string;
  readonly score: number;
}
export interface LiveConversation {
  readonly conversation: string;
  readonly channel: string;
  readonly status: Status;
  readonly owner: string;
  readonly text: string;
  readonly updated_at: number;
}
export interface OpenCallback {
  readonly conversation: string;
  readonly callback: Callback;
}
export interface BusinessFace {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly greeting: string;
  readonly script: string;
}
/** What the operator reads first. `shared`: they work for several businesses. `seq`: the last event that it knows. */
export interface ContextCard {
  readonly conversation: string;
  readonly seq: number;
  readonly shared: boolean;
  readonly business: BusinessFace;
  readonly why: {
    readonly reason: string;
    readonly words: string;
    readonly topic: string;
    readonly tries: number;
    readonly text: string;
  };
  readonly first: Quote | null;
  readonly last: Quote | null;
  readonly evidence: readonly Clue[];
  readonly mood: Mood;
  readonly page: PageSeen | null;
  readonly requests: readonly EarlierRequest[];
  readonly conversations: readonly LiveConversation[];
  readonly callbacks: readonly OpenCallback[];
}

export const readCard = (business: string, conversation: string) =>
  request<ContextCard>(
    "GET",
    `/api/v1/businesses/${business}/conversations/${encodeURIComponent(conversation)}/card`,
  );
