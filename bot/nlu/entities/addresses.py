"""Postal addresses in Russian and English, tidied: "ул. Ламповая, д. 5, кв. 12", "5 Candle Lane, apt 3". Pure.

A street's name alone is left to the content: a business knows its streets, and nobody else can tell "Лесная" the
street from a forest path. So a street counts with its kind ("улица") or with a house's number.
"""

from __future__ import annotations

from bot.nlu.entities import numerals
from bot.nlu.entities.address_parts import (
    LONGEST_NAME,
    MOST_DETAILS,
    NEVER_NAMES,
    Parts,
    is_capital,
    is_name,
    may_be_house,
    name_at,
    name_between,
    past_comma,
    read_number,
)
from bot.nlu.entities.addresses_english import WAYS, read_english
from bot.nlu.entities.entity import Found, Here, Hints, Scanned
from gateway.wordlists import by_word, listed

_STREETS = by_word({
    "ул.": "ул улица улице улицы улицу улицей",
    "пр-т": "просп проспект проспекте проспекта проспекту",
    "пер.": "пер переулок переулке переулка переулку",
    "б-р": "бульвар бульваре бульвара бульвару бул",
    "ш.": "шоссе",
    "наб.": "наб набережная набережной набережную",
    "пл.": "площадь площади",
    "проезд": "проезд проезде проезда",
    "тупик": "тупик тупике тупика",
    "аллея": "аллея аллее аллеи аллею",
    "мкр.": "мкр микрорайон микрорайоне микрорайона",
})  # fmt: skip
# Two tokens around a hyphen: "пр-т", "б-р".
_HYPHENED = {("пр", "т"): "пр-т", ("б", "р"): "б-р", ("пр", "д"): "проезд", ("пр", "кт"): "пр-т"}
_TOWNS = by_word({
    "г.": "г гор город городе", "пос.": "пос поселок поселке", "село": "село селе", "дер.": "дер деревня деревне",
})  # fmt: skip
_HOUSE = listed("д дом доме дома №")
_DETAILS = by_word({
    "корп.": "к корп корпус корпусе", "стр.": "стр строение", "кв.": "кв квартира квартире квартиру",
    "офис": "оф офис офисе", "комн.": "ком комната комнате", "подъезд": "подъезд подъезде под", "этаж": "этаж этаже эт",
    "домофон": "домофон", "литера": "лит литера",
})  # fmt: skip
_ENDINGS = ("ая", "яя", "ой", "ую", "юю", "ей", "ский", "ского", "ском", "скому", "ный", "ного", "ном")
_NO_STREETS = frozenset(numerals.ORDINALS) | listed(
    "какая какой какую такая такой такую каждая каждой каждую другая другой другую этой самой одной новая новой новую старой"
    " первой целая целой целую моей твоей своей нашей вашей всей данной данный данного последней следующей прошлой больной"
    " той который которой которую какого такого весной домой мной тобой главной главная полной скорой нужной нужную одинаковой большой большая большую маленькой средней"
)
_ABOUT_PLACES = listed("на по адрес адресу адресом адреса живу живем проживаю улица улице")
# Without a digit only a street's kind, a town's or a house's makes an address.
ADDRESS_HINTS = Hints(
    frozenset(_STREETS) | frozenset(WAYS) | frozenset({"дом", "доме", "дома", "пр", "б", "ш", "пл"}), digits=1
)


def find_addresses(scanned: Scanned, here: Here) -> list[Found]:
    """Addresses with a street's kind or a house's number."""
    found: list[Found] = []
    if not scanned.has(ADDRESS_HINTS):
        return found
    at = 0
    while at < len(scanned.words):
        parts = _read(scanned, at)
        if parts is None or parts.end <= at:
            at += 1
            continue
        start, end = scanned.tokens[at].start, scanned.tokens[parts.end - 1].end
        found.append(Found("address", ", ".join(parts.written), start, end, 1.0 if parts.house else 0.7))
        at = parts.end
    return found


