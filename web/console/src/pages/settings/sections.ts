/** The sections of the settings, as the menu groups them. */
export const GROUPS = [
  ["business", ["business", "hours", "retention"]],
  ["people", ["people", "teams", "skills", "routing", "waiting", "unread", "breaks"]],
  ["channels", ["inboxes"]],
  ["answers", ["script", "canned", "macros", "forms", "labels", "codes", "rating"]],
  ["automation", ["bot", "crm", "webhooks", "tokens", "transfer"]],
  ["security", ["audit"]],
] as const;

export type Section = (typeof GROUPS)[number][1][number];
/** Those that hold a list of things, each with a page of its own. */
export type ThingSection = Extract<
  Section,
  | "teams"
  | "skills"
  | "breaks"
  | "crm"
  | "labels"
  | "canned"
  | "macros"
  | "forms"
  | "codes"
  | "inboxes"
  | "webhooks"
>;
export type Groups = readonly (readonly [(typeof GROUPS)[number][0], readonly Section[]])[];

/** What supervisors set up, too. All else is the administrators', and the server refuses it to others. */
const OF_SUPERVISORS: readonly Section[] = ["canned", "macros", "forms"];

/** The sections that somebody of a role may write, as the menu groups them. */
export function groupsOf(role: string): Groups {
  if (role === "administrator") return GROUPS;
  if (role !== "supervisor") return [];
  return GROUPS.map(
    ([group, sections]) =>
      [group, (sections as readonly Section[]).filter((one) => OF_SUPERVISORS.includes(one))] as const,
  ).filter(([, sections]) => sections.length > 0);
}

export const mayWrite = (role: string, section: string): boolean =>
  section === "another"
    ? role === "administrator"
    : groupsOf(role).some(([, sections]) => sections.some((one) => one === section));

/** What of the API a section can't be without. The others belong to every server that has this console. */
export const NEEDS: Partial<Record<Section, string>> = {
  routing: "routing",
  waiting: "waiting",
  unread: "unread",
  macros: "macros",
  script: "script",
  forms: "forms",
  rating: "rating",
  breaks: "break-reasons",
  crm: "crm-links",
  bot: "bot/templates",
  webhooks: "webhooks",
  transfer: "export",
};
