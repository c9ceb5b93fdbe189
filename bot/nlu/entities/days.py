"""Days: "завтра", "в следующий вторник", "15 марта", "15.03.2026", "с понедельника по пятницу", "через неделю". Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.nlu.entities import numerals
from bot.nlu.entities import when_words as words
from bot.nlu.entities.entity import Here, Scanned
from bot.nlu.entities.numbers import read_amount

_ONE_WORD_AMOUNTS = {"пару": 2, "несколько": 3, "an": 1, "a": 1}
_FAR = 100
_GUESSED = 0.8


class Days(NamedTuple):
    """From the first day to the last, both in it; ``None`` is an open end. The token after it is ``end``.

    ``at``: an instant, where hours were counted ("через два часа").
    """

    first: date | None
    last: date | None
    end: int
    sure: float = 1.0
    at: datetime | None = None


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
        return _whole_month(scanned, at + 1, here, leaned=True)
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
    last = _day_and_month(scanned, at + 2, here)
    number = scanned.word(at)
    if last is None or last.last is None or len(number) > 2:
        return None
    first = _date(last.last.year, last.last.month, int(number))
    return Days(first, last.last, last.end) if first and first <= last.last else None


def _plain(scanned: Scanned, at: int, here: Here, *, leaned: bool) -> Days | None:
    """One day, week, weekend or month without its preposition; ``leaned``: there was one."""
    word = scanned.word(at)
    if not word:
        return None
    if word.isdecimal():
        return (
            _numeric(scanned, at, here)
            or (None if leaned else _two_of_a_month(scanned, at, here))
            or _day_and_month(scanned, at, here)
            or _of_this_month(scanned, at, here, leaned=leaned)
            or _ago(scanned, at, here)
        )
    if here.now is not None:
        found = _named(scanned, at, here.now, leaned=leaned) or _counted(scanned, at, here.now)
        if found:
            return found
    if word in words.MONTHS:
        return _month_first(scanned, at, here) or _whole_month(scanned, at, here, leaned=leaned)
    if word in numerals.HEADS:
        return (
            _day_and_month(scanned, at, here)
            or _of_this_month(scanned, at, here, leaned=leaned)
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
            return _one(today + timedelta(way), start + 3)
    if word in words.DAYS_AWAY:
        return _one(today + timedelta(words.DAYS_AWAY[word]), at + 1)
    which = words.WHICH.get(word)
    place = at if which is None else at + 1
    named = scanned.word(place)
    if named in words.WEEKDAYS:
        if which is None and not leaned and named in words.AMBIGUOUS:
            return None
        return _weekday(words.WEEKDAYS[named], which, today, _past_dot(scanned, place, named))
    if named in words.WEEKEND:
        return _weekend(which, today, place + 1) if which is not None or leaned or len(scanned.tokens) == 1 else None
    if which is not None and named in words.WEEK:
        monday = today - timedelta(today.weekday()) + timedelta(7 * which)
        return Days(monday, monday + timedelta(6), place + 1)
    if which is not None and named in words.MONTH:
        first = _month_away(today.replace(day=1), which)
        return Days(first, _last_of(first), place + 1) if first else None
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
        return _one(today - timedelta((today.weekday() - weekday) % 7 or 7), end)
    if which == words.NEXT:
        away = 7 - today.weekday() + weekday
        return _one(today + timedelta(away), end, 1.0 if away < 7 else _GUESSED)
    if which is None and not ahead:
        return _one(today + timedelta(7), end, _GUESSED)
    return _one(today + timedelta(ahead), end)


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
    if count > _FAR:
        return None
    while count > 0:
        day += timedelta(way)
        count -= day.weekday() < 5
    return _one(day, end)


def _moved(now: datetime, value: Decimal, unit: str, end: int) -> Days | None:
    if abs(value) > 1_000:
        return None
    if unit in (words.MINUTE, words.HOUR):
        minutes = int(value * (60 if unit == words.HOUR else 1))
        moment = now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        return Days(moment.date(), moment.date(), end, at=moment)
    if unit in (words.DAY, words.WEEKS):
        return _one(now.date() + timedelta(days=int(value * (7 if unit == words.WEEKS else 1))), end)
    months = int(value * (12 if unit == words.YEARS else 1))
    away = _month_away(now.date(), months)
    return _one(away, end) if away else None


def _numeric(scanned: Scanned, at: int, here: Here) -> Days | None:
    """Such as "15.03.2026", "15.03", "15/03/26", "2026-03-15"; the day stands first unless it can't."""
    mark = scanned.word(at + 1)
    if mark not in (".", "/", "-") or scanned.gap(at + 1) or scanned.gap(at + 2):
        return None
    first, second = scanned.word(at), scanned.word(at + 2)
    if not second.isdecimal() or len(second) > 2 or len(first) > 4 or _sticks(scanned, at):
        return None
    more = scanned.word(at + 3) == mark and not scanned.gap(at + 3) and not scanned.gap(at + 4)
    third = scanned.word(at + 4) if more and scanned.word(at + 4).isdecimal() else ""
    if len(first) == 4:
        whole = _date(int(first), int(second), int(third)) if len(third) in (1, 2) else None
        return _one(whole, at + 5) if whole else None
    if len(first) > 2 or len(third) not in (0, 2, 4) or (not third and (mark == "-" or len(second) < 2)):
        return None
    if not third and ((mark == "." and len(first) < 2) or scanned.word(at + 3) in (":", "%")):
        return None
    day, month = int(first), int(second)
    if month > 12:
        day, month = month, day
    end = at + 5 if third else at + 3
    if third:
        end += scanned.word(end) in ("г", "года", "год")
        whole = _date(_year(third, here), month, day)
        return _one(whole, end) if whole else None
    return _without_year(month, day, here, end)


