import {
  Connection,
  emptyLog,
  extend,
  isPassing,
  Outbox,
  position,
  type KeyStore,
  type Letter,
  type LineState,
  type Log,
  type Problem,
  type SharedFrame,
  type Status,
  type WidgetFrame,
  type WidgetHello,
  type WidgetMessage,
  type WidgetWelcome,
  type World,
} from "@switchboard/protocol";
import { Links } from "./links.ts";
import type { Seating, Seats } from "./seats.ts";
import { timeline, type Item, type QueueNotice, type Said } from "./timeline.ts";

export interface ChatOptions {
  readonly url: string;
  readonly inbox: string;
  readonly locale: string;
  readonly seats: Seats;
  readonly storage: KeyStore;
  readonly world: World;
  readonly page: () => WidgetHello["page"];
  readonly newId: () => string;
  /** Why a message was refused, for the customer. */
  readonly explain: (problem: Problem) => string;
  /** The server wants nothing to do with this page; `reason` is for whoever set it up. */
  readonly onRefused: (reason: string) => void;
  /** The server doesn't take the page's word of who this is, or not any more. */
  readonly onUserRefused: (reason: string) => void;
}

/** Why the line is stopped: the page may not use the chat, its user's sign-in is over, or is none. */
export type Refusal = "page" | "expired" | "user";

/** All that the panel shows, at one moment. */
export interface ChatView {
  readonly line: LineState;
  readonly refusal: Refusal;
  readonly inbox: WidgetWelcome["inbox"] | null;
  readonly items: readonly Item[];
  readonly queue: QueueNotice | null;
  readonly status: Status | null;
  /** The person who answers, or "". */
  readonly person: string;
  readonly typing: "bot" | "people" | null;
  readonly unread: number;
  /** By file: where it can be had now, as a path on the server. */
  readonly links: ReadonlyMap<string, string>;
}

const TYPING_LASTS = 6_000;
const TYPING_EVERY = 3_000;
const TRY_AGAIN_AFTER = 5_000;

/** The customer's side of one inbox. Knows no DOM; whoever shows it subscribes. */
export class Chat {
  readonly #connection: Connection;
  #outbox: Outbox<Said>;
  readonly #links: Links;
  readonly #watchers = new Set<(view: ChatView) => void>();
  #logs: Log[] = [];
  #acked: Letter<Said>[] = [];
  #welcome: WidgetWelcome | null = null;
  #line: LineState = "stopped";
  #refusal: Refusal = "page";
  #typing: ChatView["typing"] = null;
  #typingTimer: unknown = null;
  #typedAt = -Infinity;
  #typingOff: unknown = null;
  #retryTimer: unknown = null;
  #readByPeople = 0;
  #readByMe = 0;
  #looking = false;

