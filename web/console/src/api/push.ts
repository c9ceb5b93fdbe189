import { request } from "./http.ts";

const PATH = "/api/v1/me/push";

/** `key`: the installation's, which this browser subscribes with; `on`: it is told while the console is closed. */
export interface Push {
  readonly key: string;
  readonly on: boolean;
}

export const readPush = () => request<Push>("GET", PATH);
export const subscribe = ({ endpoint, keys }: PushSubscriptionJSON, locale: string) =>
  request<null>("PUT", PATH, { endpoint, keys, locale });
export const unsubscribe = () => request<null>("DELETE", PATH);
export const sendTest = () => request<null>("POST", `${PATH}/test`);
