"""One moment of the day: "15:00", "половина восьмого", "без четверти три", "3 pm", "half past seven". Pure.

An hour from one to seven without a word about its half of the day is taken for the afternoon, and said to be a guess:
nobody has visitors at five in the morning.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.nlu.entities import numerals
from bot.nlu.entities import when_words as words
from bot.nlu.entities.entity import Scanned
from gateway.wordlists import listed

GUESSED = 0.7
NOON = 12 * 60
_QUARTERS = frozenset({"четверти", "четверть", "quarter"})
_AFTER_AN_HOUR = (
    words.AT | words.FROM | words.TO | words.AFTER | words.BEFORE | words.ON | frozenset(words.DAYS_AWAY)
    | frozenset(words.WEEKDAYS) | frozenset(words.PARTS) | frozenset(words.WHICH)
    | listed("если можно пожалуйста плиз мне я вас нам мы буду будет будем удобно подойдет устроит ок а но что нибудь")
    | listed("жду приезжайте приходите звоните позвоните перезвоните наберите мск точно ровно please plz if i is we")
    | listed("would works work would call come ok okay when as for but then sharp in или or suits suit fits fit good fine best maybe unless")
)  # fmt: skip


class Point(NamedTuple):
    minute: int
    end: int
    guessed: bool = False


def read_point(scanned: Scanned, at: int, late: bool, *, cue: bool) -> Point | None:
    """One moment; ``cue``: a preposition stands before it, so that a bare number is an hour."""
    word = scanned.word(at)
    if word in words.NOONS:
        return Point(words.NOONS[word], at + 1)
    if word.isdecimal():
        return _digits(scanned, at, late, cue=cue)
    if word in ("половине", "половину", "половина", "пол") or (word.startswith("пол") and len(word) > 6):
        return _half_of(scanned, at, late)
    if word == "без":
        return _minutes_to(scanned, at + 1, late)
    if word in ("half", "quarter") or (word == "a" and scanned.word(at + 1) == "quarter"):
        return _past(scanned, at + (word == "a"), late)
    if word == "час" and scanned.word(at + 1) in ("дня", "ночи"):
        return Point(_in_half(60, words.HALVES[scanned.word(at + 1)]), at + 2)
    return _in_words(scanned, at, late, cue=cue)


def _digits(scanned: Scanned, at: int, late: bool, *, cue: bool) -> Point | None:
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


def _with_hours(scanned: Scanned, hour: int, end: int, late: bool, *, cue: bool) -> Point | None:
    """An hour and what may follow it: "часов", minutes, its half of the day."""
    hours = scanned.word(end) in words.HOURS
    place = end + hours
    minutes = 0
    spoken = _minutes(scanned, place) if cue else None
    if spoken and (hours or not scanned.word(end).isdecimal()):
        minutes, place = spoken
    elif scanned.word(place) == "o" and scanned.word(place + 1) == "'" and scanned.word(place + 2) == "clock":
        return guessed_point(hour, 0, place + 3, late)
    elif scanned.word(place) == "oclock":
        return guessed_point(hour, 0, place + 1, late)
    half, after = _half(scanned, place)
    if scanned.word(place) == "дня" and not hours and scanned.word(end - 2) in ("на", "за"):
        # "на 3 дня" is how long, "в 3 дня" is when.
        return None
    if half is not None:
        if not 1 <= hour <= 12:
            return Point(hour % 24 * 60 + minutes, after) if hour > 12 else None
        return Point(_in_half(hour * 60, half, scanned.word(place)) + minutes, after)
    if not cue or not (hours or spoken or ends_hour(scanned, place)):
        return None
    if scanned.word(place) == "." and hours and scanned.word(place - 1) == "ч" and scanned.word(place + 1):
        place += 1
    return guessed_point(hour, minutes, place, late)


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


def _in_words(scanned: Scanned, at: int, late: bool, *, cue: bool) -> Point | None:
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


def _half_of(scanned: Scanned, at: int, late: bool) -> Point | None:
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


def _of_next_hour(scanned: Scanned, minutes: int, at: int, late: bool) -> Point | None:
    """Such as "пятнадцать минут восьмого" is a quarter past seven."""
    ordinal = numerals.ORDINALS.get(scanned.word(at))
    if ordinal is None or not scanned.word(at).endswith(("ого", "его")) or not 1 <= ordinal <= 12:
        return None
    return _with_half(scanned, ordinal - 1 or 12, minutes, at + 1, late, guess=True)


def _minutes_to(scanned: Scanned, at: int, late: bool) -> Point | None:
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


def _past(scanned: Scanned, at: int, late: bool) -> Point | None:
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


def _with_half(scanned: Scanned, hour: int, minutes: int, end: int, late: bool, *, guess: bool = False) -> Point:
    """``guess``: the time is told in a way that has no 24 hours."""
    half, after = _half(scanned, end)
    if half is not None and 1 <= hour <= 12:
        return Point(_in_half(hour * 60, half, scanned.word(end)) + minutes, after)
    if guess or late:
        return guessed_point(hour, minutes, end, late)
    return Point(hour % 24 * 60 + minutes, end)


def _half(scanned: Scanned, at: int) -> tuple[int | None, int]:
    """The half of the day that is named at the token, and the token after it."""
    word = scanned.word(at)
    if word in words.HALVES:
        return words.HALVES[word], at + 1
    if word in ("a", "p") and scanned.word(at + 1) == "." and scanned.word(at + 2) == "m" and not scanned.gap(at + 1):
        dot = scanned.word(at + 3) == "." and bool(scanned.word(at + 4))
        return words.HALVES[word + "m"], at + 3 + dot
    if word in ("in", "at") and (named := _named_half(scanned, at)):
        return named
    return None, at


def _named_half(scanned: Scanned, at: int) -> tuple[int | None, int] | None:
    """Such as "in the evening", "at night"."""
    place = at + 1 + (scanned.word(at + 1) == "the")
    half = {"morning": 0, "afternoon": 12, "evening": 12, "night": 12}.get(scanned.word(place))
    return None if half is None else (half, place + 1)


def _in_half(minute: int, half: int, word: str = "") -> int:
    """An hour on a dial of twelve, in the half that was named; "12 ночи" is midnight and "12 дня" noon."""
    dial = minute % NOON
    if word == "ночи":
        # "Десять ночи" is in the evening, "два ночи" is not.
        return dial + (NOON if dial >= 9 * 60 else 0)
    return dial + half * 60


def guessed_point(hour: int, minutes: int, end: int, late: bool) -> Point:
    """An hour without its half of the day."""
    if 1 <= hour <= 7 or (late and 8 <= hour <= 11):
        return Point((hour + 12) * 60 + minutes, end, guessed=not late)
    return Point(hour % 24 * 60 + minutes, end)


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
