"""A number half told isn't the end of what a caller says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.unfinished import unfinished

HALF_TOLD = [
    "yes my number is",
    "my phone number",
    "да мой номер",
    "вот номер договора",
    "my phone is",
    "номер моего заказа",
    "the code is",
    "позвоните мне на",
    "my number is",
    "my phone number is",
    "мой номер",
    "мой номер телефона",
    "запишите номер",
    "call me back at",
    "my number is seven four nine five",
    "my number is 7 495",
    "seven four nine five zero zero zero",
    "+7 495 000",
    "plus seven four nine five",
    "восемь девятьсот шестнадцать",
    "восемь девятьсот шестнадцать сто двадцать три",
    "8 916 123",
    "мой телефон восемь четыреста девяносто пять ноль ноль ноль",
    "восемь девять один шесть",
    "my card number is four two four two",
    "номер карты четыре два четыре два четыре два четыре два",
    "4242 4242 4242",
    "my card is 4242 4242",
    "the card ends in 42",
    "my number is double five",
    "номер заказа",
    "перезвоните мне на номер",
    "my order number is",
    "the code is",
    "555 01",
]
WHOLE = [
    "cancel my order",
    "block my card",
    "заблокируйте карту",
    "where is my account",
    "что с моим телефоном",
    "я забыл номер заказа",
    "forgot my pin code",
    "my card was charged five hundred",
    "поменяйте мне номер",
    "what is the code",
    "my phone",
    "where is my order",
    "my number is seven four nine five zero zero zero one two three four",
    "8 916 123 45 67",
    "восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь",
    "+7 495 000 12 34",
    "two lamps",
    "twenty five",
    "order 4711",
    "я хочу заказать две лампы",
    "в пять часов",
    "five",
    "yes",
    "4242 4242 4242 4242",
    "the last four digits of my card are 4242",
    "what is your phone number",
    "какой у вас номер телефона",
    "как изменить номер телефона",
    "i lost my card",
    "сто двадцать три",
    "two thousand and five",
    "i want to change my number",
    "один два",
    "мой номер восемь четыреста девяносто пять ноль ноль ноль двенадцать тридцать четыре",
    "5 10",
    "на двоих",
    "my card number is 3782 822463 10005",
    "i bought it on may twenty first",
    "у меня заблокирована карта",
    "my phone is broken",
    "заказ номер пятьсот двенадцать",
    "555 010 4477",
]


@pytest.mark.parametrize("text", HALF_TOLD)
def test_who_is_about_to_tell_a_number_or_tells_one_has_not_finished(text: str) -> None:
    assert unfinished(text)


@pytest.mark.parametrize("text", WHOLE)
def test_who_has_told_their_number_or_none_has_finished(text: str) -> None:
    assert not unfinished(text)


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_a_telephone_number_is_unfinished_until_its_last_digit(locale: str) -> None:
    digits = {
        "en": "seven four nine five zero zero zero one two three four",
        "ru": "семь четыре девять пять ноль ноль ноль один два три четыре",
    }[locale].split()
    told = [unfinished(" ".join(digits[:count])) for count in range(3, 12)]
    assert told == [True] * 8 + [False]


@given(
    st.lists(
        st.sampled_from(
            [
                "my",
                "number",
                "is",
                "card",
                "номер",
                "телефона",
                "мой",
                "+",
                "plus",
                "seven",
                "сто",
                "двадцать",
                "4",
                "4242",
                "hundred",
                "double",
                "and",
                "и",
            ]
        )
    )
)
def test_no_words_are_beyond_it(words: list[str]) -> None:
    unfinished(" ".join(words))
