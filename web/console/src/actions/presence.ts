import type { Face } from "@switchboard/protocol";
import * as api from "../api/presence.ts";
import { desk } from "../stores/desk.svelte.ts";
import { people } from "../stores/people.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { readCalls, sitDown } from "./alerting.ts";

/** Choices that the server hasn't answered: what it tells of one's own state meanwhile is older. */
let choosing = 0;

/** Who calls depends on one's own state. */
export function hearPeople(faces: readonly Face[]): void {
  const mine = choosing > 0 ? people.faces.get(session.account) : undefined;
  if (take(mine ? faces.map((face) => (face.id === mine.id ? mine : face)) : faces)) void readCalls();
}

/** Whether one's own state is another now. */
function take(faces: readonly Face[]): boolean {
  const before = people.mine;
  people.faces = new Map([...people.faces, ...faces.map((face) => [face.id, face] as const)]);
  return people.mine !== before;
}

/** Says so at once; what the server could not be told is taken back. */
export async function choosePresence(state: api.Presence, reason = ""): Promise<void> {
  const before = people.faces.get(session.account);
  if (before && take([{ ...before, state, reason }])) sitDown(desk.now);
  choosing += 1;
  const refused = await api.choosePresence(state, reason).then(
    () => false,
    () => true,
  );
  choosing -= 1;
  if (refused) {
    if (before) hearPeople([before]);
    thread.problem = preferences.say("problem.offline");
  }
}
