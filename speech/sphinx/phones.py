"""From espeak-ng's phonemes (IPA) to those of CMU's English acoustic model (ARPAbet). Pure.

A Russian sound is told by the English one that is nearest to it, so that an English model understands Russian words it
is told beforehand: soft consonants as hard ones, ``ы`` as in "bit", ``х`` as ``h``, ``щ`` as ``sh``.
"""

from __future__ import annotations

import re

_SOUNDS = {
    # consonants of both
    "b": "B", "d": "D", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "l": "L", "m": "M", "n": "N", "p": "P",
    "s": "S", "t": "T", "v": "V", "w": "W", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "tʃ": "CH", "dʒ": "JH", "ŋ": "NG",
    # English
    "ɹ": "R", "θ": "TH", "ð": "DH", "ɾ": "T", "ʔ": "T", "əl": "AH L", "n̩": "AH N", "l̩": "AH L",
    "iː": "IY", "i": "IY", "ɪ": "IH", "ᵻ": "IH", "ɛ": "EH", "æ": "AE", "ʌ": "AH", "ə": "AH", "ɐ": "AH", "ɚ": "ER", "ɜː": "ER",
    "uː": "UW", "ʊ": "UH", "ɔː": "AO", "ɔ": "AO", "ɑː": "AA", "ɒ": "AA", "aː": "AA", "oː": "OW",
    "eɪ": "EY", "aɪ": "AY", "ɔɪ": "OY", "aʊ": "AW", "oʊ": "OW", "əʊ": "OW", "iə": "IY AH", "aɪə": "AY AH", "aɪɚ": "AY ER",
    "oːɹ": "AO R", "ɔːɹ": "AO R", "ɑːɹ": "AA R", "ɛɹ": "EH R", "ɪɹ": "IH R", "ʊɹ": "UH R",
    # Russian
    "r": "R", "ɭ": "L", "x": "HH", "ts": "T S", "ɕ": "SH", "ʑ": "ZH", "ɣ": "G", "dz": "D Z",
    "a": "AA", "ɑ": "AA", "e": "EH", "o": "AO", "u": "UW", "u\"": "UW", "y": "IH", "ɨ": "IH", "ɵ": "AO", "ɪ^": "IH",
    "ja": "Y AA", "ju": "Y UW", "je": "Y EH", "jo": "Y AO",
}  # fmt: skip
_SILENT = re.compile(r"\([a-z-]+\)|[ˈˌ1-9]")  # switches of language, stress, tones
_SOFT = "ʲ"
_LONGEST = 4


def arpabet(ipa: str) -> tuple[str, ...]:
    """The phones of a word, told by ``espeak-ng --ipa --sep=_``; what has no near sound is left out."""
    found: list[str] = []
    for sound in _SILENT.sub("_", ipa).split("_"):
        found += _phones(sound.strip().replace(_SOFT, ""))
    return tuple(found)


def _phones(sound: str) -> list[str]:
    """The longest known pieces, from the left."""
    found: list[str] = []
    while sound:
        for length in range(min(_LONGEST, len(sound)), 0, -1):
            if sound[:length] in _SOUNDS:
                found += _SOUNDS[sound[:length]].split()
                break
        else:
            length = 1
        sound = sound[length:]
    return found
