import type { Json, Overview } from "../../../api/studio.ts";
import { inOurs } from "./topics.ts";

/** Test conversations: the customer says, the bot answers with a topic. Pure. */

export interface Turn {
  says: string;
  topic: string;
  /** What follows until the customer says the next thing, as the file has it. */
  acts: readonly Json[];
  /** The customer's step as the file has it. */
  was: Json | null;
}
export interface Story {
  name: string;
  turns: readonly Turn[];
  /** What stands before the customer says anything, and beside the steps. */
  before: readonly Json[];
  rest: Json;
}

export function readStories(stories: readonly Json[]): Story[] {
  return stories.map((story) => {
    const { story: name, steps, ...rest } = story;
    const before: Json[] = [];
    const turns: { says: string; topic: string; acts: Json[]; was: Json }[] = [];
    for (const step of (Array.isArray(steps) ? steps : []) as Json[]) {
      if (step["user"] !== undefined || step["intent"] !== undefined)
        turns.push({
          says: String(step["user"] ?? "").trim(),
          topic: String(step["intent"] ?? ""),
          acts: [],
          was: step,
        });
      else (turns.at(-1)?.acts ?? before).push(step);
    }
    return { name: String(name ?? ""), turns, before, rest };
  });
}

/** Without empty turns and conversations; what wasn't edited is as it was. */
export function writeStories(stories: readonly Story[]): Json[] {
  return stories
    .map(({ name, turns, before, rest }) => {
      const kept = turns.filter(({ says, topic }) => says.trim() && topic);
      const steps = [...before, ...kept.flatMap((turn) => [userStep(turn), ...turn.acts])];
      return { story: name.trim() || kept[0]?.says.slice(0, 60) || "", ...rest, steps };
    })
    .filter(({ steps }) => steps.length > 0);
}

function userStep({ says, topic, was }: Turn): Json {
  if (was && String(was["user"] ?? "").trim() === says.trim() && was["intent"] === topic) return was;
  return { ...was, user: says.trim(), intent: topic };
}

/** What the bot does where a topic is meant, as its content stands now. */
export function actsOf(topic: string, overview: Overview): Json[] {
  const line = overview.intents.find(({ name }) => name === topic);
  const form = overview.forms.find(({ begun_by }) => begun_by.includes(topic));
  if (form) return [{ action: form.name }, { active_loop: form.name }];
  const answer = [{ action: `utter_${topic}` }];
  if (line?.led === "handoff")
    return [...(inOurs(line.about, "") ? answer : []), { action: "action_handoff" }];
  return answer;
}

/** The acts are the plain answer of their topic: they follow when another topic is chosen. */
export function isPlain(turn: Turn, overview: Overview): boolean {
  const acts = JSON.stringify(turn.acts);
  return turn.acts.length === 0 || acts === JSON.stringify(actsOf(turn.topic, overview));
}
