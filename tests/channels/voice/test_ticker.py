"""The one ticker of all calls, on a clock of the test's own."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from channels.voice.ticker import CATCH_UP, Ticker

MS = 1_000_000


class Clock:
    """Time that goes on only by sleeping, or where a test says so; the ticker ends at ``until``."""

    def __init__(self, until: int) -> None:
        self.now = 123_456_789
        self._until = self.now + until * MS
        self.late_by: Callable[[], int] = lambda: 0
        """How many milliseconds too late a sleep ends."""

    def __call__(self) -> int:
        return self.now

    def work(self, milliseconds: int) -> None:
        self.now += milliseconds * MS

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.now += round(seconds * 1_000_000_000) + self.late_by() * MS
        if self.now > self._until:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


async def run(ticker: Ticker) -> None:
    with pytest.raises(asyncio.CancelledError):
        await ticker.run()


def ticking(clock: Clock) -> Ticker:
    return Ticker(clock=clock, sleep=clock.sleep)


async def test_every_call_is_stepped_each_20_ms_by_one_task() -> None:
    clock = Clock(until=200)
    ticker = ticking(clock)
    seen: dict[int, list[int]] = {call: [] for call in range(50)}
    tasks: set[int] = set()
    for call, instants in seen.items():

        def step(at: int, instants: list[int] = instants) -> None:
            instants.append(at)
            tasks.add(len(asyncio.all_tasks()))

        ticker.join(f"call {call}", step)
    await run(ticker)
    assert all(instants == list(range(20, 201, 20)) for instants in seen.values())
    assert len(tasks) == 1


async def test_late_ticks_do_not_drift() -> None:
    clock = Clock(until=60_000)
    clock.late_by = lambda: 7
    ticker = ticking(clock)
    at: list[int] = []
    ticker.join("call", at.append)
    await run(ticker)
    assert at == list(range(20, 60_001, 20))[: len(at)]
    assert len(at) >= 2_999
    assert ticker.late == ticker.left_out == 0


async def test_short_pause_is_made_up_for_whole() -> None:
    clock = Clock(until=200)
    pauses = iter([0, 45, *[0] * 20])
    clock.late_by = lambda: next(pauses)
    ticker = ticking(clock)
    at: list[int] = []
    ticker.join("call", at.append)
    await run(ticker)
    assert at == list(range(20, 201, 20))
    assert (ticker.late, ticker.left_out) == (2, 0)


async def test_after_a_long_pause_only_the_last_ticks_are_made_up_for() -> None:
    clock = Clock(until=10_200)
    pauses = iter([0, 10_000, *[0] * 20])
    clock.late_by = lambda: next(pauses)
    ticker = ticking(clock)
    at: list[int] = []
    ticker.join("call", at.append)
    await run(ticker)
    assert at == [20, *range(10_040 - 20 * (CATCH_UP - 1), 10_201, 20)]
    assert (ticker.late, ticker.left_out) == (500, 501 - CATCH_UP)


async def test_calls_that_take_too_long_lose_ticks_and_never_pile_up() -> None:
    clock = Clock(until=2_000)
    ticker = ticking(clock)
    at: list[int] = []

    def step(instant: int) -> None:
        at.append(instant)
        clock.work(30)

    ticker.join("call", step)
    await run(ticker)
    assert ticker.left_out > 0
    assert all(later > earlier for earlier, later in itertools.pairwise(at))
    assert at[-1] > 1_800


async def test_call_that_raises_is_logged_dropped_and_told_and_the_others_go_on() -> None:
    clock = Clock(until=200)
    ticker = ticking(clock)
    told: list[str] = []
    at: list[int] = []

    def step(instant: int) -> None:
        if instant == 60:
            raise RuntimeError("no frame")

    ticker.join("broken", step, failed=lambda: told.append("ended"))
    ticker.join("sound", at.append)
    with capture_logs() as logs:
        await run(ticker)
    assert [(line["event"], line["call"]) for line in logs] == [("call_step_failed", "broken")]
    assert told == ["ended"]
    assert at == list(range(20, 201, 20))
    assert ticker.calls == 1


async def test_failure_to_end_a_call_stops_nobody_either() -> None:
    clock = Clock(until=200)
    ticker = ticking(clock)
    at: list[int] = []

    def fails(*_: int) -> None:
        raise RuntimeError("no frame")

    ticker.join("broken", fails, failed=fails)
    ticker.join("sound", at.append)
    with capture_logs() as logs:
        await run(ticker)
    assert [line["event"] for line in logs] == ["call_step_failed", "call_end_failed"]
    assert len(at) == 10


async def test_call_counts_from_the_moment_it_joined() -> None:
    clock = Clock(until=200)
    ticker = ticking(clock)
    second: list[int] = []

    def first(at: int) -> None:
        if at == 100:
            clock.work(5)
            seat = ticker.join("second", second.append)
            clock.work(3)
            assert seat.at == 3

    ticker.join("first", first)
    await run(ticker)
    assert second == [15, 35, 55, 75, 95]


async def test_call_is_not_stepped_for_ticks_before_it_joined() -> None:
    clock = Clock(until=200)
    ticker = ticking(clock)
    second: list[int] = []

    def first(at: int) -> None:
        if at == 20:
            clock.work(65)
            ticker.join("second", second.append)

    ticker.join("first", first)
    await run(ticker)
    assert second[:2] == [15, 35]


async def test_call_that_leaves_during_a_tick_is_stepped_no_more() -> None:
    clock = Clock(until=200)
    ticker = ticking(clock)
    second: list[int] = []

    def first(at: int) -> None:
        if at == 60:
            ticker.leave(seat)
            ticker.leave(seat)

    ticker.join("first", first)
    seat = ticker.join("second", second.append)
    await run(ticker)
    assert second == [20, 40]


async def test_without_calls_it_sleeps_and_wakes_for_the_next() -> None:
    clock = Clock(until=300)
    ticker = ticking(clock)
    at: list[int] = []
    seat = ticker.join("first", lambda instant: ticker.leave(seat))
    running = asyncio.create_task(run(ticker), name="ticker")
    for _ in range(20):
        await asyncio.sleep(0)
    rested = clock.now
    for _ in range(20):
        await asyncio.sleep(0)
    assert clock.now == rested
    clock.work(100)
    ticker.join("second", at.append)
    await running
    assert at[:3] == [20, 40, 60]
    assert ticker.left_out == 0


async def test_real_time_passes_the_same_way() -> None:
    """No clock of the test's own: the ticker's defaults fit together."""
    ticker = Ticker()
    done = asyncio.Event()
    at: list[int] = []

    def step(instant: int) -> None:
        at.append(instant)
        if len(at) == 3:
            done.set()

    ticker.join("call", step)
    running = asyncio.create_task(ticker.run(), name="ticker")
    await done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert at == sorted(set(at))


async def test_all_calls_are_prepared_before_the_first_is_stepped() -> None:
    clock = Clock(until=50)
    ticker = ticking(clock)
    seen: list[tuple[str, int, int]] = []
    for call in (1, 2):
        ticker.join(
            f"call {call}",
            lambda at, call=call: seen.append(("step", call, at)),  # type: ignore[misc]
            prepare=lambda at, call=call: seen.append(("prepare", call, at)),  # type: ignore[misc]
        )
    await run(ticker)
    assert seen[:4] == [("prepare", 1, 20), ("prepare", 2, 20), ("step", 1, 20), ("step", 2, 20)]


async def test_a_call_that_can_not_be_prepared_leaves_and_is_told() -> None:
    clock = Clock(until=50)
    ticker = ticking(clock)
    failed: list[str] = []
    stepped: list[int] = []

    def prepare(at: int) -> None:
        raise RuntimeError

    ticker.join("broken", stepped.append, prepare=prepare, failed=lambda: failed.append("broken"))
    ticker.join("whole", lambda at: None)
    with capture_logs() as logs:
        await run(ticker)
    assert failed == ["broken"] and stepped == [] and ticker.calls == 1
    assert [one["event"] for one in logs] == ["call_step_failed"]
