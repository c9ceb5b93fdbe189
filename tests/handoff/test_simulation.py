"""Whole days in virtual time, through the real routing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.routing import CHAT, MINUTE, SECOND, Desk, Seat, Team
from handoff.simulation import Arrival, Day, Shift, simulate

HOUR = 60 * MINUTE
DESKS = {"": Desk()}


def come(number: int, *, at: int, talk: int = 5 * MINUTE, patience: int = HOUR, **more: object) -> Arrival:
    return Arrival(id=f"c{number}", at=at, talk=talk, patience=patience, **more)  # type: ignore[arg-type]


def shift(name: str, *, begin: int = 0, end: int = 10 * HOUR, teams: str = "", **more: object) -> Shift:
    levels = more.pop("levels", {})
    seats = {"": Seat(teams=frozenset(teams.split()), levels=levels)}  # type: ignore[arg-type]
    return Shift(operator=name, begin=begin, end=end, seats=seats, **more)  # type: ignore[arg-type]


def test_customer_is_answered_as_soon_as_somebody_has_reacted() -> None:
    day = simulate([come(1, at=MINUTE)], [shift("ann", reaction=7 * SECOND)], DESKS)
    (outcome,) = day.outcomes
    assert (outcome.ended, outcome.waited, outcome.operator) == ("answered", 7 * SECOND, "ann")


def test_customer_without_patience_is_gone_and_leaves_the_operator_free() -> None:
    arrivals = [come(1, at=0, patience=2 * SECOND), come(2, at=3 * SECOND)]
    day = simulate(arrivals, [shift("ann", capacity=CHAT)], DESKS)
    assert [(one.ended, one.waited) for one in day.outcomes] == [("abandoned", 2 * SECOND), ("answered", 5 * SECOND)]


def test_who_comes_after_everybody_went_home_waits_in_vain() -> None:
    day = simulate([come(1, at=2 * HOUR, patience=100 * HOUR)], [shift("ann", end=HOUR)], DESKS)
    assert [one.ended for one in day.outcomes] == ["abandoned"]
    assert day.outcomes[0].waited == 100 * HOUR


def test_ring_brings_somebody_who_knows_less() -> None:
    desks = {"": Desk(teams={"": Team(skills={"fibre": 2})})}
    day = simulate([come(1, at=0)], [shift("ann", levels={"fibre": 1}, reaction=0)], desks)
    assert day.outcomes[0].waited == 30 * SECOND


def busy_day(seed: int, *, people: int, customers: int) -> Day:
    """Ten hours, twice as many at noon, chats of about ten minutes, one in ten a call."""
    dice = random.Random(seed)
    arrivals = []
    for number in range(customers):
        voice = dice.random() < 0.1
        arrivals.append(
            come(
                number, at=int(dice.triangular(0, 10 * HOUR, 4 * HOUR)), talk=int(dice.expovariate(1 / (8 * MINUTE))) + MINUTE,
                patience=4 * HOUR, channel="voice" if voice else "webchat", priority=dice.choice((0, 0, 0, 1)),
                skills={"ru": 1} if dice.random() < 0.5 else {},
            )
        )  # fmt: skip
    shifts = [shift(f"o{number}", end=24 * HOUR, levels={"ru": 1} if number % 2 else {}) for number in range(people)]
    return simulate(arrivals, shifts, DESKS)


def test_day_of_two_thousand_customers_leaves_nobody_unaccounted() -> None:
    day = busy_day(1, people=20, customers=2_000)
    assert len(day.outcomes) == 2_000
    assert day.share("answered") == 1.0
    assert max(day.peak.values()) <= 100
    assert day.service_level(MINUTE) > 0.9


def test_calls_are_answered_while_chats_never_cease() -> None:
    """At noon there is more to do than twenty people can: without somebody kept for calls, these waited 46 minutes."""
    day = busy_day(1, people=20, customers=2_600)
    calls = [one.waited for one in day.outcomes if one.arrival.channel == "voice"]
    assert max(calls) < 10 * MINUTE


def test_same_day_runs_the_same_way() -> None:
    assert busy_day(7, people=6, customers=300) == busy_day(7, people=6, customers=300)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3600), st.integers(1, 600), st.sampled_from(("webchat", "voice")), st.integers(0, 2)),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 4),
)
def test_waiting_is_bounded_by_the_work_there_is(comes: list[tuple[int, int, str, int]], people: int) -> None:
    """Whoever is patient is served before the rest of the day's work could be done by one person, reactions included."""
    arrivals = [
        come(number, at=at * SECOND, talk=talk * SECOND, patience=10**15, channel=channel, priority=priority)
        for number, (at, talk, channel, priority) in enumerate(comes)
    ]
    day = simulate(arrivals, [shift(f"o{number}", end=10**15) for number in range(people)], DESKS)
    work = sum(one.talk + 5 * SECOND for one in arrivals)
    assert day.share("answered") == 1.0
    assert all(one.waited <= work for one in day.outcomes)
    assert max(day.peak.values()) <= 100


@pytest.mark.parametrize("seed", range(5))
def test_no_chat_starves_while_calls_keep_coming(seed: int) -> None:
    """One operator, a call as soon as the last has ended: a chat is served within the calls' head start and one talk."""
    dice = random.Random(seed)
    calls = [
        come(number, at=number * 3 * MINUTE, talk=3 * MINUTE, channel="voice", patience=10**15) for number in range(60)
    ]
    chat = Arrival(id="chat", at=int(dice.uniform(0, 30)) * MINUTE, talk=MINUTE, patience=10**15)
    day = simulate([*calls, chat], [shift("ann", reaction=0)], DESKS)
    (waited,) = [one.waited for one in day.outcomes if one.arrival.id == "chat"]
    assert waited <= Desk().ahead["voice"] + 60 * 3 * MINUTE // 10
