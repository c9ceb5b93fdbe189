import { request } from "./http.ts";

export interface Counts {
  readonly new: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
}
/** A table of contacts. `columns`: the field of each, "" for none. */
export interface ContactImport {
  readonly id: string;
  readonly name: string;
  readonly status: "draft" | "running" | "done";
  readonly encoding: string;
  readonly delimiter: string;
  readonly head: readonly string[];
  readonly columns: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly overwrite: boolean;
  readonly rows: number;
  readonly done: number;
  readonly counts: Counts;
  readonly by: string;
  readonly created_at: number;
}
export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
  readonly column?: string;
}
export interface Check {
  readonly counts: Counts;
  readonly refused: readonly RefusedLine[];
}
export interface Columns {
  readonly columns: readonly string[];
  readonly overwrite: boolean;
}

const all = (business: string) => `/api/v1/businesses/${business}/contact-imports`;
const base = (business: string, id: string) => `${all(business)}/${encodeURIComponent(id)}`;

export const upload = (business: string, file: File) =>
  request<ContactImport>("POST", `${all(business)}?name=${encodeURIComponent(file.name.slice(-200))}`, file);
export const readImports = (business: string) =>
  request<{ imports: readonly ContactImport[] }>("GET", all(business));
export const readImport = (business: string, id: string) => request<ContactImport>("GET", base(business, id));
export const checkImport = (business: string, id: string, columns: Columns) =>
  request<Check>("POST", `${base(business, id)}/check`, columns);
export const startImport = (business: string, id: string, columns: Columns) =>
  request<ContactImport>("POST", `${base(business, id)}/start`, columns);
export const refusedAddress = (business: string, id: string, locale: string) =>
  `${base(business, id)}/refused?locale=${locale}`;
