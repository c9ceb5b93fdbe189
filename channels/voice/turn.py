"""Whose turn it is to speak in a call: decided without I/O and without a clock.

``Turns`` is fed what happens in a call, in order, and says what is to be done. The same inputs give the same outputs. All
instants (``at``) are milliseconds since the call began, all durations milliseconds; time passes only by what is fed, so a
call feeds every frame's ``Voice``, or a ``Tick`` where no frame came.

What the caller says is a **stretch**: it opens with voice (or with words, where voice was missed), is over after a silence
whose length depends on what was said so far, and closes when the recognizer has told its final or was waited for. It then
is a turn of the caller, a miss, or nothing: a cough, or an "uh-huh" into a prompt.

A prompt is **paused** as soon as voice is sure, **stopped** by words or a key, and **resumed** where no words come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, TypeAlias, assert_never

from channels.voice.cues import (
    FRAME_MS,
    AnswerAwaited,
    AnswerCame,
    Filler,
    Final,
    Finalize,
    Foreseen,
    ForeseenVoice,
    Input,
    Key,
    NoInput,
    NoMatch,
    Output,
    Partial,
    Pause,
    Person,
    PromptBegan,
    PromptEnded,
    PromptHeard,
    Resume,
    Settings,
    Stop,
    Tick,
    TurnEnded,
    Voice,
)
from channels.voice.stretch import Stretch, only_backchannel, says_something
from channels.voice.voiced import Voiced

# The prompt: a table.


class _State(Enum):
    NONE = auto()
    PLAYING = auto()
    PAUSED = auto()
    PROTECTED = auto()


class _Sign(Enum):
    VOICE = auto()
    CLAIM = auto()
    """Words or a key: the caller takes the turn."""
    DOUBT = auto()


_Cell: TypeAlias = tuple[_State, Callable[["_Prompt"], Output]]


@dataclass(slots=True)
class _Prompt:
    id: str = ""
    state: _State = _State.NONE
    heard: int = 0
    keys: int = 0
    paused_at: int = 0


def _stop(prompt: _Prompt) -> Stop:
    return Stop(prompt.id, prompt.heard)


PROMPT: dict[_State, dict[_Sign, _Cell]] = {
    _State.NONE: {},
    _State.PLAYING: {
        _Sign.VOICE: (_State.PAUSED, lambda prompt: Pause(prompt.id)),
        _Sign.CLAIM: (_State.NONE, _stop),
    },
    _State.PAUSED: {
        _Sign.DOUBT: (_State.PLAYING, lambda prompt: Resume(prompt.id)),
        _Sign.CLAIM: (_State.NONE, _stop),
    },
    _State.PROTECTED: {},
}
"""What a sign makes of a prompt, and what is to be done; where there is no cell, nothing."""


class Turns:
    """One call's turns, while the bot minds it, from ``at`` on; of an utterance that goes on already from ``since`` on. People who
    talk to each other need none of it."""

    def __init__(self, settings: Settings | None = None, *, at: int = 0, since: int | None = None) -> None:
        self.span = (at, at)
        """From when to when the turn was spoken or pressed that was told last."""
        self._settings = settings or Settings()
        self._out: list[Output] = []
        self._now = at
        self._quiet_since = at
        self._used = at if since is None else since  # utterances from before this instant have been told
        self._voiced = Voiced.never(at, self._settings)
        self._heard_at = at  # the last voice that was no click
        self._doubted = False  # voice that goes on has held a prompt up in vain
        self._silent_until = at  # so far it is known already that no voice comes
        self._stretch: Stretch | None = None
        self._keys = ""
        self._key_at = self._keys_at = at
        self._prompt = _Prompt()
        self._alarms = 0  # false ones since words have interrupted
        self._awaited_since: int | None = None
        self._fillers = 0
        self._misses = {"no_input": 0, "no_match": 0}

    @property
    def nearly_over(self) -> bool:
        """Whether a little more silence ends what is being said: it is worth looking at what has come already."""
        if self._keys or self._stretch is None or self._stretch.finalized is not None:
            return False
        soon = self._now + self._settings.foresight
        return self._stretch.over(soon, self._heard_at, self._settings) == "silence"

    @property
    def nearly_interrupts(self) -> bool:
        """Whether voice begins that may pause what is being said: it is worth looking at what has come already."""
        return self._may_interrupt() and self._voiced.begins(self._now)

    def feed(self, event: Input) -> tuple[Output, ...]:
        """What is to be done about ``event``, in order. One that comes late counts as of now."""
        self._now = max(self._now, event.at)
        self._out = []
        self._take(event)
        self._pass()
        return tuple(self._out)

    def _take(self, event: Input) -> None:
        match event:
            case Voice():
                self._take_voice(event.probability)
            case Foreseen():
                self._silent_until = event.at + event.quiet
            case ForeseenVoice():
                self._foresee_voice(event.probabilities)
            case Partial() | Final():
                self._take_words(event)
            case Key():
                self._take_key(event.key)
            case PromptBegan():
                self._begin_prompt(event)
            case PromptHeard():
                if event.prompt == self._prompt.id:
                    self._prompt.heard = max(self._prompt.heard, event.characters)
            case PromptEnded():
                if event.prompt == self._prompt.id and self._speaking():
                    self._prompt.state = _State.NONE
                    self._quiet_since = self._now
            case AnswerAwaited():
                self._awaited_since, self._fillers = self._now, 0
            case AnswerCame():
                self._awaited_since, self._quiet_since = None, self._now
            case Tick():
                pass
            case _:
                assert_never(event)

    def _pass(self) -> None:
        """What is due by now."""
        self._mind_prompt()
        if self._keys:
            if self._now - self._key_at >= self._settings.key_pause:
                self._end_keys()
        elif self._stretch:
            self._mind_stretch(self._stretch)
        elif self._awaited_since is not None:
            self._mind_answer(self._now - self._awaited_since)
        elif not self._speaking() and self._now - self._quiet_since >= self._settings.no_input:
            self._miss("no_input")

    # Voice, words and keys.

    def _take_voice(self, probability: float) -> None:
        is_voice = self._voiced.take(probability, self._now, self._settings)
        run = self._now - self._voiced.since
        if not is_voice or self._keys or run < self._settings.onset:
            return
        self._heard_at = self._now
        if self._stretch is None:
            began = max(self._voiced.since, self._used)
            self._stretch = Stretch(word_at=self._now, began=began, voiced=run - FRAME_MS)
        self._stretch.go_on(FRAME_MS)

    def _take_words(self, words: Partial | Final) -> None:
        if self._keys or words.since < self._used:
            return
        if self._stretch is None:
            if not says_something(words.text):
                return
            self._heard_at = self._now
            self._stretch = Stretch(word_at=self._now, began=self._now)
        self._stretch.hear(words, self._now)

    def _take_key(self, key: str) -> None:
        self._stretch = None
        self._sign(_Sign.CLAIM)
        if not self._keys:
            self._keys_at = self._now
        if key != "#" or not self._keys:
            self._keys += key
            self._key_at = self._now
        if key == "#" or 0 < self._prompt.keys <= len(self._keys):
            self._end_keys()

    def _end_keys(self) -> None:
        self._out.append(Finalize())
        self._used = self._now
        keys, self._keys = self._keys, ""
        self.span = (self._keys_at, self._key_at)
        self._end_turn(TurnEnded(keys, "keys"))

    # The end of what was said.

    def _mind_stretch(self, stretch: Stretch) -> None:
        by = stretch.over(max(self._now, self._silent_until), self._heard_at, self._settings)
        if by is None:
            return
        if stretch.finalized is None:
            stretch.finalized, stretch.by = self._now, by
            self._out.append(Finalize())
        if stretch.settled(self._now, self._heard_at, self._settings):
            self._close(stretch, stretch.finalized)

    def _close(self, stretch: Stretch, finalized: int) -> None:
        self._stretch = None
        self._used = finalized
        self._doubted |= stretch.by == "noise"
        words = stretch.words(self._settings)
        if words and not (self._speaking() and only_backchannel(words, self._settings)):
            self.span = (stretch.began, self._heard_at)
            text = " ".join(one.text.strip() for one in words)
            self._end_turn(TurnEnded(text, stretch.by, min(one.confidence for one in words)))
            return
        tried = not words and stretch.voiced >= self._settings.noise
        if tried and not self._speaking() and self._awaited_since is None:
            self._miss("no_match")

    def _end_turn(self, ended: TurnEnded) -> None:
        self._out.append(ended)
        self._quiet_since = self._now
        self._misses = dict.fromkeys(self._misses, 0)

    # The prompt.

    def _speaking(self) -> bool:
        return self._prompt.state is not _State.NONE

    def _begin_prompt(self, event: PromptBegan) -> None:
        if self._prompt.state is _State.PAUSED:
            self._sign(_Sign.CLAIM)
        state = _State.PROTECTED if event.protected else _State.PLAYING
        self._prompt = _Prompt(event.prompt, state, keys=event.keys)

    def _mind_prompt(self) -> None:
        settings, prompt, silence = self._settings, self._prompt, self._now - self._heard_at
        if silence >= settings.resume:
            self._doubted = False
        if not self._speaking():
            return
        if self._claims():
            self._alarms = 0
            self._sign(_Sign.CLAIM)
        elif prompt.state is _State.PAUSED:
            if silence >= settings.resume or self._now - prompt.paused_at >= settings.doubt:
                self._doubted = silence < settings.resume
                self._alarms += 1
                self._sign(_Sign.DOUBT)
        elif self._may_interrupt() and self._interrupts():
            self._sign(_Sign.VOICE)

    def _may_interrupt(self) -> bool:
        """Whether voice alone pauses what is being said."""
        playing = self._prompt.state is _State.PLAYING and self._alarms < self._settings.alarms
        return playing and not self._doubted and not self._keys

    def _interrupts(self) -> bool:
        sure = self._voiced.interrupts(self._now, self._settings)
        return sure and self._stretch is not None

    def _foresee_voice(self, probabilities: tuple[float, ...]) -> None:
        """Voice that has come already and is sure interrupts before it is heard."""
        if self._may_interrupt() and self._voiced.foreseen(probabilities, self._now, self._settings):
            self._heard_at = self._now
            self._sign(_Sign.VOICE)

    def _claims(self) -> bool:
        words = self._stretch.words(self._settings) if self._stretch else []
        return not only_backchannel(words, self._settings)

    def _sign(self, sign: _Sign) -> None:
        prompt = self._prompt
        cell = PROMPT[prompt.state].get(sign)
        if cell is None:
            return
        prompt.state, tell = cell
        prompt.paused_at = self._now
        self._quiet_since = self._now
        self._out.append(tell(prompt))

    # Words that are needed.

    def _mind_answer(self, waited: int) -> None:
        settings = self._settings
        if self._speaking():
            return
        if waited >= settings.no_answer:
            self._awaited_since = None
            self._call_person("no_answer")
        elif self._fillers < len(settings.fillers) and waited >= settings.fillers[self._fillers]:
            self._fillers += 1
            self._out.append(Filler(self._fillers))

    def _miss(self, why: Literal["no_input", "no_match"]) -> None:
        self._misses[why] += 1
        step = self._misses[why]
        if step > self._settings.tries:
            self._call_person(why)
            return
        self._quiet_since = self._now
        self._out.append(NoInput(step) if why == "no_input" else NoMatch(step))

    def _call_person(self, why: Literal["no_input", "no_match", "no_answer"]) -> None:
        self._quiet_since = self._now
        self._misses = dict.fromkeys(self._misses, 0)
        self._out.append(Person(why))
