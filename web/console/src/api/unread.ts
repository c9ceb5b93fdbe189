import { request } from "./http.ts";
import { at } from "./setup.ts";
import type { CallPage } from "./webhooks.ts";

/** The business's own sender of SMS. */
export const means = (business: string) =>
  request<{ readonly email: boolean }>("GET", at(business, "unread/means"));
export const newSecret = (business: string) =>
  request<{ readonly secret: string }>("POST", at(business, "unread/secret"));
export const trySms = (business: string, to: string, locale: string) =>
  request<object>("POST", at(business, "unread/test"), { to, locale });
export const sent = (business: string, before = "") =>
  request<CallPage>("GET", at(business, `unread/calls${before ? `?before=${before}` : ""}`));
