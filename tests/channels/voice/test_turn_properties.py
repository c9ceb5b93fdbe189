"""What holds in every call, whatever happens in it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.voice.cues import (
    FRAME_MS,
    AnswerAwaited,
    AnswerCame,
    Final,
    Finalize,
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
from channels.voice.turn import Turns
from tests.channels.voice.virtual_call import Call

DEFAULT = Settings()
SHORTEST = min(DEFAULT.silence_meant, DEFAULT.silence, DEFAULT.silence_little, DEFAULT.silence_number)

# Calls as they go: pieces of voice, silence and words, played frame by frame.

Piece = Callable[[Call], object]
TEXTS = st.sampled_from(
    ["where is my order", "yes", "угу", "uh-huh", "я хотел бы узнать про заказ", "seven four nine five"]
)
PROMPTS = st.sampled_from(["one", "two", "three"])


def lasting(longest: int) -> st.SearchStrategy[int]:
    return st.integers(3, longest // FRAME_MS).map(lambda frames: frames * FRAME_MS)


def said(text: str, numbered: bool, means: bool, unfinished: bool, confidence: float) -> Piece:
    """``text``, and behind it a word that is said nowhere else in the call."""
    return lambda call: call.says(
        f"{text} ~{call.at}" if numbered else text, means=means, unfinished=unfinished, confidence=confidence
    )


def awaited(call: Call) -> None:
    call.feed(AnswerAwaited(call.at))


def came(call: Call) -> None:
    call.feed(AnswerCame(call.at))


PIECES: st.SearchStrategy[Piece] = st.one_of(
    lasting(3_000).map(lambda ms: lambda call: call.voice(ms)),
    lasting(4_000).map(lambda ms: lambda call: call.silence(ms)),
    st.builds(said, TEXTS, st.booleans(), st.booleans(), st.booleans(), st.sampled_from([0.1, 0.9])),
    st.builds(
        lambda name, protected, keys: lambda call: call.prompt(name, protected=protected, keys=keys),
        PROMPTS,
        st.booleans(),
        st.integers(0, 2),
    ),
    PROMPTS.map(lambda name: lambda call: call.prompt_ends(name)),
    st.text("0123456789*#", min_size=1, max_size=3).map(lambda keys: lambda call: call.presses(keys)),
    st.sampled_from([cast(Piece, awaited), came]),
)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    call = Call(finals=draw(st.booleans()))
    for piece in draw(st.lists(PIECES, max_size=14)):
        piece(call)
    return call


def evidence(call: Call) -> list[int]:
    """When the caller was heard: frames of voice and words."""
    return [
        one.at
        for one in call.inputs
        if (isinstance(one, Voice) and one.probability > 0.5) or (isinstance(one, Partial | Final) and one.text)
    ]


@given(calls())
def test_no_two_ends_for_one_stretch_of_voice(call: Call) -> None:
    heard = evidence(call)
    ends = [(at, one) for at, one in call.outputs if isinstance(one, TurnEnded) and one.by != "keys"]
    for (before, _), (after, _) in pairwise(ends):
        assert any(before < at < after for at in heard)


@given(calls())
def test_no_word_is_told_twice(call: Call) -> None:
    words = " ".join(call.ends).split()
    numbered = [word for word in words if "~" in word]
    assert len(numbered) == len(set(numbered))


@given(calls())
def test_before_an_end_there_was_silence_or_a_key_or_nothing_but_noise(call: Call) -> None:
    voice = [one.at for one in call.inputs if isinstance(one, Voice) and one.probability > 0.5]
    for at, one in call.outputs:
        if isinstance(one, TurnEnded) and one.by == "silence":
            assert at - max(instant for instant in voice if instant <= at) >= SHORTEST


@given(calls())
def test_every_paused_prompt_is_resumed_or_stopped_soon(call: Call) -> None:
    call.silence(DEFAULT.resume)
    ended = [(one.at, one.prompt) for one in call.inputs if isinstance(one, PromptEnded)]
    about = [(at, one) for at, one in call.outputs if isinstance(one, Pause | Resume | Stop)]
    for index, (at, pause) in enumerate(about):
        if not isinstance(pause, Pause) or any(
            at <= instant <= at + DEFAULT.doubt and name == pause.prompt for instant, name in ended
        ):
            continue
        then, next_one = about[index + 1]
        assert isinstance(next_one, Resume | Stop)
        assert next_one.prompt == pause.prompt
        assert then - at <= DEFAULT.doubt


@given(calls())
def test_who_falls_silent_reaches_a_person_in_bounded_time(call: Call) -> None:
    for prompt in ("one", "two", "three"):
        call.prompt_ends(prompt)
    seen = len(call.outputs)
    began = call.at
    while not any(isinstance(one, Person) for _, one in call.outputs[seen:]):
        before = len(call.outputs)
        call.silence(FRAME_MS)
        if any(isinstance(one, NoInput | NoMatch) for _, one in call.outputs[before:]):
            call.prompt("hello?").silence(2_000).prompt_ends("hello?")
        assert call.at - began < 60_000


@given(calls(), st.booleans())
def test_voice_that_lasts_holds_any_prompt_within_200_ms(call: Call, protected: bool) -> None:
    call.silence(3_000).prompt("before").says("enough of that").silence(3_000)  # no false alarms any more
    call.prompt("new", protected=protected).silence(400)
    seen = len(call.outputs)
    call.voice(180)
    held = [one for _, one in call.outputs[seen:] if isinstance(one, Pause | Stop)]
    assert held == ([] if protected else [Pause("new")])


@given(calls())
def test_a_key_stops_any_prompt_at_once(call: Call) -> None:
    call.prompt("new")
    call.feed(Key(call.at, "1"))
    assert any(one == Stop("new", 0) for at, one in call.outputs if at == call.at)


# Anything at all, in any order.

TOLD = {
    "text": st.sampled_from(["", " ", "угу", "order", "where is my order"]),
    "confidence": st.floats(0, 1),
    "means": st.booleans(),
    "unfinished": st.booleans(),
}
INSTANTS = st.integers(0, 40_000)
NAMES = st.sampled_from(["one", "two"])
INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Voice, INSTANTS, st.floats(0, 1)),
    st.builds(Partial, INSTANTS, since=INSTANTS, **TOLD),
    st.builds(Final, INSTANTS, since=INSTANTS, **TOLD),
    st.builds(Key, INSTANTS, st.sampled_from(list("0123456789*#"))),
    st.builds(PromptBegan, INSTANTS, NAMES, st.booleans(), st.integers(0, 3)),
    st.builds(PromptHeard, INSTANTS, NAMES, st.integers(0, 99)),
    st.builds(PromptEnded, INSTANTS, NAMES),
    st.builds(AnswerAwaited, INSTANTS),
    st.builds(AnswerCame, INSTANTS),
    st.builds(Tick, INSTANTS),
)


def played(inputs: list[Input]) -> list[Output]:
    turns = Turns()
    return [output for one in inputs for output in turns.feed(one)]


@settings(max_examples=400)
@given(st.lists(INPUTS, max_size=60))
def test_no_order_of_inputs_raises(inputs: list[Input]) -> None:
    played(sorted(inputs, key=lambda one: one.at))
    played(inputs)


@given(calls())
def test_the_same_inputs_give_the_same_outputs(call: Call) -> None:
    assert played(call.inputs) == [one for _, one in call.outputs]


@settings(max_examples=400)
@given(st.lists(INPUTS, max_size=60))
def test_a_prompt_is_resumed_or_stopped_only_where_that_can_be(inputs: list[Input]) -> None:
    state: dict[str, str] = {}
    turns = Turns()
    for one in inputs:
        for output in turns.feed(one):
            match output:
                case Pause():
                    state[output.prompt] = "paused"
                case Resume():
                    assert state.pop(output.prompt) == "paused"
                case Stop():
                    state.pop(output.prompt, None)
        if isinstance(one, PromptEnded | PromptBegan):
            state.pop(one.prompt, None)


@settings(max_examples=400)
@given(st.lists(INPUTS, max_size=60))
def test_each_end_follows_the_word_to_the_recognizer(inputs: list[Input]) -> None:
    turns, asked = Turns(), 0
    for one in inputs:
        for output in turns.feed(one):
            asked += isinstance(output, Finalize)
            if isinstance(output, TurnEnded | NoMatch):
                assert asked
                asked = 0
