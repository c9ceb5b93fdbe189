"""Hours of the day: "в 15:00", "с 10 до 12", "после обеда", "after six", "завтра утром". Pure."""

from __future__ import annotations

from typing import NamedTuple

from bot.nlu.entities import when_words as words
from bot.nlu.entities.clock_points import GUESSED, NOON, Point, guessed_point, read_point
from bot.nlu.entities.entity import Scanned

DAY = 24 * 60
_SET_PHRASES = {
    ("после", "обеда"): (13 * 60, 18 * 60), ("после", "работы"): (18 * 60, 21 * 60), ("до", "обеда"): (8 * 60, 13 * 60),
    ("после", "учебы"): (15 * 60, 21 * 60), ("до", "работы"): (6 * 60, 9 * 60),
    ("after", "lunch"): (13 * 60, 18 * 60), ("after", "work"): (18 * 60, 21 * 60), ("before", "lunch"): (8 * 60, 13 * 60),
    ("before", "work"): (6 * 60, 9 * 60), ("after", "school"): (15 * 60, 18 * 60),
}  # fmt: skip
_ADVERBS = frozenset({"утром", "днем", "вечером", "ночью", "tonight"})
_BEFORE_A_PART = frozenset({"с", "к", "под", "в", "на", "до", "после", "этим", "this"})
_GREETING = frozenset({"доброе", "доброго", "добрый", "доброй", "good", "спокойной"})


class Hours(NamedTuple):
    """From ``first`` to ``last`` in minutes of the day, ``None`` for an open end; a moment where both are the same.

    The token after it is ``end``. ``part``: a part of the day, which a nearer hour makes exact.
    """

    first: int | None
    last: int | None
    end: int
    sure: float = 1.0
    part: bool = False


def read_hours(scanned: Scanned, at: int, *, part: Hours | None = None, after_day: bool = False) -> Hours | None:
    """Hours that begin at the token, with the preposition before them.

    ``part``: a part of the day that was said just before; ``after_day``: a day was.
    """
    word = scanned.word(at)
    if not word or (word in _GREETING):
        return None
    late = part is not None and part.first is not None and part.first >= NOON
    if span := _SET_PHRASES.get((word, scanned.word(at + 1))):
        return Hours(*span, at + 2, part=True)
    if word in words.FROM and (both := _between(scanned, at + 1, late)):
        return both
    if found := _part(scanned, at, after_day=after_day):
        return found
    if word in words.AFTER or word in ("с", "со", "from", "since"):
        point = read_point(scanned, at + 1, late, cue=True)
        return Hours(point.minute, None, point.end, _sure(point)) if point else None
    if word in words.BEFORE or word == "by":
        point = read_point(scanned, at + 1, late, cue=True)
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
    point = read_point(scanned, place, late, cue=cue)
    if point is None:
        return _ranged(scanned, place, late) if cue else None
    if scanned.word(point.end) == "-":
        last = read_point(scanned, point.end + 1, late, cue=True)
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
    end = read_point(scanned, at + 2, late, cue=True)
    return _span(guessed_point(int(first), 0, at + 1, late), end) if end else None


def _between(scanned: Scanned, at: int, late: bool) -> Hours | None:
    """Such as "с 10 до 12", "between 10 and 12", "с утра до вечера"."""
    if scanned.word(at) in words.PARTS and scanned.word(at + 1) in words.TO and scanned.word(at + 2) in words.PARTS:
        return Hours(words.PARTS[scanned.word(at)][0], words.PARTS[scanned.word(at + 2)][1], at + 3, part=True)
    first = read_point(scanned, at, late, cue=True)
    if first is None or scanned.word(first.end) not in words.TO:
        return None
    last = read_point(scanned, first.end + 1, late, cue=True)
    return _span(first, last) if last else None


def _span(first: Point, last: Point) -> Hours:
    """The hours between two points, whose guesses have to fit: "с 9 до 6" ends in the evening."""
    start, stop = first.minute, last.minute
    if first.guessed and not last.guessed and start >= stop > start - NOON:
        start -= NOON
    if stop <= start and 0 < stop < NOON:
        stop += NOON if stop + NOON > start else 0
    sure = GUESSED if first.guessed or last.guessed else 1.0
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


def _sure(point: Point) -> float:
    return GUESSED if point.guessed else 1.0
