"""Whose utterance a result of Deepgram's is, and what is known of each. Pure.

The service knows no utterances: it tells results for stretches of its stream, and after ``Finalize`` one for all that it held, with
``from_finalize``, but not where there was little to tell. So a result belongs to the utterance in whose time its middle is, and an
utterance has ended when the service says so, when a result reaches its end, when one belongs to a later utterance, or after a while.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import msgspec

from gateway.ports import Heard, Word

NEAR = 30
"""Milliseconds by which a result may fall short of an utterance's end and still reach it."""

LONG = 1_500
"""Milliseconds of sound of which the service tells something in any case."""


class Spoken(msgspec.Struct):
    word: str
    start: float = 0.0
    end: float = 0.0
    confidence: float = 1.0
    punctuated_word: str = ""


class Alternative(msgspec.Struct):
    transcript: str = ""
    confidence: float = 0.0
    words: tuple[Spoken, ...] = ()


class Channel(msgspec.Struct):
    alternatives: tuple[Alternative, ...] = ()


class Results(msgspec.Struct):
    """The message ``Results``, as far as we need it. Seconds of the connection's sound."""

    start: float
    duration: float
    channel: Channel
    is_final: bool = False
    from_finalize: bool = False


@dataclass
class _Utterance:
    number: int
    since: int
    until: int | None = None
    parts: list[Heard] = field(default_factory=list)
    """What won't change any more."""
    guess: str = ""
    """What follows it for now."""
    answered: bool = False
    """Something was told of it, if only that there is nothing."""
    over: bool = False

    @property
    def text(self) -> str:
        return " ".join(text for text in (*(one.text for one in self.parts), self.guess) if text)

    def final(self) -> Heard:
        if not self.text:
            return Heard(text="", since=self.since, final=True)
        sure = [one.confidence for one in self.parts if one.text]
        return Heard(
            text=self.text,
            since=self.since,
            final=True,
            confidence=sum(sure) / len(sure) if sure else 0.5,
            words=tuple(word for one in self.parts for word in one.words),
        )


class Utterances:
    """Those of one speaker, by milliseconds of sound that was fed."""

    def __init__(self) -> None:
        self.fed = 0
        self.ended = 0
        """The number of the last one that has ended."""
        self._open: deque[_Utterance] = deque([_Utterance(1, 0)])
        self._told = ""

    @property
    def idle(self) -> bool:
        """Nothing is being said, and nothing is waited for."""
        (*before, now) = self._open
        return not before and now.since == self.fed

    def finalize(self) -> bool:
        """The utterance ends here. Whether the service must be told: not where nothing was said."""
        now = self._open[-1]
        now.until = self.fed
        self.ended = now.number
        now.over = now.since == self.fed
        self._open.append(_Utterance(now.number + 1, self.fed))
        return not now.over

    def is_unanswered(self, number: int) -> bool:
        """Whether nothing at all was told of an utterance up to ``number`` that was long enough for it."""
        return any(
            one.until is not None and one.until - one.since >= LONG and not one.answered and not one.over
            for one in self._open
            if one.number <= number
        )

    def settle(self, number: int) -> None:
        """The service has had its time for an utterance that ended."""
        for one in self._open:
            one.over = one.over or one.number <= number

    def take(self, result: Results, base: int) -> None:
        """``base``: milliseconds that were fed before the connection began."""
        begin, end = base + result.start * 1000, base + (result.start + result.duration) * 1000
        middle = (begin + end) / 2
        owner = next(one for one in self._open if one.until is None or middle < one.until or one is self._open[-1])
        if result.from_finalize and not result.duration and owner.number > 1:  # it marks the end of what was before it
            self.settle(owner.number - 1)
            return
        if middle < self._open[0].since:
            return  # it comes too late: its utterance was told
        self.settle(owner.number - 1)
        self._add(owner, result, base)
        reached = owner.until is not None and end >= owner.until - NEAR
        if owner.until is not None and result.is_final and (result.from_finalize or reached):
            self.settle(owner.number)

    def _add(self, owner: _Utterance, result: Results, base: int) -> None:
        best = result.channel.alternatives[0] if result.channel.alternatives else Alternative()
        owner.answered = True
        owner.guess = "" if result.is_final else best.transcript
        if not result.is_final:
            return
        words = tuple(
            Word(
                text=word.punctuated_word or word.word,
                since=base + round(word.start * 1000),
                until=base + round(word.end * 1000),
                confidence=word.confidence,
            )
            for word in best.words
        )
        if best.transcript:
            owner.parts.append(
                Heard(text=best.transcript, since=owner.since, final=True, confidence=best.confidence, words=words)
            )

    def told(self) -> list[Heard]:
        """What is to be told by now: finals in order, and what is believed of the utterance that goes on."""
        news = []
        while self._open[0].over:
            news.append(self._open.popleft().final())
            self._told = ""
        first = self._open[0]
        if first.text and first.text != self._told:
            self._told = first.text
            news.append(Heard(text=first.text, since=first.since))
        return news
