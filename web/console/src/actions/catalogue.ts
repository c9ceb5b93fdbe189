import { readOperators } from "../api/operators.ts";
import { cannedResponses, labels, savedViews, teams, wrapUpCodes } from "../api/setup.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { session } from "../stores/session.svelte.ts";

/** Reads it anew: at the start, and after every welcome. What can't be had now stays as it was. */
export async function loadCatalogue(business: string): Promise<void> {
  const current = () => session.business === business;
  const into = async <T>(read: Promise<T>, keep: (found: T) => void) => {
    const found = await read.catch(() => null);
    if (found !== null && current()) keep(found);
  };
  await Promise.all([
    into(readOperators(business), ({ operators }) => (catalogue.colleagues = operators)),
    into(teams.read(business), (found) => (catalogue.teams = found)),
    into(labels.read(business), (found) => (catalogue.labels = found)),
    into(cannedResponses.read(business), (found) => (catalogue.canned = found)),
    into(wrapUpCodes.read(business), (found) => (catalogue.codes = found)),
    into(savedViews.read(business), (found) => (catalogue.views = found)),
  ]);
}

/** Another business has other things. */
export function clearCatalogue(): void {
  Object.assign(catalogue, { colleagues: [], teams: [], labels: [], canned: [], codes: [], views: [] });
}
