import type { VersionLine } from "../../../api/studio.ts";
import { moment } from "../../../view/times.ts";
import { words } from "../words.svelte.ts";

/** Who trained a version, when. */
export function made({ made_by, created_at }: VersionLine): string {
  const time = moment(created_at, words.locale);
  return made_by
    ? words.say("version.made", { by: made_by, time })
    : words.say("version.made.by_nobody", { time });
}
