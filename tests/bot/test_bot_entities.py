"""Entities of built-in kinds in both languages, what the content teaches beside them, roles, and what it costs."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.texts import lantern_holdout
from bot.nlu import entities
from bot.nlu.entities import KINDS, Annotated, Cue, Entity, Finder, Here, learn_roles
from bot.nlu.entities.addresses import ADDRESS_HINTS, find_addresses
from bot.nlu.entities.contacts import EMAIL_HINTS, PHONE_HINTS, find_emails, find_phones
from bot.nlu.entities.entity import Hints, Scanned
from bot.nlu.entities.kinds import find_kinds, hints_of
from bot.nlu.entities.moments import MOMENT_HINTS, as_whole, find_moments
from bot.nlu.entities.numbers import NUMBER_HINTS, find_money, find_numbers
from bot.nlu.entities.scan import fold, scan
from bot.nlu.entities.told import told
from gateway.wordlists import listed

SATURDAY = Here(now=datetime(2026, 11, 28, 12, 0))
NOTHING = Finder({}, [], {})


def read(text: str, *wanted: str, here: Here = SATURDAY) -> list[str]:
    return [entity.value for entity in NOTHING.find(text, here=here, wanted=frozenset(wanted))]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("8 (495) 000-12-34", ["+74950001234"]),
        ("+7 495 000 12 34", ["+74950001234"]),
        ("звоните на 84950001818, спасибо", ["+74950001818"]),
        ("+7(495)0001818", ["+74950001818"]),
        ("495 000-12-34", ["+74950001234"]),
        ("(495) 000-12-34", ["+74950001234"]),
        ("79260001234", ["+79260001234"]),
        ("+44 20 7946 0123", ["+442079460123"]),
        ("+7 926 000-12-34 или 8 926 000 56 78", ["+79260001234", "+79260005678"]),
        ("восемь девятьсот двадцать шесть ноль ноль ноль двенадцать тридцать четыре", ["+79260001234"]),
        ("plus seven nine two six double zero zero one two three four", ["+79260001234"]),
        ("плюс семь, девятьсот двадцать шесть, ноль ноль ноль, двенадцать, тридцать четыре", ["+79260001234"]),
        ("15.03.2026", []),
        ("192.168.0.1", []),
        ("1 500 000 000", []),
        ("договор 12345678901234567890", []),
        ("12 34 56 78", []),
        ("2026-03-15", []),
        ("A89260001234", []),
        ("восемь девочек", []),
    ],
)
def test_phone_numbers(text: str, values: list[str]) -> None:
    assert read(text, "phone") == values


def test_a_phone_number_is_of_the_businesss_country() -> None:
    assert read("(202) 555-0142", "phone", here=Here(region="US")) == ["+12025550142"]
    assert read("+1 202 555 0142", "phone", here=Here(region="GB")) == ["+12025550142"]
    assert read("020 7946 0123", "phone", here=Here(region="GB")) == ["+442079460123"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Ann@Tea.Example", ["Ann@tea.example"]),
        ("пишите ann.lee+x@mail.tea.example.", ["ann.lee+x@mail.tea.example"]),
        ("ann@tea.example, bob@tea.example", ["ann@tea.example", "bob@tea.example"]),
        ("<ann@tea.example>", ["ann@tea.example"]),
        ("почта:ann_lee@почта.рф", ["ann_lee@почта.рф"]),
        ("..ann@tea.example", ["ann@tea.example"]),
        ("a@b", []),
        ("@ann", []),
        ("x@-y.com", []),
        ("a..b@tea.example", []),
        ("5 @ 10.20", []),
    ],
)
def test_emails(text: str, values: list[str]) -> None:
    assert read(text, "email") == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("25", ["25"]),
        ("двадцать пять", ["25"]),
        ("twenty five", ["25"]),
        ("twenty-five", ["25"]),
        ("1 500", ["1500"]),
        ("1\u00a0500", ["1500"]),
        ("1,500", ["1500"]),
        ("1,5", ["1.5"]),
        ("10.50", ["10.5"]),
        ("1.500.000", ["1500000"]),
        ("полтора", ["1.5"]),
        ("два с половиной", ["2.5"]),
        ("two and a half", ["2.5"]),
        ("a hundred and five", ["105"]),
        ("сто двадцать три тысячи сорок пять", ["123045"]),
        ("тысяча пятьсот", ["1500"]),
        ("пять тысяч двести", ["5200"]),
        ("2 млн", ["2000000"]),
        ("15к", ["15000"]),
        ("полмиллиона", ["500000"]),
        ("-5 градусов", ["-5"]),
        ("100 Мбит/с", ["100"]),
        ("двадцать три, сорок", ["23", "40"]),
        ("в комнате двое", ["2"]),
        ("20%", ["20"]),
        ("I have two", ["2"]),
        ("the one I have", []),
        ("я один", []),
        ("192.168.0.1", []),
        ("15:00", []),
        ("15.03.2026", []),
        ("A-123", []),
        ("5G", []),
        ("12 34", []),
        ("8 495 000 12 34", []),
        ("5-7", []),
        ("нашу семью", []),
        ("1234567890123456", []),
    ],
)
def test_numbers(text: str, values: list[str]) -> None:
    assert read(text, "number") == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 500 руб", ["1500 RUB"]),
        ("1500р", ["1500 RUB"]),
        ("1500 р. в месяц", ["1500 RUB"]),
        ("полторы тысячи", ["1500 RUB"]),
        ("полторы тысячи рублей", ["1500 RUB"]),
        ("$20", ["20 USD"]),
        ("20$", ["20 USD"]),
        ("20 баксов", ["20 USD"]),
        ("twenty dollars", ["20 USD"]),
        ("15к", ["15000 RUB"]),
        ("15 тыс. руб", ["15000 RUB"]),
        ("₽450", ["450 RUB"]),
        ("3 200 ₽", ["3200 RUB"]),
        ("100 руб. 50 коп.", ["100.5 RUB"]),
        ("€1,500", ["1500 EUR"]),
        ("£5.50", ["5.5 GBP"]),
        ("две тысячи рублей и 5 евро", ["2000 RUB", "5 EUR"]),
        ("косарь", ["1000 RUB"]),
        ("15 тысяч человек", []),
        ("500", []),
        ("8 рубашек", []),
    ],
)
def test_money(text: str, values: list[str]) -> None:
    assert read(text, "money") == values


def test_a_sum_without_a_currency_is_said_to_be_a_guess() -> None:
    (guessed,) = NOTHING.find("15к", wanted=frozenset({"money"}))
    (sure,) = NOTHING.find("15к руб", wanted=frozenset({"money"}))
    assert guessed.confidence < sure.confidence == 1


# Days and hours as seen from Saturday, 28 November 2026, noon.
MOMENTS = [
    ("завтра", "2026-11-29"),
    ("послезавтра", "2026-11-30"),
    ("позавчера", "2026-11-26"),
    ("в пятницу после обеда", "2026-12-04T13:00/2026-12-04T18:00"),
    ("15 марта", "2027-03-15"),
    ("next Tuesday at 3pm", "2026-12-01T15:00"),
    ("через два часа", "2026-11-28T14:00"),
    ("с 10 до 12", "10:00/12:00"),
    ("завтра после 18", "2026-11-29T18:00/.."),
    ("послезавтра часов в семь", "2026-11-30T19:00"),
    ("в следующий вторник в 9 утра", "2026-12-01T09:00"),
    ("в прошлую пятницу", "2026-11-27"),
    ("tomorrow after 5 pm", "2026-11-29T17:00/.."),
    ("через неделю", "2026-12-05"),
    ("через месяц", "2026-12-28"),
    ("через 3 рабочих дня", "2026-12-02"),
    ("через полчаса", "2026-11-28T12:30"),
    ("через полтора часа", "2026-11-28T13:30"),
    ("часа через два", "2026-11-28T14:00"),
    ("in half an hour", "2026-11-28T12:30"),
    ("in two hours", "2026-11-28T14:00"),
    ("two days from now", "2026-11-30"),
    ("2 дня назад", "2026-11-26"),
    ("3 weeks ago", "2026-11-07"),
    ("на выходных", "2026-11-28/2026-11-29"),
    ("next week", "2026-11-30/2026-12-06"),
    ("на следующей неделе", "2026-11-30/2026-12-06"),
    ("в следующем месяце", "2026-12-01/2026-12-31"),
    ("в марте", "2027-03-01/2027-03-31"),
    ("in March", "2027-03-01/2027-03-31"),
    ("day after tomorrow", "2026-11-30"),
    ("the day after tomorrow at noon", "2026-11-30T12:00"),
    ("15.03.2026", "2026-03-15"),
    ("15.03", "2027-03-15"),
    ("2026-12-05", "2026-12-05"),
    ("12/25/2026", "2026-12-25"),
    ("5/12/26", "2026-12-05"),
    ("пятого декабря", "2026-12-05"),
    ("двадцать пятого декабря в девятнадцать тридцать", "2026-12-25T19:30"),
    ("15 числа", "2026-12-15"),
    ("первого числа", "2026-12-01"),
    ("on the 15th", "2026-12-15"),
    ("March 15th, 2027", "2027-03-15"),
    ("15th of March at quarter to eight", "2027-03-15T19:45"),
    ("15 марта 1990 года", "1990-03-15"),
    ("29 февраля", "2028-02-29"),
    ("с 15 по 20 марта", "2027-03-15/2027-03-20"),
    ("15-20 марта", "2027-03-15/2027-03-20"),
    ("с понедельника по пятницу", "2026-11-30/2026-12-04"),
    ("from March 1 to March 5", "2027-03-01/2027-03-05"),
    ("до 15 марта", "../2027-03-15"),
    ("с 1 декабря", "2026-12-01/.."),
    ("after Friday", "2026-12-05/.."),
    ("в пятницу, 4 декабря, в 15:00", "2026-12-04T15:00"),
    ("завтра утром", "2026-11-29T06:00/2026-11-29T12:00"),
    ("Saturday morning", "2026-12-05T06:00/2026-12-05T12:00"),
    ("вечером во вторник", "2026-12-01T18:00/2026-12-01T23:00"),
    ("завтра вечером в 7", "2026-11-29T19:00"),
    ("завтра вечером после 7", "2026-11-29T19:00/.."),
    ("завтра до обеда", "2026-11-29T08:00/2026-11-29T13:00"),
    ("завтра в обед", "2026-11-29T12:00/2026-11-29T14:00"),
    ("this evening at 8", "2026-11-28T20:00"),
    ("tonight", "2026-11-28T18:00/2026-11-28T23:00"),
    ("сегодня ночью", "2026-11-28T23:00/2026-11-29T06:00"),
    ("в ср в 15-30", "2026-12-02T15:30"),
    ("Fri 3pm", "2026-12-04T15:00"),
    ("tomorrow, 3pm", "2026-11-29T15:00"),
    ("после 18:00", "18:00/.."),
    ("до 12", "../12:00"),
    ("после пяти", "17:00/.."),
    ("с 9 до 6", "09:00/18:00"),
    ("from 9 to 5", "09:00/17:00"),
    ("between 10 and 12", "10:00/12:00"),
    ("10:00-12:00", "10:00/12:00"),
    ("10am-12pm", "10:00/12:00"),
    ("half past seven", "19:30"),
    ("at seven thirty", "19:30"),
    ("at 3 o'clock", "15:00"),
    ("3 p.m.", "15:00"),
    ("в полседьмого", "18:30"),
    ("в половине восьмого вечера", "19:30"),
    ("без четверти восемь", "19:45"),
    ("без пятнадцати три", "14:45"),
    ("в двадцать минут восьмого", "19:20"),
    ("в час дня", "13:00"),
    ("в 12 ночи", "00:00"),
    ("в 2 ночи", "02:00"),
    ("в 10 часов утра", "10:00"),
    ("в 3 часа дня", "15:00"),
    ("к 18 часам", "18:00"),
    ("около семи", "19:00"),
    ("в полдень", "12:00"),
    ("after 8 in the evening", "20:00/.."),
    ("thursday between 10 and 12 suits me", "2026-12-03T10:00/2026-12-03T12:00"),
    ("до девяти или", "../09:00"),
    ("с утра", "06:00/12:00"),
]


@pytest.mark.parametrize(("text", "value"), MOMENTS)
def test_days_and_hours(text: str, value: str) -> None:
    assert read(text, "datetime") == [value]


@pytest.mark.parametrize(
    "text",
    ["жду 2 часа", "в 5 подъезде", "доброе утро", "добрый день", "good morning", "at 5 Candle Lane", "I may have 3 routers",
     "192.168.0.1", "роутер за 3 200 рублей", "31 февраля", "100 км в час", "по пятницам", "5-й этаж", "sat on it", "с 10 человек",
     "десять минут", "10 минут", "каждый день", "в 7 раз", "до 5 устройств", "последний раз", "второй роутер", "один день", "отсрочка на 3 дня", "на черную пятницу", "black friday sale", "по выходным"],
)  # fmt: skip
def test_what_only_looks_like_a_day_or_an_hour_stays_unread(text: str) -> None:
    assert read(text, "date", "time", "datetime") == []


def test_without_today_only_whole_dates_and_hours_are_read() -> None:
    here = Here()
    assert read("завтра", "datetime", here=here) == []
    assert read("15 марта", "datetime", here=here) == []
    assert read("15 марта 2027", "datetime", here=here) == ["2027-03-15"]
    assert read("в пятницу в 15:00", "datetime", here=here) == ["15:00"]


def test_day_and_hours_are_told_apart_as_they_are_wanted() -> None:
    text = "завтра в 15:00"
    assert read(text, "date", "time") == ["2026-11-29", "15:00"]
    assert read(text, "date") == ["2026-11-29"]
    assert (
        read(text, "time") == read(text, "datetime") == read(text, "date", "time", "datetime") == ["2026-11-29T15:00"]
    )
    assert [one.name for one in NOTHING.find("завтра", here=SATURDAY, wanted=KINDS)] == ["date"]


def test_an_hour_without_its_half_of_the_day_is_said_to_be_a_guess() -> None:
    (guessed,) = NOTHING.find("в 5", wanted=frozenset({"time"}))
    (sure,) = NOTHING.find("в 5 вечера", wanted=frozenset({"time"}))
    assert (guessed.value, sure.value) == ("17:00", "17:00")
    assert guessed.confidence < sure.confidence == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ул. Ламповая, д. 5, кв. 12", ["ул. Ламповая, д. 5, кв. 12"]),
        ("Ламповая 5", ["Ламповая, д. 5"]),
        ("улица Свечная, дом 5, кв 18", ["ул. Свечная, д. 5, кв. 18"]),
        ("живу на Рассветной 7, квартира 40", ["Рассветной, д. 7, кв. 40"]),
        ("Лучистая, 15 корпус 2, третий этаж", ["Лучистая, д. 15, корп. 2"]),
        ("на искровой 22", ["Искровой, д. 22"]),
        ("г. Маячный, ул. Ламповая, 5", ["г. Маячный, ул. Ламповая, д. 5"]),
        ("Маячный, ул. Ламповая, 5-12", ["Маячный, ул. Ламповая, д. 5, кв. 12"]),
        ("123456, г. Маячный, ул. Ламповая, д. 5", ["123456, г. Маячный, ул. Ламповая, д. 5"]),
        ("Ленинский проспект 5", ["Ленинский проспект, д. 5"]),
        ("пр-т Мира, 10", ["пр-т Мира, д. 10"]),
        ("ул. 8 Марта, 3", ["ул. 8 Марта, д. 3"]),
        ("1-я Ламповая улица, д. 3", ["ул. 1-я Ламповая, д. 3"]),
        ("улица лучистая дом пять квартира двенадцать", ["ул. Лучистая, д. 5, кв. 12"]),
        ("Огоньковая 9 подъезд 2 домофон 33", ["Огоньковая, д. 9, подъезд 2, домофон 33"]),
        ("ул.Ламповая 5а стр.2", ["ул. Ламповая, д. 5а, стр. 2"]),
        ("Ламповая 5/2, кв. 3", ["Ламповая, д. 5/2, кв. 3"]),
        ("обслуживаете Маячную 3?", ["Маячную, д. 3"]),
        ("на улице Зарничной можно подключиться?", ["ул. Зарничной"]),
        ("5 Candle Lane, apt 3", ["5 Candle Lane, apt 3"]),
        ("5 candle lane apt. 3B", ["5 Candle Lane, apt 3B"]),
        ("please install at Lamp Street 12, flat 3", ["Lamp Street 12, flat 3"]),
        ("Flat 3, 5 Candle Lane", ["flat 3, 5 Candle Lane"]),
        ("do you cover Sunbeam Street", ["Sunbeam Street"]),
        ("9 Glow Lane, third floor", ["9 Glow Lane, floor 3"]),
        ("12 Old Lamp Road", ["12 Old Lamp Road"]),
        ("на улице мороз 30 градусов", []),
        ("какая 5", []),
        ("каждой 2 недели", []),
        ("у вас на скорой 2 часа", []),
        ("2 hours drive", []),
        ("I have 5 minutes on the road", []),
        ("the way 5", []),
        ("роутер за 3 200 рублей", []),
        ("Лампа 300", []),
    ],
)
def test_addresses(text: str, values: list[str]) -> None:
    assert read(text, "address") == values


def test_the_longer_reading_goes_before_the_shorter() -> None:
    text = "переведите 1 500 руб на 8 495 000-12-34 до 15 марта, ул. Ламповая, д. 5"
    found = NOTHING.find(text, here=SATURDAY, wanted=KINDS)
    assert [(one.name, one.value) for one in found] == [
        ("money", "1500 RUB"),
        ("phone", "+74950001234"),
        ("date", "../2027-03-15"),
        ("address", "ул. Ламповая, д. 5"),
    ]


def test_the_same_text_is_read_anew_on_another_day_and_for_another_kind() -> None:
    finder = Finder({}, [], {}, entities=["date"])
    sunday = Here(now=datetime(2026, 11, 29, 12, 0))
    days = [finder.find("завтра в 15:00", here=here) for here in (SATURDAY, SATURDAY, sunday, SATURDAY)]
    assert [one.value for (one,) in days] == ["2026-11-29", "2026-11-29", "2026-11-30", "2026-11-29"]
    assert len(finder.find("завтра в 15:00", here=SATURDAY, wanted=frozenset({"time"}))) == 2


def test_nobody_pays_for_what_nobody_wants() -> None:
    assert NOTHING.find("завтра в 15:00, 8 495 000-12-34") == ()
    assert NOTHING.find("завтра", here=SATURDAY, wanted=frozenset({"plan"})) == ()


# --- Beside what the content taught ------------------------------------------------------------------------------------

TAUGHT = Finder(
    {"phone": [r"\b555-01\d\d\b", r"8 495 \d{3} \d\d \d\d"]},
    [
        ("time", "завтра", "завтра"),
        ("time", "в любой день", "любой"),
        ("address", "Фонарная", "Фонарная"),
        ("plan", "Лампа 300", "Лампа"),
    ],
    {"на неделе": "неделя"},
    entities=["phone", "time", "address", "plan", "number"],
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("завтра", [("time", "2026-11-29", "date")]),
        ("завтра в 15:00", [("time", "2026-11-29T15:00", "datetime")]),
        ("в любой день", [("time", "любой", "")]),
        ("Фонарная", [("address", "Фонарная", "")]),
        ("Фонарная 12, кв. 3", [("address", "Фонарная, д. 12, кв. 3", "address")]),
        ("8 495 000 12 34", [("phone", "+74950001234", "phone")]),
        ("555-0142", [("phone", "555-0142", "")]),
        ("Лампа 300", [("plan", "Лампа", "")]),
        ("300", [("number", "300", "number")]),
    ],
)
def test_the_content_wins_and_built_in_kinds_say_what_it_leaves_unsaid(
    text: str, found: list[tuple[str, str, str]]
) -> None:
    assert [(one.name, one.value, one.kind) for one in TAUGHT.find(text, here=SATURDAY)] == found


def test_a_taught_spelling_stays_as_written_where_today_is_unknown() -> None:
    assert [one.value for one in TAUGHT.find("завтра")] == ["завтра"]


# --- Roles ------------------------------------------------------------------------------------------------------------


def annotated(text: str, *pieces: tuple[str, str]) -> list[Annotated]:
    return [
        Annotated(text, "city", at, at + len(piece), role) for piece, role in pieces if (at := text.index(piece)) >= 0
    ]


TRIPS = [
    *annotated("from Beacon to Candle", ("Beacon", "from"), ("Candle", "to")),
    *annotated("I go to Beacon from Candle", ("Beacon", "to"), ("Candle", "from")),
    *annotated("из Маячного в Свечной", ("Маячного", "from"), ("Свечной", "to")),
    *annotated("еду в Маячный", ("Маячный", "to")),
    *annotated("переезд в Свечной из Маячного", ("Свечной", "to"), ("Маячного", "from")),
]
CITIES = [("city", name, name) for name in ("Beacon", "Candle", "Маячного", "Маячный", "Свечной", "Свечного")]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("a ticket to Candle from Beacon", [("Candle", "to"), ("Beacon", "from")]),
        ("из Свечного в Маячный", [("Свечного", "from"), ("Маячный", "to")]),
        ("Маячный", [("Маячный", "")]),
        ("near Beacon", [("Beacon", "")]),
    ],
)
def test_a_role_is_learned_from_the_words_before(text: str, roles: list[tuple[str, str]]) -> None:
    finder = Finder({}, CITIES, {}, entities=["city"], cues=learn_roles(TRIPS))
    assert [(one.value, one.role) for one in finder.find(text)] == roles


def test_words_that_stand_before_either_role_teach_nothing() -> None:
    both = annotated("via Beacon", ("Beacon", "from")) + annotated("via Candle", ("Candle", "to"))
    assert learn_roles(both) == ()
    assert learn_roles(annotated("to Beacon", ("Beacon", ""))) == ()


def test_groups_are_learned_likewise() -> None:
    text = "first Beacon"
    cues = learn_roles([Annotated(text, "city", 6, 12, group="1")])
    assert cues == (Cue("city", ("first",), group="1"),)
    assert Finder({}, CITIES, {}, cues=cues).find("first Candle") == (Entity("city", "Candle", 6, 12, group="1"),)


# --- For people's eyes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "ru", "en"),
    [
        ("2026-12-04", "пятница, 4 декабря", "Friday, 4 December"),
        ("2026-12-04T15:00", "пятница, 4 декабря, 15:00", "Friday, 4 December, 15:00"),
        ("15:00", "15:00", "15:00"),
        ("10:00/12:00", "с 10:00 до 12:00", "10:00 to 12:00"),
        ("18:00/..", "после 18:00", "after 18:00"),
        ("../12:00", "до 12:00", "until 12:00"),
        ("2027-03-15/2027-03-20", "с 15 марта по 20 марта", "15 March to 20 March"),
        ("2026-12-04T13:00/2026-12-04T18:00", "пятница, 4 декабря, с 13:00 до 18:00", "Friday, 4 December, 13:00 to 18:00"),
        ("1990-03-15", "четверг, 15 марта 1990", "Thursday, 15 March 1990"),
        ("+74950001234", "+7 495 000-12-34", "+7 495 000-12-34"),
        ("1500 RUB", "1\u00a0500\u00a0₽", "₽1,500"),
        ("100.5 USD", "100,50\u00a0$", "$100.50"),
        ("2026-13-45", "2026-13-45", "2026-13-45"),
        ("Ламповая, д. 5/2", "Ламповая, д. 5/2", "Ламповая, д. 5/2"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_values_are_told_to_people_in_words(value: str, ru: str, en: str) -> None:
    today = date(2026, 11, 28)
    assert (told(value, "ru", today=today), told(value, "en", today=today)) == (ru, en)


@given(st.text(max_size=40))
def test_any_value_can_be_told(value: str) -> None:
    for language in ("ru", "en", "", "xx"):
        told(value, language)


# --- Whatever is written -----------------------------------------------------------------------------------------------

PIECES = listed(
    "с до по в на через после пятницу завтра марта 15 10 7 2026 : - . , / ( ) + 8 495 000 12 34 час часа дня утра без"
    " четверти половине восьмого next tuesday at pm half past two дом д кв ул улица Ламповая Candle Lane тысяч руб $ @ ёЁİ"
    " двадцать пять пол к"
)
WORDS = st.lists(st.sampled_from(sorted(PIECES)), max_size=40)


@given(st.one_of(st.text(max_size=200), WORDS.map(" ".join), WORDS.map("".join)))
def test_spans_lie_in_the_text_without_overlap_and_a_second_look_sees_the_same(text: str) -> None:
    found = TAUGHT.find(text, here=SATURDAY, wanted=KINDS)
    end = 0
    for entity in found:
        assert end <= entity.start < entity.end <= len(text)
        assert entity.value
        end = entity.end
    assert TAUGHT.find(text, here=SATURDAY, wanted=KINDS) == found


class Unhinted(Scanned):
    """A message that every reader has to look through."""

    def has(self, hints: Hints) -> bool:
        return True


READERS = [
    (PHONE_HINTS, find_phones), (EMAIL_HINTS, find_emails), (NUMBER_HINTS, find_numbers), (NUMBER_HINTS, find_money),
    (ADDRESS_HINTS, find_addresses), (MOMENT_HINTS, find_moments),
]  # fmt: skip
# Whatever the readers' own code names, but for what hints at something.
UNTELLING = sorted(
    {
        word
        for file in Path(entities.__file__).parent.glob("*.py")
        for word in re.findall(r"[^\W\d_]+", fold(file.read_text("utf-8")))
    }
    - hints_of(KINDS).words
) + list(",.-:/#№+$\"'()")


def assert_hinted(text: str) -> None:
    """Whatever is in the text, there is a hint of it."""
    scanned = scan(text)
    unhinted = Unhinted(scanned.text, scanned.folded, [token.text for token in scanned.tokens])
    for hints, find in READERS:
        assert scanned.has(hints) or not find(unhinted, SATURDAY)
    for kind in KINDS:
        assert scanned.has(hints_of(KINDS)) or not scanned.has(hints_of(frozenset({kind})))


@given(st.lists(st.sampled_from(UNTELLING), max_size=8).map(" ".join) | st.text(max_size=60))
@settings(max_examples=1000)
def test_where_nothing_hints_at_an_entity_no_reader_finds_one(text: str) -> None:
    assert_hinted(text)
    assert_hinted(text.title())


@pytest.mark.parametrize("text", ["пол", "через полчаса", "в полвосьмого", "a hundred", "пол миллиона", "к пяти", "5к"])
def test_short_numbers_and_hours_are_hinted_at(text: str) -> None:
    assert_hinted(text)


def test_most_messages_have_no_hint_and_nothing_is_missed_in_them() -> None:
    texts = [text for text, _ in lantern_holdout()]
    for text in texts:
        assert_hinted(text)
    wanted = hints_of(frozenset({"phone", "time", "address"}))
    assert sum(scan(text).has(wanted) for text in texts) < len(texts) / 4


@given(st.text(max_size=200))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


class Counting(list[Any]):
    """Tokens or words that count how often they are looked at."""

    looks = 0

    def __getitem__(self, at: Any) -> Any:
        Counting.looks += 1
        return super().__getitem__(at)


FLOODS = [
    "с ", "в ", "1 ", "1-", "1.", "1:", "через ", "два ", "сто ", "тысяча ", "с 1 до ", "с 1 по ", "- ", "8 ", "8(", "@", "a@", "a.@",
    "улица ", "г. ", "ул. а ", "5 Candle ", "Candle ", "half past ", "без ", "без 5 ", "в пятницу ", "пятница, ", "15 марта ",
    "восемь ", "плюс ", "полторы ", "5 Lane ", "д 5 кв ", "Ламповая 5 ", "1 000 ", "1,000,", "часов в ", "next ", "the ", "a ", "$", "$1",
]  # fmt: skip


@pytest.mark.parametrize("piece", FLOODS)
def test_a_flood_costs_no_more_than_its_length(piece: str) -> None:
    text = (piece * 1000)[:1000]
    plain = scan(text)
    for finder in (find_phones, find_emails, find_numbers, find_money, find_addresses, find_moments):
        Counting.looks = 0
        counted = scan(text)
        counted.tokens, counted.words = Counting(counted.tokens), Counting(counted.words)
        finder(counted, SATURDAY)
        assert Counting.looks <= 60 * len(plain.tokens)


def test_a_moment_read_alone_is_what_the_finder_tells() -> None:
    scanned = scan("завтра в 15:00")
    (moment,) = find_moments(scanned, SATURDAY)
    assert as_whole(scanned, moment).value == find_kinds("завтра в 15:00", SATURDAY, frozenset({"datetime"}))[0].value
