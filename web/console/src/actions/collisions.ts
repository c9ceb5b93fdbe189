import { plain, problemCode, type Log, type Problem } from "@switchboard/protocol";
import { desk } from "../stores/desk.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { line } from "../view/lines.ts";
import { sentence } from "./problems.ts";

const MOVED = new Set(["stale_floor", "not_owner", "not_possible", "taken"]);

/** What to say of a refusal, and where somebody was faster: who has it now, and what they did. */
export function explained(problem: Problem, log: Log | null): string {
  const said = sentence(problem);
  if (problem.fault || !MOVED.has(problemCode(problem))) return said;
  const moved = log?.entries.find(({ seq }) => seq === log.state.floor_seq);
  const wording = moved ? line(plain(moved.event), desk.operator) : null;
  if (!wording) return said;
  const { say, locale } = preferences;
  return `${said} ${say("problem.happened", { what: wording.say(say, locale) })}`;
}
