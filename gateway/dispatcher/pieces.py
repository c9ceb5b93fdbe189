"""A text in pieces that a provider takes, cut where a reader would pause, with its spans. Pure."""

from __future__ import annotations

import re
import unicodedata

from gateway.model.events import Span
from gateway.model.markup import Marked, units

_BORDERS = (re.compile(r"\n[ \t]*\n"), re.compile(r"\n"), re.compile(r"[.!?…;]['\"»”)]*(?=\s)"), re.compile(r"(?=\s)"))
"""Where a text is cut, the best first: after a paragraph, a line, a sentence, a word."""
_JOINER = "\u200d"
_WHOLE = ("link", "code", "bold", "italic", "underline", "strike", "spoiler")
"""What is kept in one piece where that costs little; a quote or a program may go on in the next."""


def split(text: str, limit: int) -> tuple[str, ...]:
    """``text`` in pieces of at most ``limit`` UTF-16 units, cut where a reader would pause; at least one piece.

    Only white space at the cuts is lost.
    """
    return tuple(piece.text for piece in split_marked(Marked(text), limit))


def split_marked(marked: Marked, limit: int, *, first: int = 0) -> tuple[Marked, ...]:
    """As ``split``, each piece with what of the spans falls into it. ``first``: the limit of the first piece, where it is
    another."""
    pieces: list[Marked] = []
    rest = marked
    most = first or limit
    while units(rest.text) > most:
        cut = _outside(rest, _cut(rest.text, _index(rest.text, most)))
        begin = len(rest.text) - len(rest.text[cut:].lstrip())
        pieces.append(_part(rest, 0, len(rest.text[:cut].rstrip())))
        rest, most = _part(rest, begin, len(rest.text)), limit
    return (*pieces, rest) if rest.text or not pieces else tuple(pieces)


def _index(text: str, limit: int) -> int:
    """How many letters fit into ``limit`` UTF-16 units, at least one."""
    if len(text) <= limit and units(text) == len(text):
        return limit
    room = limit
    for at, ch in enumerate(text):
        room -= 1 + (ch > "\uffff")
        if room < 0:
            return max(1, at)
    return len(text)


def _outside(marked: Marked, cut: int) -> int:
    """The same cut, or the one before the span that it would tear, where that leaves a piece worth sending."""
    at = units(marked.text[:cut])
    torn = [span.at for span in marked.spans if span.kind in _WHOLE and span.at < at < span.at + span.length]
    if not torn or min(torn) * 2 < at:
        return cut
    return _letters(marked.text, min(torn))


def _letters(text: str, at: int) -> int:
    """The letter at which so many UTF-16 units have passed."""
    passed = 0
    for index, ch in enumerate(text):
        if passed >= at:
            return index
        passed += 1 + (ch > "\uffff")
    return len(text)


def _part(marked: Marked, begin: int, end: int) -> Marked:
    if not marked.spans:
        return Marked(marked.text[begin:end])
    first = units(marked.text[:begin])
    length = units(marked.text[begin:end])
    spans = []
    for span in marked.spans:
        left, right = max(span.at - first, 0), min(span.at + span.length - first, length)
        if left < right:
            spans.append(Span(kind=span.kind, at=left, length=right - left, url=span.url))
    return Marked(marked.text[begin:end], tuple(spans))


def _cut(text: str, limit: int) -> int:
    """Where the first piece ends: the last border of the best kind in its second half, else of any kind, else a letter."""
    for least in (limit // 2, 0):
        for border in _BORDERS:
            ends = [match.end() for match in border.finditer(text, 0, limit + 1) if least < match.end() <= limit]
            ends = [end for end in ends if text[:end].strip()]
            if ends:
                return ends[-1]
    at = limit
    while 1 < at < len(text) and _belongs_together(text[at - 1], text[at]):
        at -= 1
    return at if at > 1 else limit


def _belongs_together(one: str, other: str) -> bool:
    """Whether a cut between them would tear a letter or a picture apart."""
    return _JOINER in (one, other) or unicodedata.category(other) in ("Mn", "Me", "Sk") or other == "\ufe0f"
