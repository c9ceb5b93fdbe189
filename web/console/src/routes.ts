/** The address after `#`: a conversation that is open, or none. */
export interface Route {
  readonly conversation: string;
}

export function parse(hash: string): Route {
  const match = /^#\/conversations\/([^/]+)$/.exec(hash);
  return { conversation: match ? decodeURIComponent(match[1]!) : "" };
}

export function href({ conversation }: Route): string {
  return conversation ? `#/conversations/${encodeURIComponent(conversation)}` : "#/conversations";
}

/** A notification was opened while no console was: the business that it is about. */
export function businessOf(search: string): string {
  return new URLSearchParams(search).get("business") ?? "";
}

const PAGES = [
  "conversations",
  "contacts",
  "requests",
  "records",
  "bot",
  "knowledge",
  "settings",
  "account",
  "reports",
  "set-up",
  "invitation",
] as const;
export type Page = (typeof PAGES)[number];

/** Which page is looked at; on the settings: which section of them, and which thing of that. */
export interface Place {
  readonly page: Page;
  readonly section: string;
  readonly item: string;
}

export function placeOf(hash: string): Place {
  const [page, section = "", item = ""] = hash.replace(/^#\/?/, "").split("/").map(plain);
  return { page: PAGES.find((one) => one === page) ?? "conversations", section, item };
}

export function settingsHref(section: string, item = ""): string {
  return hrefOf("#/settings", section, item);
}

export function botHref(section: string, item = ""): string {
  return hrefOf("#/bot", section, item);
}

export function knowledgeHref(section: string, item = ""): string {
  return hrefOf("#/knowledge", section, item);
}

/** A contact, or (without one) all of them. */
export function contactHref(contact = ""): string {
  return contact ? hrefOf("#/contacts", contact, "") : "#/contacts";
}

/** A record, or (without one) all of them. */
export function recordHref(record = ""): string {
  return record ? hrefOf("#/records", record, "") : "#/records";
}

/** In the place of a record's id: the records of the contact that follows. */
export const OF_CONTACT = "contact";

export function recordsOfHref(contact: string): string {
  return hrefOf("#/records", OF_CONTACT, contact);
}

function hrefOf(page: string, section: string, item: string): string {
  const parts = item ? [section, item] : [section];
  return [page, ...parts.map(encodeURIComponent)].join("/");
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return ""; // typed by hand, and no address of ours
  }
}

const WAYS = ["sign-in", "set-up", "invitation"] as const;

/** A link that works once. Its token must not stay in the address or the history. */
export interface OneTime {
  readonly way: (typeof WAYS)[number];
  readonly token: string;
}

export function oneTime(hash: string): OneTime | null {
  const match = /^#(sign-in|set-up|invitation)=([A-Za-z0-9_-]+)$/.exec(hash);
  const way = WAYS.find((one) => one === match?.[1]);
  return way ? { way, token: match![2]! } : null;
}
