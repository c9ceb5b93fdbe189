import {
  Connection,
  emptyLogOf,
  extendBy,
  isPassing,
  Outbox,
  position,
  type Attachment,
  type KeyStore,
  type Letter,
  type LineState,
  problemCode,
  type Problem,
  type QueueFrame,
  type SharedFrame,
  type Status,
  type WidgetFrame,
  type WidgetHello,
  type WidgetMessage,
  type WidgetWelcome,
  type World,
} from "@switchboard/protocol";
import { doneIn, frameOf, isAct, isMessage, type Act, type Done, type Out } from "./acts.ts";
import { Block } from "./block.ts";
import { Links } from "./links.ts";
import type { Seating, Seats } from "./seats.ts";
import { BEGIN, step, type OwnLog } from "./stand.ts";
import { timeline, type Item, type QueueNotice, type Said } from "./timeline.ts";
import { Typing, type Typist } from "./typing.ts";

export interface ChatOptions {
  readonly url: string;
  readonly inbox: string;
  readonly locale: string;
  readonly seats: Seats;
  readonly storage: KeyStore;
  readonly world: World;
  readonly page: () => WidgetHello["page"];
  /** What else the page says of the visitor. */
  readonly attributes: () => WidgetHello["attributes"];
  readonly newId: () => string;
  /** Why a message was refused, for the customer. */
  readonly explain: (problem: Problem) => string;
  /** The server wants nothing to do with this page; `reason` is for whoever set it up. */
  readonly onRefused: (reason: string) => void;
  /** The server doesn't take the page's word of who this is, or not any more. */
  readonly onUserRefused: (reason: string) => void;
  /** The bot or a person said something that this customer has not seen. */
  readonly onNews: (news: News) => void;
}

/** Why the line is stopped: the page may not use the chat, its user's sign-in is over, or is none. */
export type Refusal = "page" | "expired" | "user";

export interface Invited {
  readonly id: string;
  readonly text: string;
}

export interface News {
  readonly author: "bot" | "operator";
  readonly name: string;
  readonly text: string;
}

/** All that the panel shows, at one moment. */
export interface ChatView {
  readonly line: LineState;
  readonly refusal: Refusal;
  readonly inbox: WidgetWelcome["inbox"] | null;
  readonly items: readonly Item[];
  readonly queue: QueueNotice | null;
  readonly status: Status | null;
  /** The one that is shown, once it is known. */
  readonly conversation: string | null;
  /** The person who answers, or "". */
  readonly person: string;
  /** The name of theirs, or "". */
  readonly picture: string;
  readonly typing: Typist;
  /** What is typed is seen before it is sent. */
  readonly showsDraft: boolean;
  readonly unread: number;
  /** By file: where it can be had now, as a path on the server. */
  readonly links: ReadonlyMap<string, string>;
  /** What the customer did beside writing. */
  readonly done: Done;
  /** What must be agreed to before anything is written. */
  readonly consent: { readonly version: string; readonly text: string } | null;
  /** Nothing that is written is taken: for now, or for good. */
  readonly blocked: "" | "now" | "good";
  /** Whether somebody is there to answer. */
  readonly available: boolean;
  /** What was said can be had by e-mail. */
  readonly mail: boolean;
  /** The conversation can go on in Telegram. */
  readonly telegram: boolean | undefined;
  /** While queued. */
  readonly place: QueueFrame | null;
  /** Since when the customer waits for a person, in microseconds of the server. */
  readonly waitingSince: number | null;
  /** What they were invited with, while there is no conversation. */
  readonly invitation: Invited | null;
}

const TRY_AGAIN_AFTER = 5_000;

