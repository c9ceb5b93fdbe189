import type { Say } from "@switchboard/protocol";
import type { Key } from "../i18n/index.ts";

export function dayName(at: number, locale: string, say: Say<Key>): string {
  const date = new Date(at / 1000);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return say("today");
  if (date.toDateString() === yesterday.toDateString()) return say("yesterday");
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" }).format(date);
}
