import {
  ENDINGS,
  readEndings,
  readRequests,
  type Ending,
  type Endings,
  type LedgerLine,
  type Wanted,
} from "../../api/requests.ts";
import { sentence } from "../settings/model/refusals.ts";

const DAY = 24 * 3600_000;

/** From the reader's midnight `days - 1` days ago until tonight, in microseconds. */
export function period(now: Date, days: number): readonly [number, number] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  return [(midnight - (days - 1) * DAY) * 1000, (midnight + DAY) * 1000];
}

/** How many of each ending there are; all of them together are all requests. */
export function tally({ counts }: Endings): Readonly<Record<Ending, number>> {
  const found = Object.fromEntries(ENDINGS.map((one) => [one, 0])) as Record<Ending, number>;
  for (const { ending, count } of counts) {
    const name = ENDINGS.find((one) => one === (ending || "open"));
    if (name) found[name] += count;
  }
  return found;
}

/** The page's state: what is wanted, and as much of it as was read. */
export class Requests {
  readonly business: string;
  days = $state(7);
  ending = $state<Ending | "">("");
  channel = $state("");
  team = $state("");
  operator = $state("");
  people = $state(false);
  lines = $state.raw<readonly LedgerLine[]>([]);
  endings = $state.raw<Endings | null>(null);
  next = $state<string | null>(null);
  phase = $state<"loading" | "ready" | "failed">("loading");
  problem = $state("");
  /** Only the latest question's answer counts. */
  #asked = 0;

  constructor(business: string) {
    this.business = business;
  }

  get wanted(): Wanted {
    const [from, to] = period(new Date(), this.days);
    const { ending, channel, team, operator, people } = this;
    return { from, to, ending, channel, team, operator, people };
  }

  async load(): Promise<void> {
    const { wanted } = this;
    await this.#ask(async () => {
      const [page, endings] = await Promise.all([
        readRequests(this.business, wanted),
        readEndings(this.business, wanted.from, wanted.to),
      ]);
      return () => ((this.lines = page.lines), (this.next = page.next), (this.endings = endings));
    });
  }

  async more(): Promise<void> {
    const { next } = this;
    if (!next) return;
    await this.#ask(async () => {
      const page = await readRequests(this.business, this.wanted, next);
      return () => ((this.lines = [...this.lines, ...page.lines]), (this.next = page.next));
    });
  }

  async #ask(read: () => Promise<() => void>): Promise<void> {
    const asked = ++this.#asked;
    this.problem = "";
    try {
      const take = await read();
      if (asked !== this.#asked) return;
      take();
      this.phase = "ready";
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = sentence(error);
      if (this.lines.length === 0) this.phase = "failed";
    }
  }
}
