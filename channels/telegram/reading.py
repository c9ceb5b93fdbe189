"""Texts and names as they may be stored, and how a text looks, from what Telegram says of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from urllib.parse import urlsplit

from channels.telegram import wire
from gateway.model.events import Span, SpanKind
from gateway.model.markup import units
from gateway.model.reach import UNWANTED

LONGEST_NAME, LONGEST_QUOTE, LONGEST_ADDRESS = 120, 200, 2048
SCHEMES = frozenset(("http", "https", "tg", "mailto", "tel"))
_KINDS: dict[str, SpanKind] = {
    "bold": "bold", "italic": "italic", "underline": "underline", "strikethrough": "strike", "spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "quote", "expandable_blockquote": "quote", "text_link": "link",
}  # fmt: skip


def line(text: str, limit: int) -> str:
    """A name, a title, a quote: in one line, cut to ``limit`` characters."""
    return " ".join(storable(UNWANTED.sub("", text)).split())[:limit].rstrip()


def storable(text: str) -> str:
    """Halves of surrogate pairs can be stored nowhere; each becomes one question mark, so nothing moves."""
    return text.encode("utf-8", "replace").decode()


def name_of(user: wire.User | wire.Chat | None) -> str:
    """What a person or a chat calls itself; "" where it doesn't."""
    if user is None:
        return ""
    title = user.title if isinstance(user, wire.Chat) else ""
    return (
        line(title, LONGEST_NAME)
        or line(f"{user.first_name} {user.last_name}", LONGEST_NAME)
        or line(user.username, LONGEST_NAME)
    )


def locale_of(wanted: str, offered: tuple[str, ...]) -> str:
    """The language of those offered that fits an IETF tag best; the first one where none does."""
    short = wanted.replace("_", "-").split("-")[0].lower()
    return short if short in offered else offered[0] if offered else "en"


def text_of(text: str, entities: Iterable[wire.Entity], *, without: int = 0) -> tuple[str, tuple[Span, ...]]:
    """A text as it may be stored, with its spans. ``without``: UTF-16 units at its begin that are left out.

    What is left out (unwanted characters, white space around) moves the spans behind it; a span of which nothing is left
    goes with it.
    """
    text = storable(text)
    if without == 0 and text == text.strip() and UNWANTED.search(text) is None:
        at = range(units(text) + 1)
        return text, tuple(moved for one in entities if (span := span_of(one)) and (moved := _moved(span, at)))
    spans = [span for span in map(span_of, entities) if span is not None]
    kept = _kept(text, without)
    said = "".join(ch for ch, stays in zip(text, kept, strict=True) if stays)
    if not spans:
        return said, ()
    moves = [0, *accumulate(new for ch, stays in zip(text, kept, strict=True) for new in _unit_steps(ch, stays))]
    return said, tuple(moved for span in spans if (moved := _moved(span, moves)) is not None)


def span_of(entity: wire.Entity) -> Span | None:
    """How a piece looks; None for what only points at something (a hashtag, a mention, an address written out)."""
    kind = _KINDS.get(entity.type)
    if kind is None or entity.offset < 0 or entity.length <= 0:
        return None
    url = address_of(entity.url) if kind == "link" else ""
    if kind == "link" and not url:
        return None
    return Span(kind=kind, at=entity.offset, length=entity.length, url=url)


def address_of(url: str) -> str:
    """Where a link leads, if it is an address that may be shown; else ""."""
    if len(url) > LONGEST_ADDRESS or any(ch.isspace() or not ch.isprintable() for ch in url):
        return ""
    try:
        return url if urlsplit(url).scheme in SCHEMES else ""
    except ValueError:
        return ""


def has_words(text: str) -> bool:
    """Something of it can be seen."""
    return any(ch.isprintable() and not ch.isspace() for ch in text)


def _kept(text: str, without: int) -> list[bool]:
    """For each character, whether it stays."""
    kept, at = [], 0
    for ch in text:
        kept.append(at >= without and UNWANTED.match(ch) is None)
        at += units(ch)
    for places in (range(len(text)), range(len(text) - 1, -1, -1)):
        for index in places:
            if kept[index] and not text[index].isspace():
                break
            kept[index] = False
    return kept


def _unit_steps(ch: str, stays: bool) -> tuple[int, ...]:
    return (int(stays),) * units(ch)


def _moved(span: Span, at: Sequence[int]) -> Span | None:
    """``at``: for each UTF-16 unit of a text, and its end, where it is by now."""
    last = len(at) - 1
    begin, end = at[min(span.at, last)], at[min(span.at + span.length, last)]
    return Span(kind=span.kind, at=begin, length=end - begin, url=span.url) if end > begin else None
