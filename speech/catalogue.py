"""Which speech engines an installation has, and what each can do: those that are always there, and those of its settings."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import msgspec

from gateway.settings import SERVICES, START_ENGINES, SpeechEngine
from speech import models, sphinx, yandex_languages

START_HEARS, START_SPEAKS = START_ENGINES
_PACKAGES = {"vosk": "vosk", "whisper": "faster_whisper", "yandex": "grpc"}
"""What a kind needs of ours that isn't always installed."""
_LATE = ("openai", "whisper")
"""Kinds that tell little or nothing before an utterance has ended, and take their time then."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An engine. ``languages``: two letters each, none where only its maker knows; ``voices``: names that are known here; ``start``: it is
    always there, and no more than a start; ``service``: what is said leaves this machine; ``lacks``: why it can't work yet."""

    name: str
    kind: str
    hears: bool = False
    speaks: bool = False
    languages: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    start: bool = False
    service: bool = False
    late: bool = False
    lacks: Literal["", "package", "model"] = ""

    def knows(self, locale: str) -> bool:
        return not self.languages or locale.partition("-")[0] in self.languages


def known(tables: Mapping[str, SpeechEngine], folder: Path) -> dict[str, Known]:
    """By name. ``folder``: that of the models; it is looked at, so not for the event loop."""
    found = [
        Known(name=START_HEARS, kind=START_HEARS, hears=True, languages=sphinx.LOCALES, start=True),
        Known(
            name=START_SPEAKS, kind=START_SPEAKS, speaks=True, start=True, lacks="" if shutil.which(START_SPEAKS) else "package"
        ),
        *(_of(name, table, folder) for name, table in sorted(tables.items())),
    ]  # fmt: skip
    return {one.name: one for one in found}


def _of(name: str, table: SpeechEngine, folder: Path) -> Known:
    kind, languages = table.kind, table.languages
    voices: tuple[str, ...] = (table.voice,) if table.voice else ()
    lacks: Literal["", "package", "model"] = ""
    if kind in ("vosk", "whisper", "piper"):
        here = models.installed(folder, kind)
        languages = languages or _languages(here, kind)
        voices = tuple(path.name for path in here) if kind == "piper" else ()
        lacks = "" if here else "model"
    elif kind == "yandex":
        languages = languages or tuple(yandex_languages.LANGUAGES)
        voices = tuple(dict.fromkeys((*voices, *yandex_languages.VOICES.values())))
    if kind in _PACKAGES and find_spec(_PACKAGES[kind]) is None:
        lacks = "package"
    return Known(
        name=name, kind=kind, languages=languages, voices=voices, lacks=lacks, service=kind in SERVICES, late=kind in _LATE,
        hears=kind != "piper" and (kind != "openai" or bool(table.model)),
        speaks=kind in ("piper", "yandex") or (kind == "openai" and bool(table.voice_model)),
    )  # fmt: skip


def _languages(here: list[Path], kind: models.Engine) -> tuple[str, ...]:
    """Of all models; none where one of them knows all."""
    each = [models.locales_of(path, kind) for path in here]
    return tuple(sorted({locale for one in each for locale in one})) if all(each) else ()
