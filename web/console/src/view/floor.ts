import type { Person, Status } from "@switchboard/protocol";
import type { Key } from "../i18n/index.ts";

/** How the holder of the floor is shown: by tone, and always by a word. */
export interface Holder {
  readonly tone: "wait" | "bot" | "mine" | "theirs" | "done";
  /** A word of the catalogue, or a person's name. */
  readonly word: Key | null;
  readonly name: string;
}

export function holder(status: Status, owner: Person | null, me: string): Holder {
  const word = (tone: Holder["tone"], key: Key): Holder => ({ tone, word: key, name: "" });
  switch (status) {
    case "pending":
      return word("bot", "floor.bot");
    case "queued":
      return word("wait", "floor.waiting");
    case "open":
    case "wrap_up":
      if (!owner || owner.id === me) return word("mine", status === "open" ? "floor.you" : "floor.wrap_up");
      return { tone: "theirs", word: null, name: owner.name };
    case "snoozed":
      return word("done", "floor.snoozed");
    case "resolved":
      return word("done", "floor.resolved");
  }
}

/** What this operator may do with the conversation. */
export interface Allowed {
  readonly reply: boolean;
  readonly take: boolean;
  readonly returnToBot: boolean;
  readonly resolve: boolean;
  /** To a colleague or the queue. */
  readonly transfer: boolean;
  readonly snooze: boolean;
  /** A colleague to join. */
  readonly invite: boolean;
  /** What this operator has joined. */
  readonly leave: boolean;
  /** To be led on in another channel. */
  readonly elsewhere: boolean;
  /** To promise that somebody gets back to the customer. */
  readonly callBack: boolean;
}

/** `offered`: for whom it is reserved, if for anybody. `joined`: this operator is there beside its owner, and may write. */
export function allowed(
  status: Status,
  {
    owner,
    offered,
    joined = false,
  }: { readonly owner: Person | null; readonly offered?: Person | undefined; readonly joined?: boolean },
  me: string,
  supervises: boolean,
): Allowed {
  const mine = owner?.id === me && (status === "open" || status === "wrap_up");
  return {
    reply: (mine || joined) && status === "open",
    // Whoever answers keeps it: a colleague gets it by transfer, not by taking.
    take: status === "pending" || status === "snoozed" || (status === "queued" && (offered?.id ?? me) === me),
    returnToBot: mine && status === "open",
    resolve: mine || (supervises && status !== "resolved"),
    transfer: mine,
    snooze: mine && status === "open",
    invite: mine && status === "open",
    leave: joined,
    elsewhere: status !== "resolved",
    callBack: status === "queued" || (mine && status === "open"),
  };
}
