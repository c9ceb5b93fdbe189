import {
  plain,
  problemCode,
  type CallFrame,
  type IceServer,
  type KeyStore,
  type Microphone,
  type Peer,
  type PeerEvents,
  type Problem,
  type WidgetFrame,
  type World,
} from "@switchboard/protocol";

/** Why a call can't be made, or ended. */
export type Over =
  | "denied"
  | "no_microphone"
  | "unsupported"
  | "elsewhere"
  | "refused"
  | "hung_up"
  | "over"
  | "lost"
  | "missed"
  | "restarted";

export type CallState =
  | { readonly at: "idle" }
  /** The browser asks for the microphone. */
  | { readonly at: "asking" }
  | { readonly at: "dialing" }
  /** `since`: milliseconds of this clock; `back`: the way is being found again. */
  | { readonly at: "on"; readonly since: number; readonly back: boolean }
  | { readonly at: "over"; readonly why: Over };

export interface Caption {
  readonly who: "customer" | "people";
  readonly text: string;
}

export interface CallView {
  readonly state: CallState;
  readonly muted: boolean;
  readonly held: boolean;
  /** Who of the business talks, or "". */
  readonly person: string;
  readonly caption: Caption | null;
}

export interface CallOptions {
  readonly world: Pick<World, "now" | "after" | "cancel">;
  /** Of this tab: a reload goes on with the call that it had. */
  readonly storage: KeyStore;
  readonly key: string;
  readonly newId: () => string;
  /** Whether the frame left. */
  readonly send: (frame: object) => boolean;
  readonly consent: () => string;
  /** Rejects with an error of the browser's. */
  readonly microphone: () => Promise<Microphone>;
  readonly peer: (microphone: Microphone, ice: readonly IceServer[], events: PeerEvents) => Peer;
}
const AGAIN_AFTER = 1_000;
/** Milliseconds for which the way back into a call is looked for; the server waits as long. */
const COMES_BACK = 30_000;
const CAPTION_STAYS = 4_000;

interface Kept {
  readonly leg: string;
  readonly since: number;
  readonly ice: readonly IceServer[];
}

/** The caller's side of one call. Knows no DOM; whoever shows it subscribes. */
export class Call {
  readonly #watchers = new Set<(view: CallView) => void>();
  #view: CallView = { state: { at: "idle" }, muted: false, held: false, person: "", caption: null };
  #microphone: Microphone | null = null;
  #peer: Peer | null = null;
  #kept: Kept | null = null;
  /** Whose sound came in last: not yet that of who took the conversation, or "". */
  #answered = "";
  /** What an answer is awaited to: the call, or an offer. */
  #asked = "";
  #again: unknown = null;
  #until = 0;
  #fading: unknown = null;

  constructor(private readonly options: CallOptions) {}

  view(): CallView {
    return this.#view;
  }

  subscribe(watcher: (view: CallView) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.#view);
    return () => this.#watchers.delete(watcher);
  }

  /** Whether this tab was in a call before it was loaded anew. */
  get interrupted(): boolean {
    return this.options.storage.getItem(this.options.key) !== null;
  }

