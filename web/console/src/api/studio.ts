import type { Fault } from "@switchboard/protocol";
import { request } from "./http.ts";
import { at } from "./setup.ts";

/** A part of a content file, as Rasa's format has it. */
export type Json = Readonly<Record<string, unknown>>;

export type Led = "answer" | "rule" | "form" | "handoff" | "person";

/** A topic in the list. `examples`: how many by language; `titles`, and `about`, how its answer begins: by language, "" for
 * any. */
export interface TopicLine {
  readonly name: string;
  readonly examples: Readonly<Record<string, number>>;
  readonly titles: Readonly<Record<string, string>>;
  readonly led: Led;
  readonly about: Readonly<Record<string, string>>;
}
export interface FormLine {
  readonly name: string;
  /** As an intent's: what people call it, by language. */
  readonly titles: Readonly<Record<string, string>>;
  readonly fields: readonly string[];
  readonly begun_by: readonly string[];
  /** The form of the settings of which it makes a record; "" for none. */
  readonly fills: string;
}
/** Something of the files that is not honoured, or was left out. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly fault: Fault;
}
export interface Overview {
  readonly intents: readonly TopicLine[];
  readonly responses: readonly { readonly name: string; readonly text: string; readonly used: boolean }[];
  readonly forms: readonly FormLine[];
  readonly settings: Json;
  readonly tests: number;
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
}
/** `trained`: the version that was made of what the draft says; "" where none was. */
export interface Draft {
  readonly revision: number;
  readonly based_on: string;
  readonly changed_by: string;
  readonly changed_at: number;
  readonly undoable: boolean;
  readonly published: boolean;
  readonly trained: string;
  readonly overview: Overview;
}
/** What a page of the draft tells of the draft. */
export interface Page {
  readonly revision: number;
  readonly changed_by: string;
  readonly changed_at: number;
}
export interface TopicPage extends Page {
  readonly name: string;
  readonly examples: readonly string[];
  readonly answer: readonly Json[];
  readonly title: readonly Json[];
  readonly actions: readonly string[];
  readonly led: Led;
  readonly plain: boolean;
  readonly form: string;
  readonly aim: { readonly team?: string; readonly priority?: number; readonly reason?: string };
}
export interface FormPage extends Page {
  readonly name: string;
  readonly title: readonly Json[];
  readonly questions: readonly {
    readonly slot: string;
    readonly asks: readonly Json[];
    readonly takes: Json;
    /** What is said to an answer that doesn't fit. */
    readonly unfit: readonly Json[];
  }[];
  readonly begun_by: string;
  readonly done: readonly Json[];
  readonly tries: number;
  readonly fills: string;
}
export interface TestsPage extends Page {
  readonly stories: readonly Json[];
}
export interface Alike {
  readonly intent: string;
  readonly text: string;
  readonly score: number;
}

export type Change =
  | { readonly kind: "intent"; readonly name: string; readonly examples: readonly string[] }
  | {
      readonly kind: "lead";
      readonly name: string;
      readonly to: "answer" | "handoff" | "form";
      readonly form?: string;
      readonly team?: string;
      readonly priority?: number;
      readonly reason?: string;
    }
  | { readonly kind: "remove_intent"; readonly name: string }
  | { readonly kind: "response"; readonly name: string; readonly variations: readonly Json[] }
  | { readonly kind: "remove_response"; readonly name: string }
  | {
      readonly kind: "form";
      readonly name: string;
      readonly questions: readonly Json[];
      readonly begun_by: string;
      readonly done: readonly Json[];
      readonly tries: number;
      readonly fills: string;
    }
  | { readonly kind: "remove_form"; readonly name: string }
  | { readonly kind: "settings"; readonly section: "handoff" | "understanding"; readonly value: Json }
  | { readonly kind: "tests"; readonly stories: readonly Json[] };

