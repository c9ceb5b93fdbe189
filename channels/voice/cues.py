"""The cues of a call: what happens in it, and what is to be done about it; and the thresholds that decide (``turn.py``).

All instants (``at``) are milliseconds since the call began, all durations milliseconds.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

FRAME_MS = 20
"""How much sound a ``Voice`` speaks of."""

_ENGLISH = ("uh", "huh", "um", "mm", "mmm", "hm", "hmm", "mhm", "mmhm", "mhmm")
_RUSSIAN = ("угу", "ага", "мгм", "мм", "ммм", "хм", "гм", "э", "ээ", "эм")
BACKCHANNELS = frozenset((*_ENGLISH, *_RUSSIAN))
"""Words that say "I'm listening", English and Russian, as recognizers write them (hyphens part words)."""

Ms: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=600_000)]
Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All thresholds. Durations are milliseconds, probabilities and confidences 0 to 1."""

    # What counts as voice.
    voice_on: Share = 0.5
    """A frame is voice from this probability on …"""
    voice_off: Share = 0.45
    """… and after one that was, down to this. Silero's tail behind the last sound is 60 to 70 ms so in usual rooms (20 to 40 dB);
    from 0.35 on it would be 75 to 100. Where the line is silent between words there is none."""
    voice_rises: Share = 0.1
    """Where a frame is voice, those right before it that reached this were its soft begin, and count from when they did …"""
    rise: Ms = 20
    """… for this long at most: one frame that is voice interrupts nothing, two do."""
    dip: Annotated[int, msgspec.Meta(ge=FRAME_MS, le=600_000)] = 100
    """Voice goes on over gaps up to this."""
    onset: Ms = 60
    """Voice shorter than this is a click and counts for nothing."""

    # When the caller has finished: the silence that it takes.
    foresight: Ms = 60
    """What waits in the jitter buffer is looked at so long before the silence is long enough."""
    silence_meant: Ms = 300
    """After words that mean something already."""
    silence: Ms = 600
    """After other words."""
    silence_little: Ms = 800
    """After few words, or none yet."""
    silence_number: Ms = 1_500
    """After a number half told."""
    little: Annotated[int, msgspec.Meta(ge=0)] = 12
    """Characters below which words are few."""
    fresh: Ms = 500
    """Words older than this when voice was last heard mean nothing yet: more was said since."""
    wait_final: Ms = 300
    """How long the final is waited for where there are words …"""
    wait_words: Ms = 1_500
    """… and where there are none."""
    wordless: Ms = 15_000
    """Voice that brings no word for so long is the noise of the place …"""
    wordless_after: Ms = 4_000
    """… and voice that brings no further word after a partial, since this recognizer tells words as they come."""
    confidence: Share = 0.3
    """Words below this weren't recognized."""

    # When the caller interrupts.
    barge_in: Ms = 60
    """Voice that pauses a prompt: what is no click. Silero is sure of it 60 to 80 ms after it began (140 where it began softly), and
    its soft begin counts. A word whose first sound stands alone ("Ско-лько") would take 300 ms where 80 are asked for; noise, clicks
    and coughs pause no more than they did."""
    resume: Ms = 500
    """Silence after which a paused prompt goes on, if no words came."""
    doubt: Ms = 1_500
    """How long voice without words holds a prompt up."""
    alarms: Annotated[int, msgspec.Meta(ge=0)] = 2
    """False ones after which voice alone pauses nothing any more, until words have interrupted: where a prompt's echo or somebody
    else's talk comes back, it would stutter to its end."""
    echo: Share = 0.05
    """Sound of the caller that is less loud than this share (-26 dB) of a prompt's is taken for its echo."""
    backchannels: frozenset[str] = BACKCHANNELS

    # When a word is needed.
    no_input: Ms = 6_000
    """Silence after a prompt, or after the last word about it."""
    noise: Ms = 300
    """Voice without words that is shorter is no try to say something."""
    tries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    """Words about silence, and about what wasn't recognized, before a person is called."""
    fillers: tuple[Ms, ...] = (1_000, 6_000, 12_000)
    """When a filler is said, from when the answer is awaited."""
    no_answer: Ms = 20_000
    """When an answer isn't awaited any longer."""
    key_pause: Ms = 2_000
    """Pause after which the keys are complete."""