  get running(): boolean {
    return !["idle", "over"].includes(this.#view.state.at);
  }

  /** The caller is about to: what takes the server a moment begins now. */
  expect(): void {
    if (!this.interrupted) this.options.send({ type: "call_soon" });
  }

  /** Calls, or goes on with the call that a reload interrupted. */
  async begin(): Promise<void> {
    if (this.running) return;
    this.#show({ state: { at: "asking" }, muted: false, held: false, person: "", caption: null });
    try {
      this.#microphone = await this.options.microphone();
    } catch (error) {
      this.#end(reasonOf(error));
      return;
    }
    this.#kept = this.#read();
    if (this.#kept) {
      this.#find({ at: "on", since: this.#kept.since, back: true });
      return;
    }
    this.#show({ state: { at: "dialing" } });
    this.#dial(this.options.newId());
  }

  hangUp(): void {
    const { at } = this.#view.state;
    if (at === "over" || at === "idle") return;
    if (this.#kept) this.options.send({ type: "hang_up", id: this.options.newId(), leg: this.#kept.leg });
    this.#end("hung_up");
  }

  /** Ends a call that a reload interrupted, without going back to it. */
  abandon(): void {
    const kept = this.#read();
    if (kept) this.options.send({ type: "hang_up", id: this.options.newId(), leg: kept.leg });
    this.options.storage.removeItem(this.options.key);
  }

  mute(muted: boolean): void {
    this.#microphone?.mute(muted);
    this.#show({ muted });
  }

  press(key: string): void {
    if (this.#kept) this.options.send({ type: "press", leg: this.#kept.leg, key });
  }

  /** The page shows nothing of it any more. */
  dismiss(): void {
    if (!this.running) this.#show({ state: { at: "idle" } });
  }

  /** The browser is on another network: the way is found anew before the old one is missed. */
  moved(): void {
    const { state } = this.#view;
    if (state.at === "on") this.#find({ ...state, back: true });
  }

  /** Whether a frame was meant for the call alone. */
  hear(frame: WidgetFrame): boolean {
    switch (frame.type) {
      case "call":
        if (frame.id !== this.#asked) return false;
        this.#begun(frame);
        return true;
      case "sound":
        if (frame.id !== this.#asked) return false;
        void this.#peer?.answer(frame.sdp).catch(() => this.#tryAgain());
        return true;
      case "caption":
        if (frame.leg === this.#kept?.leg) this.#caption(frame.who, frame.text);
        return true;
      case "refused":
        if (frame.id !== this.#asked) return false;
        this.#refused(frame.problem);
        return true;
      case "welcome": // another line: what was asked on the one before may not have been heard
        if (this.#view.state.at === "dialing") this.#dial(this.#asked);
        if (this.#view.state.at === "idle") this.expect();
        return false;
      case "entries":
        for (const { event } of frame.entries) this.#follow(plain(event));
        return false;
      default:
        return false;
    }
  }

  #follow(event: ReturnType<typeof plain>): void {
    const leg = this.#kept?.leg;
    if (event.type === "taken") {
      if (event.operator.name !== this.#answered) this.#passedOn();
      this.#show({ person: event.operator.name });
    }
    if (event.type === "returned_to_bot" || event.type === "handoff_requested") {
      this.#passedOn();
      this.#show({ person: "" });
    }
    if (
      event.type === "customer_message" &&
      event.speech?.leg === leg &&
      this.#view.caption?.who === "customer"
    )
      this.#show({ caption: null });
    if (!("leg" in event) || event.leg !== leg) return;
    // Whoever is quicker with a hold than with their sound holds the call all the same, as the server's fold has it.
    if (event.type === "call_answered") {
      this.#show({ person: event.by.name, held: this.#view.held && this.#answered === "" });
      this.#answered = event.by.name;
    }
    if (event.type === "call_held" || event.type === "call_resumed")
      this.#show({ held: event.type === "call_held" });
    if (event.type === "call_ended") this.#end(event.why);
  }

  /** Whoever talked before, and held the call, does so no more. */
  #passedOn(): void {
    if (this.#answered) this.#show({ held: false });
    this.#answered = "";
  }

  #dial(id: string): void {
    this.#asked = id;
    const consent = this.options.consent();
    if (!this.options.send({ type: "call", id, ...(consent && { consent }) })) return; // welcome dials again
  }

  #begun({ leg, ice }: CallFrame): void {
    this.#kept = { leg, since: this.options.world.now(), ice };
    this.options.storage.setItem(this.options.key, JSON.stringify(this.#kept));
    this.#until = this.options.world.now() + COMES_BACK;
    this.#offer();
  }

  /** Looks for the way into the call, again and again for as long as the server waits. */
  #find(state: CallState): void {
    this.#until = this.options.world.now() + COMES_BACK;
    this.#show({ state });
    this.#offer();
  }

  #offer(): void {
    const kept = this.#kept;
    if (!kept || !this.#microphone) return;
    this.#peer?.close();
    this.options.world.cancel(this.#again);
    const peer: Peer = this.options.peer(this.#microphone, kept.ice, {
      onConnected: () => peer === this.#peer && this.#connected(),
      onLost: () => peer === this.#peer && this.#lost(),
    });
    this.#peer = peer;
    const id = this.options.newId();
    this.#asked = id;
    void peer.offer().then(
      (sdp) => {
        if (peer !== this.#peer) return;
        if (!this.options.send({ type: "sound", id, leg: kept.leg, sdp })) this.#tryAgain();
      },
      () => peer === this.#peer && this.#tryAgain(),
    );
  }

  #connected(): void {
    this.options.world.cancel(this.#again);
    const since = this.#kept?.since ?? this.options.world.now();
    this.#show({ state: { at: "on", since, back: false } });
  }

  #lost(): void {
    const { state } = this.#view;
    if (state.at === "on" && !state.back) this.#find({ ...state, back: true });
    else this.#tryAgain();
  }

  #tryAgain(): void {
    this.options.world.cancel(this.#again);
    if (this.options.world.now() > this.#until) return this.#end("lost");
    this.#again = this.options.world.after(AGAIN_AFTER, () => this.#offer());
  }

  #refused(problem: Problem): void {
    const code = problemCode(problem);
    if (code === "not_found") this.#end("lost");
    else if (problem.status === 429 || problem.status >= 500) this.#tryAgain();
    else this.#end(problem.fault?.code === "call_elsewhere" ? "elsewhere" : "refused");
  }

  #caption(who: string, text: string): void {
    this.#show({ caption: { who: who === "customer" ? "customer" : "people", text } });
    this.options.world.cancel(this.#fading);
    this.#fading = this.options.world.after(CAPTION_STAYS, () => this.#show({ caption: null }));
  }

  #end(why: Over): void {
    this.options.world.cancel(this.#again);
    this.#peer?.close();
    this.#microphone?.close();
    this.#peer = this.#microphone = this.#kept = null;
    this.#asked = this.#answered = "";
    this.options.storage.removeItem(this.options.key);
    this.#show({ state: { at: "over", why }, caption: null, held: false });
  }

  #read(): Kept | null {
    try {
      return JSON.parse(this.options.storage.getItem(this.options.key) ?? "null") as Kept | null;
    } catch {
      return null;
    }
  }

  #show(changed: Partial<CallView>): void {
    this.#view = { ...this.#view, ...changed };
    for (const watcher of this.#watchers) watcher(this.#view);
  }
}

function reasonOf(error: unknown): Over {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "NotReadableError" ? "no_microphone" : "unsupported";
}
