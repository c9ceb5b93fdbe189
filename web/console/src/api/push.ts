import { request } from "./http.ts";

const PATH = "/api/v1/me/push";

/** `key`: the installation's, which this browser subscribes with; `on`: it is told while the console is closed. */
export interface Push {
  readonly key: string;
  readonly on: boolean;
}

export const readPush = () => request<Push>("GET", PATH);
/** `repeat`: also again, of what nobody has answered. */
export const subscribe = ({ endpoint, keys }: PushSubscriptionJSON, locale: string, repeat: boolean) =>
  request<null>("PUT", PATH, { endpoint, keys, locale, repeat });
export const unsubscribe = () => request<null>("DELETE", PATH);
export const sendTest = () => request<null>("POST", `${PATH}/test`);
