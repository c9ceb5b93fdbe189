import type { AuditLine } from "../../../api/audit.ts";
import type { Key, Say } from "../../../i18n/settings/index.ts";
import { knows } from "../../../i18n/settings/index.ts";

/** What the log can be filtered by. */
export const KINDS = [
  "business", "member", "invitation", "account", "inbox", "sound", "team", "skill", "label", "canned_response", "macro", "form", "article", "knowledge",
  "wrap_up_code", "break_reason",
  "hours", "routing", "waiting", "unread", "retention", "rating", "script", "token", "webhook", "bot", "view", "contact", "contacts", "crm_link", "other",
] as const; // prettier-ignore
export type Kind = (typeof KINDS)[number];

/** A kind of a newer server is among the others. */
export function kindOf(kind: string): Kind {
  return KINDS.find((one) => one === kind) ?? "other";
}

/** A line of the log as a sentence, without who did it. */
export function deed(line: AuditLine, say: Say): string {
  const kind = say(`kind.${kindOf(line.kind)}`);
  const named = line.name && !SINGLE.has(line.kind);
  const what = named ? say("deed.named", { kind, name: line.name }) : kind;
  const key = `deed.${line.action}`;
  return say(knows(key) ? (key as Key) : "deed.other", { what, action: line.action });
}

/** Of these a business has one: their name says nothing. */
export const SINGLE = new Set([
  "hours",
  "knowledge",
  "routing",
  "waiting",
  "unread",
  "retention",
  "rating",
  "script",
]);
