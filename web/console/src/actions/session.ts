import { Refused } from "../api/http.ts";
import * as api from "../api/session.ts";
import { signInToken } from "../routes.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { hangUp, startDesk } from "./desk.ts";

/** What the page begins with: a one-time link, or the session that the browser still has. */
export async function arrive(): Promise<void> {
  const token = signInToken(location.hash);
  if (token) {
    history.replaceState(null, "", location.pathname);
    await enter(() => api.signInWithLink(token));
    return;
  }
  await enter(api.whoAmI);
}

export function signIn(email: string, password: string): Promise<void> {
  return enter(() => api.signInWithPassword(email, password));
}

export async function signOut(): Promise<void> {
  hangUp();
  await api.signOut().catch(() => null);
  leave();
}

/** The server no longer knows this session. */
export async function checkSession(): Promise<void> {
  await api.whoAmI().catch((error: unknown) => {
    if (error instanceof Refused && error.problem.status === 401) leave();
  });
}

export function chooseBusiness(id: string): void {
  hangUp();
  preferences.business = session.business = id;
  startDesk(id, checkSession);
}

function leave(): void {
  session.me = null;
  session.problem = "";
  session.phase = "signed_out";
}

async function enter(ask: () => Promise<api.Me>): Promise<void> {
  session.problem = "";
  try {
    const me = await ask();
    session.me = me;
    preferences.suggestLocale(me.account.locale);
    const first = me.businesses.find(({ id }) => id === preferences.business) ?? me.businesses[0];
    session.phase = "signed_in";
    if (first) chooseBusiness(first.id);
    else session.problem = preferences.say("problem.no_business");
  } catch (error) {
    session.phase = "signed_out";
    if (ask !== api.whoAmI || !isUnauthorized(error)) session.problem = sentence(error);
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof Refused && error.problem.status === 401;
}

function sentence(error: unknown): string {
  if (error instanceof Refused && error.code === "network") return preferences.say("problem.network");
  const detail = error instanceof Refused ? error.message : "";
  return detail || preferences.say("problem.unknown");
}
