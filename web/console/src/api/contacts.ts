import { request } from "./http.ts";

/** A person: whom a contact was merged into, where it was. `verified`: the business vouches for who it is. */
export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly verified: boolean;
  readonly identities: readonly {
    readonly inbox: string;
    readonly channel: string;
    readonly assurance: "claimed" | "signed";
  }[];
  readonly conversations: readonly {
    readonly conversation: string;
    readonly status: string;
    readonly updated_at: number;
  }[];
}

export const readContact = (business: string, contact: string) =>
  request<Contact>("GET", `/api/v1/businesses/${business}/contacts/${contact}`);
