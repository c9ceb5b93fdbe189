import type { Sound } from "../api/sounds.ts";

/** Prompts as they are shown, in the order of a call. */
export const GROUPS = [
  ["begin", ["language", "greeting", "notice", "ringing"]],
  ["talk", ["filler", "again", "no_input_1", "no_input_2", "no_match_1", "no_match_2"]],
  ["wait", ["queue_music", "hold_music", "queued", "queued_again", "silent"]],
  [
    "nobody",
    [
      "queued_closed",
      "queued_nobody",
      "voicemail",
      "voicemail_done",
      "callback_offered",
      "callback_where",
      "callback_where_again",
    ],
  ],
  ["end", ["rating", "rating_noted", "closed_silent", "restarting"]],
] as const;

/** What is the same in two names that stand for one sound. */
const keyOf = (name: string) => name.trim().split(/\s+/).join(" ").toLowerCase();

/** The sound that a name stands for: today's names go before former ones. */
export function soundNamed(sounds: readonly Sound[], name: string): Sound | undefined {
  const key = keyOf(name);
  return (
    sounds.find((one) => keyOf(one.name) === key) ??
    sounds.find(({ former }) => former.some((one) => keyOf(one) === key))
  );
}

/** Those that somebody who speaks `locale` can hear; "" for any language. */
export const heardIn = (sounds: readonly Sound[], locale: string) =>
  sounds.filter((one) => !locale || !one.locale || one.locale === locale);

/** A name that no sound has yet. */
export function freeName(sounds: readonly Sound[], wanted: string): string {
  const cut = wanted.trim().slice(0, 54);
  const taken = new Set(sounds.map(({ name }) => keyOf(name)));
  for (let number = 1; ; number++) {
    const name = number === 1 ? cut : `${cut} ${number}`;
    if (!taken.has(keyOf(name))) return name;
  }
}

/** Settings with another sound for a prompt; "": the voice again. */
export function withSound(
  chosen: Readonly<Record<string, Readonly<Record<string, string>>>>,
  locale: string,
  prompt: string,
  name: string,
): Record<string, Record<string, string>> {
  const { [prompt]: _, ...others } = chosen[locale] ?? {};
  const own = name ? { ...others, [prompt]: name } : others;
  const rest = Object.fromEntries(Object.entries(chosen).filter(([one]) => one !== locale));
  return Object.keys(own).length ? { ...rest, [locale]: own } : rest;
}