# What happens in a call.


class _Input(msgspec.Struct, frozen=True):
    at: int


class Voice(_Input, frozen=True):
    """A frame of the caller's sound has ended at ``at``; how probably it is voice."""

    probability: float


class Foreseen(_Input, frozen=True):
    """What is heard in the ``quiet`` milliseconds after ``at`` has come already, and is no voice."""

    quiet: int


class ForeseenVoice(_Input, frozen=True):
    """What is heard after ``at`` has come already: how probably each of its frames is voice."""

    probabilities: tuple[float, ...]


class Recognized(_Input, frozen=True, kw_only=True):
    """``since``: the instant from which this utterance of the recognizer reaches; the same for all that is told of it, and
    never before the ``Finalize`` that ended the one before. ``means``: it fits an intent and is stable. ``unfinished``: it
    ends in a number half told."""

    since: int
    text: str
    confidence: float = 1.0
    means: bool = False
    unfinished: bool = False


class Partial(Recognized, frozen=True, kw_only=True):
    """So far; replaces the partial before."""


class Final(Recognized, frozen=True, kw_only=True):
    """The utterance's last word. An empty text: nothing was recognized."""


class Key(_Input, frozen=True):
    key: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"]


class PromptBegan(_Input, frozen=True):
    """``protected``: must be heard to its end (a notice that the law wants). ``keys``: how many keys answer it, 0 if that
    isn't known."""

    prompt: str
    protected: bool = False
    keys: int = 0


class PromptHeard(_Input, frozen=True):
    """``characters`` of the prompt have reached the caller."""

    prompt: str
    characters: int


class PromptEnded(_Input, frozen=True):
    """It was heard whole, or was given up by somebody else."""

    prompt: str


class AnswerAwaited(_Input, frozen=True):
    """A turn of the bot runs."""


class AnswerCame(_Input, frozen=True):
    """It has ended, with an answer or without."""


class Tick(_Input, frozen=True):
    """Time passed."""


Input: TypeAlias = (
    Voice
    | Foreseen
    | ForeseenVoice
    | Partial
    | Final
    | Key
    | PromptBegan
    | PromptHeard
    | PromptEnded
    | AnswerAwaited
    | AnswerCame
    | Tick
)


# What is to be done.


class Finalize(msgspec.Struct, frozen=True):
    """The recognizer tells the final of its utterance now; what it hears from this instant on is another utterance."""


class TurnEnded(msgspec.Struct, frozen=True):
    """The caller has finished. ``by``: "noise" where only the place goes on to sound. Keys are told as they were pressed,
    without the # that ended them."""

    text: str
    by: Literal["silence", "keys", "noise"] = "silence"
    confidence: float = 1.0


class Pause(msgspec.Struct, frozen=True):
    """The prompt is silent until it is resumed or stopped."""

    prompt: str


class Resume(msgspec.Struct, frozen=True):
    """It was a false barge-in: the prompt goes on where it was paused."""

    prompt: str


class Stop(msgspec.Struct, frozen=True):
    """The prompt, and what was to follow it, is over: ``heard`` characters of it were really heard."""

    prompt: str
    heard: int


class Filler(msgspec.Struct, frozen=True):
    """The answer takes its time; ``step`` counts from 1."""

    step: int


class NoInput(msgspec.Struct, frozen=True):
    """The caller says nothing; ``step`` counts from 1."""

    step: int


class NoMatch(msgspec.Struct, frozen=True):
    """The caller said something, and nothing was recognized; ``step`` counts from 1."""

    step: int


class Person(msgspec.Struct, frozen=True):
    """It goes no further without a person. Counting starts anew."""

    why: Literal["no_input", "no_match", "no_answer"]


Output: TypeAlias = Finalize | TurnEnded | Pause | Resume | Stop | Filler | NoInput | NoMatch | Person
