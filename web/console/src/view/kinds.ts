import type { IconName } from "../components/Icon.svelte";
import { known, type Say } from "../i18n/index.ts";
import type { Bare } from "./messages.ts";

/** What a message is that may have no words, as a picture. */
export const KIND_ICONS: Readonly<Record<Exclude<Bare, "">, IconName>> = {
  photo: "picture",
  voice: "microphone",
  audio: "sound",
  video: "film",
  video_note: "film",
  animation: "film",
  sticker: "sticker",
  file: "file",
  place: "place",
  phone: "person",
  unsupported: "help",
  deleted: "undo",
  call: "voice",
};

/** The same in words. */
export function kindName(kind: Bare, say: Say): string {
  return kind ? say(`kind.${kind}`) : "";
}

/** What the provider calls a kind that we can't show, in the reader's words where we have some. */
export function unsupportedName(kind: string, say: Say): string {
  const key = known(`unsupported.${kind}`, "unsupported.other");
  return key === "unsupported.other" ? say(key, { kind }) : say(key);
}

/** What a list shows beside the kind: a text, but no name that a provider made up for a file. */
export function wordsBeside(text: string, kind: Bare): string {
  return kind && kind !== "file" && /^[\w-]+\.\w{2,5}(?:, [\w-]+\.\w{2,5})*$/.test(text) ? "" : text;
}
