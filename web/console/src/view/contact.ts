import type { Row } from "@switchboard/protocol";
import type { Say } from "../i18n/index.ts";

/** Whoever gave no name is told from the others by the end of their id. */
export function contactName({ id, name }: Row["contact"], say: Say): string {
  return name || `${say("list.visitor")} ${id.slice(-4).toUpperCase()}`.trim();
}
