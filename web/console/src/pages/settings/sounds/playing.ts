let playing: HTMLAudioElement | null = null;

/** From its beginning. One thing is listened to at a time. */
export function play(audio: HTMLAudioElement): Promise<void> {
  if (playing && playing !== audio) playing.pause();
  playing = audio;
  audio.currentTime = 0;
  return audio.play();
}
