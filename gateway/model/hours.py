"""When people answer: a week with its holidays, and the next instant at which somebody does."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec

Time = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD = 366
"""Days that are looked at for the next opening."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """From ``opens`` until ``closes`` of one day, in the business's time zone."""

    opens: Time
    closes: Time


Spans = Annotated[tuple[Span, ...], msgspec.Meta(max_length=4)]


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """A day that is not as its weekday. Without ``spans`` it is closed all day."""

    day: dt.date
    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    spans: Spans = ()


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """``week`` without a day: closed then. ``always``: at any hour, whatever ``week`` says. Spans are in order."""

    always: bool = True
    week: dict[Day, Spans] = {}
    holidays: Annotated[tuple[Holiday, ...], msgspec.Meta(max_length=200)] = ()


def next_opening(hours: Hours, zone: dt.tzinfo, now: int) -> int | None:
    """``now`` (µs) where people answer now, else when they do next; ``None``: not within a year."""
    if hours.always:
        return now
    begin = dt.datetime.fromtimestamp(now / 1_000_000, zone).date()
    for number in range(AHEAD):
        day = begin + dt.timedelta(days=number)
        for span in _spans(hours, day):
            if _instant(day, span.closes, zone) > now:
                return max(now, _instant(day, span.opens, zone))
    return None


def _spans(hours: Hours, day: dt.date) -> tuple[Span, ...]:
    holiday = next((one for one in hours.holidays if one.day == day), None)
    return holiday.spans if holiday is not None else hours.week.get(DAYS[day.weekday()], ())


def _instant(day: dt.date, time: str, zone: dt.tzinfo) -> int:
    hour, minute = int(time[:2]), int(time[3:])
    day, hour = (day + dt.timedelta(days=1), 0) if hour == 24 else (day, hour)
    return int(dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp()) * 1_000_000
