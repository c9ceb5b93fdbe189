"""What a form takes as an answer: every kind, both languages, and what it refuses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.nlu.assent import yes_or_no
from bot.nlu.entities import Here
from bot.nlu.values import FIELD_KINDS, FieldKind, Limits, check_value, judge_value

SATURDAY = Here(now=datetime(2026, 11, 28, 12, 0))
PLANS = Limits(choices={"Искра": ("искру", "spark"), "Лампа": ("лампу", "lamp"), "Маяк": ("маяка", "beacon")})
ROOMS = Limits(choices={"1 комната": ("одна", "однокомнатная"), "2 комнаты": ("двухкомнатная",), "студия": ()})


def value(kind: FieldKind, text: str, limits: Limits | None = None) -> str | None:
    return check_value(kind, text, here=SATURDAY, limits=limits)


@pytest.mark.parametrize(
    "text",
    [
        "да",
        "Да, конечно",
        "ага",
        "угу",
        "конечно",
        "ну да",
        "дааа"[:2],
        "да-да",
        "да, после пяти",
        "да, не звоните",
        "не против",
        "почему бы и нет",
        "нет проблем",
        "именно так",
        "все верно",
        "хочу",
        "можно",
        "давайте",
        "+",
        "👍",
        "yes",
        "Yes!",
        "yep",
        "yeah",
        "sure",
        "of course",
        "yes please",
        "why not",
        "no problem",
        "I do",
        "I don't mind",
        "that's right",
        "ok",
        "Yes, that works",
    ],
)
def test_yes_is_heard(text: str) -> None:
    assert value("boolean", text) == "true"


@pytest.mark.parametrize(
    "text",
    [
        "нет",
        "НЕТ!!!",
        "не",
        "неа",
        "не-а",
        "не надо",
        "не надо звонить",
        "да нет",
        "конечно нет",
        "нет, спасибо",
        "не хочу",
        "не совсем",
        "нет, всё верно",
        "не нужно, спасибо",
        "👎",
        "no",
        "nope",
        "No thank you",
        "not really",
        "of course not",
        "no way",
        "I don't",
        "no, it's not",
    ],
)
def test_no_is_heard(text: str) -> None:
    assert value("boolean", text) == "false"


@pytest.mark.parametrize(
    "text",
    [
        "не знаю",
        "I don't know",
        "not sure",
        "нет интернета",
        "нет интернета с утра",
        "no internet",
        "как подключить",
        "хочу другой тариф",
        "можно вопрос",
        "не работает интернет",
        "расскажите про тарифы",
        "",
        "...",
        "какая сегодня погода",
    ],
)
def test_what_says_something_else_is_neither_yes_nor_no(text: str) -> None:
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "limits", "chosen"),
    [
        ("лампа", PLANS, "Лампа"), ("Лампу", PLANS, "Лампа"), ("хочу маяк", PLANS, "Маяк"), ("лапма", PLANS, "Лампа"),
        ("the beacn", PLANS, "Маяк"), ("второй", PLANS, "Лампа"), ("2", PLANS, "Лампа"), ("the last one", PLANS, "Маяк"),
        ("первое", PLANS, "Искра"), ("чай", PLANS, None), ("искра и маяк", PLANS, None), ("", PLANS, None),
        ("пятый", PLANS, None), ("2", ROOMS, "2 комнаты"), ("одна", ROOMS, "1 комната"), ("Двухкомнатная!", ROOMS, "2 комнаты"),
        ("студию", ROOMS, "студия"), ("студея", ROOMS, "студия"), ("три", ROOMS, "студия"), ("anything", Limits(), None),
    ],
)  # fmt: skip
def test_a_choice_is_named_misspelt_or_counted(text: str, limits: Limits, chosen: str | None) -> None:
    assert value("choice", text, limits) == chosen


def test_two_choices_at_once_are_told_apart_from_none() -> None:
    assert judge_value("choice", "искра или маяк", limits=PLANS).problem == "several"
    assert judge_value("choice", "молоко", limits=PLANS).problem == "unread"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15", "2026-12-15"), ("пятнадцатого", "2026-12-15"), ("завтра", "2026-11-29"), ("15 марта 1990", "1990-03-15"),
        ("01.02.2020", "2020-02-01"), ("в пятницу в 15:00", "2026-12-04"), ("next Tuesday", "2026-12-01"),
        ("the 15th", "2026-12-15"), ("когда угодно", None), ("32", None), ("31.02.2026", None),
    ],
)  # fmt: skip
def test_a_day_is_read(text: str, day: str | None) -> None:
    assert value("date", text) == day


@pytest.mark.parametrize(
    ("text", "when", "read"),
    [
        ("15 марта 2020", "future", "past"), ("вчера", "future", "past"), ("сегодня", "future", "2026-11-28"),
        ("15 марта", "future", "2027-03-15"), ("15 марта", "past", "2026-03-15"), ("завтра", "past", "future"),
        ("15.03.85", "past", "1985-03-15"), ("tomorrow", "past", "future"), ("сегодня", "past", "2026-11-28"),
    ],
)  # fmt: skip
def test_a_day_has_to_lie_on_its_side_of_today(text: str, when: str, read: str) -> None:
    limits = Limits(when="future") if when == "future" else Limits(when="past")
    judged = judge_value("date", text, here=SATURDAY, limits=limits)
    assert (judged.problem or judged.value) == read


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("15", "15:00"), ("семь", "19:00"), ("в 10 утра", "10:00"), ("10-12", "10:00/12:00"), ("15:30", "15:30"),
        ("с 10 до 12", "10:00/12:00"), ("после обеда", "13:00/18:00"), ("через час", "13:00"), ("after 6", "18:00/.."),
        ("половина восьмого", "19:30"), ("quarter to nine", "08:45"), ("noon", "12:00"), ("завтра", None),
        ("в любое время", None), ("25:00", None),
    ],
)  # fmt: skip
def test_hours_are_read(text: str, hours: str | None) -> None:
    assert value("time", text) == hours


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("завтра в 15", "2026-11-29T15:00"), ("15 декабря", "2026-12-15"), ("через 2 часа", "2026-11-28T14:00"),
        ("в пятницу после обеда", "2026-12-04T13:00/2026-12-04T18:00"), ("15", "2026-12-15"),
        ("меня нет до пяти, давайте завтра в 18:00", "2026-11-29T18:00"), ("tomorrow at 3pm", "2026-11-29T15:00"),
        ("потом", None),
    ],
)  # fmt: skip
def test_a_moment_is_read(text: str, moment: str | None) -> None:
    assert value("datetime", text) == moment


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("25", "25"), ("двадцать пять", "25"), ("twenty-five", "25"), ("1 500", "1500"), ("полтора", "1.5"), ("пол", "0.5"),
        ("один", "1"), ("нас двое", "2"), ("пять человек", "5"), ("-5", "-5"), ("2,50", "2.5"), ("никак", None), ("", None),
    ],
)  # fmt: skip
def test_a_number_is_read(text: str, number: str | None) -> None:
    assert value("number", text) == number


@pytest.mark.parametrize(
    ("text", "problem"), [("1", "small"), ("один", "small"), ("300", "large"), ("25", ""), ("x", "unread")]
)
def test_a_number_has_to_lie_in_its_bounds(text: str, problem: str) -> None:
    assert judge_value("number", text, limits=Limits(least=Decimal(2), most=Decimal(200))).problem == problem


@pytest.mark.parametrize(
    ("text", "region", "money"),
    [
        ("500", "RU", "500 RUB"), ("полторы тысячи", "RU", "1500 RUB"), ("15к", "RU", "15000 RUB"), ("20 баксов", "RU", "20 USD"),
        ("пятьсот рублей", "RU", "500 RUB"), ("500", "US", "500 USD"), ("$20", "GB", "20 USD"), ("500", "AQ", None),
        ("нет", "RU", None), ("-5", "RU", None),
    ],
)  # fmt: skip
def test_a_sum_is_read_in_the_countrys_currency(text: str, region: str, money: str | None) -> None:
    assert check_value("money", text, here=Here(region=region)) == money


@pytest.mark.parametrize(
    ("text", "region", "phone"),
    [
        ("8 (495) 000-12-34", "RU", "+74950001234"), ("мой номер 89260001234", "RU", "+79260001234"),
        ("семь девятьсот двадцать шесть ноль ноль ноль двенадцать тридцать четыре", "RU", "+79260001234"),
        ("202-555-0142", "US", "+12025550142"), ("555-0142", "RU", "555-0142"), ("+44 20 7946 0123", "RU", "+442079460123"),
        ("позвоните", "RU", None), ("12345", "RU", None), ("дом 5550142", "RU", None),
    ],
)  # fmt: skip
def test_a_phone_number_is_read(text: str, region: str, phone: str | None) -> None:
    assert check_value("phone", text, here=Here(region=region)) == phone


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Ann@Tea.Example", "Ann@tea.example"), ("пишите на ann@tea.example.", "ann@tea.example"), ("нет почты", None),
        ("ann собака tea точка example", "ann@tea.example"), ("ann at tea dot example", "ann@tea.example"), ("ann@tea", None),
    ],
)  # fmt: skip
def test_an_email_is_read_written_or_dictated(text: str, email: str | None) -> None:
    assert value("email", text) == email


def test_a_text_is_tidied_and_bounded() -> None:
    assert value("text", "  Анна \n Иванова ") == "Анна Иванова"
    assert value("text", "...") is None
    assert judge_value("text", "Анна Иванова", limits=Limits(longest=5)).problem == "large"


def test_a_relative_day_needs_to_know_today() -> None:
    assert check_value("date", "завтра") is None
    assert check_value("date", "15.03.2026") == "2026-03-15"


@given(st.sampled_from(FIELD_KINDS), st.text(max_size=300))
@example("choice", "¹")
@example("number", "²³ ٣ ५")
def test_no_text_can_break_a_field(kind: FieldKind, text: str) -> None:
    for limits in (Limits(), PLANS, Limits(least=Decimal(1), most=Decimal(9), when="past"), Limits(when="future")):
        judged = judge_value(kind, text, here=SATURDAY, limits=limits)
        assert bool(judged.value) != bool(judged.problem)


@given(st.text(alphabet="0123456789.,:-/ +()вчдпо", max_size=60))
def test_no_digits_can_break_a_field(text: str) -> None:
    for kind in FIELD_KINDS:
        judge_value(kind, text, here=SATURDAY, limits=ROOMS)


@given(st.sampled_from(FIELD_KINDS), st.text(max_size=100))
def test_a_value_is_a_value_of_its_kind(kind: FieldKind, text: str) -> None:
    read = check_value(kind, text, here=SATURDAY, limits=PLANS)
    if read is not None and kind in ("phone", "email", "number", "money", "text", "choice"):
        assert check_value(kind, read, here=SATURDAY, limits=PLANS) == read
