import { problemCode, type Problem } from "@switchboard/protocol";
import { preferences } from "../stores/preferences.svelte.ts";

/** Our own words for what happens often; the server's for the rest. */
export function sentence(problem: Problem): string {
  const { say } = preferences;
  switch (problemCode(problem)) {
    case "taken":
      return problem.owner ? say("problem.taken", { name: problem.owner }) : say("problem.taken_someone");
    case "stale_floor":
      return say("problem.stale_floor");
    case "not_owner":
      return say("problem.not_owner");
    case "not_possible":
      return say("problem.not_possible");
    case "signed_out":
    case "forbidden":
      return say("problem.forbidden");
    case "network":
      return say("problem.network");
    default:
      return problem.detail || problem.title || say("problem.unknown");
  }
}
