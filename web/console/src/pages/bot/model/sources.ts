import { Refused } from "../../../api/http.ts";
import type { Source, Thing } from "../../../api/setup.ts";
import { readDraft, readForm, readTests, readTopic, type Change, type Page } from "../../../api/studio.ts";
import { formChanges, readFormPage, type Form } from "./forms.ts";
import { handoffChanges, readHandoff, type Handoff } from "./handoff.ts";
import { readStories, writeStories, type Story } from "./stories.ts";
import { studio } from "./studio.svelte.ts";
import { mergeTopics, readTopicPage, topicChanges, type Topic } from "./topic.ts";
import { stateOf } from "./topics.ts";

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
