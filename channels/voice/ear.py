"""One speaker of a line: their sound, what is recognized of it, and whoever decides what that means for the talk.

``Turns`` decides while the bot minds the call, ``Talk`` while people talk. Between recognizer and decision stands what a partial
is worth: whether it is stable and means something, and whether a number is half told in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

import structlog

from channels.voice.cues import (
    FRAME_MS,
    Final,
    Finalize,
    Foreseen,
    ForeseenVoice,
    Input,
    Output,
    Partial,
    TurnEnded,
    Voice,
)
from channels.voice.hearing import OPENS, Hearing, Recognition
from channels.voice.line_events import Caption, Said, Tell
from channels.voice.mixer import Frame, peak
from channels.voice.talk import Talk
from channels.voice.turn import Turns
from channels.voice.unfinished import unfinished
from gateway.tasks import TaskSet
from speech.activity import VoiceActivity

log = structlog.get_logger(__name__)

STABLE_MS = 120
"""A partial is stable when it hasn't changed for so long, or was told twice."""
LATELY = 10
"""Frames (200 ms) by which it is known how loud the place is where nobody speaks …"""
LOUDER = 1.25
"""… and so many times louder at most is what goes on with it."""
LEFT = 3_000
"""What was said so long ago belongs to nothing that is said now."""

Minder: TypeAlias = Turns | Talk
Means: TypeAlias = Callable[[str], bool]
"""Whether a text fits something that the bot knows. Cheap, and asked on the event loop."""


