"""Words of a text and their stems: what the bot reads, and what search finds. Pure."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import msgspec
import Stemmer

MAX_CHARS = 1000
MAX_WORDS = 120
MAX_WORD = 40

SNIPPET = 140
"""Characters of a snippet."""
BEFORE = 40
"""Characters of it before the first word that was found."""

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019\u02bc`](?=\w)")
# What is not seen (soft hyphens, joiners, marks of direction, variation selectors) and what is laid over letters.
_INVISIBLE = dict.fromkeys([
    0x00AD, *range(0x0300, 0x0370), 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF,
])  # fmt: skip
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_MIXED = re.compile(r"[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]")
# Letters that look alike in both scripts, as they are or as capitals.
_LATIN_LOOKS, _CYRILLIC_LOOKS = "aceopxykmtbh", "асеорхукмтвн"
_AS_CYRILLIC = str.maketrans(_LATIN_LOOKS, _CYRILLIC_LOOKS)
_AS_LATIN = str.maketrans(_CYRILLIC_LOOKS + "іјѕ", _LATIN_LOOKS + "ijs")
_STEMMING = threading.Lock()
_STEMMERS = {True: Stemmer.Stemmer("russian", 0), False: Stemmer.Stemmer("english", 0)}


@lru_cache(maxsize=32)  # a turn asks several times for the same few texts
def clean(text: str, most: int = MAX_CHARS) -> str:
    """The text as every later step reads it: at most ``most`` characters, NFKC, lower case, ``ё`` as ``е``."""
    if text.isascii():
        return text[:most].lower()
    text = unicodedata.normalize("NFKC", text[:most])[:most]
    return text.translate(_INVISIBLE).lower().replace("ё", "е")


def words(cleaned: str, most: int = MAX_WORDS) -> list[str]:
    """The words and numbers of a cleaned text, in order; apostrophes inside a word are dropped.

    A word in letters of both scripts that look alike ("cкoлькo" with a Latin c and o) is read in the one it is meant in.
    """
    return list(_words(cleaned, most))


@lru_cache(maxsize=32)  # a turn asks several times for the same few texts
def _words(cleaned: str, most: int) -> tuple[str, ...]:
    found = [word[:MAX_WORD] for word in _WORD.findall(_APOSTROPHE.sub("", cleaned))[:most]]
    if not cleaned.isascii() and _MIXED.search(cleaned):
        found = [_in_one_script(word) if _MIXED.search(word) else word for word in found]
    return tuple(found)


def _in_one_script(word: str) -> str:
    cyrillic, latin = word.translate(_AS_CYRILLIC), word.translate(_AS_LATIN)
    if not re.search("[a-z]", cyrillic):
        return cyrillic
    return word if _CYRILLIC.search(latin) else latin


def is_cyrillic(word: str) -> bool:
    """Whether the word is written in Cyrillic letters."""
    return not word.isascii() and _CYRILLIC.search(word) is not None


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """The stem by the word's script: Russian for Cyrillic, English otherwise."""
    # A stemmer works in fields of its own, and models are loaded in another thread than messages are read in.
    with _STEMMING:
        return str(_STEMMERS[is_cyrillic(word)].stemWord(word))


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of a snippet. ``mark``: a word that was asked for."""

    text: str
    mark: bool = False


def snippet(said: str, matches: Callable[[str], bool]) -> tuple[Piece, ...]:
    """The words around the first that was asked for, on one line, and which of them were. ``matches`` is asked of cleaned
    words."""
    said = " ".join(said.split())
    found = [match.span() for match in _WORD.finditer(said) if matches(clean(match[0]))]
    start = max(0, found[0][0] - BEFORE) if found else 0
    if start:
        start = said.find(" ", start, found[0][0]) + 1 or start
    end = min(len(said), start + SNIPPET)
    pieces: list[Piece] = []
    at = start
    for first, last in found:
        if last > end:
            break
        pieces += [Piece(text=said[at:first]), Piece(text=said[first:last], mark=True)]
        at = last
    pieces.append(Piece(text=said[at:end] + ("…" if end < len(said) else "")))
    if start:
        pieces.insert(0, Piece(text="…"))
    return tuple(piece for piece in pieces if piece.text)
