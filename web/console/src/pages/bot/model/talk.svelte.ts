import { attempt, type Tried } from "../../../api/studio.ts";
import { session } from "../../../stores/session.svelte.ts";
import { sentence } from "../../settings/model/refusals.ts";
import { studio } from "./studio.svelte.ts";

export type Channel = "webchat" | "telegram" | "voice";
type Reply = NonNullable<Tried["result"]["replies"]>[number];

export type Line =
  | { readonly who: "me"; readonly text: string }
  | { readonly who: "bot"; readonly reply: Reply }
  /** What the bot believed, and what follows. */
  | { readonly who: "about"; readonly tried: Tried["result"] };

/** A talk with a version that may answer nobody yet. It lasts until the page is left. */
class Talk {
  open = $state(false);
  lines = $state.raw<readonly Line[]>([]);
  channel = $state<Channel>("webchat");
  locale = $state("");
  /** "": whatever says what the draft says, else the one that was trained last. */
  version = $state("");
  facts = $state.raw<Readonly<Record<string, string>>>({});
  memory = $state.raw<Tried["result"]["memory"]>(null);
  handedOver = $state(false);
  busy = $state(false);
  problem = $state("");
  #misses = 0;

  readonly current = $derived(this.version || studio.trained?.version || studio.versions[0]?.version || "");
  readonly line = $derived(studio.versions.find(({ version }) => version === this.current));
  /** The draft says something else by now. */
  readonly stale = $derived(!this.version && !studio.trained);

  toggle(): void {
    this.open = !this.open;
  }
  /** Tries a version of its own. */
  with(version: string): void {
    this.version = version;
    this.open = true;
    this.anew();
  }

  anew(): void {
    this.lines = [];
    this.facts = {};
    this.memory = null;
    this.handedOver = false;
    this.problem = "";
    this.#misses = 0;
  }

  async say(text: string, choice = ""): Promise<void> {
    if (!text.trim() || this.busy) return;
    this.lines = [...this.lines, { who: "me", text: text.trim() }];
    this.busy = true;
    this.problem = "";
    try {
      const tried = await attempt(session.business, {
        text: text.trim(),
        choice,
        version: this.current,
        channel: this.channel,
        locale: this.locale || studio.locales[0] || "en",
        facts: this.facts,
        memory: this.memory ?? null,
        misses: this.#misses,
      });
      const { result } = tried;
      this.facts = tried.facts;
      this.memory = result.memory ?? null;
      this.#misses = result.misses ?? 0;
      this.handedOver = Boolean(result.handoff);
      const replies = (result.replies ?? []).map((reply) => ({ who: "bot", reply }) as const);
      this.lines = [...this.lines, ...replies, { who: "about", tried: result }];
    } catch (error) {
      this.problem = sentence(error);
    }
    this.busy = false;
  }
}

export const talk = new Talk();
