import type { Filter, View } from "@switchboard/protocol";
import { request } from "./http.ts";

/** Something set up, as every kind of it is shown. `version` counts its changes. */
export interface Thing<V> {
  readonly id: string;
  readonly version: number;
  /** Microseconds; 0 where that isn't told. */
  readonly changed_at: number;
  readonly changed_by: string;
  readonly value: V;
}

/** Where things of one kind are kept. A kind of which a business has one has no `add` and no `remove`. */
export interface Source<V> {
  /** As the audit log calls it. */
  readonly kind: string;
  /** Texts that stay on the page: no draft keeps them. */
  readonly unkept?: readonly (keyof V & string)[];
  /** How mine goes on top of theirs, where that is more than field by field. */
  readonly merge?: (before: V, mine: V, theirs: V) => V;
  readonly read: (business: string) => Promise<readonly Thing<V>[]>;
  readonly add?: (business: string, value: V) => Promise<Thing<V>>;
  readonly change: (business: string, thing: Thing<V>, value: V) => Promise<Thing<V>>;
  readonly remove?: (business: string, thing: Thing<V>) => Promise<void>;
}

export const at = (business: string, path: string) =>
  `/api/v1/businesses/${encodeURIComponent(business)}/${path}`;

export const of = (path: string, item: string) => `${path}/${encodeURIComponent(item)}`;

/** A way from a contact into a system of the business's own; `url` has places for their fields: `{email}`. */
export interface CrmLink {
  name: string;
  url: string;
}

/** Kinds of which there are many. */
export function many<V>(kind: string, path: string): Source<V> & Required<Pick<Source<V>, "add" | "remove">> {
  return {
    kind,
    read: async (business) =>
      (await request<{ items: readonly Thing<V>[] }>("GET", at(business, path))).items,
    add: (business, value) => request("POST", at(business, path), value as object),
    change: (business, { id, version }, value) =>
      request("PUT", at(business, of(path, id)), { version, value }),
    remove: (business, { id, version }) =>
      request("DELETE", at(business, `${of(path, id)}?version=${version}`)),
  };
}

/** Kinds of which there is one. */
export function single<V>(kind: string, path: string): Source<V> {
  return {
    kind,
    read: async (business) => [told(await request<Thing<V>>("GET", at(business, path)))],
    change: async (business, { version }, value) =>
      told(await request("PUT", at(business, path), { version, value })),
  };
}

/** Some answers don't tell who changed a thing last. */
function told<V>(thing: Omit<Thing<V>, "changed_at" | "changed_by"> & Partial<Thing<V>>): Thing<V> {
  return { changed_at: 0, changed_by: "", ...thing };
}

export interface Profile {
  names: Readonly<Record<string, string>>;
  locales: readonly string[];
  timezone: string;
  color: string;
}
export const profiles = single<Profile>("business", "profile");
export const beginBusiness = (profile: Profile & { readonly operator: string }) =>
  request<Thing<Profile>>("POST", "/api/v1/businesses", profile);

export type ByLanguage = Readonly<Record<string, string>>;
export const MODES = ["pick", "offer", "auto_accept"] as const;
export type Mode = (typeof MODES)[number];
/** Levels of skills, from 1 to 5, by the skill's id. */
export type Levels = Readonly<Record<string, number>>;
/** How conversations come to a team. `widen`: seconds of waiting, each later than the one before it. */
export const WRAP_UP_MODES = ["off", "asked", "required"] as const;
/** What lies between the last word and the end. */
export interface WrapUpRules {
  mode: (typeof WRAP_UP_MODES)[number];
  code: boolean;
  seconds: number;
  more: "never" | "once" | "until_done";
}
export interface TeamRules {
  mode: Mode;
  skills: Levels;
  widen: readonly number[];
  overflow: string;
  overflow_after: number;
  /** `null`: as for everybody. */
  wrap_up: WrapUpRules | null;
  /** Calls that are offered are accepted by the console itself. */
  answer_calls: boolean;
}
export interface Team {
  name: string;
  members: readonly string[];
  about: string;
  rules: TeamRules;
}
export const CHANNELS = ["webchat", "telegram", "voice"] as const;
/** Which conversations ask for a skill; "": none by that. */
export interface SkillRules {
  language: string;
  channel: "" | (typeof CHANNELS)[number];
  strict: boolean;
}
export interface Skill {
  name: string;
  about: string;
  rules: SkillRules;
}
/** How conversations come to people, whatever their team. `everybody`: those that go to no team. */
export interface RoutingRules {
  everybody: TeamRules;
  offer_seconds: number;
  missed_limit: number;
  again_seconds: number;
  knew_days: number;
  grace_seconds: number;
  weight: number;
  step_minutes: number;
  call_minutes: number;
  chat: number;
  resting: number;
}
/** What whoever waits is offered; seconds and minutes, 0 for never. */
export interface WaitingRules {
  callback_after: number;
  callback_within: number;
  missed_after: number;
  remind_after: number;
  close_after: number;
  unread_after: number;
}
export interface Waiting {
  name: string;
  rules: WaitingRules;
}
/** How answers reach customers who did not read them. `url`: of the business's own sender of SMS. */
export interface Unread {
  name: string;
  email: boolean;
  sms: boolean;
  url: string;
}
export interface Routing {
  name: string;
  rules: RoutingRules;
}
export const COLOURS = ["grey", "red", "amber", "green", "teal", "blue", "violet", "pink"] as const;
export interface Label {
  name: string;
  color: (typeof COLOURS)[number];
}
/** `owner`: whose own it is; `team`: whose alone; without both it is everybody's. */
export interface CannedResponse {
  name: string;
  owner: string;
  team: string;
  texts: ByLanguage;
}
/** A list at hand: `owner`'s own, or everybody's (""). */
export interface SavedView {
  name: string;
  view: View;
  filter: Filter;
  owner: string;
}
export type MacroAction =
  | { type: "say"; texts: ByLanguage }
  | { type: "label"; add: readonly string[]; remove: readonly string[] }
  | { type: "fact"; name: string; value: string }
  | { type: "note"; text: string }
  | { type: "transfer"; team: string }
  | { type: "snooze"; minutes: number }
  | { type: "resolve"; code: string }
  | { type: "return_to_bot" };
