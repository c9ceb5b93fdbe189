import type { Face } from "@switchboard/protocol";
import * as api from "../api/presence.ts";
import { desk } from "../stores/desk.svelte.ts";
import { people } from "../stores/people.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { readCalls, sitDown } from "./alerting.ts";

/** Who calls depends on one's own state. Before it was known, or while the line was down, nobody had chosen another. */
export function hearPeople(faces: readonly Face[]): void {
  const before = people.mine;
  people.faces = new Map([...people.faces, ...faces.map((face) => [face.id, face] as const)]);
  if (people.mine === before) return;
  if (before === "offline") void readCalls();
  else sitDown(desk.now);
}

/** Says so at once; what the server could not be told is taken back. */
export async function choosePresence(state: api.Presence, reason = ""): Promise<void> {
  const before = people.faces.get(session.account);
  if (before) hearPeople([{ ...before, state, reason }]);
  try {
    await api.choosePresence(state, reason);
  } catch {
    if (before) hearPeople([before]);
    thread.problem = preferences.say("problem.offline");
  }
}
