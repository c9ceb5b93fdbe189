"""The place in the queue, and a time only where it can honestly be said."""

from __future__ import annotations

from gateway.model.standing import MINUTE, Place, Standing, standings

NOW = 100 * MINUTE


def line(*waited: float) -> list[Place]:
    """Conversations that have waited for so many minutes."""
    return [Place(f"c{number}", NOW - int(minutes * MINUTE)) for number, minutes in enumerate(waited, 1)]


def handled(*minutes: float) -> list[int]:
    return [int(one * MINUTE) for one in minutes]


def test_time_grows_with_the_place_and_lies_between_the_quartiles() -> None:
    found = standings(line(3, 1, 0), handled(2, 4, 6, 8, 10), serving=2, now=NOW)
    assert found == {"c1": Standing(1, 120, 240), "c2": Standing(2, 240, 480), "c3": Standing(3, 360, 720)}


def test_more_who_are_served_at_once_make_it_shorter() -> None:
    usual = handled(10, 10, 10, 10, 10)
    assert standings(line(0), usual, serving=10, now=NOW)["c1"] == Standing(1, 60, 60)
    assert standings(line(0), usual, serving=1, now=NOW)["c1"] == Standing(1, 600, 600)


def test_nothing_is_said_where_too_few_were_measured_or_nobody_is_served() -> None:
    assert standings(line(1), handled(1, 1, 1, 1), serving=1, now=NOW)["c1"] == Standing(1)
    assert standings(line(1), handled(1, 1, 1, 1, 1), serving=0, now=NOW)["c1"] == Standing(1)


def test_nothing_is_said_of_more_than_two_hours() -> None:
    assert standings(line(0), handled(*[130] * 5), serving=1, now=NOW)["c1"] == Standing(1)


def test_whoever_waits_longer_than_that_already_is_told_no_time() -> None:
    assert standings(line(30), handled(*[5] * 9), serving=1, now=NOW)["c1"] == Standing(1)
