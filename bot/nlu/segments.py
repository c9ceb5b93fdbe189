"""Several matters in one message: where it may be cut, and whether it is surer in pieces than as a whole. Pure.

A cut needs two pieces that mean different things, both of which the whole hints at, too, and each of which is sure. How
sure depends on what stands at the cut: the end of a sentence says more than a comma or an "and", and where nothing
stands both pieces must be surer than the whole. Chosen on messages of CLINC's ``val`` and of splits of the example
business's examples, alone and in pairs: of those about one matter fewer than one in a hundred is cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.language import words

MOST_PARTS = 3
CERTAIN = 0.98
"""No two pieces are surer than this."""
DOUBTFUL = 0.5
"""Less sure than this, a piece is nothing by itself."""
HINTS = 3
"""A piece means one of this many intents that the whole is likeliest to mean."""

JOINERS = frozenset({"и", "а", "также", "еще", "плюс", "and", "also", "plus"})
_CLAUSE = re.compile(r"([^.?!;,\n…]*)([.?!;,\n…]+|$)")
_END = re.compile(r"[.?!;\n…]")


class Sign(Enum):
    """What stands between two pieces: how sure both must be, by how much surer than the whole, and of how many words."""

    END = (0.5, -0.1, 1)
    COMMA = (0.9, -0.1, 2)
    JOINER = (0.7, -0.1, 2)
    NOTHING = (0.93, 0.02, 4)

    def __init__(self, least: float, gain: float, shortest: int) -> None:
        """``least``: the confidence that both pieces need; ``gain``: what they need beside the whole's; ``shortest``: the
        words that each of them has at least."""
        self.least = least
        self.gain = gain
        self.shortest = shortest


@dataclass(frozen=True, slots=True)
class Heard:
    """A run of words as the model reads it: the first one's confidence, and where that is at least ``DOUBTFUL``, its
    likeliest intents; none where it is outside.
    """

    confidence: float
    intents: tuple[str, ...]


Span = tuple[int, int]
Piece = tuple[Span, Heard]
Judge = Callable[[Sequence[Span]], list[Heard]]


def signs(cleaned: str, tokens: Sequence[str]) -> dict[int, Sign]:
    """What stands before which word. Empty where the words are not those of the text, as in another layout."""
    found: dict[int, Sign] = {}
    at = 0
    for clause, mark in _CLAUSE.findall(cleaned):
        at += len(words(clause))
        if mark and 0 < at < len(tokens) and found.get(at) is not Sign.END:
            found[at] = Sign.END if _END.search(mark) else Sign.COMMA
    if at != len(tokens):
        return {}
    for place in range(1, len(tokens) - 1):
        if tokens[place] in JOINERS:
            found.setdefault(place, Sign.JOINER)
    return found


def parts(tokens: Sequence[str], found: dict[int, Sign], *, whole: Heard, judge: Judge) -> list[Span]:
    """The spans of ``tokens`` that are matters of their own; one span where it is one matter.

    ``whole``: how all of them read; ``judge`` reads spans, all that are asked at once.
    """
    pieces = [((0, len(tokens)), whole)]
    while len(pieces) < MOST_PARTS:
        for place, piece in enumerate(pieces):
            halves = _cut(piece, tokens, found, judge)
            if halves:
                pieces[place : place + 1] = halves
                break
        else:
            break
    return [span for span, _ in pieces]


def _cut(piece: Piece, tokens: Sequence[str], found: dict[int, Sign], judge: Judge) -> tuple[Piece, Piece] | None:
    """The best cut of a piece, if it has one."""
    (start, end), whole = piece
    asked = [(sign, halves) for place in range(start + 1, end)
             if whole.confidence + (sign := found.get(place, Sign.NOTHING)).gain < CERTAIN
             and (halves := _halves((start, end), place, tokens, sign))]  # fmt: skip
    if not asked:
        return None
    heard = judge([half for _, halves in asked for half in halves])
    best, most = None, 0.0
    for (sign, halves), left, right in zip(asked, heard[::2], heard[1::2], strict=True):
        sure = min(left.confidence, right.confidence)
        if (
            sure > most
            and _apart(left, right, whole.intents[:HINTS])
            and sure >= max(sign.least, whole.confidence + sign.gain)
        ):
            best, most = ((halves[0], left), (halves[1], right)), sure
    return best


def _halves(piece: Span, place: int, tokens: Sequence[str], sign: Sign) -> tuple[Span, Span] | None:
    start, end = piece
    joined = tokens[place] in JOINERS and place + 1 < end
    if min(place - start, end - place - joined) < sign.shortest:
        return None
    return (start, place), (place + joined, end)


def _apart(left: Heard, right: Heard, hints: Sequence[str]) -> bool:
    if not left.intents or not right.intents:
        return False
    meant = left.intents[0], right.intents[0]
    return meant[0] != meant[1] and all(one in hints for one in meant)
