import { request } from "./http.ts";
import { at } from "./setup.ts";

/** A change of the set-up. `changes`: by field, what it was and what it is. */
export interface AuditLine {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly actor_name: string;
  readonly action: string;
  readonly kind: string;
  readonly subject: string;
  readonly name: string;
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
}

export interface AuditPage {
  readonly lines: readonly AuditLine[];
  readonly next: string | null;
}

export const auditPage = (business: string, before = "", limit = 50) =>
  request<AuditPage>("GET", at(business, `audit?limit=${limit}${before ? `&before=${before}` : ""}`));

/** The last change of a thing, where it was lately. */
export async function lastChange(
  business: string,
  kind: string,
  subject: string,
): Promise<AuditLine | undefined> {
  const { lines } = await auditPage(business, "", 100);
  return lines.find((line) => line.kind === kind && line.subject === subject && line.action === "changed");
}
