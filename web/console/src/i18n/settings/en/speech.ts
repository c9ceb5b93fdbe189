export const speech = {
  "speech.title": "Speech engines",
  "speech.hint":
    "What understands callers and what speaks to them. The first one works; where it fails or hangs, the next one does.",
  "speech.unread": "The engines could not be read.",
  "speech.hears": "Understands",
  "speech.speaks": "Speaks",
  "speech.none.hears": "Nothing chosen: pocketsphinx works, a start engine.",
  "speech.none.speaks": "Nothing chosen: espeak-ng works, a start engine.",
  "speech.add": "Add an engine: {what}",
  "speech.add.first": "Choose an engine…",
  "speech.add.next": "Add one that works where the others fail…",
  "speech.start": "start engine",
  "speech.here": "on this server",
  "speech.service": "service: what is said leaves this server",
  "speech.gone": "not set up on this server any more",
  "speech.lacks.package": "its software isn’t installed yet",
  "speech.lacks.model": "its model isn’t downloaded yet",
  "speech.voice": "Voice",
  "speech.voice.usual": "its usual one",
  "speech.rate": "Speed",
  "speech.rate.usual": "usual",
  "speech.listen.again": "It is ready: press Listen once more.",
  "speech.start.both":
    "Calls in this language have start engines alone: pocketsphinx knows the bot’s own phrases and little else, espeak-ng sounds like a robot.",
  "speech.start.hears":
    "Calls in this language are understood by a start engine alone, which knows the bot’s own phrases and little else.",
  "speech.start.speaks":
    "Calls in this language are spoken by a start engine alone, which sounds like a robot.",
  "speech.start.choose": "For real callers choose a better one below.",
  "speech.start.set_up":
    "For real callers ask whoever runs the server to set up Vosk, Whisper and Piper, or a service; then choose it here.",
  "rules.answer_calls": "Calls are answered by themselves",
  "rules.answer_calls.hint":
    "An operator who is online and in no call hears a beep, then the caller, without pressing anything. Their browser must have been allowed the microphone; until then they accept as usual.",
};
