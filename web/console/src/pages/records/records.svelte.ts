import { readRecords, type FormRecord, type Wanted } from "../../api/records.ts";
import { period } from "../requests/requests.svelte.ts";
import { sentence } from "../settings/model/refusals.ts";

/** The page's state: what is wanted, and as much of it as was read. */
export class RecordList {
  readonly business: string;
  readonly contact: string;
  /** Back from today; 0: all there are. */
  days = $state(30);
  form = $state("");
  status = $state("");
  q = $state("");
  records = $state.raw<readonly FormRecord[]>([]);
  next = $state<string | null>(null);
  phase = $state<"loading" | "ready" | "failed">("loading");
  problem = $state("");
  /** Only the latest question's answer counts. */
  #asked = 0;

  constructor(business: string, contact: string) {
    this.business = business;
    this.contact = contact;
    if (contact) this.days = 0;
  }

  get isNarrowed(): boolean {
    return Boolean(this.q || this.form || this.status || this.contact);
  }

  get wanted(): Wanted {
    const { form, status, contact, q } = this;
    if (this.days === 0) return { form, status, contact, q };
    const [from, to] = period(new Date(), this.days);
    return { from, to, form, status, contact, q };
  }

  async load(before = ""): Promise<void> {
    const asked = ++this.#asked;
    const { wanted } = this;
    this.problem = "";
    try {
      const page = await readRecords(this.business, wanted, before);
      if (asked !== this.#asked) return;
      this.records = before ? [...this.records, ...page.records] : page.records;
      this.next = page.next;
      this.phase = "ready";
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = sentence(error);
      if (this.records.length === 0) this.phase = "failed";
    }
  }
}
