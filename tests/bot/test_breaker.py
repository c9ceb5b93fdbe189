"""The circuit breaker, on a clock that a test moves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.breaker import Breaker, Circuit
from tests.bot.rasa.double import Clock


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(clock, failures=3, within=30, pause=5, longest=60)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_failures_in_a_row_open_it() -> None:
    breaker = broken(Clock())
    assert breaker.circuit is Circuit.OPEN and not breaker.admits() and breaker.opens_in == 5


def test_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(Clock(), failures=3)
    for _ in range(10):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.circuit is Circuit.CLOSED


def test_failures_far_apart_keep_it_closed() -> None:
    clock = Clock()
    breaker = Breaker(clock, failures=3, within=30)
    for _ in range(10):
        breaker.failed()
        clock.now += 16
    assert breaker.circuit is Circuit.CLOSED


def test_one_trial_is_admitted_after_the_pause() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 5
    assert breaker.admits() and breaker.circuit is Circuit.HALF_OPEN
    assert not breaker.admits(), "only one"


def test_trial_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 5
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.circuit is Circuit.CLOSED and breaker.admits()
    assert breaker.opens_in == 0


def test_pause_grows_with_every_trial_that_fails_up_to_a_bound() -> None:
    clock = Clock()
    breaker = broken(clock)
    pauses = []
    for _ in range(6):
        pauses.append(breaker.opens_in)
        clock.now += breaker.opens_in
        assert breaker.admits()
        breaker.failed()
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_pause_is_short_again_after_a_success() -> None:
    clock = Clock()
    breaker = broken(clock)
    for _ in range(3):
        clock.now += breaker.opens_in
        assert breaker.admits()
        breaker.failed()
    clock.now += breaker.opens_in
    assert breaker.admits()
    breaker.succeeded()
    for _ in range(3):
        breaker.failed()
    assert breaker.opens_in == 5


def test_trial_of_which_nothing_is_heard_counts_as_failed_in_the_end() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 5
    assert breaker.admits()
    clock.now += 59
    assert not breaker.admits()
    clock.now += 1
    assert breaker.admits()


@given(st.lists(st.sampled_from(["call", "ok", "bad", "wait"]), max_size=60))
def test_whatever_happens_a_trial_comes_within_the_longest_pause(steps: list[str]) -> None:
    clock = Clock()
    breaker = Breaker(clock, failures=3, within=30, pause=5, longest=60)
    for step in steps:
        match step:
            case "call":
                breaker.admits()
            case "ok":
                breaker.succeeded()
            case "bad":
                breaker.failed()
            case _:
                clock.now += 7
        assert 0 <= breaker.opens_in <= 60
    clock.now += 60
    assert breaker.admits()