class Ear:
    """``act`` is told what is to be done about prompts and which words are needed; what was said goes to ``tell``."""

    def __init__(self, who: str, minder: Minder, *, means: Means, act: Callable[[Output], None], tell: Tell) -> None:
        self.who = who
        self.minder = minder
        self._means = means
        self._act = act
        self._tell = tell
        self._hearing: Hearing | None = None
        self._frame: Frame | None = None
        self._lately: deque[int] = deque(maxlen=LATELY)
        """How loud the silence since the last voice was."""
        self._now = 0
        self._inputs: deque[Input] = deque()
        self._busy = False
        self._partial: Partial | None = None
        self._partial_since = 0
        self._asked = True
        """Whether it is known what the partial means."""
        self._finalized = self._used = 0
        """When an utterance was ended last; what began before ``_used`` has been told."""
        self._before: list[str] = []
        self._said_at = 0
        self._caption = ""

    def listen(self, recognition: Recognition | None, activity: VoiceActivity, tasks: TaskSet) -> None:
        """From now on by this engine, in this language."""
        self.close()
        self._hearing = Hearing(recognition, activity, told=self._take, now=lambda: self._now, tasks=tasks)

    def close(self) -> None:
        if self._hearing is not None:
            self._hearing.close()

    @property
    def since(self) -> int:
        """When what is being said began; now where nothing is."""
        return self._now if self._hearing is None else self._hearing.since

    def cut(self, at: int) -> None:
        """What was said before ``at`` is over, and told no more."""
        self._now = self._finalized = self._used = at
        if self._hearing is not None:
            self._hearing.cut(at)

    def prepare(self, frame: Frame | None) -> None:
        """What has sounded in the 20 ms that ``hear`` follows on."""
        self._frame = frame
        if self._hearing is not None:
            self._hearing.prepare(frame)

    def hear(self, at: int) -> None:
        """The frame that was prepared has ended at ``at``."""
        self._now, frame = at, self._frame
        probability = 0.0 if self._hearing is None else self._hearing.hear(frame, at)
        if probability >= OPENS:
            self._lately.clear()
        elif frame is not None:
            self._lately.append(peak(frame))
        if not self._asked and at - self._partial_since >= STABLE_MS:
            self._ask()
        self.feed(Voice(at, probability))

    @property
    def nearly_over(self) -> bool:
        """Whether to ``foresee``."""
        return bool(self._lately) and self.minder.nearly_over

    def foresee(self, frames: Sequence[Frame]) -> None:
        """These will be heard next. Those that are no louder than the silence before them are silence, too."""
        loud = LOUDER * max(self._lately, default=0)
        quiet = next((number for number, frame in enumerate(frames) if peak(frame) > loud), len(frames))
        if quiet:
            self.feed(Foreseen(self._now, quiet * FRAME_MS))

    @property
    def nearly_interrupts(self) -> bool:
        """Whether to ``foresee_voice``."""
        return self.minder.nearly_interrupts

    def foresee_voice(self, frames: Sequence[Frame | None]) -> None:
        """These will be heard next."""
        told = [] if self._hearing is None else self._hearing.ahead(frames)
        if told:
            self.feed(ForeseenVoice(self._now, tuple(told)))

    def feed(self, event: Input) -> None:
        """What follows from one input may be another one: they are taken in order."""
        self._now = max(self._now, event.at)
        self._inputs.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._inputs:
                for output in self.minder.feed(self._inputs.popleft()):
                    self._do(output)
        finally:
            self._busy = False

    def _do(self, output: Output) -> None:
        match output:
            case Finalize():
                self._finalized = self._now
                if self._hearing is not None:
                    self._hearing.finalize()
            case TurnEnded():
                self._end_turn(output)
            case _:
                self._act(output)

    def _end_turn(self, ended: TurnEnded) -> None:
        self._before, self._partial, self._asked, self._caption = [], None, True, ""
        self._used = self._finalized
        since, until = self.minder.span
        self._tell(
            Said(who=self.who, text=ended.text, since=since, until=until, confidence=ended.confidence, by=ended.by)
        )

    # What was recognized.

    def _take(self, words: Partial | Final) -> None:
        if words.since < self._used:
            self.feed(words)
            return
        if self._now - self._said_at > LEFT:
            self._before = []
        self._said_at = self._now
        if isinstance(words, Final):
            self._take_final(words)
        else:
            self._take_partial(words)

    def _take_partial(self, words: Partial) -> None:
        last = self._partial
        known = last is not None and (last.text, last.since) == (words.text, words.since)
        if last is not None and known:
            self._partial = _with(words, means=last.means, unfinished=last.unfinished)
            if not self._asked:
                self._ask()
                return
        else:
            self._partial = _with(words, means=False, unfinished=unfinished(self._whole(words.text)))
            self._partial_since, self._asked = self._now, False
            self._show(self._whole(words.text))
        self.feed(self._partial)

    def _ask(self) -> None:
        """The partial is stable: what it means is told along with it."""
        assert self._partial is not None
        self._asked = True
        self._partial = _with(self._partial, means=self._meant(self._partial.text), unfinished=self._partial.unfinished)
        self.feed(self._partial)

    def _take_final(self, words: Final) -> None:
        self._partial, self._asked = None, True
        whole = self._whole(words.text)
        means = bool(words.text) and self._meant(words.text)
        final = Final(
            words.at,
            since=words.since,
            text=words.text,
            confidence=words.confidence,
            means=means,
            unfinished=unfinished(whole),
        )
        if words.text:
            self._before.append(words.text)
            self._show(whole)
        self.feed(final)

    def _whole(self, text: str) -> str:
        """Behind what engines that end utterances by themselves have told before of the same turn."""
        return " ".join([*self._before, text])

    def _meant(self, text: str) -> bool:
        try:
            return self._means(self._whole(text))
        except Exception:
            log.exception("meaning_failed")
            return False

    def _show(self, text: str) -> None:
        if text != self._caption:
            self._caption = text
            self._tell(Caption(who=self.who, text=text))


def _with(words: Partial, *, means: bool, unfinished: bool) -> Partial:
    return Partial(
        words.at,
        since=words.since,
        text=words.text,
        confidence=words.confidence,
        means=means,
        unfinished=unfinished,
    )
