"""Days and hours together: "завтра в 15:00", "в пятницу после обеда", "next Tuesday at 3pm". Pure.

Values are ISO 8601: "2026-12-01", "15:00", "2026-12-01T15:00", "2026-12-01T10:00/2026-12-01T12:00", "18:00/..".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.nlu.entities import numerals
from bot.nlu.entities import when_words as words
from bot.nlu.entities.clock import Hours, read_hours
from bot.nlu.entities.dates import Days
from bot.nlu.entities.days import read_days
from bot.nlu.entities.entity import Found, Here, Hints, Scanned

_DAY_HEADS = (
    words.ON | words.FROM | words.AFTER | words.BEFORE | frozenset(words.DAYS_AWAY) | frozenset(words.WEEKDAYS)
    | frozenset(words.WHICH) | frozenset(words.MONTHS) | frozenset(words.UNITS) | words.WEEKEND | numerals.HEADS
    | frozenset({"день", "через", "in", "the", "day", "полчаса", "since", "со", "по", "пару", "half", "an", "a"})
)  # fmt: skip
_HOUR_HEADS = (
    words.AT | words.FROM | words.AFTER | words.BEFORE | words.HOURS | frozenset(words.PARTS) | frozenset(words.NOONS)
    | frozenset({"под", "in", "on", "на", "this", "половине", "половину", "без", "half", "quarter", "a", "since", "пол"})
    | numerals.HEADS
)  # fmt: skip
_HEADS = _DAY_HEADS | _HOUR_HEADS
# Without one of these, or a digit, nothing is said of a day or an hour.
MOMENT_HINTS = Hints(
    frozenset(words.DAYS_AWAY) | frozenset(words.WEEKDAYS) | frozenset(words.MONTHS) | frozenset(words.UNITS)
    | words.WEEKEND | words.WEEK | words.MONTH | frozenset(words.PARTS) | frozenset(words.NOONS) | numerals.TELLING
    | frozenset({"обеда", "работы", "учебы", "lunch", "work", "school", "полчаса"})
    | frozenset("пол" + ordinal for ordinal in numerals.ORDINALS),
    digits=1,
)  # fmt: skip
_MOST = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, hours or both, as tokens from ``start`` to before ``end``; each with its own tokens."""

    days: Days | None
    hours: Hours | None
    day_tokens: tuple[int, int] = (0, 0)
    hour_tokens: tuple[int, int] = (0, 0)

    @property
    def tokens(self) -> tuple[int, int]:
        """Where the whole stands."""
        spans = [span for span in (self.day_tokens, self.hour_tokens) if span[1]]
        return min(span[0] for span in spans), max(span[1] for span in spans)


def find_moments(scanned: Scanned, here: Here) -> list[Moment]:
    """Every day and hour in the text, those that belong together as one."""
    found: list[Moment] = []
    if not scanned.has(MOMENT_HINTS):
        return found
    end = 0
    for at, word in enumerate(scanned.words):
        if at >= end and _may_begin(word) and (moment := _read(scanned, at, here)):
            found.append(moment)
            if len(found) == _MOST:
                break
            end = moment.tokens[1]
    return found


def _may_begin(word: str) -> bool:
    """Whether a day or an hour may begin with the word."""
    return word in _HEADS or word.isdecimal() or word.startswith("пол")


def _read(scanned: Scanned, at: int, here: Here) -> Moment | None:
    days = hours = None
    day_tokens = hour_tokens = (0, 0)
    place = at
    for _ in range(3):
        if days is None and (days := _days(scanned, place, here)):
            day_tokens = (place, days.end)
            if scanned.word(days.end - 1) == "tonight":
                hours, hour_tokens = Hours(18 * 60, 23 * 60, days.end, part=True), (place, days.end)
            place = days.end
        elif (hours is None or hours.part) and (nearer := _hours(scanned, place, hours, days)):
            hour_tokens = (hour_tokens[0] if hours else place, nearer.end)
            hours, place = nearer, nearer.end
        else:
            break
        if days and (days.at or (hours and not hours.part)):
            break
        if days and hours is None and (dated := _dated(scanned, day_tokens, days, here)):
            days, place = dated, dated.end
            day_tokens = (day_tokens[0], place)
        place += scanned.word(place) == "," and scanned.gap(place) == 0
    if days and hours and (days.at or days.first is None or days.first != days.last):
        # Several days with hours have no value of one piece: whichever was said first is told first.
        if day_tokens[0] <= hour_tokens[0]:
            hours, hour_tokens = None, (0, 0)
        else:
            days, day_tokens = None, (0, 0)
    return Moment(days, hours, day_tokens, hour_tokens) if days or hours else None


