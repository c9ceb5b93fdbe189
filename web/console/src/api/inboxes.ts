import { request } from "./http.ts";
import { at, of, type Source, type Thing } from "./setup.ts";

export interface Starter {
  titles: Readonly<Record<string, string>>;
  payload: string;
}

/** `version`: another one asks everybody anew. */
export interface ConsentText {
  readonly version: string;
  readonly text: Readonly<Record<string, string>>;
}

/** A word beside the closed chat. `pages`: a glob of the page's path. */
export interface InvitationRule {
  readonly id: string;
  pages: string;
  after_seconds: number;
  text: Readonly<Record<string, string>>;
}

/** What can be written of an inbox, and with `channel` and `has_secret` what it is. */
export interface Inbox {
  name: string;
  origins: readonly string[];
  greeting: Readonly<Record<string, string>>;
  starters: Starter[];
  /** `null`: nothing is asked. */
  consent: ConsentText | null;
  invitations: InvitationRule[];
  readonly channel: string;
  readonly has_secret: boolean;
}

type Settings = Omit<Inbox, "name" | "channel" | "has_secret">;

interface InboxView extends Pick<Inbox, "name" | "channel" | "has_secret"> {
  readonly id: string;
  readonly version: number;
  readonly settings: Settings;
}

function thing({ id, version, settings, name, channel, has_secret }: InboxView): Thing<Inbox> {
  return {
    id,
    version,
    changed_at: 0,
    changed_by: "",
    value: { ...settings, name, channel, has_secret },
  };
}

/** Settings that this console doesn't know yet go back as they came. */
function settingsOf({ name: _name, channel: _channel, has_secret: _secret, ...settings }: Inbox): Settings {
  return { ...settings, origins: settings.origins.filter((origin) => origin.trim()) };
}

export const inboxes: Source<Inbox> & Required<Pick<Source<Inbox>, "add">> = {
  kind: "inbox",
  read: async (business) =>
    (await request<{ inboxes: InboxView[] }>("GET", at(business, "inboxes"))).inboxes.map(thing),
  add: async (business, inbox) =>
    thing(
      await request("POST", at(business, "inboxes"), {
        channel: inbox.channel,
        name: inbox.name,
        settings: settingsOf(inbox),
      }),
    ),
  change: async (business, { id, version }, inbox) =>
    thing(
      await request("PUT", at(business, of("inboxes", id)), {
        version,
        name: inbox.name,
        settings: settingsOf(inbox),
      }),
    ),
  remove: (business, { id }) => request("DELETE", at(business, of("inboxes", id))),
};

/** Instants are microseconds; `refused`: pages that tried and aren't allowed, as one node saw it since its start. */
export interface Health {
  readonly visitors: number;
  readonly last_talk: number | null;
  readonly refused: readonly { readonly origin: string; readonly at: number; readonly times: number }[];
}

export const health = (business: string, inbox: string) =>
  request<Health>("GET", at(business, `${of("inboxes", inbox)}/health`));

export interface TestAnswer {
  readonly conversation: string;
  readonly answer: string;
  readonly milliseconds: number;
}

export const tryInbox = (business: string, inbox: string, text: string, locale: string) =>
  request<TestAnswer>("POST", at(business, `${of("inboxes", inbox)}/test`), { text, locale });
export const newSecret = (business: string, inbox: string) =>
  request<{ readonly secret: string }>("POST", at(business, `${of("inboxes", inbox)}/secret`));
