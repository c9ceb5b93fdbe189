"""Postal addresses in Russian and English, tidied: "ул. Ламповая, д. 5, кв. 12", "5 Candle Lane, apt 3". Pure.

A street's name alone is left to the content: a business knows its streets, and nobody else can tell "Лесная" the
street from a forest path. So a street counts with its kind ("улица") or with a house's number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.nlu.entities import numerals
from bot.nlu.entities.entity import Found, Here, Scanned
from bot.nlu.wordlists import by_word, listed

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
_NEVER_NAMES = listed(
    "и в на с по до от за не у к а но или что как где я мы вы он она есть нет мой моя это вас нам мне дом д кв квартира корпус"
    " подъезд этаж можно подключить подключите какой какая какие ваша ваш наша наш во дворе двора"
    " the a an of in on at to from is are my your our no and or i you we for with this that there have has minutes minute hours"
    " hour days day times more than per over about it only up"
)
_WAYS = by_word({
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
_LONGEST_NAME = 3
_LONGEST_NUMBER = 4
_MOST_DETAILS = 5


@dataclass(slots=True)
class _Parts:
    """What was read so far, tidied, and the token after it."""

    end: int
    written: list[str] = field(default_factory=list)
    house: bool = False


def find_addresses(scanned: Scanned, here: Here) -> list[Found]:
    """Addresses with a street's kind or a house's number."""
    found: list[Found] = []
    at = 0
    while at < len(scanned.tokens):
        parts = _read(scanned, at)
        if parts is None or parts.end <= at:
            at += 1
            continue
        start, end = scanned.tokens[at].start, scanned.tokens[parts.end - 1].end
        found.append(Found("address", ", ".join(parts.written), start, end, 1.0 if parts.house else 0.7))
        at = parts.end
    return found


def _read(scanned: Scanned, at: int) -> _Parts | None:
    word = scanned.tokens[at].text
    if word.isdecimal():
        return _indexed(scanned, at) or _counted(scanned, at) or _english(scanned, at)
    if not word.isalpha():
        return None
    if word.isascii():
        return _english(scanned, at)
    return _in_town(scanned, at) or _street(scanned, at)


def _indexed(scanned: Scanned, at: int) -> _Parts | None:
    """A postal code before the rest."""
    if len(scanned.word(at)) != 6:
        return None
    place = _past_comma(scanned, at + 1)
    rest = _in_town(scanned, place) or _street(scanned, place) if place < len(scanned.tokens) else None
    return _Parts(rest.end, [scanned.word(at), *rest.written], rest.house) if rest else None


def _counted(scanned: Scanned, at: int) -> _Parts | None:
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
    return _Parts(rest.end, [street, *rest.written[1:]], rest.house)


def _in_town(scanned: Scanned, at: int) -> _Parts | None:
    """Such as "г. Маячный, ул. Ламповая" and "Маячный, ул. Ламповая"."""
    kind = _TOWNS.get(scanned.word(at))
    if kind:
        place = at + 1 + (scanned.word(at + 1) == ".")
        if not _is_name(scanned, place) or not (_capital(scanned, place) or scanned.word(at + 1) == "."):
            return None
        town, after = f"{kind} {_name(scanned, place)}", place + 1
    elif _capital(scanned, at) and scanned.word(at + 1) == "," and _is_name(scanned, at):
        town, after = _name(scanned, at), at + 1
    else:
        return None
    rest = _street(scanned, _past_comma(scanned, after))
    if rest is None or not (kind or _kind(scanned, _past_comma(scanned, after))):
        return None
    return _Parts(rest.end, [town, *rest.written], rest.house)


def _street(scanned: Scanned, at: int) -> _Parts | None:
    """A Russian street with what follows it."""
    kind = _kind(scanned, at)
    if kind:
        short, place = kind
        end = _names(scanned, place)
        if end == place:
            return None
        parts = _Parts(end, [f"{short} {_joined(scanned, place, end)}"])
        _add_house(scanned, parts)
        # "улица широкая, 5" is a street, "на улице мороз 30 градусов" is weather.
        named = _capital(scanned, place) or scanned.word(place - 1) == "."
        return parts if named or (parts.house and (len(parts.written) > 2 or _ends(scanned, parts.end))) else None
    return _named_first(scanned, at)


def _named_first(scanned: Scanned, at: int) -> _Parts | None:
    """Such as "Ленинский проспект, 5", "Ламповая 5"."""
    if not _is_name(scanned, at) or len(scanned.word(at)) < 4:
        return None
    after = at + 1
    kind = _kind(scanned, after)
    capital = _capital(scanned, at)
    if kind:
        name = _name(scanned, at)
        written = scanned.folded[scanned.tokens[after].start : scanned.tokens[kind[1] - 1].end]
        parts = _Parts(kind[1], [f"ул. {name}" if kind[0] == "ул." else f"{name} {written}"])
        _add_house(scanned, parts)
        return parts if parts.house or (capital and scanned.word(at).endswith(_ENDINGS)) else None
    if not scanned.word(at).endswith(_ENDINGS) or scanned.word(at) in _NO_STREETS:
        return None
    parts = _Parts(after, [_name(scanned, at)])
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
        if not (ordinal or _capital(scanned, place)) or not _is_name(scanned, place):
            return at
        end = place + 1
    while end < at + _LONGEST_NAME and _is_name(scanned, end):
        # After the first word only what is written as a name goes on: "ул. Ламповая рядом с рынком".
        if end > at and not (_capital(scanned, end) or _starts_house(scanned, end + 1)):
            break
        end += 1
    return end


def _starts_house(scanned: Scanned, at: int) -> bool:
    at = _past_comma(scanned, at)
    return scanned.word(at) in _HOUSE or scanned.word(at).isdecimal()


def _add_house(scanned: Scanned, parts: _Parts) -> None:
    """Reads the house, and what is named within it."""
    at = _past_comma(scanned, parts.end)
    named = scanned.word(at) in _HOUSE
    place = at + 1 + (named and scanned.word(at + 1) == ".") if named else at
    number, end = _number(scanned, place, in_words=named)
    if not number or (not named and not _may_be_house(scanned, end)):
        return
    parts.written.append(f"д. {number}")
    parts.end, parts.house = end, True
    if scanned.word(end) == "-" and scanned.gap(end) == 0 and scanned.word(end + 1).isdecimal():
        flat, after = _number(scanned, end + 1, in_words=False)
        parts.written.append(f"кв. {flat}")
        parts.end = after
    for _ in range(_MOST_DETAILS):
        if not _add_detail(scanned, parts):
            break


def _add_detail(scanned: Scanned, parts: _Parts) -> bool:
    """One of "кв. 12", "корпус 2", "подъезд 3", "3 этаж"."""
    at = _past_comma(scanned, parts.end)
    word = scanned.word(at)
    if word.isdecimal() and scanned.word(at + 1) in ("подъезд", "этаж", "корпус"):
        parts.written.append(f"{_DETAILS[scanned.word(at + 1)]} {word}")
        parts.end = at + 2
        return True
    label = _DETAILS.get(word)
    if label is None:
        return False
    place = at + 1 + (scanned.word(at + 1) == ".")
    number, end = _number(scanned, place, in_words=len(word) > 1)
    if label == "литера" and len(scanned.word(place)) == 1:
        number, end = scanned.word(place).upper(), place + 1
    if not number:
        return False
    parts.written.append(f"{label} {number}")
    parts.end = end
    return True


def _number(scanned: Scanned, at: int, *, in_words: bool) -> tuple[str, int]:
    """A house's or a flat's number: "5", "5а", "5/2"; in words only where its label was named."""
    word = scanned.word(at)
    if not word.isdecimal():
        numeral = numerals.read_small(scanned, at) if in_words else None
        return (str(numeral.value), numeral.end) if numeral and numeral.value else ("", at)
    if len(word) > _LONGEST_NUMBER or word.startswith("0"):
        return "", at
    number, end = word, at + 1
    if (
        scanned.word(end) == "/"
        and scanned.gap(end) == 0
        and scanned.word(end + 1).isdecimal()
        and scanned.gap(end + 1) == 0
    ):
        number, end = f"{number}/{scanned.word(end + 1)}", end + 2
    letter = scanned.word(end)
    if len(letter) == 1 and letter.isalpha() and scanned.gap(end) == 0:
        number, end = number + letter, end + 1
    elif letter in ('"', "«") and len(scanned.word(end + 1)) == 1 and scanned.word(end + 1).isalpha():
        number, end = number + scanned.word(end + 1), end + 3
    return number, end


def _may_be_house(scanned: Scanned, end: int) -> bool:
    """Whether a number without a label is no part of something else: "12:30", "5 минут", "3 200"."""
    word = scanned.word(end)
    if word.isdecimal() or (scanned.gap(end) == 0 and word in (":", ".") and scanned.word(end + 1).isdecimal()):
        return False
    return not (word.isalnum() and scanned.gap(end) == 0)


def _ends(scanned: Scanned, end: int) -> bool:
    """Whether what follows isn't counted by the number: an address may go on with a mark or a little word."""
    word = scanned.word(end)
    return not word.isalpha() or word in _NEVER_NAMES or word in _DETAILS or word in numerals.HEADS or _is_verb(word)


