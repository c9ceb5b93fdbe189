"""Numbers in words, Russian with cases and genders, English. ``num2words`` is imported with the first of them."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

Case = Literal["n", "g", "d", "a", "i", "p"]
"""Nominative, genitive, dative, accusative, instrumental, prepositional."""
Gender = Literal["m", "f", "n"]

MOST = 10**12
_DIGITS = {
    "ru": ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_WHOLE = {"n": ("целая", "целых"), "g": ("целой", "целых"), "d": ("целой", "целым"), "a": ("целую", "целых"),
          "i": ("целой", "целыми"), "p": ("целой", "целых")}  # fmt: skip
_PARTS = {1: "десят", 2: "сот", 3: "тысячн"}
_PART_ENDINGS = {
    "n": ("ая", "ых"),
    "g": ("ой", "ых"),
    "d": ("ой", "ым"),
    "a": ("ую", "ых"),
    "i": ("ой", "ыми"),
    "p": ("ой", "ых"),
}


@lru_cache(maxsize=2_048)
def _words(value: int, language: str, **how: Any) -> str:
    from num2words import num2words  # all its languages at once: 5 MB, 90 ms

    return str(num2words(value, lang=language, **how)).replace(",", "")


def cardinal(value: int, language: str, *, case: Case = "n", gender: Gender = "m") -> str:
    """How many: "двадцать одну", "one hundred and five". Too large a number is told digit by digit."""
    if value >= MOST:
        return digits(str(value), language)
    if language != "ru":
        return _words(value, "en")
    words = _words(value, "ru", case=case, gender=gender, animate=False)
    # Nobody says "одна тысяча пятьсот".
    for one in ("одна ", "одной ", "одну "):
        words = words.removeprefix(one) if words.startswith(f"{one}тысяч") else words
    return words


def ordinal(value: int, language: str, *, case: Case = "n", gender: Gender = "m") -> str:
    """Which one: "пятнадцатого", "twenty-first"."""
    if value >= MOST:
        return digits(str(value), language)
    if language != "ru":
        return _words(value, "en", to="ordinal")
    return _words(value, "ru", to="ordinal", case=case, gender=gender, animate=False)


def year(value: int) -> str:
    """An English year: "twenty twenty-six"."""
    return _words(value, "en", to="year")


def digits(written: str, language: str) -> str:
    """Digit by digit."""
    return " ".join(_DIGITS[language][int(digit)] for digit in written if digit in "0123456789")


def fraction(value: Decimal, language: str, *, case: Case = "n") -> str:
    """A number with a fraction: "две целых четыре десятых", "two point four"."""
    whole, _, rest = format(value, "f").partition(".")
    if language != "ru":
        return f"{cardinal(int(whole), 'en')} point {digits(rest, 'en')}"
    if len(rest) not in _PARTS:
        return f"{cardinal(int(whole), 'ru')} запятая {digits(rest, 'ru')}"
    parts = int(rest)
    first = f"{cardinal(int(whole), 'ru', case=case, gender='f')} {_WHOLE[case][not is_one(int(whole))]}"
    ending = _PART_ENDINGS[case][not is_one(parts)]
    return f"{first} {cardinal(parts, 'ru', case=case, gender='f')} {_PARTS[len(rest)]}{ending}"


def is_one(value: int) -> bool:
    """Whether a Russian noun after this number is singular: 1, 21, 101, but not 11."""
    return value % 10 == 1 and value % 100 != 11


def is_few(value: int) -> bool:
    """Whether a Russian noun after this number is in the genitive singular: 2, 3, 4, 22, but not 12."""
    return value % 10 in (2, 3, 4) and value % 100 not in (12, 13, 14)