def _sticks(scanned: Scanned, at: int) -> bool:
    """Whether the digits are the end of something longer: "A-15.03", "1.15.03"."""
    before = scanned.word(at - 1)
    return scanned.gap(at) == 0 and (
        before.isalnum() or (before in ".-/" and scanned.gap(at - 1) == 0 and before != "")
    )


def _day_and_month(scanned: Scanned, at: int, here: Here) -> Days | None:
    """Such as "15 марта 2026 года", "15-го марта", "пятнадцатого марта", "15th of March"."""
    numeral = numerals.read_ordinal(scanned, at)
    word = scanned.word(at)
    if numeral:
        day, end = int(numeral.value), numeral.end
    elif word.isdecimal() and len(word) <= 2:
        day, end = int(word), at + 1
    else:
        return None
    end += scanned.word(end) == "of"
    month = words.MONTHS.get(scanned.word(end))
    return _with_year(scanned, month, day, end + 1, here) if month else None


def _month_first(scanned: Scanned, at: int, here: Here) -> Days | None:
    """Such as "March 15", "March 15th, 2026"."""
    place = at + 1 + (scanned.word(at + 1) == "the")
    if not scanned.word(at).isascii():
        return None
    numeral = numerals.read_ordinal(scanned, place)
    word = scanned.word(place)
    if numeral:
        day, end = int(numeral.value), numeral.end
    elif word.isdecimal() and len(word) <= 2 and scanned.word(place + 1) != ":":
        day, end = int(word), place + 1
    else:
        return None
    return _with_year(scanned, words.MONTHS[scanned.word(at)], day, end, here)


def _with_year(scanned: Scanned, month: int, day: int, end: int, here: Here) -> Days | None:
    end += scanned.word(end) == "." and scanned.word(end + 1) != ""
    place = end + (scanned.word(end) == ",")
    year = scanned.word(place)
    if year.isdecimal() and len(year) == 4 and year[:2] in ("19", "20") and scanned.word(place + 1) not in (":", "-"):
        whole = _date(int(year), month, day)
        place += 1 + (scanned.word(place + 1) in ("г", "года", "год"))
        return _one(whole, place) if whole else None
    return _without_year(month, day, here, end)


def _whole_month(scanned: Scanned, at: int, here: Here, *, leaned: bool) -> Days | None:
    """Such as "в марте", "in March": from its first day to its last."""
    word = scanned.word(at)
    if here.now is None or not leaned or not (word.isascii() or word.endswith("е")):
        return None
    month, today = words.MONTHS[word], here.now.date()
    year = today.year + (month < today.month)
    first = date(year, month, 1)
    return Days(max(first, today) if month == today.month else first, _last_of(first), at + 1)


def _of_this_month(scanned: Scanned, at: int, here: Here, *, leaned: bool) -> Days | None:
    """Such as "15 числа", "15-го", "the 15th": the next such day."""
    if here.now is None:
        return None
    numeral = numerals.read_ordinal(scanned, at)
    if numeral is None:
        number = scanned.word(at)
        if not (number.isdecimal() and len(number) <= 2 and scanned.word(at + 1) in ("числа", "число")):
            return None
        day, end = int(number), at + 2
    else:
        day, end = int(numeral.value), numeral.end
        if scanned.word(end) in ("числа", "число"):
            end += 1
        elif (
            not scanned.word(at).isdecimal()
            or scanned.word(end) not in _AFTER_A_DAY
            or not (leaned or scanned.word(at - 1) in ("the", "on") or not scanned.word(at + 1).isascii() or not at)
        ):
            return None
    today = here.now.date()
    for ahead in range(3):
        month = _month_away(today.replace(day=1), ahead)
        whole = _date(month.year, month.month, day) if month else None
        if whole and whole >= today:
            return _one(whole, end)
    return None


_AFTER_A_DAY = frozenset(
    {"", ".", ",", "!", "?", "в", "с", "после", "до", "at", "after", "before", "from", "утром", "вечером", "днем"}
)


def _without_year(month: int, day: int, here: Here, end: int) -> Days | None:
    """The next such day, or the latest one where the past is asked for."""
    if here.now is None:
        return None
    today = here.now.date()
    # The 29th of February may be eight years away.
    for step in range(9):
        whole = _date(today.year - step if here.past else today.year + step, month, day)
        if whole and (whole <= today if here.past else whole >= today):
            return _one(whole, end)
    return None


def _year(written: str, here: Here) -> int:
    if len(written) == 4:
        return int(written)
    this = here.now.year if here.now else 2026
    year = this // _FAR * _FAR + int(written)
    return year - _FAR if year > this + (0 if here.past else 10) else year


def _date(year: int, month: int, day: int) -> date | None:
    if not 1900 <= year <= 2199 or not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _month_away(day: date, months: int) -> date | None:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return _date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) if 1900 <= year <= 2199 else None


def _last_of(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _one(day: date, end: int, sure: float = 1.0) -> Days:
    return Days(day, day, end, sure)
