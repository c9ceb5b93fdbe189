import type { Fault } from "@switchboard/protocol";
import { request } from "./http.ts";
import { at } from "./setup.ts";

export const exportPath = (business: string) => at(business, "export");

/** What an import did, each as `kind: name`; `left_out` with the reason. */
export interface Imported {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly same: number;
  readonly left_out: readonly Fault[];
}

/** `file`: what was exported, read as JSON. */
export const importBusiness = (business: string, file: object) =>
  request<Imported>("POST", at(business, "import"), file);
