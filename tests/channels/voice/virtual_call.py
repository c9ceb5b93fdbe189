"""A call without sound: a script of voice, silence and words, played in frames of 20 ms, with a recognizer that obeys."""

from __future__ import annotations

from dataclasses import dataclass

from channels.voice.cues import (
    FRAME_MS,
    Final,
    Finalize,
    Input,
    Key,
    NoInput,
    NoMatch,
    Output,
    Partial,
    PromptBegan,
    PromptEnded,
    PromptHeard,
    Settings,
    TurnEnded,
    Voice,
)
from channels.voice.turn import Turns

LAG = 40
"""After what time the recognizer tells the final that it was asked for."""


@dataclass
class Utterance:
    since: int = 0
    text: str = ""
    confidence: float = 1.0
    unfinished: bool = False


class Call:
    """``inputs`` and ``outputs`` are what went in and came out, outputs with their instants. ``finals``: whether the
    recognizer answers when it is asked."""

    def __init__(self, settings: Settings | None = None, *, finals: bool = True) -> None:
        self.turns = Turns(settings)
        self.at = 0
        self.inputs: list[Input] = []
        self.outputs: list[tuple[int, Output]] = []
        self.finals = finals
        self._utterance = Utterance()
        self._asked: list[tuple[int, Utterance]] = []

    def feed(self, event: Input) -> tuple[Output, ...]:
        self.inputs.append(event)
        outputs = self.turns.feed(event)
        for output in outputs:
            self.outputs.append((self.at, output))
            if isinstance(output, Finalize):
                self._asked.append((self.at + LAG, self._utterance))
                self._utterance = Utterance(self.at)
        return outputs

    # The caller.

    def frames(self, ms: int, probability: float) -> Call:
        for _ in range(ms // FRAME_MS):
            self.at += FRAME_MS
            self.feed(Voice(self.at, probability))
            self._tell_finals()
        return self

    def voice(self, ms: int) -> Call:
        return self.frames(ms, 0.95)

    def silence(self, ms: int) -> Call:
        return self.frames(ms, 0.02)

    def says(
        self, text: str, *, means: bool = False, unfinished: bool = False, confidence: float = 1.0, word: int = 300
    ) -> Call:
        """``text`` is spoken, a word in ``word`` ms; after each the recognizer tells its partial."""
        words = text.split()
        for index, one in enumerate(words, start=1):
            self.voice(word)
            last = index == len(words)
            now = self._utterance
            now.text = f"{now.text} {one}".strip()
            now.confidence, now.unfinished = confidence, unfinished and last
            self.feed(
                Partial(
                    self.at,
                    since=now.since,
                    text=now.text,
                    confidence=confidence,
                    means=means and last,
                    unfinished=now.unfinished,
                )
            )
        return self

    def presses(self, keys: str, *, every: int = 200) -> Call:
        for key in keys:
            self.feed(Key(self.at, key))  # type: ignore[arg-type]
            self.silence(every)
        return self

    def _tell_finals(self) -> None:
        while self._asked and self._asked[0][0] <= self.at:
            _, told = self._asked.pop(0)
            if self.finals:
                self.feed(
                    Final(
                        self.at,
                        since=told.since,
                        text=told.text,
                        confidence=told.confidence,
                        unfinished=told.unfinished,
                    )
                )

    # The bot.

    def prompt(self, name: str = "hours", *, heard: int = 0, protected: bool = False, keys: int = 0) -> Call:
        self.feed(PromptBegan(self.at, name, protected=protected, keys=keys))
        if heard:
            self.feed(PromptHeard(self.at, name, heard))
        return self

    def prompt_ends(self, name: str = "hours") -> Call:
        self.feed(PromptEnded(self.at, name))
        return self

    # What came out.

    def told(self, *kinds: type) -> list[Output]:
        """All that came out but ``Finalize``, or what is of ``kinds``."""
        return [one for _, one in self.outputs if (isinstance(one, kinds) if kinds else not isinstance(one, Finalize))]

    def when(self, kind: type) -> int:
        """When the last of ``kind`` came out."""
        return max(at for at, one in self.outputs if isinstance(one, kind))

    @property
    def ends(self) -> list[str]:
        return [one.text for _, one in self.outputs if isinstance(one, TurnEnded)]

    @property
    def words_needed(self) -> list[Output]:
        return self.told(NoInput, NoMatch)
