import {
  microphone,
  peer,
  usable,
  type IceServer,
  type Leg,
  type Log,
  type Microphone,
  type Peer,
  type Row,
} from "@switchboard/protocol";
import { connectSound, doInCall, readIce, type CallVerb } from "../api/calls.ts";
import { Refused } from "../api/http.ts";
import { call } from "../stores/call.svelte.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { consultingByRow, consultingOf, partByRow, partIn } from "../view/calls.ts";
import { contactName } from "../view/contact.ts";
import { chime } from "./chime.ts";
import { sentenceOf } from "./problems.ts";

/** Milliseconds between two tries to find the way back, and for how long it is tried. */
const AGAIN_AFTER = 1_000;
const COMES_BACK = 30_000;
const CAPTION_STAYS = 4_000;
const DEVICES = "switchboard:devices";

const kept = usable(() => localStorage);
let ears: Microphone | null = null;
let connection: Peer | null = null;
let ice: readonly IceServer[] = [];
let release: (() => void) | null = null;
let again: ReturnType<typeof setTimeout> | undefined;
let fading: ReturnType<typeof setTimeout> | undefined;
let until = 0;
/** The last entry that is known of the call's conversation: rows may be older. */
let seen = 0;
/** Calls that this tab has left, or could not come into: it doesn't go in by itself again. */
const left = new Set<string>();
/** Conversations whose call this tab was told to go into. */
const expected = new Set<string>();
/** Conversations whose call was shown. */
const brought = new Set<string>();

export interface Devices {
  readonly microphone: string;
  readonly speaker: string;
}

export function chosenDevices(): Devices {
  try {
    return {
      microphone: "",
      speaker: "",
      ...(JSON.parse(kept.getItem(DEVICES) ?? "{}") as Partial<Devices>),
    };
  } catch {
    return { microphone: "", speaker: "" };
  }
}

/** Another microphone or loudspeaker; in a call its sound goes on by them. */
export async function chooseDevices(chosen: Devices): Promise<void> {
  kept.setItem(DEVICES, JSON.stringify(chosen));
  call.deviceLost = false;
  if (call.running) await listen();
}

/** The log of a conversation says that a call of one's own goes on: this tab goes into it, if it is the one that is looked at. */
export function followCalls(log: Log): void {
  const { state } = log;
  const leg = state.legs[0];
  if (call.leg && log.conversation === call.conversation) {
    const own = state.legs.find(({ id }) => id === call.leg);
    seen = state.seq;
    showLeg(own);
    takePart(own ? partIn(state, own, desk.operator) : null);
  }
  const part = partIn(state, leg, desk.operator);
  if (!leg || !part || part === "joined" || call.running || left.has(leg.id)) return;
  const hidden = document.visibilityState !== "visible" && !expected.has(log.conversation);
  // Whose call it is may talk in another tab. Whoever is asked talked last perhaps, and left: they come anew.
  if ((part === "owner" && leg.answered?.id === desk.operator) || hidden) return;
  void joinCall(log.conversation, leg.id);
}

/** How the leg of one's own call stands. */
function showLeg(own: Leg | undefined): void {
  call.held = own?.held ?? false;
  call.recording = own?.recording ?? null;
  call.consulting = own ? consultingOf(own) : null;
}

/** As `followCalls`, of one's own call while another conversation is looked at. */
export function followCallRows(rows: readonly Row[]): void {
  const row = rows.find(({ conversation }) => conversation === call.conversation);
  if (!row || !call.leg || row.seq < seen) return;
  const nameOf = (account: string) => catalogue.colleagues.find(({ id }) => id === account)?.name ?? "";
  call.consulting = consultingByRow(row, nameOf);
  takePart(partByRow(row, desk.operator));
}

/** Whose call it is no more leaves it. */
function takePart(part: typeof call.part): void {
  if (part) call.part = part;
  else leaveCall();
}

/** Whose live call is one's own all at once (it was given without asking) is brought before one's eyes, with a beep. */
export function bringCalls(rows: readonly Row[], open: (conversation: string) => void): void {
  for (const { conversation, channel, status, owner } of rows) {
    const mine = channel === "voice" && status === "open" && owner?.id === desk.operator;
    if (!mine) brought.delete(conversation);
    if (!mine || brought.has(conversation)) continue;
    brought.add(conversation);
    if (call.running || conversation === thread.conversation || document.visibilityState !== "visible")
      continue;
    chime();
    open(conversation);
  }
}

