import type { CannedResponse, Team, Thing } from "../api/setup.ts";

/** As they are written in a text; said here so that a sentence about them isn't taken for one. */
export const UNFILLED = { customer: "{{customer}}", operator: "{{operator}}", business: "{{business}}" };
const VARIABLES = /\{\{\s*(\w+)\s*\}\}/gu;

export type Scope = "mine" | "team" | "all";

export interface Scoped {
  readonly one: Thing<CannedResponse>;
  readonly scope: Scope;
  /** Of the team. */
  readonly team: string;
}

const ORDER: readonly Scope[] = ["mine", "team", "all"];

/** What somebody has at hand: their own first, then their teams', then everybody's. */
export function atHand(
  all: readonly Thing<CannedResponse>[],
  teams: readonly Thing<Team>[],
  me: string,
): readonly Scoped[] {
  const own = new Map(
    teams.filter(({ value }) => value.members.includes(me)).map(({ id, value }) => [id, value.name]),
  );
  const scoped = all.flatMap((one): Scoped[] => {
    const { owner = "", team = "" } = one.value;
    if (owner) return owner === me ? [{ one, scope: "mine", team: "" }] : [];
    if (!team) return [{ one, scope: "all", team: "" }];
    const name = own.get(team);
    return name === undefined ? [] : [{ one, scope: "team", team: name }];
  });
  return scoped.sort((a, b) => ORDER.indexOf(a.scope) - ORDER.indexOf(b.scope));
}

/** In a language, else in English, else in any. */
export function textIn(texts: CannedResponse["texts"], locale: string): string {
  return texts[locale] ?? texts["en"] ?? Object.values(texts)[0] ?? "";
}

/** The variables of a text that nothing fills. */
export function missingIn(text: string, values: Readonly<Record<string, string>>): readonly string[] {
  const names = [...text.matchAll(VARIABLES)].map(([, name]) => name!);
  return [...new Set(names)].filter((name) => !values[name]);
}
