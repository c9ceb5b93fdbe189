"""A text is cut into what is spoken at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.sentences import LONG, sentences, words_heard


def cut(text: str) -> list[str]:
    return [text[begin:end] for begin, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("We are open now. Come and see us!", ["We are open now. ", "Come and see us!"]),
        ("Мы работаем с девяти. Приходите!", ["Мы работаем с девяти. ", "Приходите!"]),
        ("Is it broken? Write to us… We will help.", ["Is it broken? ", "Write to us… ", "We will help."]),
        ("Hello! How can I help you?", ["Hello! How can I help you?"]),
        ("Ask J. Smith about your order. Goodbye now.", ["Ask J. Smith about your order. ", "Goodbye now."]),
        ("It costs 4.50 today. Not tomorrow.", ["It costs 4.50 today. ", "Not tomorrow."]),
        ("“We are closed today.” That is what they said.", ["“We are closed today.” ", "That is what they said."]),
        ("The first line of it\nThe second line", ["The first line of it\n", "The second line"]),
        ("We are open now. !?", ["We are open now. !?"]),
        ("yes", ["yes"]),
        ("", []),
        (" … ", []),
    ],
)
def test_sentences_are_what_one_would_say_in_a_breath(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_a_long_sentence_is_cut_at_a_comma_else_at_a_space() -> None:
    words = "word " * 100
    with_comma = f"{words[:200].strip()}, {words[:200].strip()}"
    assert all(part.endswith(" ") for part in cut(words)[:-1])
    assert cut(with_comma)[0].endswith(", ")
    assert all(len(part) <= LONG for part in (*cut(words), *cut(with_comma), *cut("x" * 1_000)))


@given(st.text("ab .,!?\n…J1Я", max_size=900))
def test_the_sentences_are_the_whole_text_in_order(text: str) -> None:
    spans = sentences(text)
    if spans:
        assert "".join(cut(text)).strip() == text[spans[0][0] :].strip()
        assert not any(map(str.isalnum, text[: spans[0][0]]))
    assert all(any(map(str.isalnum, part)) and len(part) <= LONG for part in cut(text))
    assert (spans != []) == any(map(str.isalnum, text))


@given(st.text("ab ,.", max_size=60), st.integers(0, 80))
def test_half_a_word_was_not_heard(text: str, characters: int) -> None:
    heard = words_heard(text, characters)
    assert 0 <= heard <= max(0, min(characters, len(text)))
    assert heard in (0, len(text)) or not (text[heard].isalnum() and text[heard - 1].isalnum())


def test_what_was_heard_ends_with_a_word() -> None:
    assert words_heard("We are open until six", 14) == len("We are open")
    assert words_heard("We are open until six", 99) == len("We are open until six")
