import { request } from "./http.ts";

export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

export const readOperators = (business: string) =>
  request<{ readonly operators: readonly Colleague[] }>("GET", `/api/v1/businesses/${business}/operators`);
