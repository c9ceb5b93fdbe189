"""A stretch of what the caller says: whether it is over, and whether anything better is to be expected of the recognizer.

It reaches from the first voice to the silence that ends it, over pauses and over several utterances of the recognizer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from channels.voice.cues import Final, Partial, Settings

Recognition: TypeAlias = Partial | Final
Ending: TypeAlias = Literal["silence", "noise"]


@dataclass(slots=True)
class Stretch:
    """``began``: its first voice. ``voiced``: how much of it was voice. ``word_at``: when it last brought a new word. ``said``: by utterance;
    ``streamed``: partials were among it. ``finalized``: since when the final is waited for; ``by``: why."""

    word_at: int
    began: int
    voiced: int = 0
    said: dict[int, Recognition] = field(default_factory=dict)
    streamed: bool = False
    finalized: int | None = None
    by: Ending = "silence"

    def go_on(self, ms: int) -> None:
        """More voice: who was thought to have finished hasn't, unless it is taken for noise."""
        self.voiced += ms
        if self.by == "silence":
            self.finalized = None

    def hear(self, words: Recognition, now: int) -> None:
        """A final replaces what was told of its utterance and stays; words that began after the wait for a final say that
        the caller goes on."""
        known = self.said.get(words.since)
        if isinstance(known, Final):
            return
        if says_something(words.text):
            if known is None or known.text != words.text:
                self.word_at = now
            if self.finalized is not None and words.since >= self.finalized:
                self.finalized = None
        self.said[words.since] = words
        self.streamed |= isinstance(words, Partial) and says_something(words.text)

    def words(self, settings: Settings) -> list[Recognition]:
        """What was recognized well enough, in the order in which it was said."""
        said = (one for _, one in sorted(self.said.items()))
        return [one for one in said if says_something(one.text) and one.confidence >= settings.confidence]

    def over(self, now: int, heard_at: int, settings: Settings) -> Ending | None:
        """Why nothing more is to be expected of the caller, whose voice was last heard at ``heard_at``."""
        if now - heard_at >= self._patience(heard_at, settings):
            return "silence"
        if self.finalized is not None and self.by == "noise":
            return "noise"
        wordless = settings.wordless_after if self.streamed else settings.wordless
        return "noise" if now - self.word_at >= wordless else None

    def settled(self, now: int, heard_at: int, settings: Settings) -> bool:
        """Whether its words stand, once it is over: they mean something, all is final, or the final was waited for."""
        told, words = self.said.values(), self.words(settings)
        if _meant(words, heard_at, settings):
            return True
        if told and all(isinstance(one, Final) for one in told) and max(one.at for one in told) >= heard_at:
            return True
        waited = 0 if self.finalized is None else now - self.finalized
        return waited >= (settings.wait_final if words else settings.wait_words)

    def _patience(self, heard_at: int, settings: Settings) -> int:
        """The silence after which its words are all that is said."""
        words = self.words(settings)
        if words and words[-1].unfinished:
            return settings.silence_number
        if _meant(words, heard_at, settings):
            return settings.silence_meant
        return settings.silence if sum(len(one.text) for one in words) >= settings.little else settings.silence_little


def _meant(words: list[Recognition], heard_at: int, settings: Settings) -> bool:
    return bool(words) and words[-1].means and heard_at - words[-1].at <= settings.fresh


def says_something(text: str) -> bool:
    """Whether there is a word in ``text``; some recognizers tell a dot for a cough."""
    return any(map(str.isalnum, text))


def only_backchannel(words: list[Recognition], settings: Settings) -> bool:
    """Whether none of ``words`` says more than "I'm listening"."""
    said = re.findall(r"\w+", " ".join(one.text for one in words).casefold())
    return all(word in settings.backchannels for word in said)
