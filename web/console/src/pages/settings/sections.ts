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
