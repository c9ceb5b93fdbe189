import { Refused } from "../api/http.ts";
import { cannedResponses, type CannedResponse, type Thing } from "../api/setup.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { sentence } from "./problems.ts";

/** What the variables of a response mean in the open conversation. */
export function valuesHere(): Readonly<Record<string, string>> {
  return {
    customer: thread.contact.name,
    operator: session.me?.account.name ?? "",
    business: catalogue.business,
  };
}

interface Written {
  readonly name: string;
  readonly text: string;
  readonly locale: string;
}

/** Keeps a response of one's own, a new one or `known` as it is now. A sentence where it can't be; "" where it is. */
export function keepCanned(known: Thing<CannedResponse> | null, { name, text, locale }: Written) {
  const { business, account } = session;
  const texts = { ...known?.value.texts, [locale]: text };
  const value = { name, texts, owner: account, team: "" };
  return tried(async () => {
    const kept = known
      ? await cannedResponses.change(business, known, value)
      : await cannedResponses.add(business, value);
    catalogue.canned = [...catalogue.canned.filter(({ id }) => id !== kept.id), kept];
  });
}

export function forgetCanned(known: Thing<CannedResponse>): Promise<string> {
  return tried(async () => {
    await cannedResponses.remove(session.business, known);
    catalogue.canned = catalogue.canned.filter(({ id }) => id !== known.id);
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