def _read(scanned: Scanned, at: int) -> Parts | None:
    word = scanned.words[at]
    if word.isdecimal():
        return _indexed(scanned, at) or _counted(scanned, at) or read_english(scanned, at)
    if not word.isalpha():
        return None
    if word.isascii():
        return read_english(scanned, at)
    return _in_town(scanned, at) or _street(scanned, at)


def _indexed(scanned: Scanned, at: int) -> Parts | None:
    """A postal code before the rest."""
    if len(scanned.word(at)) != 6:
        return None
    place = past_comma(scanned, at + 1)
    rest = _in_town(scanned, place) or _street(scanned, place) if place < len(scanned.words) else None
    return Parts(rest.end, [scanned.word(at), *rest.written], rest.house) if rest else None


def _counted(scanned: Scanned, at: int) -> Parts | None:
    """A street whose name begins with a number and whose kind comes last: "1-я Ламповая улица"."""
    if len(scanned.word(at)) > 2 or scanned.word(at + 1) != "-" or scanned.word(at + 2) not in ("я", "й"):
        return None
    if not _kind(scanned, at + 4):
        return None
    rest = _named_first(scanned, at + 3)
    if rest is None:
        return None
    number = f"{scanned.word(at)}-{scanned.word(at + 2)}"
    named = rest.written[0]
    street = f"ул. {number} {named.removeprefix('ул. ')}" if named.startswith("ул. ") else f"{number} {named}"
    return Parts(rest.end, [street, *rest.written[1:]], rest.house)


def _in_town(scanned: Scanned, at: int) -> Parts | None:
    """Such as "г. Маячный, ул. Ламповая" and "Маячный, ул. Ламповая"."""
    kind = _TOWNS.get(scanned.word(at))
    if kind:
        place = at + 1 + (scanned.word(at + 1) == ".")
        if not is_name(scanned, place) or not (is_capital(scanned, place) or scanned.word(at + 1) == "."):
            return None
        town, after = f"{kind} {name_at(scanned, place)}", place + 1
    elif is_capital(scanned, at) and scanned.word(at + 1) == "," and is_name(scanned, at):
        town, after = name_at(scanned, at), at + 1
    else:
        return None
    rest = _street(scanned, past_comma(scanned, after))
    if rest is None or not (kind or _kind(scanned, past_comma(scanned, after))):
        return None
    return Parts(rest.end, [town, *rest.written], rest.house)


def _street(scanned: Scanned, at: int) -> Parts | None:
    """A Russian street with what follows it."""
    kind = _kind(scanned, at)
    if kind:
        short, place = kind
        end = _names(scanned, place)
        if end == place:
            return None
        parts = Parts(end, [f"{short} {name_between(scanned, place, end)}"])
        _add_house(scanned, parts)
        # "улица широкая, 5" is a street, "на улице мороз 30 градусов" is weather.
        named = is_capital(scanned, place) or scanned.word(place - 1) == "."
        return parts if named or (parts.house and (len(parts.written) > 2 or _ends(scanned, parts.end))) else None
    return _named_first(scanned, at)


def _named_first(scanned: Scanned, at: int) -> Parts | None:
    """Such as "Ленинский проспект, 5", "Ламповая 5"."""
    if not is_name(scanned, at) or len(scanned.word(at)) < 4:
        return None
    after = at + 1
    kind = _kind(scanned, after)
    capital = is_capital(scanned, at)
    if kind:
        name = name_at(scanned, at)
        written = scanned.folded[scanned.tokens[after].start : scanned.tokens[kind[1] - 1].end]
        parts = Parts(kind[1], [f"ул. {name}" if kind[0] == "ул." else f"{name} {written}"])
        _add_house(scanned, parts)
        return parts if parts.house or (capital and scanned.word(at).endswith(_ENDINGS)) else None
    if not scanned.word(at).endswith(_ENDINGS) or scanned.word(at) in _NO_STREETS:
        return None
    parts = Parts(after, [name_at(scanned, at)])
    _add_house(scanned, parts)
    if not parts.house or not (capital or at == 0 or scanned.word(at - 1) in _ABOUT_PLACES):
        return None
    return parts if len(parts.written) > 2 or _ends(scanned, parts.end) else None


