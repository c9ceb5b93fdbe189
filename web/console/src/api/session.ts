import { request } from "./http.ts";

export interface Me {
  readonly account: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly locale: string;
    /** The name of theirs; "": there is none. */
    readonly picture: string;
    readonly has_password: boolean;
    readonly second_factor: boolean;
  };
  readonly businesses: readonly {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly locales: readonly string[];
    readonly color: string;
  }[];
}

export const whoAmI = () => request<Me>("GET", "/api/v1/me");
export const signInWithLink = (link: string, code: string) =>
  request<Me>("POST", "/api/v1/session", { link, code });
export const signInWithPassword = (email: string, password: string, code: string) =>
  request<Me>("POST", "/api/v1/session", { email, password, code });
export const signOut = () => request<null>("DELETE", "/api/v1/session");
