"""What a message may show beside its text: nothing leads where a page must not lead."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.errors import Invalid
from gateway.model.cards import check_cards
from gateway.model.events import Button, Card

CARD = Card(
    title="Spark", text="100 Mbit/s", image="https://example.com/spark.png",
    buttons=(Button(title="Choose", payload="/choose"), Button(title="Call", payload="", url="tel:+74950000000")),
)  # fmt: skip


def test_card_that_a_page_may_show_stays_as_it_is() -> None:
    assert check_cards((CARD,) * 10) == (CARD,) * 10


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
        "http://example.com", "https://", "https://user@example.com", "//example.com", "/path", "ftp://example.com",
        "https://example.com/a b", 'https://example.com/"x', "https://example.com/\u202e", "https://[", "x" * 3000,
        "https://example.com/" + "x" * 2000, "https:\\\\example.com",
    ],
)  # fmt: skip
def test_address_that_leads_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        check_cards((replace(CARD, image=url),))
    with pytest.raises(Invalid):
        check_cards((replace(CARD, buttons=(Button(title="Go", payload="", url=url),)),))


@pytest.mark.parametrize(
    "cards",
    [
        (CARD,) * 11,
        (replace(CARD, title=" "),),
        (replace(CARD, title="x" * 101),),
        (replace(CARD, text="x" * 501),),
        (replace(CARD, image="mailto:name@example.com"),),
        (replace(CARD, buttons=CARD.buttons * 3),),
        (replace(CARD, buttons=(Button(title="Nowhere", payload=""),)),),
        (replace(CARD, buttons=(Button(title="", payload="/x"),)),),
    ],
)
def test_card_beyond_the_bounds_is_refused(cards: tuple[Card, ...]) -> None:
    with pytest.raises(Invalid):
        check_cards(cards)
