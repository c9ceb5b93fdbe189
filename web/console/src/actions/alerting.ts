import type { ElsewhereFrame, MentionedFrame, OtherBusiness, Row } from "@switchboard/protocol";
import { readRows } from "../api/conversations.ts";
import { known } from "../i18n/index.ts";
import { alerts } from "../stores/alerts.svelte.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { elsewhere } from "../stores/elsewhere.svelte.ts";
import { people } from "../stores/people.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { callOf, callsAt, heard, heardAt, type Call } from "../view/alerts.ts";
import { contactName } from "../view/contact.ts";
import { chime } from "./chime.ts";
import { show, type Shown } from "./notifying.ts";
import { showEvent } from "./older.ts";
import { keepPush } from "./push.ts";

/** Goes to a conversation, of whichever business ("": of the open one). */
type Go = (business: string, conversation: string) => void;

const AGAIN_AFTER = 30_000;
const READ_AGAIN_AFTER = 1_000;

const shown = new Map<string, Shown>();
/** Of several tabs one alone makes itself heard. */
let leads = !("locks" in navigator);
let again: ReturnType<typeof setInterval> | undefined;
let go: Go = () => {};
/** When this person sat down, by the server's clock (microseconds): who waited before is called again by and by. */
let seated = 0;
/** Whether it is known who waited when they sat down: whoever is new since then is told at once, however long they wait. */
let surveyed = false;
/** The rows that changed while all were being read: newer than what is read. */
const reads = new Set<Row[]>();

if ("locks" in navigator) {
  void navigator.locks.request("switchboard:alerts", () => ((leads = true), new Promise(() => {})));
}

/** Where a call leads. */
export function leadCalls(by: Go): void {
  go = by;
}

/** They sit down, or chose another presence. `now`: the server's clock, microseconds. */
export function sitDown(now: number): void {
  seated = now;
  surveyed = false;
  void readCalls();
}

/** After every welcome: who began to call while the line was down is told at once. */
export function startAlerts(now: number): void {
  alerts.load();
  void keepPush();
  if (seated === 0) sitDown(now);
  else void readCalls();
}

/** All who call, read anew; what can't be read is asked for again in a moment, or after the next welcome. */
export async function readCalls(): Promise<void> {
  if (seated === 0) return; // signed out meanwhile
  clearInterval(again);
  again = setInterval(repeat, AGAIN_AFTER);
  const newer: Row[] = [];
  reads.add(newer);
  const views = await Promise.all(
    (["unassigned", "mine"] as const).map((view) => readRows(session.business, view).catch(() => null)),
  );
  reads.delete(newer);
  const rows = views.filter((view) => view !== null).flat();
  if (views.includes(null) && desk.line === "online") setTimeout(() => void readCalls(), READ_AGAIN_AFTER);
  if (views.includes(null) || seated === 0) return;
  const others = [...elsewhere.frames.values()].flatMap((one) => callsAt(one, session.account, people.mine));
  const known = alerts.calls;
  const at = new Map(others.map((one) => [one.conversation, one]));
  const { calls } = heard(at, [...rows, ...newer], call);
  settle(calls);
  const fresh = [...calls.values()].filter((one) => known.get(one.conversation)?.since !== one.since);
  announce(fresh.filter(({ since }) => surveyed || since >= seated));
  surveyed = true;
}

export function stopAlerts(): void {
  clearInterval(again);
  seated = 0;
  for (const one of shown.values()) one.close();
  shown.clear();
  alerts.calls = new Map();
  elsewhere.frames = new Map();
  alerts.mentions = [];
  alerts.asks = false;
}

/** Rows changed: who calls is told at once, who was taken or read calls no more. */
export function hearCalls(rows: readonly Row[]): void {
  for (const read of reads) read.push(...rows);
  const { calls, fresh } = heard(alerts.calls, rows, call);
  settle(calls);
  announce(fresh);
}

/** Another business tells all that it wants now. */
export function hearElsewhere(frame: ElsewhereFrame): void {
  const first = !elsewhere.frames.has(frame.business.id);
  elsewhere.frames = new Map([...elsewhere.frames, [frame.business.id, frame]]);
  const { calls, fresh } = heardAt(alerts.calls, frame, session.account, people.mine);
  settle(calls);
  announce(first ? fresh.filter(({ since }) => since >= seated) : fresh);
}

