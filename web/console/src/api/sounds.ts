import { request } from "./http.ts";
import { at, of } from "./setup.ts";

/** What calls play in place of the voice. */
export interface Sound {
  readonly id: string;
  readonly name: string;
  /** What it was called before: whoever names it so still finds it. */
  readonly former: readonly string[];
  /** Whose language is spoken in it; "": it is music. */
  readonly locale: string;
  readonly seconds: number;
  readonly created_by: string;
  /** The inboxes whose calls play it. */
  readonly inboxes: readonly string[];
}

/** Something that calls say or play. `texts`: what the voice says, by language. */
export interface Prompt {
  readonly key: string;
  readonly music: boolean;
  readonly texts: Readonly<Record<string, string>>;
}

export interface SoundLimits {
  readonly bytes: number;
  readonly seconds: number;
  readonly music_seconds: number;
}

export interface Sounds {
  readonly sounds: readonly Sound[];
  readonly prompts: readonly Prompt[];
  readonly limits: SoundLimits;
}

export const readSounds = (business: string) => request<Sounds>("GET", at(business, "sounds"));

export function bringSound(business: string, file: Blob, name: string, locale: string): Promise<Sound> {
  const query = new URLSearchParams({ name, locale });
  return request("POST", `${at(business, "sounds")}?${query.toString()}`, file);
}

export const renameSound = (business: string, sound: string, name: string) =>
  request<Sound>("PUT", at(business, of("sounds", sound)), { name });

export const removeSound = (business: string, sound: string) =>
  request<void>("DELETE", at(business, of("sounds", sound)));

export const soundUrl = (business: string, sound: string) => at(business, `${of("sounds", sound)}/audio`);