/** Goes into a call with one's sound. */
export async function joinCall(conversation: string, leg: string): Promise<void> {
  if (call.running || !(await claimed(leg))) return;
  expected.delete(conversation);
  call.business = session.business;
  call.conversation = conversation;
  call.leg = leg;
  call.part = (thread.log && partIn(thread.log.state, thread.log.state.legs[0], desk.operator)) ?? "owner";
  call.name = contactName(thread.contact, preferences.say);
  call.problem = "";
  call.muted = call.deviceLost = false;
  showLeg(thread.log?.state.legs.find(({ id }) => id === leg));
  call.state = "connecting";
  until = Date.now() + COMES_BACK;
  await listen();
}

/** Lets go of the call's sound; the caller stays. */
export function leaveCall(): void {
  clearTimeout(again);
  if (call.leg) left.add(call.leg);
  connection?.close();
  ears?.close();
  connection = ears = null;
  release?.();
  release = null;
  call.state = "off";
  call.leg = call.conversation = call.caption = "";
  call.consulting = null;
}

export function mute(on: boolean): void {
  ears?.mute(on);
  call.muted = on;
}

export const record = (on: boolean) => doIt(on ? "resume_recording" : "pause_recording");

export const hold = (on: boolean) => doIt(on ? "hold_call" : "resume_call");

/** The owner's word ends the call; others only leave it. */
export async function hangUp(): Promise<void> {
  const verb = call.part === "asked" ? "end_consult" : call.part === "joined" ? "leave" : "end_call";
  if (await doIt(verb)) leaveCall();
}

/** This tab goes into the next call of a conversation though it is hidden; and into `leg`, though it may have left that before. */
export function expectCallIn(conversation: string, leg = ""): void {
  expected.add(conversation);
  left.delete(leg);
}

export function hearCaption(conversation: string, who: string, text: string): void {
  if (conversation !== thread.conversation || who !== "customer") return;
  call.caption = text;
  clearTimeout(fading);
  fading = setTimeout(() => (call.caption = ""), CAPTION_STAYS);
}

/** How loud one's own voice is, 0 to 1. */
export const level = () => ears?.level() ?? 0;

export async function doIt(verb: CallVerb, further: object = {}): Promise<boolean> {
  try {
    const body = verb === "leave" ? {} : { leg: call.leg, ...further };
    await doInCall(call.business, call.conversation, verb, body);
    call.problem = "";
    return true;
  } catch (error) {
    call.problem = sentenceOf(error);
    return false;
  }
}

/** One tab alone has the sound of a call. */
async function claimed(leg: string): Promise<boolean> {
  if (!("locks" in navigator)) return true;
  return new Promise((resolve) => {
    void navigator.locks.request(`switchboard:call:${leg}`, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(false);
      const held = new Promise<void>((done) => (release = done));
      resolve(true);
      return held;
    });
  });
}

/** Takes the microphone, then finds the way. Without one the call goes on: what is typed is spoken. */
async function listen(): Promise<void> {
  const { leg } = call;
  ears?.close();
  try {
    ears = await microphone(chosenDevices().microphone, lostDevice);
  } catch {
    ears = null;
    call.state = "silent";
    call.problem = preferences.say("call.no_microphone");
    return;
  }
  call.microphone = "granted";
  if (call.leg !== leg) return ears.close();
  ears.mute(call.muted);
  ice = await readIce(call.business).catch(() => ice);
  await offer();
}

function lostDevice(): void {
  call.deviceLost = true;
  void listen();
}

async function offer(): Promise<void> {
  const { leg, business } = call;
  if (!ears || !leg) return;
  connection?.close();
  clearTimeout(again);
  const mine: Peer = peer(
    ears,
    ice,
    {
      onConnected: () => mine === connection && connected(),
      onLost: () => mine === connection && lost(),
    },
    chosenDevices().speaker,
  );
  connection = mine;
  try {
    const answer = await connectSound(business, leg, await mine.offer());
    if (mine === connection) await mine.answer(answer);
  } catch (error) {
    if (mine !== connection) return;
    if (error instanceof Refused && error.code === "not_found" && !isOwn()) leaveCall();
    else tryAgain();
  }
}

/** Whether the log says that one takes part: where the sound's node doesn't know it yet, it will in a moment. */
function isOwn(): boolean {
  const state = thread.log?.conversation === call.conversation ? thread.log.state : null;
  const leg = state?.legs.find(({ id }) => id === call.leg);
  return state !== null && leg !== undefined && partIn(state, leg, desk.operator) !== null;
}

function connected(): void {
  if (call.state === "connecting") call.since = Date.now();
  call.state = "on";
  call.problem = "";
}

function lost(): void {
  if (call.state !== "back") until = Date.now() + COMES_BACK;
  call.state = "back";
  tryAgain();
}

function tryAgain(): void {
  clearTimeout(again);
  if (Date.now() > until) {
    call.problem = preferences.say("call.lost");
    leaveCall();
  } else again = setTimeout(() => void offer(), AGAIN_AFTER);
}
