import type { Letter, Log, Person, Row } from "@switchboard/protocol";
import type { Written } from "../view/timeline.ts";

export type Act =
  | "take"
  | "return_to_bot"
  | "resolve"
  | "transfer"
  | "snooze"
  | "callback"
  | "callback_tried"
  | "more_time"
  | "resume"
  | "invite";
export type DialogName =
  "transfer" | "snooze" | "resolve" | "elsewhere" | "callback" | "canned" | "macros" | "invite" | "consult";

/** The conversation that is open. */
class Thread {
  conversation = $state("");
  /** The last row that was told of it, even where the list no longer shows it. */
  row = $state.raw<Row | null>(null);
  log = $state.raw<Log | null>(null);
  readonly contact = $derived(this.row?.contact ?? { id: this.log?.state.contact ?? "", name: "" });
  /** How it stands with what was said before the log's begin. */
  older = $state<"idle" | "loading" | "failed">("idle");
  /** The replay has come. */
  complete = $state(false);
  readByCustomer = $state(0);
  /** `text`: what a customer has typed so far, where that is told. */
  typing = $state.raw<{ readonly who: string; readonly name: string; readonly text: string } | null>(null);
  letters = $state.raw<readonly Letter<Written>[]>([]);
  /** Of the letters: what can still be taken back. */
  held = $state.raw<ReadonlySet<string>>(new Set());
  /** Colleagues who have it open as well. */
  lookers = $state.raw<readonly Person[]>([]);
  /** The id of a form that is to be filled in: the pane of forms opens it. */
  form = $state("");
  /** What waits for a form to be filled in: the command is given again by `again`; `name`: the wrap-up code. */
  needs = $state.raw<{
    readonly form: string;
    readonly name: string;
    readonly after: number;
    readonly again: () => void;
  } | null>(null);
  /** What is being asked before something is done. */
  dialog = $state<DialogName | null>(null);
  /** The command that is on its way. */
  acting = $state<Act | null>(null);
  /** The message that is being sent again; 0: none. */
  sendingAgain = $state(0);
  /** A sentence about what did not work. */
  problem = $state("");
  mode = $state<"reply" | "note">("reply");
  /** Something asks for the composer, which may have to appear first. */
  asksForFocus = $state(false);
  /** The calls whose blocks are folded. */
  folded = $state.raw<ReadonlySet<string>>(new Set());
  /** An event that the context card points at. */
  spotlight = $state(0);
  /** An event to be lit once the log is here. */
  wanted = 0;
}

export const thread = new Thread();
