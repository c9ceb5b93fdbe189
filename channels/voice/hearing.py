"""How a line hears one speaker: frames become the probability of voice and, through a recognizer, words.

A recognizer is fed around voice alone, with ``PRE_ROLL`` before it: services are paid by the second, engines in process cost a
tenth of a core each while they are fed, and silence makes some of them tell words that nobody said. What it costs is words where
voice activity is blind; the gate opens at less than what counts as voice for that reason. Since the engine's time therefore
stands still between stretches, ``Clock`` maps it to the line's.

An engine that fails is listened to anew at once, with the sound of the utterance that it took along; where it fails again, later.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from channels.voice.cues import FRAME_MS, Final, Partial
from channels.voice.mixer import SILENCE, Frame
from gateway.errors import SpeechUnavailable
from gateway.metrics import RECOGNIZED
from gateway.ports import Heard, Hints, Listening, Recognizer
from gateway.tasks import TaskSet
from speech.activity import VoiceActivity
from speech.streams import closing

log = structlog.get_logger(__name__)

OPENS = 0.2
"""The gate opens at this probability of voice, …"""
PRE_ROLL = 15
"""… so many frames (300 ms) before it are fed too, …"""
HOLD_MS = 2_000
"""… and it closes so long after the last one, or when the utterance has ended."""
LONGEST_MS = 60_000
"""An utterance that nobody ends is ended then: what sounds so long is a machine's, and engines keep all they were fed."""
KEPT = 500
"""Frames of an utterance (10 s) that the next engine is given where one fails."""
OPEN_WITHIN = 10.0
"""Seconds; a recognizer that has no bound of its own is given up then."""
AGAIN = (0.0, 0.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds until one is tried again that failed so many times in a row; at once the first time, for an order has another engine."""
MOST_STRETCHES = 64
"""An engine tells of the last few stretches at the most."""


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """By what, and in which language, a speaker is understood."""

    recognizer: Recognizer
    locale: str
    hints: Hints = field(default_factory=Hints)


class Clock:
    """What instant of the line a millisecond of fed sound was; the engine hears from ``begin`` on."""

    def __init__(self, begin: int = 0) -> None:
        self.fed = 0
        """Milliseconds that were fed."""
        self._fed_at: list[int] = []
        self._line_at: list[int] = []
        self._known: dict[int, int] = {}
        self.cut(begin)

    def cut(self, at: int) -> None:
        """What is fed from now on was sounded after ``at``."""
        self._next: int | None = None
        self._fed_at.append(self.fed)
        self._line_at.append(at)
        del self._fed_at[:-MOST_STRETCHES], self._line_at[:-MOST_STRETCHES]

    def feed(self, at: int) -> None:
        """A frame that ended at ``at`` is fed."""
        if at - FRAME_MS != self._next:
            self.cut(max(self._line_at[-1], at - FRAME_MS))
        self._next = at
        self.fed += FRAME_MS

    def at(self, fed: int) -> int:
        """The same for the same ``fed``, whenever it is asked: it names an utterance."""
        if fed not in self._known:
            index = max(0, bisect_right(self._fed_at, fed) - 1)
            self._known[fed] = self._line_at[index] + max(0, fed - self._fed_at[index])
            if len(self._known) > MOST_STRETCHES:
                del self._known[next(iter(self._known))]
        return self._known[fed]


class Hearing:
    """One speaker's sound on its way to words, which ``told`` is given; without a ``recognition`` there are none. ``now`` tells the
    line's instant."""

    def __init__(
        self,
        recognition: Recognition | None,
        activity: VoiceActivity,
        *,
        told: Callable[[Partial | Final], None],
        now: Callable[[], int],
        tasks: TaskSet,
    ) -> None:
        self._activity = activity
        self._told = told
        self._now = now
        self._before: deque[tuple[Frame, int]] = deque(maxlen=PRE_ROLL)
        self._utterance: deque[tuple[Frame, int]] = deque(maxlen=KEPT)
        self._voice_at: int | None = None
        """The last voice while the gate is open."""
        self._began = 0
        """When the gate opened for this utterance."""
        self._listening: Listening | None = None
        self._clock = Clock()
        self._counted = 0
        """Milliseconds of the clock's that were told to whoever counts them."""
        self._ended: int | None = None
        """When the last utterance ended: none after it began before."""
        self._failures = 0
        self._owed = 0
        """Finals that were asked for and not told yet."""
        self._task = None if recognition is None else tasks.start(self._listen(recognition), name="hear")

    @property
    def since(self) -> int:
        """When the utterance began that goes on; now where none does."""
        return self._utterance[0][1] - FRAME_MS if self._utterance else self._now()

    # What comes in.

    def prepare(self, frame: Frame | None) -> None:
        """The frame that ``hear`` is told next: voice activity looks at those of many calls together."""
        self._activity.feed(frame)

    def hear(self, frame: Frame | None, at: int) -> float:
        """How probably a frame that has ended at ``at`` is voice."""
        probability = self._activity.probability()
        if probability >= OPENS:
            if self._voice_at is None:
                self._open()
            self._voice_at = at
            if at - self._began > LONGEST_MS:
                self.cut(at)
        elif self._voice_at is not None and at - self._voice_at > HOLD_MS:
            self.cut(at)
        sound = SILENCE if frame is None else frame
        if self._voice_at is None:
            self._before.append((sound, at))
        else:
            self._feed(sound, at)
        return probability

    def ahead(self, frames: Sequence[Frame | None]) -> list[float]:
        """How probably each of those is voice that are heard next; none where it isn't known before they are."""
        return self._activity.ahead(frames)

    def finalize(self) -> None:
        """The utterance has ended: its final is told soon. At once where nothing was said, or nobody listens."""
        now = self._now()
        if not self.cut(now):
            self._told(Final(now, since=now, text=""))

    def cut(self, at: int) -> bool:
        """What was said before ``at`` belongs to nothing that is said after it. Whether a final of it will come."""
        fed = bool(self._utterance)
        RECOGNIZED.inc((self._clock.fed - self._counted) / 1_000)
        self._counted = self._clock.fed
        self._ended = at
        self._voice_at = None
        self._utterance.clear()
        self._before.clear()
        if self._listening is None or not fed:
            return False
        self._owed += 1
        self._listening.finalize()
        self._clock.cut(at)
        return True

    def close(self) -> None:
        """It hears no more. The engine is let go by its task, which its owner waits for."""
        if self._task is not None:
            self._task.cancel()

    def _open(self) -> None:
        if not self._utterance:
            self._began = self._now()
        for sound, at in self._before:
            self._feed(sound, at)
        self._before.clear()

    def _feed(self, sound: Frame, at: int) -> None:
        self._utterance.append((sound, at))
        if self._listening is not None:
            self._clock.feed(at)
            self._listening.feed(sound.tobytes())

    # What comes out.

    async def _listen(self, recognition: Recognition) -> None:
        while True:
            await asyncio.sleep(AGAIN[min(self._failures, len(AGAIN) - 1)])
            try:
                await self._listen_once(recognition)
            except (SpeechUnavailable, TimeoutError) as error:
                log.warning("recognizer_failed", locale=recognition.locale, why=str(error) or "it hangs")
            except Exception:
                log.exception("recognizer_broken", locale=recognition.locale)
            self._failures += 1
            self._settle()

    async def _listen_once(self, recognition: Recognition) -> None:
        async with asyncio.timeout(OPEN_WITHIN):
            listening = await recognition.recognizer.listen(locale=recognition.locale, hints=recognition.hints)
        try:
            self._begin(listening)
            async with closing(listening.heard()) as told:
                async for heard in told:
                    self._take(heard)
        finally:
            self._listening = None
            await listening.aclose()

    def _begin(self, listening: Listening) -> None:
        """The utterance that goes on is fed from its begin, as far as it was kept."""
        self._listening = listening
        self._clock, self._counted = Clock(self._ended or 0), 0
        for sound, at in self._utterance:
            self._clock.feed(at)
            listening.feed(sound.tobytes())

    def _take(self, heard: Heard) -> None:
        since = self._clock.at(heard.since)
        told = Final if heard.final else Partial
        if heard.final:
            self._failures = 0
            self._owed = max(0, self._owed - 1)
        self._told(told(self._now(), since=since, text=heard.text, confidence=heard.confidence))

    def _settle(self) -> None:
        """Whoever waits for finals of an engine that failed waits no more."""
        if self._owed:
            self._owed = 0
            self._told(Final(self._now(), since=self._ended or 0, text=""))
