import { usable } from "@switchboard/protocol";
import { Refused } from "../api/http.ts";
import * as api from "../api/session.ts";
import { signInToken } from "../routes.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import type { Key } from "../i18n/index.ts";
import { hangUp, startDesk } from "./desk.ts";
import { forgetLogs } from "./logs.ts";

const places = usable(() => sessionStorage);
const PLACE = "switchboard:place";

/** What the page begins with: a one-time link, or the session that the browser still has. */
export async function arrive(): Promise<void> {
  const token = signInToken(location.hash);
  if (token) {
    history.replaceState(null, "", location.pathname);
    await enter(() => api.signInWithLink(token), "problem.link");
    return;
  }
  await enter(api.whoAmI, null);
}

export function signIn(email: string, password: string): Promise<void> {
  return enter(() => api.signInWithPassword(email, password), "problem.password");
}

export async function signOut(): Promise<void> {
  hangUp();
  await api.signOut().catch(() => null);
  leave();
}

/** The server no longer knows this session. */
export async function checkSession(): Promise<void> {
  await api.whoAmI().catch((error: unknown) => {
    if (isUnauthorized(error)) runOut();
  });
}

export function chooseBusiness(id: string): void {
  hangUp();
  preferences.business = session.business = id;
  startDesk(id, checkSession);
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
  if (whose === account && hash) history.replaceState(null, "", hash);
}

function leave(): void {
  forgetLogs();
  session.me = null;
  session.problem = "";
  session.phase = "signed_out";
}

/** `unknown`: what to say where the server knows no such session, link or password. */
async function enter(ask: () => Promise<api.Me>, unknown: Key | null): Promise<void> {
  session.problem = "";
  try {
    const me = await ask();
    session.me = me;
    preferences.suggestLocale(me.account.locale);
    goBack(me.account.id);
    const first = me.businesses.find(({ id }) => id === preferences.business) ?? me.businesses[0];
    session.phase = "signed_in";
    if (first) chooseBusiness(first.id);
    else session.problem = preferences.say("problem.no_business");
  } catch (error) {
    session.phase = "signed_out";
    if (!isUnauthorized(error)) session.problem = sentence(error);
    else if (unknown) session.problem = preferences.say(unknown);
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof Refused && error.problem.status === 401;
}

function sentence(error: unknown): string {
  if (error instanceof Refused && error.code === "network") return preferences.say("problem.network");
  if (error instanceof Refused && error.code === "too_many") return preferences.say("problem.too_many");
  const detail = error instanceof Refused ? error.message : "";
  return detail || preferences.say("problem.unknown");
}
