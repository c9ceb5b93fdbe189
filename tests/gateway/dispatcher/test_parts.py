"""A message as provider calls: cut where a reader would pause, and nothing of it lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dispatcher.parts import Part, parts_of, split
from gateway.model.events import BotMessage, Button, Card, Endpoint, OperatorMessage, SystemNotice
from gateway.ports import Capabilities

HERE = Endpoint(inbox="inbox", identity="ann", channel="sms")
BUTTONS = (Button(title="Plans", payload="/plans"), Button(title="A person", payload="/person"))
FAMILY = "👩\u200d👩\u200d👧"


def capabilities(limit: int, *, buttons: bool = True) -> Capabilities:
    return Capabilities(pushed=True, buttons=buttons, typing=False, text_limit=limit)


def notice(text: str) -> SystemNotice:
    return SystemNotice(notice="queued", text=text, endpoint=HERE, buttons=BUTTONS)


@given(st.text(alphabet=st.sampled_from("ab .!?…\n\t—яё👍\u200d\u0301\ufe0f"), max_size=120), st.integers(1, 30))
def test_pieces_fit_and_hold_every_letter_in_order(text: str, limit: int) -> None:
    pieces = split(text, limit)

    assert all(len(piece) <= limit for piece in pieces) and pieces
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece.strip() for piece in pieces) or len(pieces) == 1


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("short enough", 12, ("short enough",)),
        ("", 12, ("",)),
        ("First of all. Then the rest of it", 24, ("First of all.", "Then the rest of it")),
        ("A line\nand one more. Yes", 22, ("A line\nand one more.", "Yes")),
        ("A whole line\nand one more. Yes", 20, ("A whole line", "and one more. Yes")),
        ("One.\n\nTwo and\nthree", 14, ("One.\n\nTwo and", "three")),
        ("Первая часть.\n\nВторая\nчасть", 20, ("Первая часть.", "Вторая\nчасть")),
        ("words without any stop at all", 12, ("words", "without any", "stop at all")),
        ("x" * 25, 10, ("x" * 10, "x" * 10, "x" * 5)),
        (f"{'x' * 8}{FAMILY}", 10, ("x" * 8, FAMILY)),
        ("«Да!» Потом ещё немного", 14, ("«Да!» Потом", "ещё немного")),
    ],
)
def test_text_is_cut_where_a_reader_would_pause(text: str, limit: int, pieces: tuple[str, ...]) -> None:
    assert split(text, limit) == pieces


def test_buttons_stand_under_the_last_part() -> None:
    assert parts_of(notice("First of all. Then the rest."), capabilities(16)) == (
        Part("First of all."),
        Part("Then the rest.", BUTTONS),
    )


def test_numbered_list_counts_as_text() -> None:
    assert parts_of(notice("Which?"), capabilities(40, buttons=False)) == (Part("Which?\n1. Plans\n2. A person"),)
    assert parts_of(notice("Which one?"), capabilities(20, buttons=False)) == (
        Part("Which one?\n1. Plans"),
        Part("2. A person"),
    )


def test_short_message_is_one_part() -> None:
    message = OperatorMessage(text="Hello", endpoint=HERE, operator="olga", name="Olga")

    assert parts_of(message, capabilities(4096)) == (Part("Hello"),)


def test_cards_and_links_are_read_where_none_can_be_shown() -> None:
    link = Button(title="Order", payload="", url="https://example.com/order")
    card = Card(title="Spark", text="100 Mbit/s", image="https://example.com/spark.png", buttons=(link, BUTTONS[0]))
    event = BotMessage(text="Our plans:", endpoint=HERE, turn=2, buttons=(*BUTTONS, link), cards=(card,))

    (part,) = parts_of(event, capabilities(4000))

    assert part == Part(
        "Our plans:\n\nSpark\n100 Mbit/s\nhttps://example.com/spark.png\nOrder: https://example.com/order"
        "\nOrder: https://example.com/order",
        BUTTONS,
    )
