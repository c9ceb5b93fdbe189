"""English: prices, dates, hours and units in words. Pure but for ``num2words``."""

from __future__ import annotations

import re
from decimal import Decimal

from speech.numbers import MOST, cardinal, digits, fraction, ordinal, year

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS = {name[:3]: name for name in MONTHS} | {"Sept": "September"}
_MONTH = "|".join([*MONTHS, *(name for name in _SHORT_MONTHS if name != "May")])
_NUMBER = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
_CURRENCIES = {
    "₽": ("ruble", "rubles"), "RUB": ("ruble", "rubles"), "$": ("dollar", "dollars"), "USD": ("dollar", "dollars"),
    "€": ("euro", "euros"), "EUR": ("euro", "euros"), "£": ("pound", "pounds"), "GBP": ("pound", "pounds"),
    "₸": ("tenge", "tenge"), "₴": ("hryvnia", "hryvnias"),
}  # fmt: skip
_COINS = {"$": ("cent", "cents"), "USD": ("cent", "cents"), "€": ("cent", "cents"), "EUR": ("cent", "cents"),
          "£": ("penny", "pence"), "GBP": ("penny", "pence"), "₽": ("kopeck", "kopecks"), "RUB": ("kopeck", "kopecks")}  # fmt: skip
_UNITS = {
    "%": "percent", "Mbit/s": "megabits per second", "Mbps": "megabits per second", "Gbit/s": "gigabits per second",
    "Gbps": "gigabits per second", "Kbit/s": "kilobits per second", "Kbps": "kilobits per second", "kbps": "kilobits per second",
    "MB/s": "megabytes per second", "GB": "gigabytes", "MB": "megabytes", "TB": "terabytes", "KB": "kilobytes", "Mbit": "megabits",
    "Gbit": "gigabits", "GHz": "gigahertz", "MHz": "megahertz", "kHz": "kilohertz", "Hz": "hertz", "km/h": "kilometers per hour",
    "mph": "miles per hour", "km": "kilometers", "cm": "centimeters", "mm": "millimeters", "m²": "square meters", "m": "meters",
    "kg": "kilograms", "g": "grams", "l": "liters", "ml": "milliliters", "kWh": "kilowatt-hours", "kW": "kilowatts", "W": "watts",
    "°C": "degrees Celsius", "°F": "degrees Fahrenheit", "°": "degrees", "min": "minutes", "mins": "minutes", "sec": "seconds",
    "ms": "milliseconds", "h": "hours", "hr": "hours", "hrs": "hours", "pcs": "pieces", "mo": "months", "yr": "years",
    "yrs": "years", "px": "pixels", "lb": "pounds", "lbs": "pounds", "ft": "feet", "mAh": "milliamp-hours",
    "Мбит/с": "megabits per second", "Гбит/с": "gigabits per second", "ГБ": "gigabytes", "МБ": "megabytes", "ГГц": "gigahertz",
}  # fmt: skip
_PER = {
    "mo": "a month", "month": "a month", "year": "a year", "yr": "a year", "day": "a day", "week": "a week", "hour": "an hour",
    "h": "an hour", "hr": "an hour", "min": "a minute", "minute": "a minute", "user": "per user", "person": "per person",
    "GB": "per gigabyte", "kg": "per kilogram", "item": "per item", "s": "per second", "sec": "per second", "night": "a night",
}  # fmt: skip
_SCALES = {"k": "thousand", "K": "thousand", "M": "million", "mln": "million", "bn": "billion", "B": "billion"}
_SIGN = r"[₽$€£₸₴]"
_WORD_UNITS = "|".join(re.escape(name) for name in sorted({*_UNITS, *_CURRENCIES}, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<minus>(?<![\w)])[-−])?(?:(?P<sign>{_SIGN})\s?)?(?P<a>{_NUMBER})"
    rf"(?:\s?[-–—]\s?{_SIGN}?(?P<b>{_NUMBER}))?"
    r"(?:(?P<scale>[kKMB]|\s?(?:mln|bn))(?![^\W_]))?"
    rf"(?:[ \u00a0]?(?P<unit>{_WORD_UNITS})(?![^\W_])(?:\.(?=\s*[a-z,;(/]))?)?"
    rf"(?:\s?/\s?(?P<per>{'|'.join(sorted(_PER, key=len, reverse=True))})(?![^\W_])(?:\.(?=\s*[a-z,;(]))?)?"
)
_DATE = re.compile(r"(?<![\d.])(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})(?![\d.]*\d)")
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
_YEAR_AFTER = r"(?:,? (?P<year>(?:19|20)\d\d)(?!\d))?"
_DAY_FIRST = re.compile(
    rf"(?P<the>the )?(?<![\d.,:])(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH})\.?(?![^\W\d_]){_YEAR_AFTER}"
)
_MONTH_FIRST = re.compile(
    rf"(?<![^\W\d_])(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]){_YEAR_AFTER}"
)
_YEAR = re.compile(
    r"(?P<before>(?<![^\W\d_])(?:in|since|until|by|from|of|year|for|during) |(?:"
    + "|".join(MONTHS)
    + r") )(?P<year>(?:19|20)\d\d)(?![\d.,]*\d)(?! ?[%₽$€£])",
    re.IGNORECASE,
)
_HALF = r"(?:\s?(?P<half{0}>[ap]\.?m\b(?:\.(?=\s*[a-z,;(]))?))?"
_CLOCK = r"(?<![\d:])(?P<h{0}>[01]?\d|2[0-4]):(?P<m{0}>[0-5]\d)(?![\d:])" + _HALF
_TIMES = re.compile(_CLOCK.format(1) + r"(?P<to>\s?[-–—]\s?)" + _CLOCK.format(2), re.IGNORECASE)
_TIME = re.compile(_CLOCK.format(1), re.IGNORECASE)
_HOURS = re.compile(
    r"(?<![\d:.,])(?P<h>1[0-2]|[1-9])\s?(?P<half>[ap]\.?m)\b\.?(?=[\s,;:!?)]|$)(?P<stop>)", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?<!\d)(\d{1,4})(?:st|nd|rd|th)\b")