/** What a training measured, by the parts of it that this page draws. */
export interface Report {
  readonly intents?: number;
  readonly examples?: number;
  readonly accuracy?: number;
  readonly seconds?: number;
  readonly findings?: readonly Finding[];
  readonly evaluation?: {
    /** threshold; then the shares that are answered rightly, answered wrongly, and asked about */
    readonly curve?: readonly (readonly [number, number, number, number])[];
    readonly intents?: readonly {
      readonly intent: string;
      readonly precision: number;
      readonly recall: number;
      readonly examples: number;
    }[];
    readonly confusions?: readonly {
      readonly truth: string;
      readonly taken_for: string;
      readonly count: number;
      readonly examples?: readonly string[];
    }[];
    readonly ece?: number;
  };
}
export interface StoryResult {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly passed: boolean;
  /** What the customer had written. */
  readonly said?: string;
  readonly expected?: string;
  readonly got?: string;
}
export interface Results {
  readonly all: number;
  readonly failed: number;
  readonly stories?: readonly StoryResult[];
}
export interface VersionLine {
  readonly version: string;
  readonly number: number;
  readonly status: string;
  readonly made_by: string;
  readonly note: string;
  readonly created_at: number;
  readonly published_at: number | null;
  readonly accuracy: number;
  readonly tests_failed: number;
  readonly tests: number;
}
export interface VersionPage extends VersionLine {
  readonly report: Report;
  readonly results: Results | null;
}
export interface Difference {
  readonly files: readonly { readonly file: string; readonly lines: readonly string[] }[];
  readonly cut: boolean;
}
export type Stage = "" | "read" | "learn" | "measure" | "test";
export interface BotState {
  readonly version: string | null;
  readonly report: Readonly<Record<string, unknown>>;
  readonly training: "idle" | "running" | "failed";
  readonly stage: Stage;
  readonly done: number;
  readonly trained: string;
  readonly problem: string;
  readonly fault: Fault | null;
  /** A Rasa server answers customers, not what is published here. */
  readonly rasa: boolean;
}
export interface TryBody {
  readonly text: string;
  readonly version: string;
  readonly choice: string;
  readonly channel: string;
  readonly locale: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly memory: unknown;
  readonly misses: number;
}
export interface Tried {
  readonly version: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly result: {
    readonly outcome: string;
    readonly replies?: readonly {
      readonly text: string;
      readonly spoken?: string;
      readonly buttons?: readonly {
        readonly title: string;
        readonly payload: string;
        readonly url?: string;
      }[];
      readonly cards?: readonly { readonly title: string; readonly text?: string; readonly image?: string }[];
    }[];
    readonly intents?: readonly { readonly intent: string; readonly confidence: number }[];
    readonly misses?: number;
    readonly language?: string;
    /** What would become records. */
    readonly filled?: readonly {
      readonly name: string;
      readonly answers: Readonly<Record<string, string>>;
    }[];
    readonly handoff?: {
      readonly reason: string;
      readonly team?: string;
      readonly priority?: number;
      readonly cause?: string;
      readonly why?: string;
    } | null;
    readonly memory?: { readonly form?: string; readonly asks?: string } | null;
  };
}

const named = (what: string, name: string) => `bot/draft/${what}?name=${encodeURIComponent(name)}`;
const versionOf = (version: string) => `bot/versions/${encodeURIComponent(version)}`;

export const readBot = (business: string) => request<BotState>("GET", at(business, "bot"));
export const readDraft = (business: string) => request<Draft>("GET", at(business, "bot/draft"));
export const readTopic = (business: string, name: string) =>
  request<TopicPage>("GET", at(business, named("intent", name)));
export const readForm = (business: string, name: string) =>
  request<FormPage>("GET", at(business, named("form", name)));
export const readResponse = (business: string, name: string) =>
  request<Page & { readonly variations: readonly Json[] }>("GET", at(business, named("response", name)));
export const readTests = (business: string) => request<TestsPage>("GET", at(business, "bot/draft/tests"));
export const change = (business: string, seen: number, changes: readonly Change[]) =>
  request<Draft>("POST", at(business, "bot/draft/changes"), { seen, changes });
export const undo = (business: string, seen: number) =>
  request<Draft>("POST", at(business, "bot/draft/undo"), { seen });
export const forget = (business: string, seen: number) =>
  request<Draft>("DELETE", at(business, `bot/draft?seen=${seen}`));
export const bring = (business: string, seen: number, file: Blob) =>
  request<{ readonly draft: Draft; readonly left_out: readonly Finding[] }>(
    "POST",
    at(business, `bot/draft/import?seen=${seen}`),
    file,
  );
export const near = async (business: string, text: string, intent: string) =>
  (await request<{ alike: readonly Alike[] }>("POST", at(business, "bot/draft/near"), { text, intent }))
    .alike;
export const spoken = async (business: string, text: string, language: string) =>
  (await request<{ spoken: string }>("POST", at(business, "bot/draft/spoken"), { text, language })).spoken;
export const train = (business: string, seen: number) =>
  request<BotState>("POST", at(business, "bot/draft/train"), { seen });
export const readVersions = async (business: string) =>
  (await request<{ versions: readonly VersionLine[] }>("GET", at(business, "bot/versions"))).versions;
export const readVersion = (business: string, version: string) =>
  request<VersionPage>("GET", at(business, versionOf(version)));
export const publish = (business: string, version: string, reason: string) =>
  request<BotState>("POST", at(business, `${versionOf(version)}/publish`), { reason });
export const takeUp = (business: string, version: string, seen: number) =>
  request<Draft>("POST", at(business, `${versionOf(version)}/draft`), { seen });
export const difference = (business: string, older: string, newer: string) =>
  request<Difference>(
    "GET",
    at(business, `bot/diff?older=${encodeURIComponent(older)}&newer=${encodeURIComponent(newer)}`),
  );
export const attempt = (business: string, body: TryBody) =>
  request<Tried>("POST", at(business, "bot/try"), body);
export const exportAddress = (business: string, form: "zip" | "csv", version = "") =>
  at(business, `bot/export?form=${form}&version=${encodeURIComponent(version)}`);
