import type { Attachment, HandoffRequested, ParticipantJoined, Person } from "./generated.ts";

export type * from "./generated.ts";
export type * from "./generated-faults.ts";

export type Author = "customer" | "bot" | "operator" | "system";
export type Reason = HandoffRequested["reason"];

/** The last words, and the message `seq` that they are of. */
export interface Preview {
  readonly text: string;
  readonly author: Author;
  readonly at: number;
  readonly seq?: number;
  /** What it is, where it has no words. */
  readonly kind?:
    NonNullable<Attachment["kind"]> | "file" | "place" | "phone" | "unsupported" | "deleted" | "call";
}

export interface Participant {
  readonly operator: Person;
  readonly role: ParticipantJoined["role"];
}

export interface Offer {
  readonly operator: Person;
  readonly expires_at: number;
}
