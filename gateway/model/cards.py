"""Cards and links out of a message, judged where content enters."""

from __future__ import annotations

from urllib.parse import urlsplit

from gateway.errors import Invalid
from gateway.model.events import Button, Card

MAX_CARDS = 10
MAX_BUTTONS = 5
TITLE, TEXT, ADDRESS = 100, 500, 2000
"""Characters."""
LINKS = ("https", "mailto", "tel")


def check_address(address: str, *, schemes: tuple[str, ...], field: str) -> str:
    """An address that a browser may be led to. Raises ``Invalid``."""
    wanted = " or ".join(f"{scheme}:" for scheme in schemes)
    try:
        parts = urlsplit(address)
        fit = parts.scheme in schemes and (parts.scheme != "https" or bool(parts.hostname)) and not parts.username
    except ValueError:
        fit = False
    plain = address.isprintable() and not any(ch.isspace() or ch in "\"'<>\\`" for ch in address)
    if not fit or not plain or len(address) > ADDRESS:
        raise Invalid(f"An address begins with {wanted} and holds no spaces.", field=field)
    return address


def check_button(button: Button) -> Button:
    """Raises ``Invalid``."""
    if not button.title.strip() or len(button.title) > TITLE:
        raise Invalid(f"A button's title has 1 to {TITLE} characters.", field="buttons")
    if button.url:
        check_address(button.url, schemes=LINKS, field="url")
    elif not button.payload:
        raise Invalid("A button has a payload or a url.", field="buttons")
    return button


def check_cards(cards: tuple[Card, ...]) -> tuple[Card, ...]:
    """The cards as they are, if a page may show them. Raises ``Invalid``."""
    if len(cards) > MAX_CARDS:
        raise Invalid(f"A message holds at most {MAX_CARDS} cards.", field="cards")
    for card in cards:
        if not card.title.strip() or len(card.title) > TITLE or len(card.text) > TEXT:
            raise Invalid(f"A card has a title of 1 to {TITLE} characters and a text of at most {TEXT}.", field="cards")
        if card.image:
            check_address(card.image, schemes=("https",), field="image")
        if len(card.buttons) > MAX_BUTTONS:
            raise Invalid(f"A card has at most {MAX_BUTTONS} buttons.", field="cards")
        for button in card.buttons:
            check_button(button)
    return cards
