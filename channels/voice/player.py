"""What a line speaks, a frame at a time: prompts in order, each of sentences whose frames come as they are made. No I/O.

At most one prompt sounds. What was heard of one is told in characters, by the share of each sentence's frames that was taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec

from channels.voice.cues import FRAME_MS
from channels.voice.line_events import PromptBegan, PromptHeard
from channels.voice.mixer import Frame
from channels.voice.sentences import MS_A_CHARACTER, sentences, words_heard

BACK = 10
"""Frames (200 ms) by which a paused prompt begins before where it was paused: the word that was cut off is said again."""

News: TypeAlias = PromptBegan | PromptHeard
Ended: TypeAlias = Literal["whole", "stopped", "failed"]


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be said. ``text``: fit to be spoken (``speech.speakable``), in ``locale``, by the engine's ``voice`` at ``rate``.
    ``sound``: what to play in place of speaking it; its text is what it says. ``protected``: must be heard to its end.
    ``keys``: how many keys answer it, 0 if that isn't known."""

    id: str
    text: str
    locale: str
    voice: str = ""
    rate: float = 1.0
    sound: tuple[Frame, ...] = ()
    protected: bool = False
    keys: int = 0


@dataclass(slots=True, eq=False)
class Sentence:
    """A part of a prompt's text and its sound so far; ``made``: the sound is whole."""

    prompt: Prompt
    begin: int
    end: int
    frames: list[Frame] = field(default_factory=list)
    made: bool = False

    @property
    def text(self) -> str:
        return self.prompt.text[self.begin : self.end].strip()

    def heard(self, taken: int) -> int:
        """Characters of it that sounded in its first ``taken`` frames."""
        length = self.end - self.begin
        if self.made and taken >= len(self.frames):
            return length
        usual = 0 if self.made else length * MS_A_CHARACTER // FRAME_MS
        return min(length, length * taken // max(usual, len(self.frames), 1))


class _Piece:
    """A prompt in the queue."""

    def __init__(self, prompt: Prompt) -> None:
        self.prompt = prompt
        self.sentences = deque(_sentences(prompt))
        self.begun = False
        self.at = 0
        """The next frame of the first of ``sentences``."""
        self.furthest = 0
        """Characters that were heard."""

    def take(self) -> Frame | None:
        """The next frame; None where none is there yet, or all were taken (``over``)."""
        while self.sentences:
            now = self.sentences[0]
            if self.at < len(now.frames):
                self.at += 1
                self.furthest = max(self.furthest, now.begin + now.heard(self.at))
                return now.frames[self.at - 1]
            if not now.made:
                return None
            self.sentences.popleft()
            self.at = 0
        return None

    @property
    def over(self) -> bool:
        return not self.sentences


class Player:
    """The prompts of a line. Whatever happens to them is told in ``news``, which the line empties."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self._queue: deque[_Piece] = deque()
        self._paused = False

    @property
    def busy(self) -> bool:
        """Whether something is or will be said."""
        return bool(self._queue)

    @property
    def sounding(self) -> Prompt | None:
        """The prompt that has begun and isn't over."""
        return self._queue[0].prompt if self._queue and self._queue[0].begun else None

    def say(self, prompt: Prompt) -> None:
        self._queue.append(_Piece(prompt))

    def take(self) -> Frame | None:
        """The frame that sounds now; None: nothing does."""
        while self._queue and not self._paused:
            piece = self._queue[0]
            frame = piece.take()
            if frame is not None or not piece.over:
                self._begin(piece, sounds=frame is not None)
                return frame
            self._begin(piece, sounds=True)
            self._queue.popleft()
            self.news.append(_heard(piece, "whole"))
        return None

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        if self._paused and self._queue:
            self._queue[0].at = max(0, self._queue[0].at - BACK)
        self._paused = False

    def stop(self) -> None:
        """Nothing that was to be said is said any more, nor is anything paused."""
        self._drop(list(self._queue))

    def withdraw(self, prompt: str) -> None:
        """It is not to be said any more, nor to its end."""
        self._drop([piece for piece in self._queue if piece.prompt.id == prompt])

    def interrupt(self) -> None:
        """As ``stop``, but what is protected is said yet."""
        self._drop([piece for piece in self._queue if not piece.prompt.protected])

    def give_up(self, prompt: Prompt) -> None:
        """It can't be spoken, or not to its end; the next one follows."""
        self._drop([piece for piece in self._queue if piece.prompt is prompt], "failed")

    def wanted(self) -> Sentence | None:
        """The sentence whose sound is needed next: the one that is spoken, or the one after it, of the next prompt too."""
        ahead = 0
        for piece in self._queue:
            for one in piece.sentences:
                if not one.made:
                    return one
                ahead += 1
                if ahead == 2:
                    return None
        return None

    def has(self, sentence: Sentence) -> bool:
        """Whether a sentence is still to be spoken."""
        return any(sentence in piece.sentences for piece in self._queue)

    def _drop(self, pieces: list[_Piece], ended: Ended = "stopped") -> None:
        for piece in pieces:
            if piece is self._queue[0]:
                self._paused = False
            self._queue.remove(piece)
            self.news.append(_heard(piece, ended))

    def _begin(self, piece: _Piece, *, sounds: bool) -> None:
        if sounds and not piece.begun:
            piece.begun = True
            self.news.append(PromptBegan(piece.prompt.id))


def _sentences(prompt: Prompt) -> Iterable[Sentence]:
    if prompt.sound:
        return [Sentence(prompt, 0, len(prompt.text), list(prompt.sound), made=True)]
    return [Sentence(prompt, begin, end) for begin, end in sentences(prompt.text)]


def _heard(piece: _Piece, ended: Ended) -> PromptHeard:
    text = piece.prompt.text
    characters = len(text) if ended == "whole" else words_heard(text, piece.furthest)
    return PromptHeard(prompt=piece.prompt.id, characters=characters, of=len(text), ended=ended)
