"""Days: "завтра", "в следующий вторник", "с понедельника по пятницу", "через неделю", and dates. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.nlu.entities import numerals
from bot.nlu.entities import when_words as words
from bot.nlu.entities.dates import (
    GUESSED,
    Days,
    date_of,
    day_and_month,
    last_of,
    month_away,
    month_first,
    numeric,
    of_this_month,
    one_day,
    whole_month,
)
from bot.nlu.entities.entity import Here, Scanned
from bot.nlu.entities.numbers import read_amount

_ONE_WORD_AMOUNTS = {"пару": 2, "несколько": 3, "an": 1, "a": 1}
# A sale of that name is no day on which anybody is met.
_BLACK = frozenset({"black", "черная", "черную", "черной"})


def read_days(scanned: Scanned, at: int, here: Here) -> Days | None:
    """Days that begin at the token, with the preposition before them."""
    word = scanned.word(at)
    if word in words.FROM and (both := _between(scanned, at + 1, here)):
        return both
    if word in words.AFTER or word in ("с", "со", "from", "since"):
        return _open(_plain(scanned, at + 1, here, leaned=True), after=word in words.AFTER)
    if word in words.BEFORE or (word == "по" and scanned.word(at + 1) not in words.WEEKDAYS):
        return _until(_plain(scanned, at + 1, here, leaned=True), before=word == "before")
    if word == "in" and scanned.word(at + 1) in words.MONTHS:
        return whole_month(scanned, at + 1, here, leaned=True)
    if word in words.ON:
        skipped = 1 + (word == "on" and scanned.word(at + 1) == "the")
        return _plain(scanned, at + skipped, here, leaned=True)
    return _plain(scanned, at, here, leaned=False)


def _open(day: Days | None, *, after: bool) -> Days | None:
    """From the day on; ``after`` it: from the next one."""
    if day is None or day.at or day.first is None or day.last is None:
        return None
    return day._replace(first=day.last + timedelta(1) if after else day.first, last=None)


def _until(day: Days | None, *, before: bool) -> Days | None:
    if day is None or day.at or day.first is None:
        return None
    return day._replace(first=None, last=day.first - timedelta(1) if before else day.last)


def _between(scanned: Scanned, at: int, here: Here) -> Days | None:
    """Such as "с понедельника по пятницу", "с 15 по 20 марта", "from March 1 to March 5"."""
    if scanned.word(at).isdecimal() and (dated := _two_of_a_month(scanned, at, here)):
        return dated
    first = _plain(scanned, at, here, leaned=True)
    if first is None or first.first is None or scanned.word(first.end) not in words.TO:
        return None
    last = _plain(scanned, first.end + 1, here, leaned=True)
    if last is None or last.last is None:
        return None
    end = last.last
    if end < first.first and end + timedelta(7) > first.first:
        end += timedelta(7)
    return Days(first.first, end, last.end, min(first.sure, last.sure)) if end >= first.first else None


def _two_of_a_month(scanned: Scanned, at: int, here: Here) -> Days | None:
    """Such as "15 по 20 марта", "15-20 марта"."""
    if scanned.word(at + 1) not in ("по", "до", "-", "to") or not scanned.word(at + 2).isdecimal():
        return None
    last = day_and_month(scanned, at + 2, here)
    number = scanned.word(at)
    if last is None or last.last is None or len(number) > 2:
        return None
    first = date_of(last.last.year, last.last.month, int(number))
    return Days(first, last.last, last.end) if first and first <= last.last else None


def _plain(scanned: Scanned, at: int, here: Here, *, leaned: bool) -> Days | None:
    """One day, week, weekend or month without its preposition; ``leaned``: there was one."""
    word = scanned.word(at)
    if not word:
        return None
    if word.isdecimal():
        return (
            numeric(scanned, at, here)
            or (None if leaned else _two_of_a_month(scanned, at, here))
            or day_and_month(scanned, at, here)
            or of_this_month(scanned, at, here, leaned=leaned)
            or _ago(scanned, at, here)
        )
    if here.now is not None:
        found = _named(scanned, at, here.now, leaned=leaned) or _counted(scanned, at, here.now)
        if found:
            return found
    if word in words.MONTHS:
        return month_first(scanned, at, here) or whole_month(scanned, at, here, leaned=leaned)
    if word in numerals.HEADS:
        return (
            day_and_month(scanned, at, here)
            or of_this_month(scanned, at, here, leaned=leaned)
            or _ago(scanned, at, here)
        )
    return None


def _named(scanned: Scanned, at: int, now: datetime, *, leaned: bool) -> Days | None:
    """Such as "завтра", "the day after tomorrow", "пятницу", "следующий вторник", "выходные", "next week"."""
    word, today = scanned.word(at), now.date()
    start = at + (word == "the")
    if scanned.word(start) == "day" and scanned.word(start + 2) in ("tomorrow", "yesterday"):
        way = {"after": 2, "before": -2}.get(scanned.word(start + 1), 0)
        if way:
            return one_day(today + timedelta(way), start + 3)
    if word in words.DAYS_AWAY:
        return one_day(today + timedelta(words.DAYS_AWAY[word]), at + 1)
    which = words.WHICH.get(word)
    place = at if which is None else at + 1
    named = scanned.word(place)
    if named in words.WEEKDAYS:
        if (which is None and not leaned and named in words.AMBIGUOUS) or scanned.word(place - 1) in _BLACK:
            return None
        return _weekday(words.WEEKDAYS[named], which, today, _past_dot(scanned, place, named))
    if named in words.WEEKEND:
        return _weekend(which, today, place + 1) if which is not None or leaned or len(scanned.words) == 1 else None
    if which is not None and named in words.WEEK:
        monday = today - timedelta(today.weekday()) + timedelta(7 * which)
        return Days(monday, monday + timedelta(6), place + 1)
    if which is not None and named in words.MONTH:
        first = month_away(today.replace(day=1), which)
        return Days(first, last_of(first), place + 1) if first else None
    return None


def _past_dot(scanned: Scanned, at: int, word: str) -> int:
    return (
        at + 2
        if len(word) <= 4 and scanned.word(at + 1) == "." and scanned.gap(at + 1) == 0 and scanned.word(at + 2)
        else at + 1
    )


def _weekday(weekday: int, which: int | None, today: date, end: int) -> Days:
    """The next such day; with "next" the one of the next week, with "this" today, too."""
    ahead = (weekday - today.weekday()) % 7
    if which == words.LAST:
        return one_day(today - timedelta((today.weekday() - weekday) % 7 or 7), end)
    if which == words.NEXT:
        away = 7 - today.weekday() + weekday
        return one_day(today + timedelta(away), end, 1.0 if away < 7 else GUESSED)
    if which is None and not ahead:
        return one_day(today + timedelta(7), end, GUESSED)
    return one_day(today + timedelta(ahead), end)


def _weekend(which: int | None, today: date, end: int) -> Days:
    saturday = today - timedelta(today.weekday()) + timedelta(5 + 7 * (which or 0))
    return Days(max(saturday, today) if not which else saturday, saturday + timedelta(1), end)


def _counted(scanned: Scanned, at: int, now: datetime) -> Days | None:
    """Such as "через два часа", "часа через два", "in half an hour"."""
    word = scanned.word(at)
    if word in ("через", "in"):
        return _span(scanned, at + 1, now, 1)
    if word in words.UNITS and scanned.word(at + 1) == "через":
        amount = read_amount(scanned, at + 2)
        return _moved(now, amount.value, words.UNITS[word], amount.end) if amount else None
    return None


def _ago(scanned: Scanned, at: int, here: Here) -> Days | None:
    """Such as "два дня назад", "3 weeks ago", "two days from now"."""
    if here.now is None:
        return None
    ahead = _span(scanned, at, here.now, 1)
    if ahead is None:
        return None
    if scanned.word(ahead.end) in ("назад", "ago"):
        back = _span(scanned, at, here.now, -1)
        return back and back._replace(end=back.end + 1)
    if scanned.word(ahead.end) == "from" and scanned.word(ahead.end + 1) == "now":
        return ahead._replace(end=ahead.end + 2)
    return None


def _span(scanned: Scanned, at: int, now: datetime, way: int) -> Days | None:
    word = scanned.word(at)
    if word == "полчаса":
        return _moved(now, Decimal("0.5") * way, words.HOUR, at + 1)
    if word in ("пол", "half"):
        article = scanned.word(at + 1) == "an"
        known = scanned.word(at + 1 + article) in ("часа", "hour")
        return _moved(now, Decimal("0.5") * way, words.HOUR, at + 2 + article) if known else None
    if word in words.UNITS:
        return _moved(now, Decimal(way), words.UNITS[word], at + 1) if not word.endswith(("s", "ов", "ей")) else None
    if word in _ONE_WORD_AMOUNTS:
        value, place = Decimal(_ONE_WORD_AMOUNTS[word]), at + 1
        if scanned.word(place) == "couple" and scanned.word(place + 1) == "of":
            value, place = Decimal(2), place + 2
    else:
        amount = read_amount(scanned, at)
        if amount is None:
            return None
        value, place = amount.value, amount.end
    working = scanned.word(place) in ("рабочих", "рабочие", "рабочий", "working", "business")
    place += working
    unit = words.UNITS.get(scanned.word(place))
    if working and unit == words.DAY:
        return _working(now.date(), int(value), way, place + 1)
    return _moved(now, value * way, unit, place + 1) if unit else None


def _working(day: date, count: int, way: int, end: int) -> Days | None:
    """So many days from Monday to Friday away; holidays aren't known."""
    if count > 100:
        return None
    while count > 0:
        day += timedelta(way)
        count -= day.weekday() < 5
    return one_day(day, end)


def _moved(now: datetime, value: Decimal, unit: str, end: int) -> Days | None:
    if abs(value) > 1_000:
        return None
    if unit in (words.MINUTE, words.HOUR):
        minutes = int(value * (60 if unit == words.HOUR else 1))
        moment = now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        return Days(moment.date(), moment.date(), end, at=moment)
    if unit in (words.DAY, words.WEEKS):
        return one_day(now.date() + timedelta(days=int(value * (7 if unit == words.WEEKS else 1))), end)
    months = int(value * (12 if unit == words.YEARS else 1))
    away = month_away(now.date(), months)
    return one_day(away, end) if away else None
