import { Refused } from "../../../api/http.ts";
import {
  change,
  forget,
  publish,
  readBot,
  readDraft,
  readVersion,
  readVersions,
  takeUp,
  train,
  undo,
  type BotState,
  type Change,
  type Draft,
  type Finding,
  type VersionLine,
  type VersionPage,
} from "../../../api/studio.ts";
import { session } from "../../../stores/session.svelte.ts";
import { own } from "../../settings/model/own.svelte.ts";
import { sentence } from "../../settings/model/refusals.ts";
import { titleOfName } from "./topics.ts";
import { words } from "../words.svelte.ts";

/** The bot that is being taught: its draft, its training, its versions. One for each business that is looked at. */
class Studio {
  draft = $state.raw<Draft | null>(null);
  bot = $state.raw<BotState | null>(null);
  versions = $state.raw<readonly VersionLine[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");
  problem = $state("");
  /** What the last import did not take over. */
  leftOut = $state.raw<readonly Finding[]>([]);
  #business = "";
  /** Questions are numbered as they are asked: an answer that another one overtook is old. */
  #asked = 0;
  #told = 0;

  readonly editable = $derived(session.role === "administrator");
  readonly locales = $derived(own.locales);
  readonly overview = $derived(this.draft?.overview);
  readonly empty = $derived(this.overview?.intents.length === 0);
  readonly running = $derived(this.bot?.training === "running");
  readonly answering = $derived(this.versions.find(({ version }) => version === this.bot?.version));
  /** The version that says what the draft says. */
  readonly trained = $derived(this.versions.find(({ version }) => version === this.draft?.trained));

  title(name: string): string {
    return titleOfName(name, this.overview, words.locale);
  }

  /** A text that somebody writes in the page's language, where the business has several; else for any. */
  asWritten(text: string): Record<string, string> {
    if (this.locales.length < 2) return { "": text };
    return { [this.locales.find((one) => one === words.locale) ?? this.locales[0] ?? ""]: text };
  }

  /** Reads all anew; what is shown stays until then. */
  async load(): Promise<void> {
    const business = session.business;
    if (business !== this.#business) {
      this.#business = business;
      this.phase = "loading";
      this.draft = this.bot = null;
      this.versions = [];
      this.leftOut = [];
    }
    if (this.phase === "failed") this.phase = "loading";
    const asked = ++this.#asked;
    try {
      const [bot, draft, versions] = await Promise.all([
        readBot(business),
        readDraft(business),
        readVersions(business),
      ]);
      if (business !== session.business) return;
      if (this.#hear(bot, asked)) this.versions = versions;
      this.#take(draft);
      this.phase = "ready";
    } catch (error) {
      this.problem = sentence(error);
      if (this.phase === "loading") this.phase = "failed";
    }
  }

  /** How a training is. */
  async look(): Promise<void> {
    let bot: BotState;
    const asked = ++this.#asked;
    try {
      bot = await readBot(session.business);
    } catch {
      return; // asked again in a moment
    }
    // What it made is there before it is told to be done.
    if (this.running && bot.training !== "running") await this.load();
    else this.#hear(bot, asked);
  }

  /** Changes the draft that was seen. Throws what the server refuses. */
  async apply(changes: readonly Change[], seen = this.draft?.revision ?? 0): Promise<void> {
    this.#take(await change(session.business, seen, changes));
  }

  /** As `apply`, on whatever the draft has become meanwhile: for what nobody else can have changed. */
  async add(changes: readonly Change[]): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.apply(changes);
      } catch (error) {
        if (!(error instanceof Refused && error.code === "conflict") || tries > 2) throw error;
        await this.load();
      }
    }
  }

  set(draft: Draft): void {
    this.#take(draft);
  }

  async undo(): Promise<void> {
    this.#take(await undo(session.business, this.draft?.revision ?? 0));
  }
  async forget(): Promise<void> {
    this.#take(await forget(session.business, this.draft?.revision ?? 0));
  }
  async train(): Promise<void> {
    const bot = await train(session.business, this.draft?.revision ?? 0);
    this.#hear(bot, ++this.#asked); // newer than all that was asked before
  }
  async publish(version: string, reason: string): Promise<void> {
    const bot = await publish(session.business, version, reason);
    this.#hear(bot, ++this.#asked);
    await this.load();
  }
  async takeUp(version: string): Promise<void> {
    this.#take(await takeUp(session.business, version, this.draft?.revision ?? 0));
  }
  version(version: string): Promise<VersionPage> {
    return readVersion(session.business, version);
  }

  /** Whether it is no older than what is shown. */
  #hear(bot: BotState, asked: number): boolean {
    if (asked < this.#told) return false;
    this.#told = asked;
    this.bot = bot;
    return true;
  }
  #take(draft: Draft): void {
    if (!this.draft || draft.revision >= this.draft.revision || draft.published) this.draft = draft;
  }
}

export const studio = new Studio();
