"""How words are pronounced, in the phones of CMU's English model: from its dictionary, else by espeak-ng.

Runs a program and reads a file of 3 MB: not for the event loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from gateway.language import is_cyrillic
from speech.ipa import pronounced
from speech.speakable import speakable
from speech.sphinx.phones import arpabet

Lexicon = dict[str, list[str]]
"""Of each word its pronunciations, phones with spaces between them."""
_VARIANT = re.compile(r"\(\d+\)$")
_ABBREVIATED = 4
"""Letters of the longest abbreviation."""
_VOICES = {"en": "en-us", "ru": "ru"}
# Words of one letter, which espeak-ng would spell.
_LETTERS = {
    "ru": {"а": ["AA", "AH"], "в": ["V", "F"], "и": ["IY"], "к": ["K", "G"], "о": ["AH", "AO"], "с": ["S", "Z"], "у": ["UW"], "я": ["Y AA", "Y AH"]},
    "en": {},
}  # fmt: skip


def lexicon(words: Iterable[str], language: str, dictionary: Path) -> Lexicon:
    """All words that can be pronounced. Numbers and signs are told in words. Raises ``SpeechUnavailable``."""
    wanted = sorted(set(words))
    found = _looked_up(set(wanted), dictionary) if language == "en" else {}
    found.update({word: list(phones) for word, phones in _LETTERS[language].items() if word in wanted})
    missing = [word for word in wanted if word not in found]
    said = [_said(word, language) for word in missing]
    for word, told in zip(missing, pronounced(said, _VOICES[language], separator="_") if said else [], strict=True):
        if phones := arpabet(told.replace(" ", "_")):
            found[word] = [" ".join(phones)]
    return found


def _said(word: str, language: str) -> str:
    """Numbers and abbreviations in full; a plain word needs no such look, which takes most of a millisecond."""
    plain = word.isalpha() and len(word) > _ABBREVIATED and is_cyrillic(word)
    return word if plain else speakable(word, language).rstrip(".") or word


def _looked_up(wanted: set[str], dictionary: Path) -> Lexicon:
    """What the model's own dictionary has; words without their apostrophe, too ("dont")."""
    bare = {word.replace("'", ""): word for word in wanted}
    found: Lexicon = {}
    loose: Lexicon = {}
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            entry, _, phones = line.partition(" ")
            word = _VARIANT.sub("", entry)
            if word in wanted:
                found.setdefault(word, []).append(phones.strip())
            elif "'" in word and (meant := bare.get(word.replace("'", ""))) is not None:
                loose.setdefault(meant, []).append(phones.strip())
    return loose | found
