import { EMPTY, plain, reduce, type Conversation, type Entry } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { BEGIN, step, type Stand } from "../src/model/stand.ts";

const logs = import.meta.glob<{ readonly entries: readonly Entry[] }>("../../../tests/fixtures/logs/*.json", {
  eager: true,
  import: "default",
});
/** What a customer is never told. */
const HIDDEN = new Set([
  "wrap_up_started",
  "snoozed",
  "callback_tried",
  "bot_turn",
  "note_added",
  "offer_made",
  "offer_ended",
]);

const shared = ({ seq, status, owner, waiting_since, details }: Stand | Conversation) => ({
  seq,
  status,
  owner,
  waiting_since: status === "queued" ? waiting_since : null,
  details,
});

test.each(Object.entries(logs))("how it stands is as the whole state has it: %s", (_, { entries }) => {
  let [stand, state] = [BEGIN, EMPTY];
  for (const entry of entries.filter(({ event }) => !HIDDEN.has(plain(event).type))) {
    stand = step(stand, entry);
    state = reduce(state, entry);
    expect(shared(stand)).toEqual(shared(state));
  }
});
