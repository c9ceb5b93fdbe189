import { request } from "./http.ts";
import type { Role } from "./people.ts";
import { at, of } from "./setup.ts";

/** A token by which a program uses the API. Instants are microseconds. */
export interface Program {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly created_at: number;
  readonly created_by: string;
}

export const programs = async (business: string) =>
  (await request<{ items: readonly Program[] }>("GET", at(business, "tokens"))).items;
/** The token is told this once. */
export const addProgram = (business: string, name: string, role: Role) =>
  request<{ readonly token: string }>("POST", at(business, "tokens"), { name, role });
export const endProgram = (business: string, id: string) =>
  request<null>("DELETE", at(business, of("tokens", id)));