_CODED = frozenset(["number", "code", "pin", "contract", "account", "order", "id", "no", "reference", "ref"])
_BEFORE = re.compile(r"(?:([^\W\d_]+) )?([^\W\d_]+)[ \u00a0(“\"]*$")


def with_numbers(text: str) -> str:
    """The text with every number in words."""
    text = _DATE.sub(_date, text)
    text = _ISO.sub(_date, text)
    text = _DAY_FIRST.sub(_named_date, text)
    text = _MONTH_FIRST.sub(_named_date, text)
    text = _YEAR.sub(lambda found: found["before"] + year(int(found["year"])), text)
    text = _TIMES.sub(_times, text)
    text = _TIME.sub(lambda found: _clock(found["h1"], found["m1"], found["half1"]), text)
    text = _HOURS.sub(lambda found: _clock(found["h"], "00", found["half"]), text)
    text = _ORDINAL.sub(lambda found: ordinal(int(found[1]), "en"), text)
    return _QUANTITY.sub(_quantity, text)


def _date(found: re.Match[str]) -> str:
    """Such as "15.03.2026", the day first unless it can't be; what isn't on the calendar is read as numbers."""
    day, month = int(found["day"]), int(found["month"])
    if month > 12:
        day, month = month, day
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return found[0]
    return f"the {ordinal(day, 'en')} of {MONTHS[month - 1]}, {year(int(found['year']))}"


def _named_date(found: re.Match[str]) -> str:
    day = int(found["day"])
    if not 1 <= day <= 31:
        return found[0]
    month = _SHORT_MONTHS.get(found["month"], found["month"])
    when = f", {year(int(found['year']))}" if found["year"] else ""
    if found.re is _DAY_FIRST:
        return f"the {ordinal(day, 'en')} of {month}{when}"
    return f"{month} {ordinal(day, 'en')}{when}"


