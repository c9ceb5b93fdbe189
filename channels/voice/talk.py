"""What people say to one another, cut into utterances for the transcript: by silence alone, since nobody waits for an answer.

It is fed and tells as ``turn.Turns`` does, and reads no clock.
"""

from __future__ import annotations

from channels.voice.cues import (
    FRAME_MS,
    Final,
    Finalize,
    Input,
    Key,
    Output,
    Partial,
    PromptBegan,
    Settings,
    TurnEnded,
    Voice,
)
from channels.voice.stretch import says_something


class Talk:
    """One speaker's part in a talk."""

    def __init__(self, settings: Settings | None = None, *, at: int = 0) -> None:
        self._settings = settings or Settings()
        self.span = (at, at)
        """From when to when the utterance was spoken that was told last."""
        self._voice: tuple[int, int] | None = None
        """The first and the last voice of the utterance that goes on."""
        self._in_voice = False
        self._ended: list[tuple[int, int]] = []
        """Those whose finals are awaited."""
        self._keys = ""
        self._keys_at = (at, at)
        """The first and the last key."""
        self._wanted = 0

    @property
    def nearly_over(self) -> bool:
        """Nobody waits for the end of what people say to one another."""
        return False

    @property
    def nearly_interrupts(self) -> bool:
        """Nor does it interrupt anything."""
        return False

    def feed(self, event: Input) -> tuple[Output, ...]:
        match event:
            case Voice():
                self._take_voice(event)
            case Final():
                return self._take_final(event)
            case PromptBegan():
                self._wanted = event.keys
            case Key():
                return self._take_key(event)
            case Partial():
                if says_something(event.text) and self._voice is None and not self._ended:
                    self._voice = (event.at, event.at)  # voice was missed
            case _:
                pass
        return self._pass(event.at)

    def _take_key(self, pressed: Key) -> tuple[Output, ...]:
        """Keys are an answer while people talk, too: to what the system has asked a caller who waits."""
        self._keys_at = (self._keys_at[0] if self._keys else pressed.at, pressed.at)
        if pressed.key != "#" or not self._keys:
            self._keys += pressed.key
        whole = pressed.key == "#" or 0 < self._wanted <= len(self._keys)
        return self._end_keys() if whole else ()

    def _end_keys(self) -> tuple[Output, ...]:
        self.span, keys, self._keys, self._wanted = self._keys_at, self._keys, "", 0
        return (TurnEnded(keys, "keys"),)

    def _take_voice(self, frame: Voice) -> None:
        settings = self._settings
        self._in_voice = frame.probability >= (settings.voice_off if self._in_voice else settings.voice_on)
        if self._in_voice:
            since = frame.at - FRAME_MS if self._voice is None else self._voice[0]
            self._voice = (since, frame.at)

    def _pass(self, now: int) -> tuple[Output, ...]:
        if self._keys and now - self._keys_at[1] >= self._settings.key_pause:
            return self._end_keys()
        if self._voice is None or now - self._voice[1] < self._settings.silence:
            return ()
        self._ended.append(self._voice)
        self._voice = None
        return (Finalize(),)

    def _take_final(self, final: Final) -> tuple[Output, ...]:
        """Engines also end utterances by themselves, in the midst of a talk."""
        now = final.at
        span = self._ended.pop(0) if self._ended else self._voice or (now, now)
        if not says_something(final.text) or final.confidence < self._settings.confidence:
            return ()
        self.span = span
        return (TurnEnded(final.text.strip(), confidence=final.confidence),)
