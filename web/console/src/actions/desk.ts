import { isPassing, type ConsoleFrame, type LineState } from "@switchboard/protocol";
import { stopReading } from "../api/http.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { told } from "../stores/told.svelte.ts";
import { neighbour } from "../view/rows.ts";
import {
  hearCalls,
  hearElsewhere,
  hearMention,
  keepElsewhere,
  leadCalls,
  startAlerts,
  stopAlerts,
} from "./alerting.ts";
import { connect, disconnect, isConnected } from "./line.ts";
import { askAgain, clearRows, hearChanges, hearRows, renewRows, showView } from "./lists.ts";
import { clearCatalogue, hearSetUp, loadCatalogue } from "./catalogue.ts";
import { forgetInvites, hearInvites, hearInvitesAt } from "./inviting.ts";
import { hearPeople } from "./presence.ts";
import { stopSearching } from "./searching.ts";
import { answerOffers, watchMicrophone } from "./answering.ts";
import { bringCalls, followCallRows } from "./calling.ts";
import { closeThread, hearInThread, lineLost, openThread, rejoin, toAddress } from "./thread.ts";

let refused: () => void = () => {};

/**
 * Gets on the line of a business. `onRefused`: the server does not want us any more, or did not let us in; `goTo`: goes
 * to a conversation of whichever business.
 */
export function startDesk(
  business: string,
  onRefused: () => void,
  goTo: (business: string, conversation: string) => void,
): void {
  refused = onRefused;
  leadCalls(goTo);
  clearRows();
  clearCatalogue();
  connect(business, { onFrame: heard, onState: lineChanged });
}

export function hangUp(): void {
  if (leaveLine()) toAddress("");
}

/** Gets off the line, and nowhere yet. Whether a conversation was open. */
export function leaveLine(): boolean {
  disconnect();
  stopReading();
  stopAlerts();
  stopSearching();
  return closeThread();
}

export function step(by: 1 | -1): void {
  const next = neighbour(desk.rows, thread.conversation, by);
  if (next) openThread(next);
}

function lineChanged(state: LineState, reason: string): void {
  const was = desk.line;
  desk.line = state;
  // What another business told may not be theirs to know any more: the welcome tells it anew.
  if (reason.startsWith("member_changed")) keepElsewhere([]);
  if (state === "waiting" || state === "stopped") {
    desk.catchingUp = true;
    if (was === "online") lineLost();
    // A handshake that fails tells no reason: the session may have run out.
    if (was === "connecting") refused();
  }
  if (state === "stopped" && isConnected()) refused();
}

function heard(frame: ConsoleFrame): void {
  switch (frame.type) {
    case "welcome":
      desk.operator = frame.me.id;
      desk.fileLimit = frame.file_limit;
      desk.skew = frame.now - Date.now() * 1000;
      forgetInvites();
      keepElsewhere(frame.businesses.map(({ id }) => id));
      renewRows();
      rejoin();
      void loadCatalogue(frame.business.id);
      told.bot += 1;
      catalogue.business = frame.business.name;
      startAlerts(frame.now);
      void watchMicrophone();
      break;
    case "set_up":
      hearSetUp(frame.what);
      break;
    case "elsewhere":
      hearInvitesAt(frame);
      hearElsewhere(frame);
      break;
    case "mentioned":
      hearMention(frame);
      break;
    case "rows":
      hearRows(frame);
      if (!thread.conversation && desk.loaded) desk.catchingUp = false;
      break;
    case "row":
      if (frame.counts) desk.counts = frame.counts;
      hearChanges(frame.rows);
      hearInvites(frame.rows);
      hearCalls(frame.rows);
      followCallRows(frame.rows);
      bringCalls(frame.rows, openThread);
      void answerOffers();
      break;
    case "people":
      hearPeople(frame.people);
      break;
    case "ack": {
      const took = thread.acting === "take";
      hearInThread(frame);
      // What was just taken stays before the eyes.
      if (took && thread.acting === null) {
        thread.asksForFocus = true;
        if (desk.view === "unassigned") showView("mine");
      }
      break;
    }
    case "refused":
      hearInThread(frame);
      if (frame.id === "" && isPassing(frame.problem)) setTimeout(askAgain, 1000);
      break;
    default:
      hearInThread(frame);
  }
}

setInterval(() => (desk.now = Date.now() * 1000 + desk.skew), 1000);
