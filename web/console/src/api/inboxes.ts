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

/** A bot of Telegram's, as Telegram describes it, and how it is reached. */
export interface Telegram {
  readonly bot_id: number;
  readonly username: string;
  readonly name: string;
  groups: "addressed" | "leave";
  /** Telegram calls us; otherwise we ask it. */
  webhook: boolean;
  /** "": none. */
  proxy: string;
  /** The page that the button beside the field opens; "": the commands. */
  menu_url: string;
}

export interface CallSettings {
  /** Said first, by language; the server's own words where there is none. */
  greeting: Readonly<Record<string, string>>;
  /** Heard to its end after it. */
  notice: Readonly<Record<string, string>>;
  to: "bot" | "people";
  /** Of people; "": everybody. */
  team: string;
  /** From when the caller has heard `notice`. */
  record: boolean;
  /** Callers say first which of the business's languages they speak, or press its key. */
  ask_language: boolean;
  /** By language and prompt: the sound that is played in place of the voice, by name. */
  sounds?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By language, in the order in which they are tried; what is always there where there are none. */
  recognizers?: Readonly<Record<string, readonly string[]>>;
  speakers?: Readonly<Record<string, readonly Speaker[]>>;
}

/** A speech engine that speaks. `voice`: its own name of one, "": its usual one. */
export interface Speaker {
  readonly name: string;
  readonly voice?: string;
  readonly rate?: number;
}

/** What can be written of an inbox, and with `channel` and `has_secret` what it is. */
export interface Inbox {
  name: string;
  origins: readonly string[];
  /** Where customers come back to from another channel; "": nowhere. */
  page: string;
  greeting: Readonly<Record<string, string>>;
  starters: Starter[];
  /** Whoever talks with the visitor sees what they type. */
  live_draft: boolean;
  /** The bot answers a voice message by one, too. */
  voice_answers: boolean;
  /** How visitors call; `null`: they can't. */
  calls: CallSettings | null;
  /** `null`: nothing is asked. */
  consent: ConsentText | null;
  invitations: InvitationRule[];
  /** `null`: it is no bot of Telegram's. */
  telegram: Telegram | null;
  /** Of a new bot; the server never tells it. */
  token: string;
  channel: Channel;
  readonly has_secret: boolean;
}

export type Channel = "webchat" | "telegram";
type Settings = Omit<Inbox, "name" | "channel" | "has_secret" | "token">;

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
    value: {
      ...settings,
      telegram: settings.telegram ?? null,
      calls: settings.calls ?? null,
      token: "",
      name,
      channel,
      has_secret,
    },
  };
}

/** Settings that this console doesn't know yet go back as they came. */
function settingsOf({ name: _, channel, has_secret: _secret, token: _token, ...settings }: Inbox): Settings {
  const origins = settings.origins.filter((origin) => origin.trim());
  // Whoever turned from one channel to the other while writing sends what belongs to the one they chose.
  return channel === "telegram"
    ? { ...settings, origins: [], page: "", live_draft: false, calls: null, consent: null, invitations: [] }
    : { ...settings, origins, telegram: null };
}

export function blankInbox(channel: Channel): Inbox {
  return {
    name: "",
    channel,
    has_secret: false,
    origins: [],
    page: "",
    greeting: {},
    starters: [],
    live_draft: false,
    voice_answers: false,
    calls: null,
    consent: null,
    invitations: [],
    telegram: null,
    token: "",
  };
}

export const blankTelegram = (): Telegram => ({
  bot_id: 0,
  username: "",
  name: "",
  groups: "addressed",
  webhook: false,
  proxy: "",
  menu_url: "",
});

export const inboxes: Source<Inbox> & Required<Pick<Source<Inbox>, "add">> = {
  kind: "inbox",
  unkept: ["token"],
  read: async (business) =>
    (await request<{ inboxes: InboxView[] }>("GET", at(business, "inboxes"))).inboxes.map(thing),
  add: async (business, inbox) =>
    thing(
      await request("POST", at(business, "inboxes"), {
        channel: inbox.channel,
        name: inbox.name,
        ...(inbox.channel === "telegram" ? { token: inbox.token.trim() } : {}),
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

/** Whose a token is. `picture`: a JPEG in base64, "" for none; `taken`: the inbox of this business that has the bot. */
export interface FoundBot {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly picture: string;
  readonly taken: string;
  /** Another business of this server has it. */
  readonly elsewhere: boolean;
}

export const findBot = (business: string, token: string, proxy: string) =>
  request<FoundBot>("POST", at(business, "telegram/check"), { token: token.trim(), proxy: proxy.trim() });

export const renewToken = (business: string, inbox: string, token: string) =>
  request<void>("POST", at(business, `${of("inboxes", inbox)}/token`), { token: token.trim() });

export type LineTrouble = "" | "starting" | "conflict" | "token" | "unreachable" | "storage" | "webhook";

/** How a bot's line to Telegram does. `at`: since when, microseconds; `said`: Telegram's own words. */
export interface Line {
  readonly trouble: LineTrouble;
  readonly at: number;
  readonly said: string;
  /** The node that answers holds the line; of another one's it can't tell. */
  readonly here: boolean;
}

export async function lineOf(business: string, inbox: string): Promise<Line> {
  const line = await request<Partial<Line>>("GET", at(business, `${of("inboxes", inbox)}/line`));
  return { trouble: "", at: 0, said: "", here: true, ...line };
}

export const botPicture = (business: string, inbox: string) =>
  at(business, `${of("inboxes", inbox)}/picture`);
