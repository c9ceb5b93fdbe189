import { microphone, type Microphone } from "@switchboard/protocol";

/** What browsers can write, the smallest first. */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const LOOK_EVERY = 100;

/** A recording that is being made, or was. `refused`: the browser doesn't let us; `missing`: there is no microphone. */
export class Recorder {
  state = $state<"idle" | "asking" | "recording" | "done" | "refused" | "missing" | "unable">("idle");
  seconds = $state(0);
  /** How loud it is, 0 to 1. */
  level = $state(0);
  /** Whether anything was loud enough to be a voice. */
  heard = $state(false);
  file = $state.raw<Blob | null>(null);
  #ears: Microphone | null = null;
  #writer: MediaRecorder | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #gone = false;

  /** Until `stop`, or for `most` seconds. */
  async start(most: number): Promise<void> {
    this.drop();
    this.state = "asking";
    try {
      const ears = await microphone("", () => this.stop());
      if (this.#gone) return ears.close();
      this.#ears = ears;
      this.#write(ears, most);
    } catch (error) {
      this.#release();
      const { name } = error as Error;
      const refused = name === "NotAllowedError" || name === "SecurityError";
      this.state = refused ? "refused" : name === "NotFoundError" ? "missing" : "unable";
    }
  }

  stop(): void {
    if (this.#writer?.state === "recording") this.#writer.stop();
  }

  /** As before it was begun. */
  drop(): void {
    if (this.#writer) this.#writer.onstop = null;
    this.stop();
    this.#release();
    this.file = null;
    this.seconds = this.level = 0;
    this.heard = false;
    this.state = "idle";
  }

  /** Whoever showed it is gone. */
  close(): void {
    this.#gone = true;
    this.drop();
  }

  #write(ears: Microphone, most: number): void {
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    const writer = new MediaRecorder(new MediaStream([ears.track]), type ? { mimeType: type } : {});
    const parts: Blob[] = [];
    writer.ondataavailable = ({ data }) => parts.push(data);
    writer.onstop = () => {
      this.#release();
      this.file = new Blob(parts, { type: writer.mimeType });
      this.state = "done";
    };
    writer.start();
    this.#writer = writer;
    this.state = "recording";
    const since = Date.now();
    this.#timer = setInterval(() => {
      this.seconds = (Date.now() - since) / 1000;
      this.level = ears.level();
      this.heard ||= this.level > 0.05;
      if (this.seconds >= most) this.stop();
    }, LOOK_EVERY);
  }

  #release(): void {
    clearInterval(this.#timer);
    this.#ears?.close();
    this.#ears = this.#writer = null;
    this.level = 0;
  }
}
