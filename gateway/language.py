"""Words of a text and their stems: what the bot reads, and what search finds. Pure."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer

MAX_CHARS = 1000
MAX_WORDS = 120
MAX_WORD = 40

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019\u02bc`](?=\w)")
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_STEMMING = threading.Lock()
_STEMMERS = {True: snowballstemmer.stemmer("russian"), False: snowballstemmer.stemmer("english")}


def clean(text: str, most: int = MAX_CHARS) -> str:
    """The text as every later step reads it: at most ``most`` characters, NFKC, lower case, ``ё`` as ``е``."""
    text = unicodedata.normalize("NFKC", text[:most])[:most]
    return text.translate(_INVISIBLE).lower().replace("ё", "е")


def words(cleaned: str, most: int = MAX_WORDS) -> list[str]:
    """The words and numbers of a cleaned text, in order; apostrophes inside a word are dropped."""
    found = _WORD.findall(_APOSTROPHE.sub("", cleaned))
    return [word[:MAX_WORD] for word in found[:most]]


@lru_cache(maxsize=8_192)
def is_cyrillic(word: str) -> bool:
    """Whether the word is written in Cyrillic letters."""
    return _CYRILLIC.search(word) is not None


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """The stem by the word's script: Russian for Cyrillic, English otherwise. Pure Python, hence the cache."""
    # A stemmer works in fields of its own, and models are loaded in another thread than messages are read in.
    with _STEMMING:
        return str(_STEMMERS[is_cyrillic(word)].stemWord(word))
