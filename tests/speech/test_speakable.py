"""What a written answer sounds like, in both languages; and what holds for every text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import read_content
from gateway.model.markup import plain
from speech.speakable import speak_buttons, speakable

ROOT = Path(__file__).resolve().parents[2]

RUSSIAN = [
    # Prices and sums
    ("590 ₽/мес", "пятьсот девяносто рублей в месяц"),
    ("90 ₽ в месяц", "девяносто рублей в месяц"),
    ("21 ₽, 22 ₽, 25 ₽", "двадцать один рубль, двадцать два рубля, двадцать пять рублей"),
    ("от 450 ₽", "от четырёхсот пятидесяти рублей"),
    ("по 300 ₽ на счёт", "по триста рублей на счёт"),
    ("к 500 ₽", "к пятистам рублям"),
    ("450–900 ₽", "от четырёхсот пятидесяти до девятисот рублей"),
    ("3 200 ₽", "три тысячи двести рублей"),
    ("1 000 ₽", "тысяча рублей"),
    ("Стрижка стоит 1000 ₽", "Стрижка стоит тысячу рублей"),
    ("Вернём 21 000 ₽ за 1 неделю", "Вернём двадцать одну тысячу рублей за одну неделю"),
    ("подождите 21 минуту", "подождите двадцать одну минуту"),
    ("стоит 2 000 ₽, займёт 2 часа", "стоит две тысячи рублей, займёт два часа"),
    ("1 500 000 руб. за всё", "один миллион пятьсот тысяч рублей за всё"),
    ("15 тыс. руб.", "пятнадцать тысяч рублей."),
    ("100 руб. 50 коп.", "сто рублей пятьдесят копеек."),
    ("$20", "двадцать долларов"),
    ("500 руб./мес.", "пятьсот рублей в месяц."),
    # Hours and days
    ("9:00–21:00", "с девяти до двадцати одного"),
    ("с 9:00 до 21:00", "с девяти до двадцати одного"),
    ("в 18:00", "в восемнадцать часов"),
    ("в 18:30", "в восемнадцать тридцать"),
    ("до 21:00", "до двадцати одного часа"),
    ("к 9:05", "к девяти ноль пяти"),
    ("Пн–Пт 9:00–18:00", "с понедельника по пятницу с девяти до восемнадцати"),
    ("суббота 10:00–16:00", "суббота с десяти до шестнадцати"),
    ("15.03.2026", "пятнадцатого марта две тысячи двадцать шестого года"),
    ("15 марта", "пятнадцатого марта"),
    ("на 15 марта", "на пятнадцатое марта"),
    ("15–20 марта", "с пятнадцатого по двадцатое марта"),
    ("с 15.03 по 20.03", "с пятнадцатого марта по двадцатое марта"),
    ("в 2026 году", "в две тысячи двадцать шестом году"),
    ("с 1-го числа", "с первого числа"),
    ("на 5-м этаже", "на пятом этаже"),
    ("24/7", "круглосуточно"),
    # What is counted
    ("20 %", "двадцать процентов"),
    ("меньше 80 % тарифа", "меньше восьмидесяти процентов тарифа"),
    ("100 Мбит/с", "сто мегабит в секунду"),
    ("до 1 Гбит/с", "до одного гигабита в секунду"),
    ("сеть 2,4 ГГц", "сеть две целых четыре десятых гигагерца"),
    ("1,5 часа", "полтора часа"),
    ("2,5 км", "два с половиной километра"),
    ("2 минуты", "две минуты"),
    ("на 1 минуту", "на одну минуту"),
    ("1 неделя", "одна неделя"),
    ("2 рабочих дня", "два рабочих дня"),
    ("в течение 3 рабочих дней", "в течение трёх рабочих дней"),
    ("от 7 до 90 дней", "от семи до девяноста дней"),
    ("за 5–7 дней", "за пять-семь дней"),
    ("на 2 экранах", "на двух экранах"),
    ("с 2 роутерами", "с двумя роутерами"),
    ("2-х дней", "двух дней"),
    ("−5 °C", "минус пять градусов"),
    ("5 ГБ и 1 ГБ", "пять гигабайт и один гигабайт"),
    ("номер договора 123456", "номер договора один два три четыре пять шесть"),
    ("код 0142", "код ноль один четыре два"),
    ("IPv4 и 5G", "IPv четыре и пять G"),
    # Addresses
    ("ул. Ламповая, д. 5/2, кв. 12", "улица Ламповая, дом пять дробь два, квартира двенадцать"),
    (
        "Телефон +7 495 000-12-12.",
        "Телефон плюс семь, четыреста девяносто пять, ноль ноль ноль, двенадцать, двенадцать.",
    ),
    ("8 800 000-00-01", "восемь, восемьсот, ноль ноль ноль, ноль ноль, ноль один"),
    ("84950001212", "восемь, четыреста девяносто пять, ноль ноль ноль, двенадцать, двенадцать"),
    ("почта hello@lantern.example", "почта hello собака lantern точка example"),
    ("Откройте https://my.lantern.example/pay?x=1.", "Откройте my точка lantern точка example."),
    ("на сайте lantern.example", "на сайте lantern точка example"),
    ("[тарифы](https://lantern.example/plans)", "тарифы на сайте lantern точка example"),
    ("[позвоните](tel:+74950001212)", "позвоните: плюс семь, четыреста девяносто пять, ноль ноль ноль, двенадцать, двенадцать"),
    ("192.168.0.1", "сто девяносто два точка сто шестьдесят восемь точка ноль точка один"),
    # Abbreviations and signs
    ("т.е. сегодня и т.д.", "то есть сегодня и так далее."),
    ("роутер и т. п. Потом", "роутер и тому подобное. Потом"),
    ("№ 5", "номер пять"),
    ("Вход/выход", "Вход или выход"),
    ("A & B", "A и B"),
    ("кабинет → «Услуги» → «Пауза»", "кабинет, «Услуги», «Пауза»"),
    ("Wi-Fi", "вай-фай"),
    ("**Важно:** *не* выключайте `роутер`! 😀", "Важно: не выключайте роутер!"),
    ("адрес общий (NAT), порты закрыты", "адрес общий, NAT, порты закрыты"),
    # Lists and tables
    ("Цены:\n• «Искра»: 450 ₽\n• «Лампа»: 600 ₽", "Цены: «Искра»: четыреста пятьдесят рублей. «Лампа»: шестьсот рублей."),
    ("1. Вставьте кабель.\n2) Готово", "Первое: Вставьте кабель. Второе: Готово."),
    ("- раз;\n- два", "раз. два."),
    ("| Тариф | Цена |\n|---|---|\n| Искра | 450 ₽ |", "Искра, цена: четыреста пятьдесят рублей."),
    ("первая\nпродолжение\n\nВторая", "первая продолжение. Вторая."),
]  # fmt: skip

ENGLISH = [
    ("₽450", "four hundred and fifty rubles"),
    ("₽3,200 to buy", "three thousand two hundred rubles to buy"),
    ("$20.50", "twenty dollars and fifty cents"),
    ("$1", "one dollar"),
    ("$450/mo", "four hundred and fifty dollars a month"),
    ("$15k", "fifteen thousand dollars"),
    ("100 Mbit/s", "one hundred megabits per second"),
    ("1 GB, 5 GB", "one gigabyte, five gigabytes"),
    ("5 GHz and 2.4 GHz", "five gigahertz and two point four gigahertz"),
    ("below 80% of the plan", "below eighty percent of the plan"),
    ("9:00–21:00", "from nine AM to nine PM"),
    ("from 9:00 to 21:00", "from nine AM to nine PM"),
    ("at 6:30 pm", "at six thirty PM"),
    ("3 p.m. today", "three PM today"),
    ("12:00", "noon"),
    ("9:05", "nine oh five AM"),
    ("Mon–Fri 10:00–19:00", "Monday to Friday from ten AM to seven PM"),
    ("15 March", "the fifteenth of March"),
    ("March 15, 2026", "March fifteenth, twenty twenty-six"),
    ("2026-12-04", "the fourth of December, twenty twenty-six"),
    ("in 2026", "in twenty twenty-six"),
    ("on the 1st of the month", "on the first of the month"),
    ("a 2-year warranty", "a two-year warranty"),
    ("5-7 days", "five to seven days"),
    ("contract number 123456", "contract number one two three four five six"),
    ("-5 °C", "minus five degrees Celsius"),
    ("12 Lamp St., apt. 3", "twelve Lamp Street, apartment three"),
    ("approx. 5 km", "approximately five kilometers"),
    ("e.g. Spark, etc.", "for example, Spark, and so on."),
    ("and/or", "or"),
    ("Call 555-0142 24/7", "Call five five five, zero one four two around the clock"),
    ("+7 495 000-12-12", "plus seven, four nine five, zero zero zero, one two, one two"),
    ("hello@lantern.example", "hello at lantern dot example"),
    ("See https://lantern.example/a_b now", "See lantern dot example now"),
    ("[Plans](https://lantern.example/p)", "Plans at lantern dot example"),
    ("your account → Pause", "your account, Pause"),
    ("1. Plug it in\n2. Wait", "First: Plug it in. Second: Wait."),
    ("* one\n* two", "one. two."),
    ("# Title\nText", "Title. Text."),
    ("👍", ""),
    ("", ""),
]


@pytest.mark.parametrize(("written", "said"), RUSSIAN)
def test_russian_is_said_as_a_person_would(written: str, said: str) -> None:
    assert speakable(written, "ru") == said


@pytest.mark.parametrize(("written", "said"), ENGLISH)
def test_english_is_said_as_a_person_would(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("written", "language"), [*((one, "ru") for one, _ in RUSSIAN), *((one, "en") for one, _ in ENGLISH)]
)
def test_what_was_said_once_stays_as_it_is(written: str, language: str) -> None:
    once = speakable(written, language)
    assert speakable(once, language) == once


@pytest.mark.parametrize(
    ("titles", "language", "said"),
    [
        (["Тарифы и цены", "Подключиться", "Позвать человека 👤"], "ru",
         "Вы можете сказать: Тарифы и цены, Подключиться или Позвать человека."),
        (["Plans", "Pay ₽450"], "en", "You can say: Plans or Pay four hundred and fifty rubles."),
        (["Да"], "ru", "Вы можете сказать: Да."),
        (["👍", ""], "ru", ""),
        ([], "en", ""),
    ],
)  # fmt: skip
def test_buttons_are_offered_as_words(titles: list[str], language: str, said: str) -> None:
    assert speak_buttons(titles, language) == said


def _soup(said: str) -> list[str]:
    """What no voice should meet."""
    return [mark for mark in said if mark.isdigit() or mark in "₽$€/*_|#@%&+=<>[](){}\\~`^№→•\n"] + ["http"] * (
        "http" in said
    )


def _responses(folder: str) -> list[tuple[str, str]]:
    content = read_content(ROOT / "examples" / folder).content
    return sorted(
        {
            (variation.text, dict(variation.condition).get("language", "ru"))
            for offered in content.responses.values()
            for variation in offered
        }
    )


def test_every_answer_of_the_example_business_can_be_said() -> None:
    for written, language in _responses("lantern"):
        said = speakable(written, language)
        assert said and not _soup(said), said
        assert speakable(said, language) == said
        # Nothing is cut: every word of letters is still there, but for abbreviations and hosts.
        kept = {word.strip("«».,:;!?“”()") for word in plain(written).split() if word.isalpha() and len(word) > 4}
        assert kept <= {word.strip("«».,:;!?“”") for word in said.split()}


PIECES = [
    "590",
    "₽/мес",
    "9:00",
    "21:00",
    "–",
    "-",
    "15.03.2026",
    "15",
    "марта",
    "March",
    "15,",
    "2026",
    "+7",
    "495",
    "000-12-12",
    "ann@tea.example",
    "https://a.example/b",
    "192.168.0.1",
    "20%",
    "2,4",
    "ГГц",
    "кв.",
    "5",
    "д.",
    "т.е.",
    "и",
    "т.д.",
    "e.g.",
    "etc.",
    "*",
    "**",
    "_",
    "|",
    "\n",
    "-",
    "1.",
    "№",
    "24/7",
    "5/2",
    "1-го",
    "2nd",
    "½",
    "²",
    "😀",
    "→",
    "(",
    ")",
    "[x](https://a.example)",
    "Пн",
    "Sat",
    ":",
    ".",
    ",",
    ";",
    "г.",
    "2026",
    "St.",
]
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=10).map("".join),
    st.text(alphabet="0123456789.,:-–/ ₽%$кмгчсдv", max_size=40),
)


@given(TEXTS, st.sampled_from(["ru", "en", "", "de"]))
def test_whatever_is_written_can_be_said(text: str, language: str) -> None:
    said = speakable(text, language)
    assert not _soup(said)
    assert said == said.strip()
    if any(mark.isalpha() for mark in plain(text)):
        assert said


@given(TEXTS, st.sampled_from(["ru", "en"]))
def test_saying_it_again_changes_nothing(text: str, language: str) -> None:
    said = speakable(text, language)
    assert speakable(said, language) == said


def test_nobody_who_does_not_speak_pays_for_it() -> None:
    script = (
        "import sys, bot, channels, handoff, gateway.app\n"
        "dear = ('num2words', 'av', 'aiortc', 'onnxruntime', 'pocketsphinx', 'grpc', 'vosk', 'faster_whisper', 'speech.speakable')\n"
        "print([name for name in sys.modules if name.startswith(dear)])"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
