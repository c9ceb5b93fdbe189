"""The few phrases that the core itself understands."""

from __future__ import annotations

import pytest

from gateway.model.words import _CANCELS, _CLOSINGS, is_cancel, is_closing


@pytest.mark.parametrize(
    "text", ["Thanks!", "  thank you very much ", "Спасибо!!", "ОК, спасибо", "понял, спасибо.", "👍", "❤️🙏", "bye"]
)
def test_what_is_only_polite_is_a_closing(text: str) -> None:
    assert is_closing(text)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "Thanks, but where is it", "спасибо, а где заказ", "?", "👍?", "no", "12", "ok?", "Понятно?"],
)
def test_what_asks_or_says_more_is_no_closing(text: str) -> None:
    assert not is_closing(text)


@pytest.mark.parametrize("gap", [" " * 100, "\n" * 100, "!" * 100, "👍" * 100])
def test_what_stands_far_behind_a_thanks_is_not_overlooked(gap: str) -> None:
    assert not is_closing(f"Thanks{gap}and where is my order")
    assert not is_closing(f"{gap}where is my order")
    assert not is_cancel(f"cancel{gap}the order, not this request")


@pytest.mark.parametrize("text", ["never mind", "Отмена", "Не надо.", "back to the bot", "BOT"])
def test_who_never_minds_cancels(text: str) -> None:
    assert is_cancel(text)


@pytest.mark.parametrize("text", ["", "cancel my order", "не надо мне звонить", "robot"])
def test_what_says_more_than_never_mind_cancels_nothing(text: str) -> None:
    assert not is_cancel(text)


@pytest.mark.parametrize("phrase", sorted(_CLOSINGS))
def test_each_closing_of_the_list_is_found(phrase: str) -> None:
    assert is_closing(phrase)


@pytest.mark.parametrize("phrase", sorted(_CANCELS))
def test_each_cancel_of_the_list_is_found(phrase: str) -> None:
    assert is_cancel(phrase)


def test_no_phrase_is_both() -> None:
    assert not _CLOSINGS & _CANCELS
