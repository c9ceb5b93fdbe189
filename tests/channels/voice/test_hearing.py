"""The clock of a recognizer that is fed around voice alone, and what is fed to it."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from channels.voice.cues import FRAME_MS, Final, Partial
from channels.voice.hearing import HOLD_MS, Clock, Hearing
from channels.voice.mixer import SILENCE, Frame
from gateway.tasks import TaskSet
from tests.channels.voice.virtual_line import Loudness, StubRecognizer, recognition, run, voice


def fed(clock: Clock, since: int, ms: int) -> None:
    for end in range(since + FRAME_MS, since + ms + 1, FRAME_MS):
        clock.feed(end)


def test_sound_that_was_fed_is_found_on_the_lines_clock() -> None:
    clock = Clock()
    fed(clock, 1_000, 400)
    fed(clock, 9_000, 400)
    assert [clock.at(ms) for ms in (0, 200, 400, 500)] == [1_000, 1_200, 9_000, 9_100]


def test_an_utterance_keeps_its_instant_though_more_is_fed() -> None:
    clock = Clock()
    fed(clock, 1_000, 400)
    clock.cut(1_900)
    before = clock.at(400)
    fed(clock, 9_000, 400)
    assert clock.at(400) == before == 1_900


def test_an_utterance_that_ended_is_not_moved_behind_its_end() -> None:
    clock = Clock()
    fed(clock, 1_000, 400)
    clock.cut(1_900)
    assert clock.at(0) == 1_000


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50), st.booleans()), max_size=30))
def test_instants_never_go_back(stretches: list[tuple[int, int, bool]]) -> None:
    clock, at = Clock(), 0
    for pause, length, ended in stretches:
        at += FRAME_MS * pause
        fed(clock, at, FRAME_MS * length)
        at += FRAME_MS * length
        if ended:
            clock.cut(at)
    instants = [clock.at(ms) for ms in range(0, clock.fed + 1, FRAME_MS)]
    assert instants == sorted(instants) and instants[-1] <= at


class Listener:
    """A hearing that is stepped by hand."""

    def __init__(self, recognizer: StubRecognizer) -> None:
        self.at = 0
        self.told: list[Partial | Final] = []
        self.hearing = Hearing(
            recognition(recognizer),
            Loudness().stream(),
            told=self.told.append,
            now=lambda: self.at,
            tasks=TaskSet("test"),
        )

    async def hear(self, frames: list[Frame]) -> None:
        for frame in frames:
            await asyncio.sleep(FRAME_MS / 1_000)
            self.at += FRAME_MS
            self.hearing.prepare(frame)
            self.hearing.hear(frame, self.at)

    async def silence(self, ms: int) -> None:
        await self.hear([SILENCE] * (ms // FRAME_MS))


def test_what_was_sounded_before_voice_was_sure_is_fed_too() -> None:
    async def work() -> int:
        engine = StubRecognizer(["yes"])
        listener = Listener(engine)
        await listener.silence(2_000)
        await listener.hear(voice(100))
        listener.hearing.close()
        return engine.fed

    assert run(work()) == 300 + 100


def test_an_utterance_that_nobody_ends_is_ended_when_nothing_follows() -> None:
    async def work() -> tuple[int, list[Partial | Final]]:
        engine = StubRecognizer(["yes"])
        listener = Listener(engine)
        await listener.silence(100)
        await listener.hear(voice(300))
        await listener.silence(10_000)
        listener.hearing.close()
        return engine.fed, listener.told

    fed_ms, told = run(work())
    assert fed_ms <= 100 + 300 + HOLD_MS
    assert [type(one) for one in told] == [Partial, Final]


def test_a_machine_that_sounds_on_and_on_is_cut() -> None:
    async def work() -> list[Partial | Final]:
        listener = Listener(StubRecognizer(["beep"]))
        await listener.silence(100)
        await listener.hear(voice(130_000))
        listener.hearing.close()
        return listener.told

    assert sum(isinstance(one, Final) for one in run(work())) == 2


def test_where_nothing_was_said_the_final_comes_at_once() -> None:
    async def work() -> list[Partial | Final]:
        listener = Listener(StubRecognizer(["yes"]))
        await listener.silence(1_000)
        listener.hearing.finalize()
        listener.hearing.close()
        return listener.told

    assert run(work()) == [Final(1_000, since=1_000, text="")]
