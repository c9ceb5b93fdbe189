import { request } from "./http.ts";

/** What one chooses for oneself. */
export type Presence = "online" | "busy" | "away";

export const choosePresence = (state: Presence) =>
  request<{ readonly state: Presence; readonly since: number }>("PUT", "/api/v1/me/presence", { state });