def _is_verb(word: str) -> bool:
    return word.endswith(("ете", "ите", "ать", "ить", "ют", "ет", "ит", "ся"))


def _english(scanned: Scanned, at: int) -> _Parts | None:
    """Such as "5 Candle Lane, apt 3", "Lamp Street 12", "Flat 3, 5 Candle Lane"."""
    if scanned.word(at) in _UNITS:
        unit, end = _unit(scanned, at)
        rest = (
            _english(scanned, _past_comma(scanned, end))
            if unit and scanned.word(_past_comma(scanned, end)).isdecimal()
            else None
        )
        return _Parts(rest.end, [unit, *rest.written], rest.house) if rest else None
    number, place = _number(scanned, at, in_words=False)
    if scanned.gap(at) == 0 and scanned.word(at - 1) in ("-", "/", ".", ":", "№"):
        return None
    way = _way_after(scanned, place, numbered=bool(number))
    if way is None:
        return None
    name = _joined(scanned, place, way, titled=True)
    end = way + 1
    if scanned.word(end) == "." and len(scanned.word(way)) <= 4 and scanned.word(end + 1):
        end += 1
    street = f"{name} {_WAYS[scanned.word(way)]}"
    parts = _Parts(end, [f"{number} {street}".strip()], bool(number))
    if not number:
        after = _past_comma(scanned, end)
        number, last = _number(scanned, after, in_words=False)
        if number and _may_be_house(scanned, last):
            parts = _Parts(last, [f"{street} {number}"], True)
    for _ in range(_MOST_DETAILS):
        unit, last = _unit(scanned, _past_comma(scanned, parts.end))
        if not unit:
            break
        parts.written.append(unit)
        parts.end = last
    return parts


