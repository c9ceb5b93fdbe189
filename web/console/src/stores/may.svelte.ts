import { allowed, type Allowed } from "../view/floor.ts";
import { catalogue } from "./catalogue.svelte.ts";
import { desk } from "./desk.svelte.ts";
import { session } from "./session.svelte.ts";
import { thread } from "./thread.svelte.ts";

/** What the operator may do with the open conversation: by its log, and before that came by its row. */
class May {
  readonly #state = $derived(thread.log && thread.log.entries.length > 0 ? thread.log.state : thread.row);
  readonly #role = $derived(session.me?.businesses.find(({ id }) => id === session.business)?.role ?? "");
  readonly #joined = $derived(
    thread.log?.state.participants.some(
      ({ operator, role }) => operator.id === desk.operator && role !== "coach",
    ) ?? false,
  );
  readonly #allowed = $derived<Allowed>(
    this.#state
      ? allowed(
          this.#state.status,
          { owner: this.#state.owner, offered: this.#state.offer?.operator, joined: this.#joined },
          desk.operator,
          this.#role !== "operator",
        )
      : {
          reply: false,
          take: false,
          returnToBot: false,
          resolve: false,
          transfer: false,
          snooze: false,
          invite: false,
          leave: false,
          elsewhere: false,
          callBack: false,
        },
  );

  /** What failed for good goes again at a supervisor's word. */
  get sendAgain(): boolean {
    return this.#role === "supervisor" || this.#role === "administrator";
  }
  get state() {
    return this.#state;
  }
  /** It is reserved for this operator. */
  get isOffered(): boolean {
    return this.#state?.status === "queued" && this.#state.offer?.operator.id === desk.operator;
  }
  /** The talk is over, and this operator notes what came of it. */
  get wrapsUp(): boolean {
    return this.#state?.status === "wrap_up" && this.#state.owner?.id === desk.operator;
  }
  /** It ends by way of that. */
  get leadsThroughWrapUp(): boolean {
    return this.#state?.owner?.id === desk.operator && catalogue.leadsThroughWrapUp(this.#state.team);
  }
  get reply(): boolean {
    return this.#allowed.reply;
  }
  get take(): boolean {
    return this.#allowed.take;
  }
  get returnToBot(): boolean {
    return this.#allowed.returnToBot;
  }
  get transfer(): boolean {
    return this.#allowed.transfer;
  }
  get snooze(): boolean {
    return this.#allowed.snooze;
  }
  get invite(): boolean {
    return this.#allowed.invite;
  }
  get leave(): boolean {
    return this.#allowed.leave;
  }
  get elsewhere(): boolean {
    return this.#allowed.elsewhere;
  }
  /** To promise a callback, or to change what is promised. */
  get callBack(): boolean {
    return this.#allowed.callBack || (this.#state?.status === "snoozed" && Boolean(this.#state.callback));
  }
  get resolve(): boolean {
    return this.#allowed.resolve;
  }
}

export const may = new May();
