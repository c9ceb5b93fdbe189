import { Refused } from "../../../api/http.ts";
import type { Source, Thing } from "../../../api/setup.ts";
import {
  readDraft,
  readForm,
  readTests,
  readTopic,
  type Change,
  type Json,
  type Page,
  type TopicPage,
} from "../../../api/studio.ts";
import { onTop } from "../../settings/model/changes.ts";
import { readSayings, readTexts, writeSayings, writeTexts, type Saying } from "./answers.ts";
import { formChanges, readFormPage, type Form } from "./forms.ts";
import { handoffChanges, readHandoff, type Handoff } from "./handoff.ts";
import { readStories, writeStories, type Story } from "./stories.ts";
import { studio } from "./studio.svelte.ts";
import { stateOf } from "./topics.ts";

export type LeadTo = "answer" | "handoff" | "form" | "rules";
export interface Lead {
  to: LeadTo;
  form: string;
  team: string;
  priority: number;
  reason: string;
}
export interface Topic {
  titles: Readonly<Record<string, string>>;
  examples: readonly string[];
  answer: readonly Saying[];
  lead: Lead;
}

export const blankTopic = (): Topic => ({
  titles: {},
  examples: [],
  answer: [],
  lead: { to: "answer", form: "", team: "", priority: 0, reason: "" },
});

export function readTopicPage(page: TopicPage): Topic {
  const to = page.led === "form" || page.led === "handoff" ? page.led : "answer";
  return {
    titles: readTexts(page.title),
    examples: page.examples,
    answer: readSayings(page.answer),
    lead: {
      to: page.plain ? to : "rules",
      form: page.form,
      team: page.aim.team ?? "",
      priority: page.aim.priority ?? 0,
      reason: page.aim.reason ?? "",
    },
  };
}

/** What makes a topic so: only what differs. */
export function topicChanges(topic: Topic, page: TopicPage): Change[] {
  const { name } = page;
  const before = readTopicPage(page);
  const changes: Change[] = [];
  const say = (response: string, said: readonly Json[], was: readonly Json[]) => {
    if (same(said, was)) return;
    if (said.length) changes.push({ kind: "response", name: response, variations: said });
    else if (was.length) changes.push({ kind: "remove_response", name: response });
  };
  const answer = writeSayings(topic.answer);
  say(`utter_title_${name}`, writeTexts(topic.titles, page.title), page.title);
  say(`utter_${name}`, answer, page.answer);
  if (!same(topic.examples, before.examples))
    changes.push({ kind: "intent", name, examples: topic.examples });
  const { to, ...aim } = topic.lead;
  // A rule says the answer, once there is one.
  const answered = to !== "form" && answer.length > 0 !== page.answer.length > 0;
  if (to !== "rules" && (!same(topic.lead, before.lead) || answered))
    changes.push({ kind: "lead", name, to, ...aim });
  return changes;
}

/** Both lists of examples: what either of the two added, without what either took away. */
export function mergeTopics(before: Topic, mine: Topic, theirs: Topic): Topic {
  const kept = theirs.examples.filter((one) => mine.examples.includes(one) || !before.examples.includes(one));
  const added = mine.examples.filter((one) => !before.examples.includes(one) && !kept.includes(one));
  return { ...onTop(before, mine, theirs), examples: [...kept, ...added] };
}

/** A thing of the draft. Who edits it sees a conflict only where this thing was changed, whatever else was. */
function source<P extends Page, V extends object>(
  id: string,
  read: (business: string) => Promise<P>,
  valueOf: (page: P) => V,
  changesOf: (value: V, page: P) => readonly Change[],
): Source<V> {
  const look = async (business: string) => {
    const page = await read(business);
    const value = valueOf(page);
    const { changed_at, changed_by } = page;
    return { page, thing: { id, version: stateOf(value), changed_at, changed_by, value } satisfies Thing<V> };
  };
  return {
    kind: "bot",
    read: async (business) => [(await look(business)).thing],
    async change(business, { version }, value) {
      for (let tries = 0; ; tries += 1) {
        const { page, thing } = await look(business);
        if (thing.version !== version) throw conflict(page.changed_by);
        const changes = changesOf(value, page);
        if (!changes.length) return thing;
        try {
          await studio.apply(changes, page.revision);
          return (await look(business)).thing;
        } catch (error) {
          const another = error instanceof Refused && error.code === "conflict";
          if (!another || tries > 2) throw error;
        }
      }
    },
  };
}

function conflict(by: string): Refused {
  return new Refused({ type: "/problems/conflict", title: "", detail: "", status: 409, by });
}

export const topicSource = (name: string): Source<Topic> => ({
  ...source(name, (business) => readTopic(business, name), readTopicPage, topicChanges),
  merge: mergeTopics,
});

export const formSource = (name: string): Source<Form> =>
  source(
    name,
    (business) => readForm(business, name),
    readFormPage,
    (form, page) => formChanges(name, form, page),
  );

export const handoffSource: Source<Handoff> = source(
  "handoff",
  async (business) => {
    const { revision, changed_by, changed_at, overview } = await readDraft(business);
    return { revision, changed_by, changed_at, settings: overview.settings };
  },
  (page) => readHandoff(page.settings),
  (value, page) => handoffChanges(value, page.settings),
);

export interface Stories {
  stories: readonly Story[];
}
export const testsSource: Source<Stories> = source(
  "tests",
  readTests,
  (page): Stories => ({ stories: readStories(page.stories) }),
  ({ stories }, page) => {
    const written = writeStories(stories);
    return same(written, page.stories) ? [] : [{ kind: "tests", stories: written }];
  },
);

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
