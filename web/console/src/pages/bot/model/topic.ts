import type { Change, TopicPage } from "../../../api/studio.ts";
import { onTop } from "../../settings/model/changes.ts";
import {
  readSayings,
  readTexts,
  responseChanges,
  same,
  writeSayings,
  writeTexts,
  type Saying,
} from "./answers.ts";

/** A topic as one edits it, and the changes that make it so. Pure. */

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
  const answer = writeSayings(topic.answer);
  changes.push(...responseChanges(`utter_title_${name}`, writeTexts(topic.titles, page.title), page.title));
  changes.push(...responseChanges(`utter_${name}`, answer, page.answer));
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
