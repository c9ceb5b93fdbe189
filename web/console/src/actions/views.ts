import { Refused } from "../api/http.ts";
import { savedViews, type SavedView, type Thing } from "../api/setup.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { sameFilter } from "../view/rows.ts";
import { showView } from "./lists.ts";
import { sentence } from "./problems.ts";

export function showSaved({ value }: Thing<SavedView>): void {
  showView(value.view, value.filter);
}

export function isShown({ value }: Thing<SavedView>): boolean {
  return value.view === desk.view && sameFilter(value.filter, desk.filter);
}

/** Keeps what is shown under a name, for oneself. A sentence where it can't be; "" where it is. */
export async function saveView(name: string): Promise<string> {
  const { view, filter } = desk;
  const body = { name, view, filter, owner: session.account };
  return tried(async () => {
    const made = await savedViews.add(session.business, body);
    catalogue.views = [...catalogue.views, made];
  });
}

export async function forgetView(saved: Thing<SavedView>): Promise<string> {
  return tried(async () => {
    await savedViews.remove(session.business, saved);
    catalogue.views = catalogue.views.filter(({ id }) => id !== saved.id);
  });
}

async function tried(run: () => Promise<void>): Promise<string> {
  try {
    await run();
    return "";
  } catch (error) {
    if (error instanceof Refused) return sentence(error.problem);
    throw error;
  }
}
