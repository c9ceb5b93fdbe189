import { request } from "./http.ts";

/** Sends again what failed of a message. */
export const replay = (business: string, conversation: string, seq: number) =>
  request<{ readonly conversation: string; readonly seq: number }>(
    "POST",
    `/api/v1/businesses/${business}/conversations/${conversation}/deliveries/${seq}/replay`,
  );