/** Only those businesses are theirs now. */
export function keepElsewhere(businesses: readonly string[]): void {
  for (const frame of elsewhere.frames.values()) {
    if (!businesses.includes(frame.business.id))
      settle(heardAt(alerts.calls, { ...frame, rows: [] }, "", "away").calls);
  }
  elsewhere.frames = new Map([...elsewhere.frames].filter(([id]) => businesses.includes(id)));
}

function announce(fresh: readonly Call[]): void {
  if (fresh.length === 0) return;
  const { permission, settings } = alerts;
  if (settings.notifications && permission === "default" && !alerts.wasAsked) alerts.asks = true;
  tell(fresh);
}

/** A colleague asks this person to join. */
export function callFor({ conversation, owner, seq }: Row, at?: OtherBusiness): void {
  if (!leads) return;
  if (alerts.settings.sound) chime();
  if (!alerts.settings.notifications || alerts.permission !== "granted" || !document.hidden) return;
  const asks = preferences.say("invite.asks", { name: owner?.name ?? "" });
  const title = at ? `${at.name}: ${asks}` : asks;
  show(
    title,
    { tag: `invite:${conversation}` },
    { conversation, seq, business: at?.id },
    () => (focus(), go(at?.id ?? "", conversation)),
  );
}

/** A note calls this person: told at once, also to whoever is away. */
export function hearMention({ conversation, seq, by, business = "" }: MentionedFrame): void {
  alerts.mentions = [
    ...alerts.mentions.filter((one) => one.conversation !== conversation),
    { conversation, seq, by, business },
  ];
  if (!leads) return;
  if (alerts.settings.sound) chime();
  if (!alerts.settings.notifications || alerts.permission !== "granted" || !document.hidden) return;
  const title = preferences.say("alert.mention", { name: by });
  show(
    title,
    { tag: `note:${conversation}` },
    { conversation, seq, business: business || undefined },
    () => (focus(), openMention(conversation)),
  );
}

export function openMention(conversation: string): void {
  const found = alerts.mentions.find((one) => one.conversation === conversation);
  dismissMention(conversation);
  go(found?.business ?? "", conversation);
  if (found) void showEvent(found.seq);
}

export function dismissMention(conversation: string): void {
  alerts.mentions = alerts.mentions.filter((one) => one.conversation !== conversation);
}

export async function allowNotifications(): Promise<void> {
  alerts.markAsked();
  if ("Notification" in globalThis) alerts.permission = await Notification.requestPermission();
}

function call(row: Row): Call | null {
  return callOf(row, session.account, people.mine, catalogue.isPicked(row.team));
}

function settle(calls: ReadonlyMap<string, Call>): void {
  alerts.calls = calls;
  for (const [conversation, one] of shown) {
    if (calls.has(conversation)) continue;
    one.close();
    shown.delete(conversation);
  }
  void (calls.size > 0 ? navigator.setAppBadge?.(calls.size) : navigator.clearAppBadge?.());
}

function repeat(): void {
  if (alerts.settings.repeat && alerts.calls.size > 0) tell([...alerts.calls.values()]);
}

function tell(calls: readonly Call[]): void {
  if (!leads) return;
  if (alerts.settings.sound) chime();
  if (!alerts.settings.notifications || alerts.permission !== "granted" || !document.hidden) return;
  for (const call of calls) notify(call);
}

/** Who waits, and why; never what was said. */
function notify({ conversation, row, at }: Call): void {
  const { say } = preferences;
  const body = row.offer
    ? say("alert.offered")
    : row.reason
      ? say(known(`reason.${row.reason}`, "reason.bot_decided"))
      : say("alert.waits");
  shown.get(conversation)?.close();
  const options = { body, tag: conversation, icon: "./icon-192.png" };
  const name = contactName(row.contact, say);
  const lead = { conversation, business: at?.id };
  const one = show(at ? `${at.name}: ${name}` : name, options, lead, () => {
    focus();
    go(at?.id ?? "", conversation);
  });
  shown.set(conversation, one);
}
