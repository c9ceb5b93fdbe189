"""When people answer next, over weekends, holidays, midnights and changes of the clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.hours import Holiday, Hours, Span, next_opening

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_SIX = (Span(opens="09:00", closes="18:00"),)
WORKDAYS = Hours(always=False, week={day: NINE_TO_SIX for day in ("mon", "tue", "wed", "thu", "fri")})


def at(text: str, zone: dt.tzinfo = BERLIN) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000_000


def test_at_any_hour_until_somebody_says_otherwise() -> None:
    assert next_opening(Hours(), BERLIN, at("2026-11-29T03:00")) == at("2026-11-29T03:00")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-25T09:00", "2026-11-25T09:00"),  # a Wednesday, on the dot
        ("2026-11-25T17:59", "2026-11-25T17:59"),
        ("2026-11-25T18:00", "2026-11-26T09:00"),
        ("2026-11-25T03:00", "2026-11-25T09:00"),
        ("2026-11-27T20:00", "2026-11-30T09:00"),  # over the weekend
    ],
)
def test_the_next_of_our_people_answers_at(now: str, then: str) -> None:
    assert next_opening(WORKDAYS, BERLIN, at(now)) == at(then)


def test_a_holiday_is_not_as_its_weekday() -> None:
    short = Holiday(day=dt.date(2026, 12, 24), spans=(Span(opens="10:00", closes="12:00"),))
    closed = Holiday(day=dt.date(2026, 12, 25))
    hours = Hours(always=False, week=WORKDAYS.week, holidays=(short, closed))
    assert next_opening(hours, BERLIN, at("2026-12-24T09:30")) == at("2026-12-24T10:00")
    assert next_opening(hours, BERLIN, at("2026-12-24T12:00")) == at("2026-12-28T09:00")


def test_a_day_may_last_until_midnight_and_go_on() -> None:
    hours = Hours(
        always=False,
        week={"fri": (Span(opens="20:00", closes="24:00"),), "sat": (Span(opens="00:00", closes="02:00"),)},
    )
    assert next_opening(hours, BERLIN, at("2026-11-27T23:59")) == at("2026-11-27T23:59")
    assert next_opening(hours, BERLIN, at("2026-11-28T00:30")) == at("2026-11-28T00:30")
    assert next_opening(hours, BERLIN, at("2026-11-28T02:00")) == at("2026-12-04T20:00")


def test_the_clock_of_the_business_counts_also_when_it_is_put_forward() -> None:
    hours = Hours(always=False, week={"sun": NINE_TO_SIX})
    opens = next_opening(hours, BERLIN, at("2026-03-28T23:00"))  # summer time begins at night
    assert opens == at("2026-03-29T09:00") == at("2026-03-29T07:00", dt.UTC)


def test_who_never_opens_never_does() -> None:
    assert next_opening(Hours(always=False), BERLIN, at("2026-11-25T09:00")) is None


@given(st.integers(min_value=0, max_value=4_000_000_000), st.sampled_from(["UTC", "Asia/Omsk", "America/New_York"]))
def test_the_next_opening_is_open_and_never_before_now(seconds: int, zone: str) -> None:
    now = seconds * 1_000_000
    opens = next_opening(WORKDAYS, ZoneInfo(zone), now)
    assert opens is not None and opens >= now
    assert next_opening(WORKDAYS, ZoneInfo(zone), opens) == opens
