"""English addresses: "5 Candle Lane, apt 3", "Lamp Street 12", "Flat 3, 5 Candle Lane". Pure."""

from __future__ import annotations

from bot.nlu.entities import numerals
from bot.nlu.entities.address_parts import (
    LONGEST_NAME,
    MOST_DETAILS,
    Parts,
    is_capital,
    is_name,
    may_be_house,
    name_between,
    past_comma,
    read_number,
)
from bot.nlu.entities.entity import Scanned
from gateway.wordlists import by_word, listed

WAYS = by_word({
    "Street": "street", "St": "st", "Road": "road", "Rd": "rd", "Avenue": "avenue", "Ave": "ave", "Lane": "lane", "Ln": "ln",
    "Boulevard": "boulevard", "Blvd": "blvd", "Alley": "alley", "Terrace": "terrace", "Crescent": "crescent",
    "Highway": "highway", "Parkway": "parkway", "Embankment": "embankment", "Drive": "drive", "Dr": "dr", "Court": "court",
    "Square": "square", "Place": "place", "Way": "way", "Row": "row", "Close": "close",
})  # fmt: skip
# These are everyday words: they count only with a capital letter.
_EVERYDAY = listed("st dr drive court square place way row close")
_UNITS = by_word({
    "apt": "apt apartment", "flat": "flat", "unit": "unit", "suite": "suite ste", "room": "room", "floor": "floor",
    "building": "building bldg", "entrance": "entrance",
})  # fmt: skip


def read_english(scanned: Scanned, at: int) -> Parts | None:
    """Such as "5 Candle Lane, apt 3", "Lamp Street 12", "Flat 3, 5 Candle Lane"."""
    if scanned.word(at) in _UNITS:
        unit, end = _unit(scanned, at)
        rest = (
            read_english(scanned, past_comma(scanned, end))
            if unit and scanned.word(past_comma(scanned, end)).isdecimal()
            else None
        )
        return Parts(rest.end, [unit, *rest.written], rest.house) if rest else None
    number, place = read_number(scanned, at, in_words=False)
    if scanned.gap(at) == 0 and scanned.word(at - 1) in ("-", "/", ".", ":", "№"):
        return None
    way = _way_after(scanned, place, numbered=bool(number))
    if way is None:
        return None
    name = name_between(scanned, place, way, titled=True)
    end = way + 1
    if scanned.word(end) == "." and len(scanned.word(way)) <= 4 and scanned.word(end + 1):
        end += 1
    street = f"{name} {WAYS[scanned.word(way)]}"
    parts = Parts(end, [f"{number} {street}".strip()], bool(number))
    if not number:
        after = past_comma(scanned, end)
        number, last = read_number(scanned, after, in_words=False)
        if number and may_be_house(scanned, last):
            parts = Parts(last, [f"{street} {number}"], True)
    for _ in range(MOST_DETAILS):
        unit, last = _unit(scanned, past_comma(scanned, parts.end))
        if not unit:
            break
        parts.written.append(unit)
        parts.end = last
    return parts


def _way_after(scanned: Scanned, at: int, *, numbered: bool) -> int | None:
    """The token of "Street" after one to three words of a name."""
    for way in range(at + 1, at + 1 + LONGEST_NAME):
        if not (is_name(scanned, way - 1) and scanned.word(way - 1).isascii()):
            return None
        word = scanned.word(way)
        if word in WAYS:
            capital = is_capital(scanned, at) and is_capital(scanned, way)
            return way if capital or (numbered and word not in _EVERYDAY) else None
    return None


def _unit(scanned: Scanned, at: int) -> tuple[str, int]:
    """Such as "apt 3", "#3", "third floor"; nothing where there is none."""
    word = scanned.word(at)
    if word == "#":
        number, end = read_number(scanned, at + 1, in_words=False)
        return (f"apt {number}", end) if number else ("", at)
    ordinal = numerals.read_ordinal(scanned, at)
    if ordinal and scanned.word(ordinal.end) == "floor":
        return f"floor {ordinal.value}", ordinal.end + 1
    if word not in _UNITS:
        return "", at
    place = at + 1 + (scanned.word(at + 1) in (".", "#"))
    number, end = read_number(scanned, place, in_words=True)
    if (
        not number
        and len(scanned.word(place)) == 1
        and scanned.word(place).isalpha()
        and scanned.word(place) not in ("a", "i")
    ):
        number, end = scanned.word(place), place + 1
    return (f"{_UNITS[word]} {number.upper()}", end) if number else ("", at)
