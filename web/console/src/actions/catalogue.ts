import { readListing } from "../api/knowledge.ts";
import { readOperators } from "../api/operators.ts";
import {
  type TeamRules,
  breakReasons,
  cannedResponses,
  crmLinks,
  forms,
  labels,
  macros,
  routing,
  savedViews,
  teams,
  wrapUpCodes,
} from "../api/setup.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { told } from "../stores/told.svelte.ts";

/** Milliseconds within which open consoles read what was changed: not all of them in the same instant. */
const SPREAD = 1500;

type Part = (business: string) => Promise<() => void>;

/** What is read of each part of the set-up, by the server's name of it. */
const PARTS: Readonly<Record<string, Part>> = {
  members: async (business) => {
    const { operators } = await readOperators(business);
    return () => (catalogue.colleagues = operators);
  },
  teams: async (business) => {
    const found = await teams.read(business);
    return () => (catalogue.teams = found);
  },
  labels: async (business) => {
    const found = await labels.read(business);
    return () => (catalogue.labels = found);
  },
  "canned-responses": async (business) => {
    const found = await cannedResponses.read(business);
    return () => (catalogue.canned = found);
  },
  macros: async (business) => {
    const found = await macros.read(business);
    return () => (catalogue.macros = found);
  },
  forms: async (business) => {
    const found = await forms.read(business);
    return () => {
      catalogue.forms = found;
      catalogue.knowsForms = true;
    };
  },
  "wrap-up-codes": async (business) => {
    const found = await wrapUpCodes.read(business);
    return () => (catalogue.codes = found);
  },
  "break-reasons": async (business) => {
    const found = await breakReasons.read(business);
    return () => (catalogue.breaks = found.map(({ value }) => value.name));
  },
  routing: async (business) => {
    const [found] = await routing.read(business);
    return () => {
      catalogue.everybody = found?.value.rules.everybody.mode ?? "pick";
      catalogue.everybodyAnswers = answers(found?.value.rules.everybody);
      catalogue.wrapUp = found?.value.rules.everybody.wrap_up ?? null;
    };
  },
  articles: async (business) => {
    const { items } = await readListing(business);
    const read = items.filter(({ languages }) => languages.some(({ state }) => state !== "draft"));
    return () => (catalogue.articles = read.length);
  },
  "crm-links": async (business) => {
    const found = await crmLinks.read(business);
    return () => (catalogue.links = found);
  },
  views: async (business) => {
    const found = await savedViews.read(business);
    return () => (catalogue.views = found);
  },
};

const changed = new Set<string>();

/** Reads it anew: at the start, and after every welcome. What can't be had now stays as it was. */
export async function loadCatalogue(business: string, parts = Object.keys(PARTS)): Promise<void> {
  const load = async (part: string) => {
    const keep = await PARTS[part]?.(business).catch(() => null);
    if (keep && session.business === business) keep();
  };
  await Promise.all(parts.map(load));
}

/** Somebody changed this part of it, or brought all of it from elsewhere. */
export function hearSetUp(what: string): void {
  if (what === "bot" || what === "import") told.bot += 1;
  if (what === "articles" || what === "import") told.articles += 1;
  if (changed.size === 0) setTimeout(readChanged, Math.random() * SPREAD);
  for (const part of what === "import" ? Object.keys(PARTS) : [what]) changed.add(part);
}

function readChanged(): void {
  const parts = [...changed];
  changed.clear();
  if (parts.includes("contacts")) told.contacts += 1;
  if (session.business) void loadCatalogue(session.business, parts);
}

/** Another business has other things. */
export function clearCatalogue(): void {
  Object.assign(catalogue, {
    colleagues: [],
    teams: [],
    labels: [],
    canned: [],
    macros: [],
    forms: [],
    codes: [],
    links: [],
    views: [],
  });
  catalogue.knowsForms = false;
  catalogue.everybody = "pick";
  catalogue.everybodyAnswers = false;
  catalogue.wrapUp = null;
  catalogue.breaks = [];
  catalogue.articles = 0;
}

const answers = (rules: TeamRules | undefined) => rules?.mode === "offer" && rules.answer_calls === true;