/** The customer's side of one inbox. Knows no DOM; whoever shows it subscribes. */
export class Chat {
  readonly #connection: Connection;
  #outbox: Outbox<Out>;
  readonly #links: Links;
  readonly #watchers = new Set<(view: ChatView) => void>();
  #logs: OwnLog[] = [];
  #acked: Letter<Said>[] = [];
  #welcome: WidgetWelcome | null = null;
  #line: LineState = "stopped";
  #refusal: Refusal = "page";
  readonly #typing: Typing;
  #retryTimer: unknown = null;
  #readByPeople = 0;
  #readByMe = 0;
  #looking = false;
  #place: QueueFrame | null = null;
  #available = true;
  readonly #block: Block;
  #invited: Invited | null = null;
  /** They get every frame first; true: it was meant for one of them alone. */
  readonly ears = new Set<(frame: WidgetFrame) => boolean>();
  /** Up to where the page was told of what is new. */
  #told = 0;

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
    this.#typing = new Typing(
      options.world,
      (on, text) => this.#connection.send({ type: "typing", on, ...(text && { text }) }),
      () => this.#changed(),
    );
    this.#block = new Block(options.world, () => this.#comeAgain());
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
    this.#readByPeople = this.#readByMe = this.#told = 0;
    this.#links.forget();
    this.#outbox = new Outbox(this.options.storage, this.options.seats.outbox);
    this.#typing.hear(null);
  }

  /** Shows every change from now on. */
  subscribe(watcher: (view: ChatView) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.view());
    return () => this.#watchers.delete(watcher);
  }

  /** Writes the message down, then sends it. */
  say(
    text: string,
    { choice = "", files = [] }: { choice?: string; files?: readonly Attachment[] } = {},
  ): void {
    const words = text.trim();
    if (!words && files.length === 0) return;
    const said: Said = { text: words, choice, ...(files.length > 0 && { files }) };
    const letter = this.#outbox.put(this.options.newId(), this.options.world.now(), said);
    this.#typing.stop();
    this.#post(letter);
    this.#changed();
  }

  /** Writes down what the customer does, then sends it; a failed one of its kind is given up for it. */
  act(body: Act): void {
    for (const letter of this.#outbox.all())
      if (letter.error !== null && letter.body.type === body.type) this.#outbox.drop(letter.id);
    this.#post(this.#outbox.put(this.options.newId(), this.options.world.now(), body));
    this.#changed();
  }

  /** The customer agreed to the text that `view().consent` shows. */
  agree(): void {
    const wanted = this.#welcome?.consent;
    if (wanted) this.options.storage.setItem(this.#agreedKey, wanted.version);
    this.#changed();
  }

  /** The customer opens the chat from an invitation: it goes with their first message. */
  invite(invited: Invited): void {
    if (this.#logs.length === 0) this.#invited = invited;
    this.#changed();
  }

  /** The page's attributes have changed. A line that isn't up yet tells them with its hello. */
  describe(): void {
    this.#connection.send({
      type: "attributes",
      id: this.options.newId(),
      attributes: this.options.attributes(),
    });
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

  /** Keys are being pressed. `text`: what stands in the field now. */
  type(text: string): void {
    this.#typing.press(this.#showsDraft ? text : null);
  }

  /** Nothing is being written any more. */
  rest(): void {
    this.#typing.stop();
  }

  /** Whoever answers sees what is typed, and the customer is told so. */
  get #showsDraft(): boolean {
    const status = this.#logs.at(-1)?.state.status ?? this.#welcome?.status;
    return (this.#welcome?.inbox.live_draft ?? false) && (status === "open" || status === "wrap_up");
  }

  /** Whether the customer sees the log now; then what comes counts as read. */
  look(looking: boolean): void {
    this.#looking = looking;
    if (looking) this.#block.look();
    this.#markRead();
    this.#changed();
  }

  view(): ChatView {
    const log = this.#logs.at(-1);
    const known = log && log.entries.length > 0 ? log.state : null;
    const owner = known ? known.owner : this.#welcome?.owner;
    const waiting = this.#outbox.all();
    const wanted = this.#welcome?.consent;
    const shown = timeline({
      logs: this.#logs,
      waiting: waiting.filter(isMessage),
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
      conversation: log?.conversation ?? null,
      person: owner?.name ?? "",
      picture: owner?.picture ?? "",
      typing: this.#typing.who,
      showsDraft: this.#showsDraft,
      unread: this.#unread(),
      links: this.#links.all,
      done: doneIn(log ?? null, waiting.filter(isAct)),
      consent: wanted && wanted.version !== this.agreed ? wanted : null,
      blocked: this.#block.kind,
      available: this.#available,
      mail: this.#welcome?.mail ?? false,
      telegram: this.#welcome?.telegram,
      place: known?.status === "queued" ? this.#place : null,
      waitingSince: known?.waiting_since ?? null,
      invitation: this.#logs.length === 0 ? this.#invited : null,
    };
  }

  #hello(): WidgetHello {
    const log = this.#logs.at(-1) ?? null;
    const { inbox, seats, locale, page, attributes } = this.options;
    const { token, user } = seats;
    const conversation = log?.conversation ?? null;
    return {
      type: "hello",
      inbox,
      token,
      locale,
      page: page(),
      conversation,
      ...position(log),
      user,
      attributes: attributes(),
    };
  }

  #heard(frame: WidgetFrame): void {
    for (const ear of this.ears) if (ear(frame)) return;
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "link") this.#links.heard(frame);
    else if (frame.type === "queue") {
      this.#place = frame;
      this.#available = frame.available;
    } else this.#follow(frame as SharedFrame); // what `listen` left over of others changes nothing
    this.#changed();
  }

  #welcomed(frame: WidgetWelcome): void {
    this.#welcome = frame;
    this.#block.hear(frame.blocked?.until);
    this.#available = frame.available ?? true;
    this.#place = null;
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
        const log = extendBy(step, this.#log(frame.conversation), frame.entries, frame.through);
        this.#logs[this.#logs.length - 1] = log;
        this.#settle(log);
        if (frame.entries.some(({ event }) => event.type !== "customer_message")) this.#typing.hear(null);
        this.#tellNews(log);
        this.#markRead();
        break;
      }
      case "ack":
        this.#acknowledged(frame.id);
        break;
      case "refused":
        if (this.#links.refused(frame, isPassing(frame.problem))) break;
        if (isPassing(frame.problem)) this.#tryLater();
        else this.#refuse(frame.id, frame.problem);
        break;
      case "resync":
        this.#logs = this.#logs.map((log) =>
          log.conversation === frame.conversation ? emptyLogOf(log.conversation, BEGIN) : log,
        );
        break;
      case "signal":
        if (frame.kind === "typing")
          this.#typing.hear(frame.on ? (frame.who === "bot" ? "bot" : "people") : null);
        break;
      case "mark":
        if (frame.who === "people") this.#readByPeople = Math.max(this.#readByPeople, frame.seq);
        break;
      case "pong":
        break;
    }
  }

  /** The log of this conversation as the current one; a new conversation begins below the one before. */
  #log(conversation: string): OwnLog {
    const current = this.#logs.at(-1);
    if (current?.conversation === conversation) return current;
    if (current) this.#readByPeople = this.#readByMe = this.#told = 0;
    const log = emptyLogOf(conversation, BEGIN);
    this.#logs.push(log);
    return log;
  }

  #acknowledged(id: string): void {
    const letter = this.#outbox.get(id);
    this.#outbox.drop(id);
    const shown = this.#logs.some((log) => log.entries.some((entry) => clientId(entry.event) === id));
    if (letter && isMessage(letter) && !shown) this.#acked.push(letter);
  }

  /** What stands in the log needs no place in the outbox. */
  #settle(log: OwnLog): void {
    const ids = new Set(log.entries.map((entry) => clientId(entry.event)));
    this.#acked = this.#acked.filter((letter) => !ids.has(letter.id));
    for (const letter of this.#outbox.all()) if (ids.has(letter.id)) this.#outbox.drop(letter.id);
  }

  #post(letter: Letter<Out>): void {
    if (isAct(letter)) {
      this.#connection.send(frameOf(letter));
      return;
    }
    if (!isMessage(letter)) return;
    const { text, choice, files } = letter.body;
    const message: WidgetMessage = {
      type: "message",
      id: letter.id,
      text,
      choice,
      ...(files && { files: files.map((file) => file.id) }),
      ...(this.#welcome?.consent && { consent: this.agreed }),
      ...(this.#invited && this.#logs.length === 0 && { invitation: this.#invited.id }),
    };
    this.#connection.send(message);
  }

  #refuse(id: string, problem: Problem): void {
    this.#outbox.fail(id, this.options.explain(problem));
    if (problemCode(problem) === "blocked") this.#block.hear(problem.until ?? null);
    // The business changed its text since we came: the next welcome brings it.
    if (problemCode(problem) === "consent_needed") {
      this.options.storage.removeItem(this.#agreedKey);
      this.#comeAgain();
    }
  }

  #comeAgain(): void {
    this.#connection.drop();
    this.#connection.wake();
  }

  get #agreedKey(): string {
    return `switchboard:${this.options.inbox}:agreed:${this.options.seats.box}`;
  }

  get agreed(): string {
    return this.options.storage.getItem(this.#agreedKey) ?? "";
  }

  #tryLater(): void {
    const { world } = this.options;
    world.cancel(this.#retryTimer);
    this.#retryTimer = world.after(TRY_AGAIN_AFTER * (1 + world.random()), () => {
      for (const letter of this.#outbox.due()) this.#post(letter);
    });
  }

  #tellNews(log: OwnLog): void {
    for (const { seq, event } of log.entries) {
      if (seq <= Math.max(this.#told, this.#readByMe)) continue;
      if (event.type === "bot_message") this.options.onNews({ author: "bot", name: "", text: event.text });
      if (event.type === "operator_message")
        this.options.onNews({ author: "operator", name: event.name, text: event.text });
    }
    this.#told = log.state.seq;
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
