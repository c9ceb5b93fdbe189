import { usable } from "@switchboard/protocol";
import { Refused } from "../api/http.ts";
import * as api from "../api/session.ts";
import { businessOf, oneTime } from "../routes.ts";
import { entrance } from "../stores/entrance.svelte.ts";
import { place } from "../stores/place.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import type { Key } from "../i18n/index.ts";
import { hangUp, leaveLine, startDesk } from "./desk.ts";
import { forgetCards } from "./cards.ts";
import { suggestNothing } from "./suggesting.ts";
import { forgetLogs } from "./logs.ts";
import { sentenceOf } from "./problems.ts";
import { openBeneath, openThread, toAddress } from "./thread.ts";

const places = usable(() => sessionStorage);
const PLACE = "switchboard:place";

/** What was open at each business when it was left for another one. */
const opened = new Map<string, string>();

/** A sign-out that is under way: its answer must not undo the sign-in that follows at once. */
let leaving: Promise<unknown> = Promise.resolve();

/** What the page begins with: a one-time link, or the session that the browser still has. */
export async function arrive(): Promise<void> {
  const link = oneTime(location.hash);
  if (link?.way === "sign-in") {
    history.replaceState(null, "", location.pathname);
    place.read();
    await leaving;
    await enter((code) => api.signInWithLink(link.token, code), "problem.link");
    return;
  }
  if (link) {
    entrance.set(link.way, link.token);
    history.replaceState(null, "", `#/${link.way}`);
    place.read();
  }
  await enter(api.whoAmI, null);
}

export function signIn(email: string, password: string): Promise<void> {
  return enter((code) => api.signInWithPassword(email, password, code), "problem.password");
}

/** The way in that asked for a code is tried again with it. */
export async function giveCode(code: string): Promise<void> {
  await session.factor?.enter(code);
}

export function giveUpCode(): void {
  session.factor = null;
  session.problem = "";
}

/** Who one is has changed: a name, a role, a business more. */
export async function lookAgain(): Promise<void> {
  session.me = await api.whoAmI();
}

/** Somebody came in by another way than signing in; `business`: where they want to be first. */
export function admit(me: api.Me, business = ""): void {
  session.leaves = false;
  session.problem = "";
  session.factor = null;
  session.me = me;
  preferences.suggestLocale(me.account.locale);
  goBack(me.account.id);
  const asked = businessOf(location.search);
  if (asked) history.replaceState(null, "", location.pathname + location.hash);
  const wanted = business || asked || preferences.business;
  const first = me.businesses.find(({ id }) => id === wanted) ?? me.businesses[0];
  session.phase = "signed_in";
  if (first) return chooseBusiness(first.id);
  hangUp();
  session.business = "";
  session.problem = preferences.say("problem.no_business");
}

export async function signOut(): Promise<void> {
  session.leaves = false; // at once, however long the server takes
  hangUp();
  leaving = api.signOut().catch(() => null);
  await leaving;
  leave();
}

/** The server did not let us in: the session has run out, or one works for this business no more. */
export async function checkSession(): Promise<void> {
  try {
    const me = await api.whoAmI();
    if (me.businesses.some(({ id }) => id === session.business)) session.me = me;
    else admit(me);
  } catch (error) {
    if (isUnauthorized(error)) runOut();
  }
}

/** The console of another business; unless told otherwise with what was open there when it was left. */
export function chooseBusiness(id: string, conversation = opened.get(id) ?? ""): void {
  const before = session.business;
  if (before) opened.set(before, thread.conversation);
  leaveLine();
  forgetCards();
  suggestNothing();
  preferences.business = session.business = id;
  // A client sees reports and is on no line.
  if (session.role !== "client") startDesk(id, checkSession, goTo);
  if (!before || before === id) return; // it begins with what the address says
  if (place.at.page !== "conversations") openBeneath(conversation);
  else if (conversation) openThread(conversation);
  else toAddress("");
}

/** Goes to a conversation, of whichever of their businesses ("": of the open one), wherever one is. */
export function goTo(business: string, conversation: string): void {
  if (business && business !== session.business) {
    if (!worksFor(business)) return;
    chooseBusiness(business, conversation);
  }
  openThread(conversation);
  toAddress(conversation);
  place.read();
}

/** Back or Forward leads to a conversation of another business. */
export function returnTo(business: string, conversation: string): void {
  if (business !== session.business && worksFor(business)) chooseBusiness(business, conversation);
}

function worksFor(business: string): boolean {
  return session.me?.businesses.some(({ id }) => id === business) ?? false;
}

/** The session ran out in the midst of work: whoever signs in again finds what was open, and what was typed. */
function runOut(): void {
  if (session.me) places.setItem(PLACE, JSON.stringify([session.me.account.id, location.hash]));
  hangUp();
  leave();
  session.problem = preferences.say("problem.ran_out");
}

function goBack(account: string): void {
  const [whose, hash] = JSON.parse(places.getItem(PLACE) ?? "[]") as string[];
  places.removeItem(PLACE);
  if (whose !== account || !hash) return;
  history.replaceState(null, "", hash);
  place.read();
}

function leave(): void {
  session.leaves = false;
  opened.clear();
  forgetLogs();
  forgetCards();
  session.me = null;
  session.problem = "";
  session.phase = "signed_out";
}

/** `unknown`: what to say where the server knows no such session, link or password. */
async function enter(ask: (code: string) => Promise<api.Me>, unknown: Key | null, code = ""): Promise<void> {
  session.problem = "";
  try {
    admit(await ask(code));
  } catch (error) {
    session.phase = "signed_out";
    if (error instanceof Refused && error.code === "second_factor_needed") {
      session.factor = { enter: (next) => enter(ask, unknown, next) };
      session.problem = code ? preferences.say("problem.code") : "";
    } else if (!isUnauthorized(error)) session.problem = sentenceOf(error);
    else if (unknown) {
      session.factor = null;
      session.problem = preferences.say(unknown);
    }
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof Refused && error.problem.status === 401;
}
