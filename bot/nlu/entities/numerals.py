"""Numbers written in words, Russian and English: "двадцать пять", "полторы тысячи", "a hundred and five". Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bot.nlu.entities.entity import Scanned
from gateway.wordlists import by_word


class Numeral(NamedTuple):
    """A number; the token after it is ``end``."""

    value: Decimal
    end: int
    ordinal: bool = False


def _endings(stems: dict[int, str], endings: str) -> dict[str, int]:
    return {stem + ending: value for value, stem in stems.items() for ending in endings.split()}


_SMALL = by_word({
    0: "ноль нуль ноля нуля zero",
    1: "один одна одно одну одного одной одному one",
    2: "два две двух двум двумя двое двоих two",
    3: "три трех трем тремя трое троих three",
    4: "четыре четырех четырем четырьмя четверо четверых four",
    5: "пять пяти пятью пятеро five",
    6: "шесть шести шестью six",
    7: "семь семи seven",
    8: "восемь восьми восемью eight",
    9: "девять девяти девятью nine",
    10: "десять десяти десятью ten",
    11: "одиннадцать одиннадцати eleven",
    12: "двенадцать двенадцати twelve",
    13: "тринадцать тринадцати thirteen",
    14: "четырнадцать четырнадцати fourteen",
    15: "пятнадцать пятнадцати fifteen",
    16: "шестнадцать шестнадцати sixteen",
    17: "семнадцать семнадцати seventeen",
    18: "восемнадцать восемнадцати eighteen",
    19: "девятнадцать девятнадцати nineteen",
    20: "двадцать двадцати twenty",
    30: "тридцать тридцати thirty",
    40: "сорок сорока forty",
    50: "пятьдесят пятидесяти fifty",
    60: "шестьдесят шестидесяти sixty",
    70: "семьдесят семидесяти seventy",
    80: "восемьдесят восьмидесяти eighty",
    90: "девяносто девяноста ninety",
    100: "сто ста",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
})  # fmt: skip
MULTIPLIERS = by_word({
    1_000: "тысяча тысячи тысяч тысячу тысяче тысячей тыс тыщ тыща тыщи тыщу косарь косаря косарей k к thousand",
    1_000_000: "миллион миллиона миллионов млн million",
    1_000_000_000: "миллиард миллиарда миллиардов млрд billion",
})  # fmt: skip
_HALVES = {"полтора": "1.5", "полторы": "1.5", "полутора": "1.5", "полмиллиона": "500000", "полтысячи": "500"}
_RUSSIAN_ORDINALS = {
    1: "перв", 2: "втор", 4: "четверт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм", 9: "девят", 10: "десят",
    11: "одиннадцат", 12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат",
    17: "семнадцат", 18: "восемнадцат", 19: "девятнадцат", 20: "двадцат", 30: "тридцат", 40: "сороков",
}  # fmt: skip
ORDINALS = (
    _endings(_RUSSIAN_ORDINALS, "ый ой ое ая ого ому ым ом ую")
    | dict.fromkeys(("третий", "третье", "третья", "третьего", "третьему", "третьим", "третьем", "третью", "третьей"), 3)
    | by_word({
        1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth",
        9: "ninth", 10: "tenth", 11: "eleventh", 12: "twelfth", 13: "thirteenth", 14: "fourteenth", 15: "fifteenth",
        16: "sixteenth", 17: "seventeenth", 18: "eighteenth", 19: "nineteenth", 20: "twentieth", 30: "thirtieth",
    })
)  # fmt: skip
_TENS = range(20, 100, 10)
HEADS = frozenset(_SMALL) | frozenset(_HALVES) | frozenset(ORDINALS) | frozenset(MULTIPLIERS) | {"a", "пол"}
"""Every word that a number may begin with."""
TELLING = HEADS - {"a", "пол", "к", "k"} | {"hundred"}
"""A number in words has one of these at least; the words left out are no number by themselves."""


def read_ordinal(scanned: Scanned, at: int) -> Numeral | None:
    """Such as "пятнадцатого", "двадцать пятое", "twenty-first", and what is written "15-го", "15th"."""
    word = scanned.word(at)
    if word.isdecimal():
        return _suffixed(scanned, at) if len(word) <= 3 else None
    if word in ORDINALS:
        return Numeral(Decimal(ORDINALS[word]), at + 1, ordinal=True)
    tens = _SMALL.get(word, 0)
    after = _past_hyphen(scanned, at + 1)
    unit = ORDINALS.get(scanned.word(after), 0)
    if tens in _TENS and 0 < unit < 10:
        return Numeral(Decimal(tens + unit), after + 1, ordinal=True)
    return None


def _suffixed(scanned: Scanned, at: int) -> Numeral | None:
    value = Decimal(scanned.word(at))
    if scanned.word(at + 1) in ("st", "nd", "rd", "th") and scanned.gap(at + 1) == 0:
        return Numeral(value, at + 2, ordinal=True)
    if scanned.word(at + 1) == "-" and scanned.word(at + 2) in ("го", "е", "ое", "ого", "й", "ый", "я", "ая", "ю", "м"):
        return Numeral(value, at + 3, ordinal=True)
    if scanned.word(at + 1) in ("го", "ое", "ого") and scanned.gap(at + 1) == 0:
        return Numeral(value, at + 2, ordinal=True)
    return None


def read_small(scanned: Scanned, at: int) -> Numeral | None:
    """A number below a thousand in words that belong together, without a multiplier: "девятьсот двадцать шесть"."""
    value, end, below = 0, at, 10_000
    while True:
        place = _past_hyphen(scanned, end) if 20 <= below <= 90 else end
        word = scanned.word(place)
        part = 1 if word == "a" and place == at and scanned.word(at + 1) == "hundred" else _SMALL.get(word)
        if part is None or not _fits(part, below) or (part == 0 and end > at):
            break
        value, end = value + part, place + 1
        below = part
        if part < 10 and scanned.word(end) == "hundred":
            value, end, below = part * 100, end + 1, 100
        if below >= 100 and scanned.word(end) == "and" and scanned.word(end + 1) in _SMALL:
            end += 1
    return Numeral(Decimal(value), end) if end > at else None


def _fits(part: int, below: int) -> bool:
    """Whether ``part`` may follow ``below``: hundreds, then tens, then units; ten to nineteen stand for both."""
    if below >= 1_000:
        return True
    if below >= 100:
        return part < 100
    return below >= 20 and part < 10


def read_words(scanned: Scanned, at: int) -> Numeral | None:
    """A number in words that begins at the token."""
    total, least, place = Decimal(0), 10**12, at
    while True:
        group = _group(scanned, place, first=place == at)
        if group is None:
            break
        value, end = group.value, group.end
        multiplier = MULTIPLIERS.get(scanned.word(end), 1) if scanned.word(end) not in ("k", "к") else 1
        if multiplier >= least or (place > at and value >= least):
            break
        total += value * multiplier
        place = end + (multiplier > 1)
        least = multiplier
        if multiplier == 1:
            break
    if place == at:
        return None
    return _with_half(scanned, Numeral(total, place))


def _group(scanned: Scanned, at: int, *, first: bool) -> Numeral | None:
    word = scanned.word(at)
    if word in _HALVES:
        return Numeral(Decimal(_HALVES[word]), at + 1)
    if first and word == "a" and scanned.word(at + 1) in ("thousand", "million"):
        return Numeral(Decimal(1), at + 1)
    if first and word == "пол" and scanned.word(at + 1) in MULTIPLIERS:
        return Numeral(Decimal("0.5"), at + 1)
    if first and word in MULTIPLIERS and word not in ("k", "к"):
        return Numeral(Decimal(1), at)
    return read_small(scanned, at)


def _with_half(scanned: Scanned, numeral: Numeral) -> Numeral:
    """Such as "два с половиной", "two and a half"."""
    following = [scanned.word(numeral.end + step) for step in range(3)]
    if following[:2] == ["с", "половиной"]:
        return Numeral(numeral.value + Decimal("0.5"), numeral.end + 2)
    if following == ["and", "a", "half"]:
        return Numeral(numeral.value + Decimal("0.5"), numeral.end + 3)
    return numeral


def _past_hyphen(scanned: Scanned, at: int) -> int:
    return at + 1 if scanned.word(at) == "-" and scanned.gap(at) == 0 and scanned.gap(at + 1) == 0 else at
