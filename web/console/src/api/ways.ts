import { request } from "./http.ts";

/** Where a conversation may go on. `place`: the address of the bot's chat, or of the page. */
export interface Way {
  readonly inbox: string;
  readonly channel: string;
  readonly name: string;
  readonly place: string;
}

/** `url` works once and until `until`, microseconds; `qr`: the same as a picture (SVG). */
export interface WayLink {
  readonly url: string;
  readonly qr: string;
  readonly until: number;
}

const base = (business: string, conversation: string) =>
  `/api/v1/businesses/${business}/conversations/${conversation}/ways`;

/** Those by which the customer doesn't speak in the conversation yet. */
export const readWays = (business: string, conversation: string) =>
  request<{ readonly ways: readonly Way[] }>("GET", base(business, conversation)).then(({ ways }) => ways);

/** The link before it, into the same inbox, works no more. */
export const makeLink = (business: string, conversation: string, inbox: string) =>
  request<WayLink>("POST", `${base(business, conversation)}/${inbox}`);
