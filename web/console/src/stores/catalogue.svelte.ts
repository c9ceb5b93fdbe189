import type { Colleague } from "../api/operators.ts";
import type {
  CannedResponse,
  CrmLink,
  Form,
  Label,
  Macro,
  Mode,
  SavedView,
  Team,
  Thing,
  WrapUpCode,
  WrapUpRules,
} from "../api/setup.ts";

import { atHand } from "../view/canned.ts";
import { session } from "./session.svelte.ts";

/** What the business has set up that its operators work with. */
class Catalogue {
  colleagues = $state.raw<readonly Colleague[]>([]);
  teams = $state.raw<readonly Thing<Team>[]>([]);
  labels = $state.raw<readonly Thing<Label>[]>([]);
  canned = $state.raw<readonly Thing<CannedResponse>[]>([]);
  macros = $state.raw<readonly Thing<Macro>[]>([]);
  /** What operators are led through. */
  forms = $state.raw<readonly Thing<Form>[]>([]);
  /** They were read: one that isn't among them is gone. */
  knowsForms = $state(false);
  codes = $state.raw<readonly Thing<WrapUpCode>[]>([]);
  /** Ways from a contact into the business's own systems. */
  links = $state.raw<readonly Thing<CrmLink>[]>([]);
  views = $state.raw<readonly Thing<SavedView>[]>([]);
  /** Why people are on a break. */
  breaks = $state.raw<readonly string[]>([]);
  /** How many articles customers may read. */
  articles = $state(0);
  /** How conversations of no team come to people. */
  everybody = $state<Mode>("pick");
  /** Calls of no team that are offered are accepted by themselves. */
  everybodyAnswers = $state(false);
  /** What comes before an end, where a team has nothing of its own. */
  wrapUp = $state.raw<WrapUpRules | null>(null);
  /** What customers call the business. */
  business = $state("");

  readonly pictureOf = $derived(new Map(this.colleagues.map(({ id, picture }) => [id, picture])));
  readonly labelById = $derived(new Map(this.labels.map((label) => [label.id, label.value])));
  /** The canned responses that this operator works with. */
  readonly atHand = $derived(atHand(this.canned, this.teams, session.account));
  readonly #myTeams = $derived(
    new Set(this.teams.filter(({ value }) => value.members.includes(session.account)).map(({ id }) => id)),
  );
  /** Those that this operator works with. */
  readonly macrosAtHand = $derived(
    this.macros.filter(({ value: { team } }) => !team || this.#myTeams.has(team)),
  );
  readonly activeCodes = $derived(this.codes.filter(({ value }) => value.active));
  readonly #modeOf = $derived(new Map(this.teams.map(({ id, value }) => [id, value.rules?.mode])));

  /** The name of the form that a code asks for before it; "" for none. */
  neededFor({ form }: WrapUpCode): string {
    return form ? (this.forms.find(({ id }) => id === form)?.value.name ?? "") : "";
  }

  /** Whether its owner is led through the time after a talk. */
  leadsThroughWrapUp(team: string): boolean {
    const own = this.teams.find(({ id }) => id === team)?.value.rules?.wrap_up;
    return ((own ?? this.wrapUp)?.mode ?? "off") !== "off";
  }

  /** Whether calls of a team that are offered are accepted by themselves. */
  answersCalls(team: string): boolean {
    const own = this.teams.find(({ id }) => id === team)?.value.rules;
    return own ? own.mode === "offer" && own.answer_calls : this.everybodyAnswers;
  }

  /** The teams of this operator's for which that holds; "": no team. */
  get answering(): readonly string[] {
    const own = [...this.#myTeams].filter((team) => this.answersCalls(team));
    return this.everybodyAnswers ? ["", ...own] : own;
  }

  /** Whether people take a team's conversations from the queue themselves. */
  isPicked(team: string): boolean {
    return (this.#modeOf.get(team) ?? this.everybody) === "pick";
  }
}

export const catalogue = new Catalogue();
