"""Dates of the calendar: "15 марта", "March 15th, 2027", "15.03.2026", "15 числа", "в марте". Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import NamedTuple

from bot.nlu.entities import numerals
from bot.nlu.entities import when_words as words
from bot.nlu.entities.entity import Here, Scanned

_FAR = 100
GUESSED = 0.8


class Days(NamedTuple):
    """From the first day to the last, both in it; ``None`` is an open end. The token after it is ``end``.

    ``at``: an instant, where hours were counted ("через два часа").
    """

    first: date | None
    last: date | None
    end: int
    sure: float = 1.0
    at: datetime | None = None


def numeric(scanned: Scanned, at: int, here: Here) -> Days | None:
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
        whole = date_of(int(first), int(second), int(third)) if len(third) in (1, 2) else None
        return one_day(whole, at + 5) if whole else None
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
        whole = date_of(_year(third, here), month, day)
        return one_day(whole, end) if whole else None
    return _without_year(month, day, here, end)


def _sticks(scanned: Scanned, at: int) -> bool:
    """Whether the digits are the end of something longer: "A-15.03", "1.15.03"."""
    before = scanned.word(at - 1)
    return scanned.gap(at) == 0 and (
        before.isalnum() or (before in ".-/" and scanned.gap(at - 1) == 0 and before != "")
    )


def day_and_month(scanned: Scanned, at: int, here: Here) -> Days | None:
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


def month_first(scanned: Scanned, at: int, here: Here) -> Days | None:
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
        whole = date_of(int(year), month, day)
        place += 1 + (scanned.word(place + 1) in ("г", "года", "год"))
        return one_day(whole, place) if whole else None
    return _without_year(month, day, here, end)


def whole_month(scanned: Scanned, at: int, here: Here, *, leaned: bool) -> Days | None:
    """Such as "в марте", "in March": from its first day to its last."""
    word = scanned.word(at)
    if here.now is None or not leaned or not (word.isascii() or word.endswith("е")):
        return None
    month, today = words.MONTHS[word], here.now.date()
    year = today.year + (month < today.month)
    first = date(year, month, 1)
    return Days(max(first, today) if month == today.month else first, last_of(first), at + 1, GUESSED)


def of_this_month(scanned: Scanned, at: int, here: Here, *, leaned: bool) -> Days | None:
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
        month = month_away(today.replace(day=1), ahead)
        whole = date_of(month.year, month.month, day) if month else None
        if whole and whole >= today:
            return one_day(whole, end)
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
        whole = date_of(today.year - step if here.past else today.year + step, month, day)
        if whole and (whole <= today if here.past else whole >= today):
            return one_day(whole, end)
    return None


def _year(written: str, here: Here) -> int:
    if len(written) == 4:
        return int(written)
    this = here.now.year if here.now else 2026
    year = this // _FAR * _FAR + int(written)
    return year - _FAR if year > this + (0 if here.past else 10) else year


def date_of(year: int, month: int, day: int) -> date | None:
    if not 1900 <= year <= 2199 or not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def month_away(day: date, months: int) -> date | None:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date_of(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) if 1900 <= year <= 2199 else None


def last_of(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def one_day(day: date, end: int, sure: float = 1.0) -> Days:
    return Days(day, day, end, sure)
