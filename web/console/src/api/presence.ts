import { request } from "./http.ts";

/** What one chooses for oneself. */
export type Presence = "online" | "busy" | "away";

/** `reason`: of a break. */
export const choosePresence = (state: Presence, reason = "") =>
  request<{ readonly state: Presence; readonly since: number }>("PUT", "/api/v1/me/presence", {
    state,
    ...(reason ? { reason } : {}),
  });
