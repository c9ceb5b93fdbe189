import { health, lineOf, type Health, type Line } from "../../../api/inboxes.ts";
import { session } from "../../../stores/session.svelte.ts";
import { sentence } from "../model/refusals.ts";

const SOON = 2_000;
const LATER = 15_000;

/** How a bot's line does, looked at again and again while somebody looks. */
export class LineWatch {
  line = $state.raw<Line | null>(null);
  health = $state.raw<Health | null>(null);
  /** When it was last looked at, microseconds. */
  at = $state(0);
  problem = $state("");
  busy = $state(false);

  constructor(readonly inbox: string) {}

  /** Until the function that it returns is called. Quick while something is still to come. */
  keep(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const go = async () => {
      if (!document.hidden) await this.look();
      if (over) return;
      const settled = this.line?.trouble === "" && this.health?.last_talk;
      timer = setTimeout(() => void go(), settled ? LATER : SOON);
    };
    void go();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }

  async look(): Promise<void> {
    try {
      const { business } = session;
      [this.line, this.health] = await Promise.all([
        lineOf(business, this.inbox),
        health(business, this.inbox),
      ]);
      this.problem = "";
      this.at = Date.now() * 1000;
    } catch (error) {
      this.problem = sentence(error);
    }
  }

  /** Because somebody wants to know. */
  async check(): Promise<void> {
    this.busy = true;
    await this.look();
    this.busy = false;
  }
}