/** Several things done to a conversation at once. `team`: who has it at hand; "": everybody. */
export interface Macro {
  name: string;
  about: string;
  team: string;
  actions: readonly MacroAction[];
}
export interface WrapUpCode {
  name: string;
  about: string;
  active: boolean;
  /** The id of one that must be filled in before. */
  form?: string;
}
/** One question of a form; `choices` of a choice, `least` and `most` of a number. What is as usual is left out. */
export interface FormField {
  name: string;
  label: string;
  kind?: (typeof FIELD_KINDS)[number];
  required?: boolean;
  help?: string;
  choices?: readonly string[];
  least?: number | null;
  most?: number | null;
  prefill?: (typeof PREFILLS)[number];
  fact?: string;
  /** No call's recording keeps what is said to it. */
  unrecorded?: boolean;
}
export const FIELD_KINDS = [
  "text", "long_text", "number", "money", "choice", "choices", "boolean", "date", "phone", "email",
] as const; // prettier-ignore
export const PREFILLS = ["", "name", "phone", "email", "company", "fact"] as const;
export const PURPOSES = ["order", "complaint", "ticket", "survey", "script"] as const;
export interface FormBranch {
  field: string;
  answer: string;
  to: string;
}
/** The first branch that fits leads on, else `then`; "" is the next one. */
export interface FormStep {
  name: string;
  title: string;
  say?: string;
  fields?: readonly FormField[];
  branches?: readonly FormBranch[];
  then?: string;
}
export interface Form {
  name: string;
  about: string;
  purpose: (typeof PURPOSES)[number];
  prefix: string;
  statuses: readonly string[];
  told: string;
  active: boolean;
  steps: readonly FormStep[];
}
export interface BreakReason {
  name: string;
}
export interface Span {
  opens: string;
  closes: string;
}
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
export interface Holiday {
  day: string;
  name: string;
  spans: readonly Span[];
}
export interface Hours {
  name: string;
  always: boolean;
  week: Readonly<Partial<Record<Day, readonly Span[]>>>;
  holidays: readonly Holiday[];
}
/** Whether customers are asked for a rating, and after how many hours the same one again. */
export interface Rating {
  name: string;
  rules: { ask: boolean; again_hours: number };
}
/** How operators greet, and what they keep to, by the customer's language. */
export interface Script {
  name: string;
  greetings: Readonly<Record<string, string>>;
  texts: Readonly<Record<string, string>>;
}
export interface Retention {
  name: string;
  conversation_days: number;
  audit_days: number;
  recording_days: number;
}

export const teams = many<Team>("team", "teams");
export const skills = many<Skill>("skill", "skills");
export const labels = many<Label>("label", "labels");
export const cannedResponses = many<CannedResponse>("canned_response", "canned-responses");
export const macros = many<Macro>("macro", "macros");
export const wrapUpCodes = many<WrapUpCode>("wrap_up_code", "wrap-up-codes");
export const forms = many<Form>("form", "forms");
export const breakReasons = many<BreakReason>("break_reason", "break-reasons");
export const crmLinks = many<CrmLink>("crm_link", "crm-links");
export const savedViews = many<SavedView>("view", "views");
export const hours = single<Hours>("hours", "hours");
export const routing = single<Routing>("routing", "routing");
export const waiting = single<Waiting>("waiting", "waiting");
export const unread = single<Unread>("unread", "unread");
export const rating = single<Rating>("rating", "rating");
export const script = single<Script>("script", "script");
export const retention = single<Retention>("retention", "retention");
