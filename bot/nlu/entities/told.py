"""Values of the built-in kinds as a person would write them: "пятница, 4 декабря, 15:00", "₽1,500". Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}"
_MOMENT = re.compile(rf"(?P<day>{_DAY})?(?:(?:(?<=\d)T|^)(?P<clock>{_CLOCK}))?")
_INTERVAL = re.compile(r"(?P<first>\.\.|[\dT:-]+)/(?P<last>\.\.|[\dT:-]+)")
_PHONE = re.compile(r"\+([17])(\d{3})(\d{3})(\d{2})(\d{2})")
_MONEY = re.compile(r"(?P<amount>\d+(?:\.\d+)?) (?P<code>[A-Z]{3})")
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "UAH": "₴", "CNY": "¥"}
_RUSSIAN_MARKS = str.maketrans({",": "\u00a0", ".": ","})
_NEAR = 200
_MONTHS = {
    "ru": (
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
_WEEKDAYS = {
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_BETWEEN = {"ru": ("с {} до {}", "после {}", "до {}"), "en": ("{} to {}", "after {}", "until {}")}
_DAYS_BETWEEN = {"ru": ("с {} по {}", "с {}", "по {}"), "en": ("{} to {}", "from {}", "until {}")}


def told(value: str, language: str, *, today: date | None = None) -> str:
    """The value in words of the language (English unless Russian); what is of no built-in kind stays as it is.

    A year is told where the day is far from ``today``, or that isn't known.
    """
    language = "ru" if language == "ru" else "en"
    if phone := _PHONE.fullmatch(value):
        return "+{} {} {}-{}-{}".format(*phone.groups())
    if money := _MONEY.fullmatch(value):
        return _money(Decimal(money["amount"]), money["code"], language)
    try:
        interval = _INTERVAL.fullmatch(value)
        if interval:
            return _interval(interval["first"], interval["last"], language, today)
        return _moment(value, language, today)
    except ValueError:
        # Shaped like a day that the calendar doesn't have.
        return value


def _money(amount: Decimal, code: str, language: str) -> str:
    digits = f"{amount:,.2f}" if amount % 1 else f"{amount:,.0f}"
    sign = _SIGNS.get(code, "")
    if language == "ru":
        return digits.translate(_RUSSIAN_MARKS) + f"\u00a0{sign or code}"
    return f"{sign}{digits}" if sign else f"{digits} {code}"


def _moment(value: str, language: str, today: date | None) -> str:
    moment = _MOMENT.fullmatch(value)
    if not value or moment is None:
        return value
    day = _day(date.fromisoformat(moment["day"]), language, today, named=True) if moment["day"] else ""
    return ", ".join(part for part in (day, moment["clock"]) if part)


def _interval(first: str, last: str, language: str, today: date | None) -> str:
    start, stop = _MOMENT.fullmatch(first), _MOMENT.fullmatch(last)
    if not (start or stop) or (start is None and first != "..") or (stop is None and last != ".."):
        return f"{first}/{last}"
    days = [date.fromisoformat(one["day"]) for one in (start, stop) if one and one["day"]]
    clocks = [one["clock"] if one else "" for one in (start, stop)]
    if not any(clocks):
        named = [
            _day(date.fromisoformat(one["day"]), language, today, named=False) if one else "" for one in (start, stop)
        ]
        return _between(named[0] or "", named[1] or "", _DAYS_BETWEEN[language])
    hours = _between(clocks[0] or "", clocks[1] or "", _BETWEEN[language])
    return f"{_day(days[0], language, today, named=True)}, {hours}" if days else hours


def _between(first: str, last: str, words: tuple[str, str, str]) -> str:
    both, after, until = words
    return both.format(first, last) if first and last else after.format(first) if first else until.format(last)


def _day(day: date, language: str, today: date | None, *, named: bool) -> str:
    month = _MONTHS[language][day.month - 1]
    weekday = f"{_WEEKDAYS[language][day.weekday()]}, " if named else ""
    year = "" if today and abs((day - today).days) < _NEAR else f" {day.year}"
    return f"{weekday}{day.day} {month}{year}"
