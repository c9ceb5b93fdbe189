import { readSounds, type Prompt, type Sound, type SoundLimits } from "../../../api/sounds.ts";
import { session } from "../../../stores/session.svelte.ts";
import { soundNamed } from "../../../view/sounds.ts";
import { sentence } from "../model/refusals.ts";

/** The sounds of the business, as whoever chooses among them sees them. */
class Library {
  sounds = $state.raw<readonly Sound[]>([]);
  limits = $state.raw<SoundLimits>({ bytes: 20_000_000, seconds: 120, music_seconds: 300 });
  problem = $state("");
  /** What isn't here then is gone. */
  ready = $state(false);
  #prompts = $state.raw<ReadonlyMap<string, Prompt>>(new Map());
  #business = "";

  async load(): Promise<void> {
    const { business } = session;
    if (business !== this.#business) {
      this.#business = business;
      this.sounds = [];
      this.ready = false;
    }
    try {
      const { sounds, prompts, limits } = await readSounds(business);
      if (business !== session.business) return;
      this.sounds = sounds;
      this.limits = limits;
      this.#prompts = new Map(prompts.map((one) => [one.key, one]));
      this.problem = "";
      this.ready = true;
    } catch (error) {
      this.problem = sentence(error);
    }
  }

  named = (name: string): Sound | undefined => soundNamed(this.sounds, name);
  /** What the voice says; "": nothing of ours. */
  text = (prompt: string, locale: string): string => this.#prompts.get(prompt)?.texts[locale] ?? "";
  isMusic = (prompt: string): boolean => this.#prompts.get(prompt)?.music ?? false;
}

export const library = new Library();
