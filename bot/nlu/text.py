"""Which language a message is in. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from gateway.language import is_cyrillic

_LATIN = re.compile(r"[a-z]")
_CYRILLIC_ALONE = re.compile(r"[\u0400-\u04ff ]+")
_FOREIGN_LATIN = re.compile(r"[\u00df-\u024f]")
# Latin words that Russian texts use as they are: they say nothing about the language of a message.
_NEUTRAL = frozenset(
    {"ok", "okay", "wifi", "wi", "fi", "sms", "vpn", "tv", "ip", "email", "mail", "url", "usb", "hdmi", "lan", "dns"}
    | {"pin", "pdf", "app", "online", "faq", "id", "g", "tech"}
)

_ENGLISH = frozenset(
    {"the", "is", "are", "was", "you", "your", "what", "how", "when", "where", "who", "why", "can", "do", "does", "of"}
    | {"my", "it", "and", "for", "with", "have", "has", "this", "that", "please", "want", "need", "not", "hello", "hi"}
)


def language_of(tokens: list[str], known: Callable[[str], bool]) -> str:
    """``ru`` or ``en`` by the script of the words, or an empty string where they don't tell.

    A Russian message may well hold Latin names ("wi-fi не работает"), so one Cyrillic word in three is Russian. Latin
    letters are English only if one word at least is ``known`` or is one that every English sentence has.
    """
    line = " ".join(tokens)
    if line.isascii():
        return "en" if any(_is_english(token, known) for token in tokens) else ""
    if _CYRILLIC_ALONE.fullmatch(line):
        return "ru"
    cyrillic = [token for token in tokens if is_cyrillic(token)]
    latin = [token for token in tokens if _LATIN.search(token) or _FOREIGN_LATIN.search(token)]
    if cyrillic and len(cyrillic) * 2 >= len(latin):
        return "ru"
    telling = [token for token in latin if token not in _NEUTRAL]
    if any(_FOREIGN_LATIN.search(token) for token in telling):
        return ""
    return "en" if any(_is_english(token, known) for token in telling) else ""


def _is_english(word: str, known: Callable[[str], bool]) -> bool:
    """Whether the word, which may be a number, is an English one that says so."""
    return word in _ENGLISH or (word not in _NEUTRAL and _LATIN.search(word) is not None and known(word))
