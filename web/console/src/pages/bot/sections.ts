/** The parts of the page that teaches the bot, in the order in which one needs them. */
export const SECTIONS = ["topics", "forms", "handoff", "tests", "versions", "files"] as const;
export type Section = (typeof SECTIONS)[number];
