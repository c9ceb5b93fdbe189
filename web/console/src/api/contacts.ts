import type { Fault, Person, Preview, Row, Status } from "@switchboard/protocol";
import { request } from "./http.ts";

/** A way to reach the contact. `address`: as people know it, "" for a browser; `trouble`: why nobody can write there. */
export interface Identity {
  readonly id: string;
  readonly inbox: string;
  readonly channel: string;
  readonly name: string;
  readonly address: string;
  readonly assurance: "claimed" | "signed";
  readonly since: number;
  readonly lost: boolean;
  readonly trouble: Fault | null;
  /** What isn't over there, and whose it is. */
  readonly conversation: string;
  readonly owner: string;
}
/** A conversation of the contact's. */
export interface Past {
  readonly conversation: string;
  readonly status: Status;
  readonly updated_at: number;
  readonly channel: string;
  readonly preview: Preview | null;
}
export type BlockReason = "spam" | "abuse" | "threats" | "other";
export interface Block {
  /** Null: for good. */
  readonly until: number | null;
  readonly at: number;
  readonly by: string;
  readonly reason: BlockReason;
  readonly note: string;
  readonly refused: number;
}
/** A contact that is one with another. `by`: "" where they did it themselves. */
export interface MergedContact {
  readonly id: string;
  readonly name: string;
  readonly into: string;
  readonly at: number;
  readonly by: string;
}
/** A person: whom a contact was merged into, where it was. `verified`: the business vouches for who it is; nobody vouches
 *  for `attributes` and `details`. */
export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly company: string;
  readonly external_id: string;
  readonly own: Readonly<Record<string, string>>;
  readonly note: string;
  readonly verified: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, string>>;
  readonly identities: readonly Identity[];
  readonly conversations: readonly Past[];
  readonly merged: readonly string[];
  readonly merges: readonly MergedContact[];
  readonly block: Block | null;
  readonly approached_at: number;
}
export type ContactFields = Pick<
  Contact,
  "name" | "email" | "phone" | "company" | "external_id" | "note" | "own"
>;

/** A contact in the list. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly company: string;
  readonly channels: readonly string[];
  readonly approached_at: number;
  readonly blocked_until: number;
  readonly open: number;
}
export interface ClientPage {
  readonly contacts: readonly Client[];
  readonly next: string | null;
}
/** A conversation as the contact's story tells it. */
export interface Chapter {
  readonly conversation: string;
  readonly status: Status;
  readonly started_at: number;
  readonly updated_at: number;
  readonly channel: string;
  readonly outbound: boolean;
  readonly owner: Person | null;
  readonly first: string;
  readonly preview: Preview | null;
  readonly labels: readonly string[];
  readonly ending: string;
  readonly reason: string;
}
export interface Chapters {
  readonly conversations: readonly Chapter[];
  readonly next: string | null;
}
export interface Alike {
  readonly contact: Client;
  readonly by: readonly ("email" | "phone" | "external")[];
}
export interface MergeSide {
  readonly id: string;
  readonly name: string;
  readonly identities: readonly Identity[];
  readonly open: readonly Row[];
}
export interface MergeField {
  readonly field: string;
  readonly goes: string;
  readonly stays: string;
  readonly kept: string;
}
/** What a merge would do: `goes` is merged into `stays`. */
export interface MergePreview {
  readonly goes: MergeSide;
  readonly stays: MergeSide;
  readonly fields: readonly MergeField[];
}
export interface Written {
  readonly conversation: string;
  readonly seq: number;
  readonly begun: boolean;
}

const all = (business: string) => `/api/v1/businesses/${business}/contacts`;
const base = (business: string, contact: string) => `${all(business)}/${encodeURIComponent(contact)}`;

export function readClients(
  business: string,
  wanted: { q: string; before: string; blocked: boolean; open: boolean },
): Promise<ClientPage> {
  const { q, before, blocked, open } = wanted;
  const query = new URLSearchParams({
    ...(q ? { q } : {}),
    ...(before ? { before } : {}),
    ...(blocked ? { blocked: "true" } : {}),
    ...(open ? { open: "true" } : {}),
  });
  return request("GET", `${all(business)}?${query}`);
}
export const readContact = (business: string, contact: string) =>
  request<Contact>("GET", base(business, contact));
export const readChapters = (business: string, contact: string, before = "") =>
  request<Chapters>(
    "GET",
    `${base(business, contact)}/conversations${before ? `?before=${encodeURIComponent(before)}` : ""}`,
  );
export const readAlike = (business: string, contact: string) =>
  request<{ contacts: readonly Alike[] }>("GET", `${base(business, contact)}/alike`);
export const changeContact = (business: string, contact: string, fields: Partial<ContactFields>) =>
  request<Contact>("PATCH", base(business, contact), fields);
export const previewMerge = (business: string, contact: string, into: string) =>
  request<MergePreview>("GET", `${base(business, contact)}/merge?into=${encodeURIComponent(into)}`);
export const mergeContact = (
  business: string,
  contact: string,
  into: string,
  keep: Readonly<Record<string, string>> = {},
) => request<Contact>("POST", `${base(business, contact)}/merge`, { into, keep });
export const undoMerge = (business: string, contact: string) =>
  request<null>("DELETE", `${base(business, contact)}/merge`);
export const blockContact = (
  business: string,
  contact: string,
  block: { until: number; reason: BlockReason; note: string },
) => request<Contact>("PUT", `${base(business, contact)}/block`, block);
export const unblockContact = (business: string, contact: string) =>
  request<null>("DELETE", `${base(business, contact)}/block`);
export const writeTo = (
  business: string,
  contact: string,
  words: { id: string; identity: string; text: string },
) => request<Written>("POST", `${base(business, contact)}/conversations`, words);
