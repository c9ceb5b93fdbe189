"""Hours of the day: "в 15:00", "в половине восьмого", "с 10 до 12", "после обеда", "at 3pm", "quarter to eight". Pure.

An hour from one to seven without a word about its half of the day is taken for the afternoon, and said to be a guess:
nobody has visitors at five in the morning.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.nlu.entities import numerals
from bot.nlu.entities import when_words as words
from bot.nlu.entities.entity import Scanned
from bot.nlu.wordlists import listed

DAY = 24 * 60
_GUESSED = 0.7
_NOON = 12 * 60
_SET_PHRASES = {
    ("после", "обеда"): (13 * 60, 18 * 60), ("после", "работы"): (18 * 60, 21 * 60), ("до", "обеда"): (8 * 60, 13 * 60),
    ("после", "учебы"): (15 * 60, 21 * 60), ("до", "работы"): (6 * 60, 9 * 60),
    ("after", "lunch"): (13 * 60, 18 * 60), ("after", "work"): (18 * 60, 21 * 60), ("before", "lunch"): (8 * 60, 13 * 60),
    ("before", "work"): (6 * 60, 9 * 60), ("after", "school"): (15 * 60, 18 * 60),
}  # fmt: skip
_ADVERBS = frozenset({"утром", "днем", "вечером", "ночью", "tonight"})
_BEFORE_A_PART = frozenset({"с", "к", "под", "в", "на", "до", "после", "этим", "this"})
_GREETING = frozenset({"доброе", "доброго", "добрый", "доброй", "good", "спокойной"})
_QUARTERS = frozenset({"четверти", "четверть", "quarter"})
_AFTER_AN_HOUR = (
    words.AT | words.FROM | words.TO | words.AFTER | words.BEFORE | words.ON | frozenset(words.DAYS_AWAY)
    | frozenset(words.WEEKDAYS) | frozenset(words.PARTS) | frozenset(words.WHICH)
    | listed("если можно пожалуйста плиз мне я вас нам мы буду будет будем удобно подойдет устроит ок а но что нибудь")
    | listed("жду приезжайте приходите звоните позвоните перезвоните наберите мск точно ровно please plz if i is we")
    | listed("would works work would call come ok okay when as for but then sharp in")
)  # fmt: skip


class Hours(NamedTuple):
    """From ``first`` to ``last`` in minutes of the day, ``None`` for an open end; a moment where both are the same.

    The token after it is ``end``. ``part``: a part of the day, which a nearer hour makes exact.
    """

    first: int | None
    last: int | None
    end: int
    sure: float = 1.0
    part: bool = False


class _Point(NamedTuple):
    minute: int
    end: int
    guessed: bool = False


def read_hours(scanned: Scanned, at: int, *, part: Hours | None = None, after_day: bool = False) -> Hours | None:
    """Hours that begin at the token, with the preposition before them.

    ``part``: a part of the day that was said just before; ``after_day``: a day was.
    """
    word = scanned.word(at)
    if not word or (word in _GREETING):
        return None
    late = part is not None and part.first is not None and part.first >= _NOON
    if span := _SET_PHRASES.get((word, scanned.word(at + 1))):
        return Hours(*span, at + 2, part=True)
    if word in words.FROM and (both := _between(scanned, at + 1, late)):
        return both
    if found := _part(scanned, at, after_day=after_day):
        return found
    if word in words.AFTER or word in ("с", "со", "from", "since"):
        point = _point(scanned, at + 1, late, cue=True)
        return Hours(point.minute, None, point.end, _sure(point)) if point else None
    if word in words.BEFORE or word == "by":
        point = _point(scanned, at + 1, late, cue=True)
        return Hours(None, point.minute, point.end, _sure(point)) if point else None
    return _moment(scanned, at, late)


def _moment(scanned: Scanned, at: int, late: bool) -> Hours | None:
    """Such as "в 15:00", "часов в семь", "3 pm", "10:00-12:00"."""
    place, cue = at, False
    if scanned.word(place) in words.HOURS and scanned.word(place + 1) in words.AT:
        place += 1
    while scanned.word(place) in words.AT and place < at + 3:
        place, cue = place + 1, True
    if scanned.word(place) == "и" or (cue and scanned.word(place) == "with"):
        return None
    point = _point(scanned, place, late, cue=cue)
    if point is None:
        return _ranged(scanned, place, late) if cue else None
    if scanned.word(point.end) == "-":
        last = _point(scanned, point.end + 1, late, cue=True)
        if last:
            return _span(point, last)
    return Hours(point.minute, point.minute, point.end, _sure(point))


def _ranged(scanned: Scanned, at: int, late: bool) -> Hours | None:
    """Such as "в 10-12"."""
    first, last = scanned.word(at), scanned.word(at + 2)
    if scanned.word(at + 1) != "-" or not (
        first.isdecimal() and last.isdecimal() and len(first) <= 2 and int(first) < 24
    ):
        return None
    end = _point(scanned, at + 2, late, cue=True)
    return _span(_guess(int(first), 0, at + 1, late), end) if end else None


def _between(scanned: Scanned, at: int, late: bool) -> Hours | None:
    """Such as "с 10 до 12", "between 10 and 12", "с утра до вечера"."""
    if scanned.word(at) in words.PARTS and scanned.word(at + 1) in words.TO and scanned.word(at + 2) in words.PARTS:
        return Hours(words.PARTS[scanned.word(at)][0], words.PARTS[scanned.word(at + 2)][1], at + 3, part=True)
    first = _point(scanned, at, late, cue=True)
    if first is None or scanned.word(first.end) not in words.TO:
        return None
    last = _point(scanned, first.end + 1, late, cue=True)
    return _span(first, last) if last else None


def _span(first: _Point, last: _Point) -> Hours:
    """The hours between two points, whose guesses have to fit: "с 9 до 6" ends in the evening."""
    start, stop = first.minute, last.minute
    if first.guessed and not last.guessed and start >= stop > start - _NOON:
        start -= _NOON
    if stop <= start and 0 < stop < _NOON:
        stop += _NOON if stop + _NOON > start else 0
    sure = _GUESSED if first.guessed or last.guessed else 1.0
    return Hours(start, stop, last.end, sure)


def _part(scanned: Scanned, at: int, *, after_day: bool) -> Hours | None:
    """A part of the day: "вечером", "с утра", "in the morning"; a noun counts only after a preposition or a day."""
    word = scanned.word(at)
    place = at
    if word == "in" and scanned.word(at + 1) == "the":
        place = at + 2
    elif word in _BEFORE_A_PART:
        place = at + 1
    named = scanned.word(place)
    span = words.PARTS.get(named)
    if span is None or scanned.word(place - 1) in _GREETING:
        return None
    if place == at and named not in _ADVERBS and not after_day:
        return None
    if named == "tonight":
        span = (18 * 60, 23 * 60)
    if (named == "обед" and word not in ("в", "на")) or (word == "до" and named == "вечера"):
        return None
    return Hours(*span, place + 1, part=True)


def _point(scanned: Scanned, at: int, late: bool, *, cue: bool) -> _Point | None:
    """One moment; ``cue``: a preposition stands before it, so that a bare number is an hour."""
    word = scanned.word(at)
    if word in words.NOONS:
        return _Point(words.NOONS[word], at + 1)
    if word.isdecimal():
        return _digits(scanned, at, late, cue=cue)
    if word in ("половине", "половину", "половина", "пол") or (word.startswith("пол") and len(word) > 6):
        return _half_of(scanned, at, late)
    if word == "без":
        return _minutes_to(scanned, at + 1, late)
    if word in ("half", "quarter") or (word == "a" and scanned.word(at + 1) == "quarter"):
        return _past(scanned, at + (word == "a"), late)
    if word == "час" and scanned.word(at + 1) in ("дня", "ночи"):
        return _Point(_in_half(60, words.HALVES[scanned.word(at + 1)]), at + 2)
    return _in_words(scanned, at, late, cue=cue)


def _digits(scanned: Scanned, at: int, late: bool, *, cue: bool) -> _Point | None:
    written = scanned.word(at)
    if len(written) > 2 or int(written) > 24 or (scanned.gap(at) == 0 and scanned.word(at - 1) in _STICKY):
        return None
    hour, mark, minutes = int(written), scanned.word(at + 1), scanned.word(at + 2)
    clocked = mark == ":" or (cue and mark in (".", "-"))
    if clocked and len(minutes) == 2 and minutes.isdecimal() and scanned.gap(at + 1) == 0 and scanned.gap(at + 2) == 0:
        if int(minutes) > 59 or (mark == "-" and minutes not in ("00", "15", "20", "30", "40", "45", "50")):
            return None
        return _with_half(scanned, hour, int(minutes), at + 3, late)
    if mark in (":", ".", "/") and scanned.gap(at + 1) == 0 and minutes.isdecimal() and scanned.gap(at + 2) == 0:
        return None
    return _with_hours(scanned, hour, at + 1, late, cue=cue)


_STICKY = frozenset({"_", ":", "/", "#", "№", "+"})


def _with_hours(scanned: Scanned, hour: int, end: int, late: bool, *, cue: bool) -> _Point | None:
    """An hour and what may follow it: "часов", minutes, its half of the day."""
    hours = scanned.word(end) in words.HOURS
    place = end + hours
    minutes = 0
    spoken = _minutes(scanned, place) if cue else None
    if spoken and (hours or not scanned.word(end).isdecimal()):
        minutes, place = spoken
    elif scanned.word(place) == "o" and scanned.word(place + 1) == "'" and scanned.word(place + 2) == "clock":
        return _guess(hour, 0, place + 3, late)
    elif scanned.word(place) == "oclock":
        return _guess(hour, 0, place + 1, late)
    half, after = _half(scanned, place)
    if half is not None:
        if not 1 <= hour <= 12:
            return _Point(hour % 24 * 60 + minutes, after) if hour > 12 else None
        return _Point(_in_half(hour * 60, half, scanned.word(place)) + minutes, after)
    if not cue or not (hours or spoken or ends_hour(scanned, place)):
        return None
    if scanned.word(place) == "." and hours and scanned.word(place - 1) == "ч" and scanned.word(place + 1):
        place += 1
    return _guess(hour, minutes, place, late)


def _minutes(scanned: Scanned, at: int) -> tuple[int, int] | None:
    """Such as "30 минут", "тридцать"."""
    word = scanned.word(at)
    if word.isdecimal():
        known = len(word) <= 2 and int(word) < 60 and words.UNITS.get(scanned.word(at + 1)) == words.MINUTE
        return (int(word), at + 2) if known else None
    numeral = numerals.read_small(scanned, at)
    if numeral is None or not 10 <= numeral.value < 60:
        return None
    end = numeral.end + (words.UNITS.get(scanned.word(numeral.end)) == words.MINUTE)
    return (int(numeral.value), end) if end > numeral.end or ends_hour(scanned, end) else None


def _in_words(scanned: Scanned, at: int, late: bool, *, cue: bool) -> _Point | None:
    """Such as "семь вечера", "seven thirty", "ten past six"."""
    numeral = _hour_in_words(scanned, at)
    if numeral is None:
        return None
    hour, end = numeral
    if scanned.word(end) == "past" or (
        words.UNITS.get(scanned.word(end)) == words.MINUTE and scanned.word(end + 1) == "past"
    ):
        return _past(scanned, at, late)
    if cue and words.UNITS.get(scanned.word(end)) == words.MINUTE:
        return _of_next_hour(scanned, hour, end + 1, late)
    return _with_hours(scanned, hour, end, late, cue=cue)


def _hour_in_words(scanned: Scanned, at: int) -> tuple[int, int] | None:
    """An hour, which takes one word up to twenty: "семь тридцать" is an hour and minutes."""
    numeral = numerals.read_small(scanned, at)
    if numeral is None or scanned.word(at).isdecimal():
        return None
    if numeral.value <= 24 or (numeral.value < 60 and words.UNITS.get(scanned.word(numeral.end)) == words.MINUTE):
        return int(numeral.value), numeral.end
    return None


def _half_of(scanned: Scanned, at: int, late: bool) -> _Point | None:
    """Such as "в половине восьмого", "полвосьмого", "пол восьмого": half an hour before."""
    word = scanned.word(at)
    ordinal = numerals.ORDINALS.get(word[3:]) if len(word) > 6 and word.startswith("пол") and word[3] != "о" else None
    end = at + 1
    if ordinal is None and word in ("половине", "половину", "половина", "пол"):
        ordinal = numerals.ORDINALS.get(scanned.word(at + 1)) if scanned.word(at + 1).endswith(("ого", "его")) else None
        end = at + 2
    if ordinal is None or not 1 <= ordinal <= 12:
        return None
    return _with_half(scanned, ordinal - 1 or 12, 30, end, late, guess=True)


def _of_next_hour(scanned: Scanned, minutes: int, at: int, late: bool) -> _Point | None:
    """Such as "пятнадцать минут восьмого" is a quarter past seven."""
    ordinal = numerals.ORDINALS.get(scanned.word(at))
    if ordinal is None or not scanned.word(at).endswith(("ого", "его")) or not 1 <= ordinal <= 12:
        return None
    return _with_half(scanned, ordinal - 1 or 12, minutes, at + 1, late, guess=True)


def _minutes_to(scanned: Scanned, at: int, late: bool) -> _Point | None:
    """Such as "без четверти восемь", "без десяти минут восемь", "без 15 8"."""
    if scanned.word(at) in _QUARTERS:
        minutes, end = 15, at + 1
    else:
        number = _short(scanned, at)
        if number is None or not 0 < number[0] < 30:
            return None
        minutes, end = number
        end += words.UNITS.get(scanned.word(end)) == words.MINUTE
    hour = _short(scanned, end)
    if hour is None and scanned.word(end) == "час":
        hour = 1, end + 1
    if hour is None or not 1 <= hour[0] <= 24:
        return None
    before = hour[0] - 1 or 12
    return _with_half(scanned, before, 60 - minutes, hour[1], late, guess=True)


def _past(scanned: Scanned, at: int, late: bool) -> _Point | None:
    """Such as "half past seven", "quarter to eight", "ten past six"."""
    word = scanned.word(at)
    if word in ("half", "quarter"):
        minutes, end = 30 if word == "half" else 15, at + 1
    else:
        number = _short(scanned, at)
        if number is None or number[0] > 30:
            return None
        minutes, end = number
        end += words.UNITS.get(scanned.word(end)) == words.MINUTE
    way = scanned.word(end)
    if way not in ("past", "after", "to", "till"):
        return None
    hour = _short(scanned, end + 1)
    if hour is None or not 1 <= hour[0] <= 12:
        return None
    if way in ("past", "after"):
        return _with_half(scanned, hour[0], minutes, hour[1], late, guess=True)
    return _with_half(scanned, hour[0] - 1 or 12, 60 - minutes, hour[1], late, guess=True) if minutes < 30 else None


def _short(scanned: Scanned, at: int) -> tuple[int, int] | None:
    word = scanned.word(at)
    if word.isdecimal():
        return (int(word), at + 1) if len(word) <= 2 else None
    numeral = numerals.read_small(scanned, at)
    return (int(numeral.value), numeral.end) if numeral else None


def _with_half(scanned: Scanned, hour: int, minutes: int, end: int, late: bool, *, guess: bool = False) -> _Point:
    """``guess``: the time is told in a way that has no 24 hours."""
    half, after = _half(scanned, end)
    if half is not None and 1 <= hour <= 12:
        return _Point(_in_half(hour * 60, half, scanned.word(end)) + minutes, after)
    if guess or late:
        return _guess(hour, minutes, end, late)
    return _Point(hour % 24 * 60 + minutes, end)


def _half(scanned: Scanned, at: int) -> tuple[int | None, int]:
    """The half of the day that is named at the token, and the token after it."""
    word = scanned.word(at)
    if word in words.HALVES:
        return words.HALVES[word], at + 1
    if word in ("a", "p") and scanned.word(at + 1) == "." and scanned.word(at + 2) == "m" and not scanned.gap(at + 1):
        dot = scanned.word(at + 3) == "." and bool(scanned.word(at + 4))
        return words.HALVES[word + "m"], at + 3 + dot
    return None, at


def _in_half(minute: int, half: int, word: str = "") -> int:
    """An hour on a dial of twelve, in the half that was named; "12 ночи" is midnight and "12 дня" noon."""
    dial = minute % _NOON
    if word == "ночи":
        # "Десять ночи" is in the evening, "два ночи" is not.
        return dial + (_NOON if dial >= 9 * 60 else 0)
    return dial + half * 60


def _guess(hour: int, minutes: int, end: int, late: bool) -> _Point:
    """An hour without its half of the day."""
    if 1 <= hour <= 7 or (late and 8 <= hour <= 11):
        return _Point((hour + 12) * 60 + minutes, end, guessed=not late)
    return _Point(hour % 24 * 60 + minutes, end)


def ends_hour(scanned: Scanned, at: int) -> bool:
    """Whether a bare number before this token may be an hour: nothing stands here that it would count."""
    word = scanned.word(at)
    if not word or scanned.gap(at) > 1:
        return True
    if word.isalnum():
        return word in _AFTER_AN_HOUR and scanned.gap(at) > 0
    if word == "-":
        return scanned.gap(at) > 0 or not scanned.word(at + 1).isalnum()
    return word in ".,!?;)\"»'" and not (scanned.gap(at + 1) == 0 and scanned.word(at + 1).isalnum())


def _sure(point: _Point) -> float:
    return _GUESSED if point.guessed else 1.0
