import type { Fault } from "@switchboard/protocol";
import { request } from "./http.ts";
import { at, many, of } from "./setup.ts";

/** What a webhook may be told, as the log calls it. */
export const EVENTS = [
  "conversation_started", "customer_message", "bot_message", "operator_message", "note_added", "handoff_requested", "form_filled", "record_status_changed",
  "taken", "transferred", "returned_to_bot", "snoozed", "reopened", "resolved", "rated",
] as const; // prettier-ignore

export interface Webhook {
  name: string;
  url: string;
  events: readonly string[];
  active: boolean;
}

/** A page of what was sent, latest first. */
export interface CallPage {
  readonly items: readonly WebhookCall[];
  readonly next: string | null;
}

/**
 * A call of a webhook. `answer`: what came back, or in English why nothing did; `fault`: the same as a code. Instants
 * are microseconds.
 */
export interface WebhookCall {
  readonly id: string;
  readonly event: string;
  readonly status: "waiting" | "done" | "failed";
  readonly attempts: number;
  readonly answer: string;
  readonly fault: Fault | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export const webhooks = many<Webhook>("webhook", "webhooks");

const one = (business: string, webhook: string, path: string) =>
  at(business, `${of("webhooks", webhook)}/${path}`);

export const newWebhookSecret = (business: string, webhook: string) =>
  request<{ readonly secret: string }>("POST", one(business, webhook, "secret"));
export const ping = (business: string, webhook: string) =>
  request<object>("POST", one(business, webhook, "test"));
export const calls = (business: string, webhook: string, before = "") =>
  request<CallPage>("GET", one(business, webhook, `calls${before ? `?before=${before}` : ""}`));
export const callAgain = (business: string, webhook: string, call: string) =>
  request<null>("POST", one(business, webhook, `${of("calls", call)}/again`));
