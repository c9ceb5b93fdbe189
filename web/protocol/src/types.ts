import type { HandoffRequested, ParticipantJoined, Person } from "./generated.ts";

export type * from "./generated.ts";
export type * from "./generated-faults.ts";

export type Author = "customer" | "bot" | "operator" | "system";
export type Reason = HandoffRequested["reason"];

export interface Preview {
  readonly text: string;
  readonly author: Author;
  readonly at: number;
}

export interface Participant {
  readonly operator: Person;
  readonly role: ParticipantJoined["role"];
}

export interface Offer {
  readonly operator: Person;
  readonly expires_at: number;
}
