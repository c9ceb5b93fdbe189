"""The languages of one call: which one is spoken, and how a caller says which they want."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence

from msgspec.structs import replace

from channels.voice.hearing import Recognition
from channels.voice.line import Parts
from channels.voice.voices import PATIENT, Voice
from gateway.ports import Synthesizer
from speech.several import Several, Tongue

NAMES = {
    "en": ("english", "английский", "по-английски", "на английском"),
    "ru": ("русский", "по-русски", "на русском", "russian"),
}
"""How callers name the languages in which we can ask them, in any of these."""
_WORD = re.compile(r"[\w-]+")
NAMED, MEANT = 2, 1


def askable(locales: Sequence[str]) -> tuple[str, ...]:
    """Of a business's languages those that a caller can be offered; none where there is nothing to choose."""
    known = tuple(one for one in locales if one in NAMES)
    return known if len(known) > 1 else ()


def named(text: str, locales: Sequence[str]) -> str:
    """The one language that is named in what was said; "" where none is, or several are."""
    said = " ".join(_WORD.findall(text.casefold()))
    padded = f" {said} "
    found = [locale for locale in locales if any(f" {name} " in padded for name in NAMES.get(locale, ()))]
    return found[0] if len(found) == 1 else ""


def is_name(text: str, locales: Sequence[str]) -> bool:
    """Whether a language is all that was said: "in English, please" is, "an English lamp from the shop" isn't."""
    return bool(named(text, locales)) and len(_WORD.findall(text)) <= len(("in", "english", "please"))


class Tongues:
    """What one call speaks and hears with, in whichever of its languages. ``voices``: by language; the first is spoken at first.

    ``undecided``: it isn't known which is the caller's, so that all are heard.
    """

    def __init__(self, voices: Mapping[str, Voice]) -> None:
        self._voices = voices
        self.locale = next(iter(voices))
        self.choices = askable(tuple(voices))
        """What the caller may choose from."""
        self.undecided = bool(self.choices)
        self._several = self._make_several() if self.undecided else None
        first = voices[self.locale].parts
        self.parts = Parts(
            synthesizer=_EachByItsOwn(self),
            activities=first.activities,
            means=self._means,
            settings=PATIENT if any(one.parts.settings == PATIENT for one in voices.values()) else first.settings,
        )

    def speak(self, locale: str) -> bool:
        """From now on in this language; False where there is no voice for it."""
        if locale not in self._voices:
            return False
        self.locale, self.undecided = locale, False
        return True

    @property
    def voice(self) -> Voice:
        return self.of(self.locale)

    def of(self, locale: str) -> Voice:
        return self._voices.get(locale) or self._voices[self.locale]

    @property
    def recognition(self) -> Recognition | None:
        """By what the caller is understood."""
        if self.undecided and self._several is not None:
            return Recognition(recognizer=self._several, locale=self.locale)
        return self.voice.recognition

    def language_of(self, text: str) -> str:
        """Of what was said last: the one that it names, else the one in which it was understood."""
        name = named(text, tuple(self._voices))
        return name or (self._several.language if self._several is not None else self.locale)

    def _make_several(self) -> Several | None:
        tongues = []
        for locale, voice in self._voices.items():
            if (one := voice.recognition) is not None:
                names = tuple(name for names in NAMES.values() for name in names if _is_written(name, locale))
                hints = replace(
                    one.hints, version=f"{one.hints.version}+languages", phrases=(*one.hints.phrases, *names)
                )
                tongues.append(Tongue(locale, one.recognizer, hints))
        return Several(tongues, worth=self._worth) if tongues else None

    def _worth(self, locale: str, text: str) -> int:
        if is_name(text, tuple(self._voices)):
            return NAMED
        return MEANT if self._voices[locale].parts.means(text) else 0

    def _means(self, text: str) -> bool:
        if not self.undecided:
            return self.voice.parts.means(text)
        return is_name(text, tuple(self._voices)) or any(one.parts.means(text) for one in self._voices.values())


def _is_written(name: str, locale: str) -> bool:
    """Whether a name is in the letters of a language."""
    return name.isascii() is (locale != "ru")


class _EachByItsOwn:
    """A ``gateway.ports.Synthesizer``: what is to be said in a language is said by whoever speaks it."""

    def __init__(self, tongues: Tongues) -> None:
        self._tongues = tongues

    def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        synthesizer: Synthesizer = self._tongues.of(locale).parts.synthesizer
        return synthesizer.speak(text, locale=locale, voice=voice, rate=rate)

    async def aclose(self) -> None:
        """The engines are others', too."""
