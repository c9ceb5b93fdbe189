import { request } from "./http.ts";

export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** The name of theirs; "": there is none. */
  readonly picture: string;
}

export const readOperators = (business: string) =>
  request<{ readonly operators: readonly Colleague[] }>("GET", `/api/v1/businesses/${business}/operators`);
