import type { Preview, Status } from "@switchboard/protocol";
import { request } from "./http.ts";

/** A person: whom a contact was merged into, where it was. `verified`: the business vouches for who it is. */
export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly verified: boolean;
  readonly identities: readonly {
    readonly inbox: string;
    readonly channel: string;
    readonly assurance: "claimed" | "signed";
  }[];
  readonly conversations: readonly Past[];
  readonly merged: readonly string[];
}
/** A conversation of the contact's. */
export interface Past {
  readonly conversation: string;
  readonly status: Status;
  readonly updated_at: number;
  readonly channel: string;
  readonly preview: Preview | null;
}
export type ContactFields = Pick<Contact, "name" | "email" | "phone">;

const base = (business: string, contact: string) => `/api/v1/businesses/${business}/contacts/${contact}`;

export const readContact = (business: string, contact: string) =>
  request<Contact>("GET", base(business, contact));
export const changeContact = (business: string, contact: string, fields: Partial<ContactFields>) =>
  request<Contact>("PATCH", base(business, contact), fields);
export const mergeContact = (business: string, contact: string, into: string) =>
  request<Contact>("POST", `${base(business, contact)}/merge`, { into });
