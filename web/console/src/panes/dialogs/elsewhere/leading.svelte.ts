import { sentenceOf } from "../../../actions/problems.ts";
import { Refused } from "../../../api/http.ts";
import { makeLink, readWays, type Way, type WayLink } from "../../../api/ways.ts";
import { desk } from "../../../stores/desk.svelte.ts";

type Stage =
  | { readonly at: "looking" | "choosing" | "none" | "over" }
  | { readonly at: "making"; readonly way: Way }
  | { readonly at: "link"; readonly way: Way; readonly link: WayLink }
  /** `problem`: a sentence; "": the way is gone. */
  | { readonly at: "failed"; readonly problem: string; readonly again: () => void };

/** A new link ends the one before, which the customer may be about to open: whoever looks again finds the same. */
const made = new Map<string, WayLink>();

/** How a conversation is led elsewhere: from the ways to a link. */
export class Leading {
  stage = $state.raw<Stage>({ at: "looking" });
  ways = $state.raw<readonly Way[]>([]);

  constructor(
    readonly business: string,
    readonly conversation: string,
  ) {
    void this.look();
  }

  look = (): Promise<void> =>
    this.#try(this.look, { at: "looking" }, async () => {
      this.ways = await readWays(this.business, this.conversation);
      const [first] = this.ways;
      if (first && this.ways.length === 1) return this.#link(first, this.#kept(first));
      return { at: first ? "choosing" : "none" };
    });

  /** To the link that still works, or to a new one. */
  go = (way: Way): Promise<void> => this.#make(way, this.#kept(way));

  anew = (way: Way): Promise<void> => this.#make(way, undefined);

  choose = (): void => void (this.stage = { at: "choosing" });

  #make(way: Way, kept: WayLink | undefined): Promise<void> {
    const again = () => this.#make(way, kept);
    return this.#try(again, { at: "making", way }, () => this.#link(way, kept));
  }

  async #link(way: Way, kept: WayLink | undefined): Promise<Stage> {
    const link = kept ?? (await makeLink(this.business, this.conversation, way.inbox));
    made.set(this.#name(way), link);
    return { at: "link", way, link };
  }

  async #try(again: () => Promise<void>, meanwhile: Stage, work: () => Promise<Stage>): Promise<void> {
    this.stage = meanwhile;
    try {
      this.stage = await work();
    } catch (error) {
      const code = error instanceof Refused ? error.code : "";
      if (code === "not_possible") this.stage = { at: "over" };
      else if (code === "not_found") this.stage = { at: "failed", problem: "", again: this.look };
      else this.stage = { at: "failed", problem: sentenceOf(error), again };
    }
  }

  #kept(way: Way): WayLink | undefined {
    const link = made.get(this.#name(way));
    return link && link.until > desk.now ? link : undefined;
  }

  #name({ inbox }: Way): string {
    return `${this.conversation}:${inbox}`;
  }
}