  constructor(private readonly options: ChatOptions) {
    this.#outbox = new Outbox(options.storage, options.seats.outbox);
    this.#connection = new Connection(
      {
        url: options.url,
        hello: () => this.#hello(),
        onFrame: (frame) => this.#heard(frame as WidgetFrame),
        onState: (state, reason) => {
          this.#line = state;
          if (state === "stopped" && reason) this.#refused(reason);
          this.#changed();
        },
      },
      options.world,
    );
    this.#links = new Links(
      options.world,
      options.newId,
      (frame) => this.#connection.send(frame),
      () => this.#changed(),
    );
  }

  get connection(): Connection {
    return this.#connection;
  }

  start(): void {
    if (this.options.seats.stale) this.#refusal = "expired";
    else this.#connection.start();
    this.#changed();
  }

  /** Who sits here has changed: what was somebody else's is forgotten, and the server hears who it is now. */
  become(seating: Seating): void {
    if (seating === "same") return;
    this.#connection.stop();
    if (seating !== "again") this.#forget();
    this.start();
  }

  #refused(reason: string): void {
    const ofUser = reason.startsWith("user_");
    this.#refusal = !ofUser ? "page" : reason.startsWith("user_expired") ? "expired" : "user";
    (ofUser ? this.options.onUserRefused : this.options.onRefused)(reason);
  }

  #forget(): void {
    this.#logs = [];
    this.#acked = [];
    this.#welcome = null;
    this.#readByPeople = this.#readByMe = 0;
    this.#links.forget();
    this.#outbox = new Outbox(this.options.storage, this.options.seats.outbox);
    this.#hearTyping(null);
  }

  /** A store, as Svelte knows it. */
  subscribe(watcher: (view: ChatView) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.view());
    return () => this.#watchers.delete(watcher);
  }

  /** Writes the message down, then sends it. */
  say(text: string, choice = ""): void {
    const words = text.trim();
    if (!words) return;
    const letter = this.#outbox.put(this.options.newId(), this.options.world.now(), { text: words, choice });
    this.#stopTyping();
    this.#post(letter);
    this.#changed();
  }

  retry(id: string): void {
    const letter = this.#outbox.revive(id);
    if (letter) this.#post(letter);
    this.#changed();
  }

  discard(id: string): void {
    this.#outbox.drop(id);
    this.#changed();
  }

  /** A file is shown: a link to it is wanted, and kept fresh. */
  wantLink(file: string): void {
    this.#links.want(file);
  }

  /** Keys are being pressed: told at most every 3 s, and taken back after 3 s of rest. */
  type(): void {
    const now = this.options.world.now();
    if (now - this.#typedAt >= TYPING_EVERY && this.#connection.send({ type: "typing", on: true }))
      this.#typedAt = now;
    this.options.world.cancel(this.#typingOff);
    this.#typingOff = this.options.world.after(TYPING_EVERY, () => this.#stopTyping());
  }

  /** Whether the customer sees the log now; then what comes counts as read. */
  look(looking: boolean): void {
    this.#looking = looking;
    this.#markRead();
    this.#changed();
  }

  view(): ChatView {
    const log = this.#logs.at(-1);
    const known = log && log.entries.length > 0 ? log.state : null;
    const shown = timeline({
      logs: this.#logs,
      waiting: this.#outbox.all(),
      acked: this.#acked,
      readByPeople: this.#readByPeople,
    });
    return {
      line: this.#line,
      refusal: this.#refusal,
      inbox: this.#welcome?.inbox ?? null,
      items: shown.items,
      queue: shown.queue,
      status: known?.status ?? this.#welcome?.status ?? null,
      person: (known ? known.owner?.name : this.#welcome?.owner?.name) ?? "",
      typing: this.#typing,
      unread: this.#unread(),
      links: this.#links.all,
    };
  }

  #hello(): WidgetHello {
    const log = this.#logs.at(-1) ?? null;
    const { inbox, seats, locale, page } = this.options;
    const { token, user } = seats;
    const conversation = log?.conversation ?? null;
    return { type: "hello", inbox, token, locale, page: page(), conversation, ...position(log), user };
  }

  #heard(frame: WidgetFrame): void {
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "link") this.#links.heard(frame);
    else this.#follow(frame);
    this.#changed();
  }

  #welcomed(frame: WidgetWelcome): void {
    this.#welcome = frame;
    this.options.seats.settle();
    if (frame.conversation) this.#log(frame.conversation);
    this.#readByPeople = Math.max(this.#readByPeople, frame.marks.people ?? 0);
    this.#readByMe = Math.max(this.#readByMe, frame.marks.customer ?? 0);
    for (const letter of this.#outbox.due()) this.#post(letter);
    this.#links.welcomed();
  }

  #follow(frame: SharedFrame): void {
    switch (frame.type) {
      case "entries": {
        const log = extend(this.#log(frame.conversation), frame.entries, frame.through);
        this.#logs[this.#logs.length - 1] = log;
        this.#settle(log);
        if (frame.entries.some(({ event }) => event.type !== "customer_message")) this.#hearTyping(null);
        this.#markRead();
        break;
      }
      case "ack":
        this.#acknowledged(frame.id);
        break;
      case "refused":
        if (this.#links.refused(frame, isPassing(frame.problem))) break;
        if (isPassing(frame.problem)) this.#tryLater();
        else this.#outbox.fail(frame.id, this.options.explain(frame.problem));
        break;
      case "resync":
        this.#logs = this.#logs.map((log) =>
          log.conversation === frame.conversation ? emptyLog(log.conversation) : log,
        );
        break;
      case "signal":
        if (frame.kind === "typing")
          this.#hearTyping(frame.on ? (frame.who === "bot" ? "bot" : "people") : null);
        break;
      case "mark":
        if (frame.who === "people") this.#readByPeople = Math.max(this.#readByPeople, frame.seq);
        break;
      case "pong":
        break;
    }
  }

  /** The log of this conversation as the current one; a new conversation begins below the one before. */
  #log(conversation: string): Log {
    const current = this.#logs.at(-1);
    if (current?.conversation === conversation) return current;
    if (current) this.#readByPeople = this.#readByMe = 0;
    const log = emptyLog(conversation);
    this.#logs.push(log);
    return log;
  }

  #acknowledged(id: string): void {
    const letter = this.#outbox.get(id);
    this.#outbox.drop(id);
    const shown = this.#logs.some((log) => log.entries.some((entry) => clientId(entry.event) === id));
    if (letter && !shown) this.#acked.push(letter);
  }

  /** What stands in the log needs no place in the outbox. */
  #settle(log: Log): void {
    const ids = new Set(log.entries.map((entry) => clientId(entry.event)));
    this.#acked = this.#acked.filter((letter) => !ids.has(letter.id));
    for (const letter of this.#outbox.all()) if (ids.has(letter.id)) this.#outbox.drop(letter.id);
  }

  #post(letter: Letter<Said>): void {
    const message: WidgetMessage = { type: "message", id: letter.id, ...letter.body };
    this.#connection.send(message);
  }

  #tryLater(): void {
    const { world } = this.options;
    world.cancel(this.#retryTimer);
    this.#retryTimer = world.after(TRY_AGAIN_AFTER * (1 + world.random()), () => {
      for (const letter of this.#outbox.due()) this.#post(letter);
    });
  }

  #stopTyping(): void {
    this.options.world.cancel(this.#typingOff);
    if (this.#typedAt > -Infinity) this.#connection.send({ type: "typing", on: false });
    this.#typedAt = -Infinity;
  }

  #hearTyping(who: ChatView["typing"]): void {
    this.options.world.cancel(this.#typingTimer);
    this.#typing = who;
    if (who) this.#typingTimer = this.options.world.after(TYPING_LASTS, () => this.#hearTyping(null));
    this.#changed();
  }

  #markRead(): void {
    const head = this.#logs.at(-1)?.state.seq ?? 0;
    if (!this.#looking || head <= this.#readByMe) return;
    if (this.#connection.send({ type: "read", seq: head })) this.#readByMe = head;
  }

  #unread(): number {
    const entries = this.#logs.at(-1)?.entries ?? [];
    const ours = entries.filter(
      ({ event }) => event.type === "bot_message" || event.type === "operator_message",
    );
    return this.#looking ? 0 : ours.filter((entry) => entry.seq > this.#readByMe).length;
  }

  #changed(): void {
    const view = this.view();
    for (const watcher of this.#watchers) watcher(view);
  }
}

function clientId(event: { type: string; client_id?: string; shell?: unknown }): string {
  return event.type === "customer_message" ? (event.client_id ?? "") : "";
}
