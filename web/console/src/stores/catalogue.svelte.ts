import type { Colleague } from "../api/operators.ts";
import type { CannedResponse, Label, SavedView, Team, Thing, WrapUpCode } from "../api/setup.ts";

/** What the business has set up that its operators work with. */
class Catalogue {
  colleagues = $state.raw<readonly Colleague[]>([]);
  teams = $state.raw<readonly Thing<Team>[]>([]);
  labels = $state.raw<readonly Thing<Label>[]>([]);
  canned = $state.raw<readonly Thing<CannedResponse>[]>([]);
  codes = $state.raw<readonly Thing<WrapUpCode>[]>([]);
  views = $state.raw<readonly Thing<SavedView>[]>([]);
  /** What customers call the business. */
  business = $state("");

  readonly pictureOf = $derived(new Map(this.colleagues.map(({ id, picture }) => [id, picture])));
  readonly labelById = $derived(new Map(this.labels.map((label) => [label.id, label.value])));
  readonly activeCodes = $derived(this.codes.filter(({ value }) => value.active));
}

export const catalogue = new Catalogue();
