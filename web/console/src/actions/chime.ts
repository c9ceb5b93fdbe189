let context: AudioContext | null = null;

/** Browsers let a page sound only after its reader did something on it. */
function wake(): void {
  context ??= new AudioContext();
  void context.resume();
}
addEventListener("pointerdown", wake, { once: true });
addEventListener("keydown", wake, { once: true });

/** Two soft notes, as of an exchange's lamp relay. */
export function chime(): void {
  if (context?.state !== "running") return;
  note(context, 659.3, 0);
  note(context, 880, 0.14);
}

/** One clear note, in the headset that calls are heard by: somebody is about to be on the line. Returns when it has sounded. */
export async function beep(speaker: string): Promise<void> {
  if (context?.state !== "running") return;
  const routed = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  await routed.setSinkId?.(speaker).catch(() => {}); // a device that is gone: the usual one
  note(context, 1046.5, 0);
  await new Promise((done) => setTimeout(done, 400));
}

function note(on: AudioContext, pitch: number, after: number): void {
  const at = on.currentTime + after;
  const tone = on.createOscillator();
  const loudness = on.createGain();
  tone.type = "sine";
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
  tone.connect(loudness).connect(on.destination);
  tone.start(at);
  tone.stop(at + 0.55);
}
