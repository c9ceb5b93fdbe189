"""What holds on every line, whatever happens on it and in whatever order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.voice.line import CALLER
from channels.voice.line_events import LineEvent, PromptBegan, PromptHeard, Said
from channels.voice.mixer import SILENCE
from tests.channels.voice.virtual_line import (
    StubCarrier,
    StubRecognizer,
    StubSynthesizer,
    VirtualCall,
    recognition,
    run,
    sounded,
)

NAMES = count()
Act = Callable[[VirtualCall], Awaitable[object]]
TEXTS = st.sampled_from(
    ["Hello.", "We are open from nine to six. On Sundays we are closed.", "", "One moment please, I look it up."]
)


def saying(text: str, protected: bool, keys: int) -> Act:
    async def act(call: VirtualCall) -> None:
        call.say(f"prompt-{next(NAMES)}", text, protected=protected, keys=keys)

    return act


def waiting(ms: int) -> Act:
    return lambda call: call.go(ms)


def talking(ms: int) -> Act:
    return lambda call: call.voice(ms)


def pressing(key: str) -> Act:
    async def act(call: VirtualCall) -> None:
        call.place.key(key)

    return act


async def stop(call: VirtualCall) -> None:
    """And nothing sounds from the next frame on, but for the fading of the one before."""
    call.line.stop()
    seen = len(call.carrier.given)
    await call.go(100)
    after = call.carrier.given[seen:]
    assert not any(sounded(after[1:]))
    assert all(frame is SILENCE for frame in after[2:])


async def withdraw(call: VirtualCall) -> None:
    for name in call.named[-1:]:
        call.line.withdraw(name)


async def pause(call: VirtualCall) -> None:
    """And nothing sounds until it goes on."""
    call.line.pause()
    await call.go(20)
    seen = len(call.carrier.given)
    await call.go(100)
    assert not any(sounded(call.carrier.given[seen:]))
    call.line.resume()


async def lose(call: VirtualCall) -> None:
    call.place.lost()
    await call.go(60)
    seen = len(call.carrier.given)
    await call.go(200)
    assert not any(sounded(call.carrier.given[seen:]))
    call.place.connected()


async def reload(call: VirtualCall) -> None:
    old, call.carrier = call.carrier, StubCarrier()
    call.place = call.connect(call.carrier)
    await call.go(20)
    assert old.closed


async def hand_over(call: VirtualCall) -> None:
    call.line.leave_to_people()


async def take_back(call: VirtualCall) -> None:
    call.line.mind()


async def other_language(call: VirtualCall) -> None:
    call.line.understand(CALLER, recognition(StubRecognizer(["да конечно", "оператор"] * 20), locale="ru"))


async def await_answer(call: VirtualCall) -> None:
    call.line.await_answer()


async def answer(call: VirtualCall) -> None:
    call.line.answer_came()


ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(saying, TEXTS, st.booleans(), st.integers(0, 2)),
    st.builds(saying, TEXTS, st.just(False), st.just(0)),
    st.integers(1, 100).map(lambda frames: waiting(20 * frames)),
    st.integers(1, 60).map(lambda frames: talking(20 * frames)),
    st.sampled_from("0123456789*#x").map(pressing),
    st.sampled_from([stop, withdraw, pause, lose, reload, hand_over, take_back, other_language, await_answer, answer]),
)
SYNTHESIZERS = st.builds(
    StubSynthesizer,
    first=st.sampled_from([0.0, 0.3]),
    each=st.sampled_from([0.0, 0.015]),
    fails_at=st.sampled_from([None, None, 0, 7]),
)
SCRIPTS = ("where is my order", "uh-huh", "yes", "my number is seven four") * 20
RECOGNIZERS = st.builds(
    StubRecognizer,
    lag=st.sampled_from([0.0, 0.04, 1.0]),
    finals=st.booleans(),
    fails_after=st.sampled_from([None, None, 400]),
    opens=st.sampled_from([0.0, 0.5]),
)


def played(acts: list[Act], synthesizer: StubSynthesizer, recognizer: StubRecognizer) -> VirtualCall:
    """The call when all is over."""

    async def work() -> VirtualCall:
        recognizer.scripts = list(SCRIPTS)
        call = VirtualCall(recognizer=recognizer, synthesizer=synthesizer, means=lambda text: text == "yes")
        for act in acts:
            await act(call)
        await call.line.aclose()
        return call

    return run(work())


@settings(max_examples=80, deadline=None)
@given(st.lists(ACTS, max_size=12), SYNTHESIZERS, RECOGNIZERS)
def test_every_prompt_is_told_once_and_one_sounds_at_a_time(
    acts: list[Act], synthesizer: StubSynthesizer, recognizer: StubRecognizer
) -> None:
    call = played(acts, synthesizer, recognizer)
    sounding: str | None = None
    for _, one in call.events:
        if isinstance(one, PromptBegan):
            assert sounding is None
            sounding = one.prompt
        elif isinstance(one, PromptHeard):
            if one.prompt == sounding:
                sounding = None
            elif one.ended != "whole":
                assert one.characters == 0
            assert 0 <= one.characters <= one.of
            assert (one.ended != "whole") or one.characters == one.of
    assert sorted(one.prompt for one in call.told(PromptHeard)) == sorted(call.named)
    assert synthesizer.speaking == 0 and recognizer.listening == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTS, max_size=12), RECOGNIZERS)
def test_what_was_said_lies_in_the_call_and_in_order(acts: list[Act], recognizer: StubRecognizer) -> None:
    call = played(acts, StubSynthesizer(), recognizer)
    spans = [(one.since, one.until, at) for at, one in call.events if isinstance(one, Said)]
    assert all(0 <= since <= until <= at for since, until, at in spans)
    assert [since for since, _, _ in spans] == sorted(since for since, _, _ in spans)


@settings(max_examples=20, deadline=None)
@given(st.lists(ACTS, max_size=10))
def test_the_same_call_tells_the_same(acts: list[Act]) -> None:
    def told() -> list[tuple[int, LineEvent]]:
        call = played(acts, StubSynthesizer(first=0.1), StubRecognizer())
        return [(at, one) for at, one in call.events if not isinstance(one, PromptBegan | PromptHeard)]

    assert told() == told()
