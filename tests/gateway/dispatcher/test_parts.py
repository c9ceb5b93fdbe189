"""A message as provider calls: cut where a reader would pause, and nothing of it lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dispatcher.parts import Part, changes_of, parts_of, split
from gateway.dispatcher.pieces import split_marked
from gateway.model.events import (
    Attachment,
    BotMessage,
    Button,
    Card,
    Endpoint,
    OperatorEdited,
    OperatorMessage,
    Place,
    Span,
    SystemNotice,
)
from gateway.model.markup import Marked, units
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


SPANS = st.lists(
    st.tuples(st.sampled_from(["bold", "link", "pre"]), st.integers(0, 60), st.integers(1, 30)), max_size=4
)


@given(st.text(alphabet=st.sampled_from("ab .!\n👍яё"), max_size=120), SPANS, st.integers(4, 40))
def test_spans_stay_within_their_pieces_and_cover_the_same_letters(
    text: str, drawn: list[tuple[Any, int, int]], limit: int
) -> None:
    whole = units(text)
    spans = tuple(Span(kind=kind, at=at, length=length) for kind, at, length in drawn if at + length <= whole)

    pieces = split_marked(Marked(text, spans), limit)

    for piece in pieces:
        assert units(piece.text) <= limit
        assert all(0 <= span.at < span.at + span.length <= units(piece.text) for span in piece.spans)
    bare = [span for span in spans if _letters(text, span).strip()]
    if bare:
        covered = {kind for piece in pieces for kind in (span.kind for span in piece.spans)}
        assert {span.kind for span in bare} <= covered


def _letters(text: str, span: Span) -> str:
    return text.encode("utf-16-le")[2 * span.at : 2 * (span.at + span.length)].decode("utf-16-le", "ignore")


RICH = Capabilities(
    pushed=True, buttons=True, typing=True, files=True, caption_limit=20, album=3, formatted=True, edits=True,
    links=("https",), places=True, text_limit=60, file_limit=1000,
)  # fmt: skip


def paper(number: int, type: str = "image/png", **more: Any) -> Attachment:
    return Attachment(id=f"f{number}", name=f"{number}", type=type, size=10, **more)


def from_olga(text: str = "", **more: Any) -> OperatorMessage:
    return OperatorMessage(text=text, endpoint=HERE, operator="olga", name="Olga", **more)


def test_pictures_go_together_with_the_text_under_the_first() -> None:
    files = (paper(1), paper(2), paper(3), paper(4), paper(5, "text/plain"))

    first, second, third = parts_of(from_olga("**Both** sides", files=files), RICH)

    assert (first.text, first.spans, first.files) == ("Both sides", (Span(kind="bold", at=0, length=4),), files[:3])
    assert (second.files, third.files, second.text) == (files[3:4], files[4:], "")


def test_text_too_long_for_a_caption_goes_before_its_files() -> None:
    said, papers = parts_of(from_olga("A text that no file can carry below it", files=(paper(1),)), RICH)

    assert (said.text, papers.files) == ("A text that no file can carry below it", (paper(1),))


def test_buttons_that_lead_elsewhere_are_buttons_where_they_can_be() -> None:
    link, letter = (
        Button(title="Shop", payload="", url="https://example.com"),
        Button(title="Mail", payload="", url="mailto:a@example.com"),
    )
    event = SystemNotice(notice="x", text="Go", endpoint=HERE, buttons=(link, letter))

    assert parts_of(event, RICH) == (Part("Go\nMail: mailto:a@example.com", (link,)),)


def test_place_is_sent_where_it_can_be_and_written_where_not() -> None:
    here = Place(latitude=55.75, longitude=37.61, title="The shop")

    assert parts_of(from_olga("Here", place=here), RICH) == (Part("Here"), Part("", place=here))
    (said,) = parts_of(from_olga("Here", place=here), capabilities(400))
    assert said.text.startswith("Here\nThe shop\nhttps://www.openstreetmap.org/?mlat=55.75")


def test_changed_caption_is_a_caption() -> None:
    of = from_olga("Old", files=(paper(1),))
    edited = OperatorEdited(seq=5, text="*New*", endpoint=HERE, operator="olga", name="Olga")

    (change,) = changes_of(edited, of, RICH)

    assert (change.action, change.of, change.part.text, change.part.files) == ("edit", 0, "New", (paper(1),))
    assert changes_of(edited, of, capabilities(400)) == ()