def _dated(scanned: Scanned, tokens: tuple[int, int], days: Days, here: Here) -> Days | None:
    """The date after a weekday: "в пятницу, 4 декабря"."""
    if scanned.word(tokens[1] - 1) not in words.WEEKDAYS:
        return None
    place = tokens[1] + (scanned.word(tokens[1]) == ",")
    dated = read_days(scanned, place, here) if scanned.word(place).isalnum() else None
    same = dated and dated.first and dated.first == dated.last and days.first == days.last
    return dated if same and dated and dated.at is None and _is_date(scanned, place, dated.end) else None


def _is_date(scanned: Scanned, at: int, end: int) -> bool:
    return any(scanned.word(place)[:1].isdecimal() or scanned.word(place) in words.MONTHS for place in range(at, end))


def _days(scanned: Scanned, at: int, here: Here) -> Days | None:
    word = scanned.word(at)
    if not (word.isdecimal() or word in _DAY_HEADS):
        return None
    days = read_days(scanned, at, here)
    if days is None and word == "this" and scanned.word(at + 1) in words.PARTS and here.now:
        return Days(here.now.date(), here.now.date(), at + 1)
    return days


def _hours(scanned: Scanned, at: int, part: Hours | None, days: Days | None) -> Hours | None:
    word = scanned.word(at)
    if not (word.isdecimal() or word in _HOUR_HEADS or word.startswith("пол") or word == "in"):
        return None
    hours = read_hours(scanned, at, part=part, after_day=days is not None)
    return None if hours and part and hours.part else hours


def as_day(scanned: Scanned, moment: Moment) -> Found | None:
    """The day alone."""
    if moment.days is None:
        return None
    days = moment.days
    kind, value = _of_days(days.first, days.last)
    return _found(scanned, kind, value, moment.day_tokens, days.sure)


def as_hours(scanned: Scanned, moment: Moment) -> Found | None:
    """The hours alone."""
    days, hours = moment.days, moment.hours
    if hours is None:
        if days is None or days.at is None:
            return None
        return _found(scanned, "time", f"{days.at:%H:%M}", moment.day_tokens, days.sure)
    kind, value = _of_hours(hours)
    return _found(scanned, kind, value, moment.hour_tokens, hours.sure)


def as_whole(scanned: Scanned, moment: Moment) -> Found:
    """All that was said."""
    days, hours = moment.days, moment.hours
    sure = min(days.sure if days else 1.0, hours.sure if hours else 1.0)
    if days is None:
        assert hours is not None
        kind, value = _of_hours(hours)
    elif days.at:
        kind, value = "datetime", f"{days.at:%Y-%m-%dT%H:%M}"
    elif hours is None or days.first is None:
        kind, value = _of_days(days.first, days.last)
    elif hours.first is not None and hours.first == hours.last:
        kind, value = "datetime", _at(days.first, hours.first)
    else:
        next_day = hours.first is not None and hours.last is not None and hours.last <= hours.first
        first = ".." if hours.first is None else _at(days.first, hours.first)
        last = ".." if hours.last is None else _at(days.first + timedelta(next_day), hours.last)
        kind, value = "interval", f"{first}/{last}"
    return _found(scanned, kind, value, moment.tokens, sure)


def _of_days(first: date | None, last: date | None) -> tuple[str, str]:
    if first is not None and first == last:
        return "date", first.isoformat()
    return "interval", f"{first.isoformat() if first else '..'}/{last.isoformat() if last else '..'}"


def _of_hours(hours: Hours) -> tuple[str, str]:
    if hours.first is not None and hours.first == hours.last:
        return "time", _clock(hours.first)
    first = ".." if hours.first is None else _clock(hours.first)
    return "interval", f"{first}/{'..' if hours.last is None else _clock(hours.last)}"


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _at(day: date, minute: int) -> str:
    return f"{day.isoformat()}T{_clock(minute)}"


def _found(scanned: Scanned, kind: str, value: str, tokens: tuple[int, int], sure: float) -> Found:
    return Found(kind, value, scanned.tokens[tokens[0]].start, scanned.tokens[tokens[1] - 1].end, sure)
