import type { OtherBusiness, Row } from "@switchboard/protocol";
import { request } from "./http.ts";

export interface Taker {
  readonly id: string;
  readonly name: string;
  readonly state: "online" | "busy" | "after_call" | "away" | "offline";
  /** They can be passed a conversation now. */
  readonly takes: boolean;
}

/** What is one's own at a business. */
export interface HeldAt {
  readonly business: OtherBusiness;
  readonly conversations: readonly { readonly row: Row; readonly floor_seq: number }[];
  /** How many more sleep until their time, and stay as they are. */
  readonly resting: number;
  readonly colleagues: readonly Taker[];
}

export const readHeld = () =>
  request<{ readonly businesses: readonly HeldAt[] }>("GET", "/api/v1/me/held").then(
    ({ businesses }) => businesses,
  );
