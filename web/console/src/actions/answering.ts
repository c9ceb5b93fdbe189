import { alerts } from "../stores/alerts.svelte.ts";
import { call } from "../stores/call.svelte.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { people } from "../stores/people.svelte.ts";
import { place } from "../stores/place.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { answersItself, offersIn, type Call } from "../view/alerts.ts";
import { chosenDevices, expectCallIn } from "./calling.ts";
import { beep } from "./chime.ts";
import { acceptOffer } from "./offers.ts";

/** Milliseconds until it is tried again while something else is on its way. */
const AGAIN_AFTER = 500;

/** What this tab has answered, or left to another one. */
const answered = new Set<string>();

/** A call that is offered by a team which wants that is accepted by itself, with a beep, by whoever is there and in no call. */
export async function answerOffers(): Promise<void> {
  const offer = offersIn(alerts.calls.values(), session.account).find((one) => itself(one));
  if (!offer || call.running || people.mine !== "online" || call.microphone !== "granted") return;
  if (thread.acting) return void setTimeout(() => void answerOffers(), AGAIN_AFTER);
  const name = `${offer.conversation}.${offer.since}`;
  if (answered.has(name)) return;
  answered.add(name);
  if (!(await claimed(name))) return;
  await beep(chosenDevices().speaker);
  expectCallIn(offer.conversation);
  // What one is at on another page stays before the eyes: the call's bar is everywhere.
  const here = place.at.page === "conversations";
  acceptOffer(offer, (then) => here && then());
}

const itself = (offer: Call) => answersItself(offer, (team) => catalogue.answersCalls(team));

/** One tab alone answers. */
async function claimed(name: string): Promise<boolean> {
  if (!("locks" in navigator)) return true;
  return new Promise((resolve) => {
    void navigator.locks.request(`switchboard:answer:${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise<void>(() => {}); // until this tab is gone: no other one answers the same
    });
  });
}

/** What the browser lets this page do; it is told whenever that changes. */
export async function watchMicrophone(): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: "microphone" as PermissionName });
    const note = () => {
      call.microphone = status.state;
      void answerOffers();
    };
    status.onchange = note;
    note();
  } catch {
    call.microphone = "prompt"; // a browser that doesn't tell: it is known once it was used
  }
}

/** Asks for the microphone before there is a call, and lets go of it at once. */
export async function allowMicrophone(): Promise<void> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    call.microphone = "granted";
    void answerOffers();
  } catch {
    call.microphone = "denied";
  }
}
