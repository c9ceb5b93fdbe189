"""What is let through never goes beyond the documented rates, whatever comes, and everything goes in the end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.limits import BOT_A_SECOND, CHAT_BURST, GROUP_A_MINUTE, Limits


class Clock:
    """Whole numbers of 1/1024 s, so that sums are exact."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def busiest(times: list[float], period: float) -> int:
    return max((sum(begin <= one < begin + period for one in times) for begin in times), default=0)


STEPS = st.lists(
    st.tuples(st.integers(0, 700).map(lambda n: n / 1024), st.sampled_from(["1", "2", "-3", "-4"]), st.integers(1, 3)),
    max_size=150,
)


@given(STEPS)
def test_rates_are_never_exceeded(steps: list[tuple[float, str, int]]) -> None:
    clock = Clock()
    limits = Limits(clock)
    gone: dict[str, list[float]] = {}
    for pause, chat, cost in steps:
        clock.now += pause
        if limits.wait(chat, cost) == 0:
            gone.setdefault(chat, []).extend([clock.now] * cost)
    assert busiest([one for times in gone.values() for one in times], 1.0) <= BOT_A_SECOND
    for chat, times in gone.items():
        for seconds in (1, 5, 20, 60):
            assert busiest(times, seconds) <= seconds + (CHAT_BURST - 1) + 3
        if chat.startswith("-"):
            assert busiest(times, 60.0) <= GROUP_A_MINUTE


@given(st.lists(st.integers(1, 10), min_size=1, max_size=30), st.sampled_from(["1", "-1"]))
def test_whoever_waits_as_told_goes(costs: list[int], chat: str) -> None:
    clock = Clock()
    limits = Limits(clock)
    for cost in costs:
        for _ in range(4):
            wait = limits.wait(chat, cost)
            clock.now += wait
            if wait == 0:
                break
        assert wait == 0


def test_silent_chat_takes_a_short_burst_and_then_one_a_second() -> None:
    clock = Clock()
    limits = Limits(clock)
    assert [limits.wait("1") for _ in range(4)] == [0, 0, 0, 1]
    clock.now += 1
    assert [limits.wait("1"), limits.wait("1")] == [0, 1]


def test_one_busy_chat_holds_no_other() -> None:
    limits = Limits(Clock())
    while limits.wait("1") == 0:
        pass
    assert limits.wait("2") == 0


def test_whole_bot_sends_thirty_a_second() -> None:
    clock = Clock()
    limits = Limits(clock)
    assert sum(limits.wait(str(chat)) == 0 for chat in range(40)) == 30
    clock.now += 1
    assert sum(limits.wait(str(chat)) == 0 for chat in range(40, 80)) == 30


def test_hold_silences_one_chat_or_the_whole_bot() -> None:
    clock = Clock()
    limits = Limits(clock)
    limits.hold("1", 5)
    limits.hold("1", 2)
    assert (limits.wait("1"), limits.wait("2")) == (5, 0)
    limits.hold(None, 7)
    assert (limits.wait("1"), limits.wait("2")) == (7, 7)
    clock.now += 7
    assert (limits.wait("1"), limits.wait("2")) == (0, 0)


def test_idle_chats_are_forgotten_and_held_ones_are_not() -> None:
    clock = Clock()
    limits = Limits(clock)
    limits.hold("held", 10**6)
    for chat in range(20_000):
        clock.now += 1 / 16
        assert limits.wait(str(chat)) == 0
    assert len(limits) <= 1024
    assert limits.wait("held") > 0