def _way_after(scanned: Scanned, at: int, *, numbered: bool) -> int | None:
    """The token of "Street" after one to three words of a name."""
    for way in range(at + 1, at + 1 + _LONGEST_NAME):
        if not (_is_name(scanned, way - 1) and scanned.word(way - 1).isascii()):
            return None
        word = scanned.word(way)
        if word in _WAYS:
            capital = _capital(scanned, at) and _capital(scanned, way)
            return way if capital or (numbered and word not in _EVERYDAY) else None
    return None


def _unit(scanned: Scanned, at: int) -> tuple[str, int]:
    """Such as "apt 3", "#3", "third floor"; nothing where there is none."""
    word = scanned.word(at)
    if word == "#":
        number, end = _number(scanned, at + 1, in_words=False)
        return (f"apt {number}", end) if number else ("", at)
    ordinal = numerals.read_ordinal(scanned, at)
    if ordinal and scanned.word(ordinal.end) == "floor":
        return f"floor {ordinal.value}", ordinal.end + 1
    if word not in _UNITS:
        return "", at
    place = at + 1 + (scanned.word(at + 1) in (".", "#"))
    number, end = _number(scanned, place, in_words=True)
    if (
        not number
        and len(scanned.word(place)) == 1
        and scanned.word(place).isalpha()
        and scanned.word(place) not in ("a", "i")
    ):
        number, end = scanned.word(place), place + 1
    return (f"{_UNITS[word]} {number.upper()}", end) if number else ("", at)


def _is_name(scanned: Scanned, at: int) -> bool:
    word = scanned.word(at)
    return len(word) > 1 and word.isalpha() and word not in _NEVER_NAMES


def _capital(scanned: Scanned, at: int) -> bool:
    return 0 <= at < len(scanned.tokens) and scanned.text[scanned.tokens[at].start].isupper()


def _past_comma(scanned: Scanned, at: int) -> int:
    return at + 1 if scanned.word(at) == "," else at


def _name(scanned: Scanned, at: int) -> str:
    token = scanned.tokens[at]
    written = scanned.text[token.start : token.end]
    return written[:1].upper() + written[1:]


def _joined(scanned: Scanned, at: int, end: int, *, titled: bool = False) -> str:
    """The words of a name as written, with a capital letter; ``titled``: each of them."""
    written = scanned.text[scanned.tokens[at].start : scanned.tokens[end - 1].end]
    if titled:
        return " ".join(_name(scanned, place) for place in range(at, end))
    return written[:1].upper() + written[1:]
