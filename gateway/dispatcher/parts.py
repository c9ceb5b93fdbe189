"""A message as the provider calls that its channel needs: degraded to what it can show, and cut to its length. Pure.

The rows are written at append and the calls made later, so both ask ``parts_of``.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from gateway.model.events import AnyEvent, Attachment, BotMessage, Button, Card, OperatorMessage, SystemNotice
from gateway.ports import Capabilities

_BORDERS = (re.compile(r"\n[ \t]*\n"), re.compile(r"\n"), re.compile(r"[.!?…;]['\"»”)]*(?=\s)"), re.compile(r"(?=\s)"))
"""Where a text is cut, the best first: after a paragraph, a line, a sentence, a word."""
_JOINER = "\u200d"


class Part(NamedTuple):
    """``files``: at most one, and then there is no text; what a channel says that can't send it is the courier's."""

    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()


def parts_of(event: AnyEvent, capabilities: Capabilities) -> tuple[Part, ...]:
    """The provider calls of a message, at least one: its text, buttons under the last piece, then each of its files."""
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    text = ""
    if isinstance(event, BotMessage | SystemNotice):
        text, buttons = event.text, event.buttons
    elif isinstance(event, OperatorMessage):
        text, files = event.text, event.files
    if isinstance(event, BotMessage | OperatorMessage):
        text = "\n\n".join(piece for piece in (text, *map(_worded, event.cards)) if piece)
    # Where a button leads elsewhere, its address is something to read and to press in any messenger.
    ways_out = [f"{button.title}: {button.url}" for button in buttons if button.url]
    buttons = tuple(button for button in buttons if not button.url)
    if buttons and not capabilities.buttons:
        ways_out = [*(f"{number}. {button.title}" for number, button in enumerate(buttons, 1)), *ways_out]
        buttons = ()
    if ways_out:
        text = "\n".join([text, *ways_out])
    papers = tuple(Part("", files=(file,)) for file in files)
    if papers and not text:
        return papers
    *before, last = split(text, capabilities.text_limit)
    return (*(Part(piece) for piece in before), Part(last, buttons), *papers)


def _worded(card: Card) -> str:
    """A card for a channel that shows none."""
    links = [f"{button.title}: {button.url}" for button in card.buttons if button.url]
    return "\n".join(line for line in (card.title, card.text, card.image, *links) if line)


def split(text: str, limit: int) -> tuple[str, ...]:
    """``text`` in pieces of at most ``limit`` characters, cut where a reader would pause; at least one piece.

    Only white space at the cuts is lost.
    """
    pieces: list[str] = []
    while len(text) > limit:
        at = _cut(text, limit)
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return (*pieces, text) if text or not pieces else tuple(pieces)


def _cut(text: str, limit: int) -> int:
    """Where the first piece ends: the last border of the best kind in its second half, else of any kind, else a letter."""
    for least in (limit // 2, 0):
        for border in _BORDERS:
            ends = [match.end() for match in border.finditer(text, 0, limit + 1) if least < match.end() <= limit]
            ends = [end for end in ends if text[:end].strip()]
            if ends:
                return ends[-1]
    at = limit
    while at > 1 and _belongs_together(text[at - 1], text[at]):
        at -= 1
    return at if at > 1 else limit


def _belongs_together(one: str, other: str) -> bool:
    """Whether a cut between them would tear a letter or a picture apart."""
    return _JOINER in (one, other) or unicodedata.category(other) in ("Mn", "Me", "Sk") or other == "\ufe0f"
