let context: AudioContext | null = null;

/** Two soft notes for who looks elsewhere. A page that nobody has touched yet may make no sound. */
export function chime(): void {
  if (navigator.userActivation?.hasBeenActive === false) return;
  try {
    context ??= new AudioContext();
    note(context, { pitch: 660, at: 0 });
    note(context, { pitch: 880, at: 0.12 });
  } catch {
    // A browser without sound.
  }
}

function note(audio: AudioContext, { pitch, at }: { pitch: number; at: number }): void {
  const begin = audio.currentTime + at;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(0.06, begin + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, begin + 0.35);
  tone.connect(volume).connect(audio.destination);
  tone.start(begin);
  tone.stop(begin + 0.4);
}
