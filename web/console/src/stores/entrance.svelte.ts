import { usable } from "@switchboard/protocol";

const store = usable(() => sessionStorage);
const key = (way: string) => `switchboard:entrance:${way}`;

/** Tokens of the links by which somebody came: a reload goes on with them, the address doesn't show them. */
class Entrance {
  #tokens = $state.raw<Readonly<Record<string, string>>>({});

  token(way: "set-up" | "invitation"): string {
    return this.#tokens[way] ?? store.getItem(key(way)) ?? "";
  }

  set(way: "set-up" | "invitation", token: string): void {
    this.#tokens = { ...this.#tokens, [way]: token };
    if (token) store.setItem(key(way), token);
    else store.removeItem(key(way));
  }
}

export const entrance = new Entrance();
