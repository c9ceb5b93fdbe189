"""Russian typed in the wrong keyboard layout or in Latin letters, and English in the wrong layout. Pure."""

from __future__ import annotations

import re

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюе"
_TO_RUSSIAN = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS.rstrip("е"), _LATIN_KEYS.rstrip("`"))

# Longest first. ``ё`` is read as ``е`` everywhere, so "yo" is ``е`` too.
_SOUNDS = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц", "ch": "ч", "sh": "ш",
    "yu": "ю", "ju": "ю", "ya": "я", "ja": "я", "yo": "е", "jo": "е", "ye": "е", "yi": "ый",
    "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й", "k": "к",
    "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в",
    "w": "в", "x": "х", "y": "ы", "z": "з", "'": "ь", "4": "ч", "6": "ш",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_SHORT_I = re.compile(r"(?<=[aeiouy])y(?![aeiou])")
_DIGIT_ALONE = re.compile(r"(?<![a-z])[46]+(?![a-z])")


def as_russian_layout(cleaned: str) -> str:
    """The keys of a text as a Russian keyboard has them: ``ghbdtn`` is ``привет``."""
    return cleaned.translate(_TO_RUSSIAN)


def as_latin_layout(cleaned: str) -> str:
    """The keys of a text as a Latin keyboard has them: ``руддщ`` is ``hello``."""
    return cleaned.translate(_TO_LATIN)


def as_cyrillic(cleaned: str) -> str:
    """Latin letters by their Russian sound: ``privet`` is ``привет``. Numbers that stand alone stay."""
    parts = re.split(r"(\s+)", _SHORT_I.sub("j", cleaned))
    return "".join(
        part if _DIGIT_ALONE.fullmatch(part) else _SOUND.sub(lambda found: _SOUNDS[found.group()], part)
        for part in parts
    )