def _times(found: re.Match[str]) -> str:
    first = _clock(found["h1"], found["m1"], found["half1"] or found["half2"])
    before = _BEFORE.search(found.string[max(0, found.start() - 20) : found.start()])
    lead = "" if before and before[2].lower() == "from" else "from "
    return f"{lead}{first} to {_clock(found['h2'], found['m2'], found['half2'])}"


def _clock(hour: str, minute: str, half: str | None) -> str:
    """Such as "nine AM", "six thirty PM", "noon"."""
    number = int(hour) % 24
    late = half.lower().startswith("p") if half else number >= 12
    if not int(minute) and not half and number in (0, 12):
        return "noon" if number else "midnight"
    dial = number % 12 or 12
    minutes = "" if not int(minute) else f" {'oh ' if minute.startswith('0') else ''}{cardinal(int(minute), 'en')}"
    return f"{cardinal(dial, 'en')}{minutes} {'PM' if late else 'AM'}"


def _quantity(found: re.Match[str]) -> str:
    """A number, or two with a dash between, with its sign, scale and unit."""
    name = found["sign"] or found["unit"] or ""
    scale = f" {_SCALES[found['scale'].strip()]}" if found["scale"] else ""
    spaced = " " if found.string[found.start() - 1 : found.start()].isalpha() and found.start() else ""
    joint = " " if found.string[found.end() : found.end() + 1].isalpha() else ""
    if not name and not found["b"] and _is_code(found):
        return spaced + digits(found["a"], "en") + joint
    amount = found["b"] or found["a"]
    lead = f"{_number(found['a'])} to " if found["b"] else ""
    said = lead + (_money(amount, name, scale) if name in _CURRENCIES else _measure(amount, name, scale, found))
    also = found["unit"] if found["sign"] and found["unit"] else ""
    said += f" {_UNITS.get(also, '')}" if also in _UNITS else ""
    per = f" {_PER[found['per']]}" if found["per"] else ""
    return f"{spaced}{'minus ' if found['minus'] else ''}{said}{per}{joint}"


def _money(written: str, name: str, scale: str) -> str:
    value = _value(written)
    one, many = _CURRENCIES[name]
    cents = int(value * 100) % 100
    if cents and not scale and value * 100 == int(value * 100) and name in _COINS:
        coin = _COINS[name][cents != 1]
        coins = f"{cardinal(cents, 'en')} {coin}"
        whole = int(value)
        return f"{cardinal(whole, 'en')} {many if whole != 1 else one} and {coins}" if whole else coins
    return f"{_number(written)}{scale} {one if value == 1 and not scale else many}"


def _measure(written: str, name: str, scale: str, found: re.Match[str]) -> str:
    unit = _UNITS.get(name, "")
    value = _value(written)
    if unit and value == 1 and not scale and not found["b"]:
        unit = _singular(unit)
    before = found.string[found.end() : found.end() + 1] == "-"
    return f"{_number(written)}{scale} {_singular(unit) if before else unit}".rstrip()


def _singular(unit: str) -> str:
    if unit == "feet":
        return "foot"
    first, _, rest = unit.partition(" ")
    if first in ("square", "percent") or first.endswith("hertz"):
        return unit.removesuffix("s") if first == "square" else unit
    return f"{first.removesuffix('s')} {rest}".rstrip()


def _number(written: str) -> str:
    value = _value(written)
    if value != value.to_integral_value():
        return fraction(value.normalize(), "en")
    if (written.startswith("0") and len(written) > 1) or value >= MOST:
        return digits(written, "en")
    return cardinal(int(value), "en")


def _value(written: str) -> Decimal:
    return Decimal(re.sub(r"[,\u00a0\u202f]", "", written))


def _is_code(found: re.Match[str]) -> bool:
    """A number that is told digit by digit: a long one, one with a zero before it, or the number of a contract."""
    written = found["a"]
    if not written.isdecimal() or found["scale"] or found["per"]:
        return False
    if len(written) >= 7 or (written.startswith("0") and len(written) > 1):
        return True
    before = _BEFORE.search(found.string[max(0, found.start() - 40) : found.start()])
    named = {word.lower() for word in before.groups() if word} if before else set()
    return len(written) >= 4 and not named.isdisjoint(_CODED)