def _kind(scanned: Scanned, at: int) -> tuple[str, int] | None:
    """What sort of street is named at the token, and the token after it."""
    word = scanned.word(at)
    if scanned.word(at + 1) == "-" and scanned.gap(at + 1) == 0 and (word, scanned.word(at + 2)) in _HYPHENED:
        end = at + 3
        return _HYPHENED[word, scanned.word(at + 2)], end + (scanned.word(end) == ".")
    dotted = scanned.word(at + 1) == "."
    if word in ("пр", "ш", "пл") and dotted:
        return {"пр": "пр-т", "ш": "ш.", "пл": "пл."}[word], at + 2
    if word in _STREETS:
        return _STREETS[word], at + 1 + dotted
    return None


def _names(scanned: Scanned, at: int) -> int:
    """The token after a street's name: up to three words, a number among them ("8 Марта", "1-я Ламповая")."""
    end = at
    if scanned.word(end).isdecimal() and len(scanned.word(end)) <= 2:
        ordinal = scanned.word(end + 1) == "-" and scanned.word(end + 2) in ("я", "й", "ая", "ый")
        place = end + 3 if ordinal else end + 1
        if not (ordinal or is_capital(scanned, place)) or not is_name(scanned, place):
            return at
        end = place + 1
    while end < at + LONGEST_NAME and is_name(scanned, end):
        # After the first word only what is written as a name goes on: "ул. Ламповая рядом с рынком".
        if end > at and not (is_capital(scanned, end) or _starts_house(scanned, end + 1)):
            break
        end += 1
    return end


def _starts_house(scanned: Scanned, at: int) -> bool:
    at = past_comma(scanned, at)
    return scanned.word(at) in _HOUSE or scanned.word(at).isdecimal()


def _add_house(scanned: Scanned, parts: Parts) -> None:
    """Reads the house, and what is named within it."""
    at = past_comma(scanned, parts.end)
    named = scanned.word(at) in _HOUSE
    place = at + 1 + (named and scanned.word(at + 1) == ".") if named else at
    number, end = read_number(scanned, place, in_words=named)
    if not number or (not named and not may_be_house(scanned, end)):
        return
    parts.written.append(f"д. {number}")
    parts.end, parts.house = end, True
    if scanned.word(end) == "-" and scanned.gap(end) == 0 and scanned.word(end + 1).isdecimal():
        flat, after = read_number(scanned, end + 1, in_words=False)
        parts.written.append(f"кв. {flat}")
        parts.end = after
    for _ in range(MOST_DETAILS):
        if not _add_detail(scanned, parts):
            break


def _add_detail(scanned: Scanned, parts: Parts) -> bool:
    """One of "кв. 12", "корпус 2", "подъезд 3", "3 этаж"."""
    at = past_comma(scanned, parts.end)
    word = scanned.word(at)
    if word.isdecimal() and scanned.word(at + 1) in ("подъезд", "этаж", "корпус"):
        parts.written.append(f"{_DETAILS[scanned.word(at + 1)]} {word}")
        parts.end = at + 2
        return True
    label = _DETAILS.get(word)
    if label is None:
        return False
    place = at + 1 + (scanned.word(at + 1) == ".")
    number, end = read_number(scanned, place, in_words=len(word) > 1)
    if label == "литера" and len(scanned.word(place)) == 1:
        number, end = scanned.word(place).upper(), place + 1
    if not number:
        return False
    parts.written.append(f"{label} {number}")
    parts.end = end
    return True


def _ends(scanned: Scanned, end: int) -> bool:
    """Whether what follows isn't counted by the number: an address may go on with a mark or a little word."""
    word = scanned.word(end)
    return not word.isalpha() or word in NEVER_NAMES or word in _DETAILS or word in numerals.HEADS or _is_verb(word)


def _is_verb(word: str) -> bool:
    return word.endswith(("ете", "ите", "ать", "ить", "ют", "ет", "ит", "ся"))
