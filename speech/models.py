"""Models of speech engines in a folder, ``<data>/speech/ENGINE/NAME/``: which are known, and which are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

Engine = Literal["vosk", "whisper", "piper"]
FOLDER = "speech"
"""In the data folder."""
MANIFEST = "switchboard.json"
"""Beside a model's own files: what was downloaded (``Manifest``)."""
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_VOSK = re.compile(r"vosk-model(?:-small)?-([a-z]{2,3})(?:-|$)")
_PIPER = re.compile(r"([a-z]{2,3})_[A-Z]{2}-")


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file to fetch. ``path``: at its server. ``size``: in bytes, 0 where it isn't published. ``md5``: as its publisher gives it, ""
    where there is none: not pinned."""

    path: str
    name: str = ""
    size: int = 0
    md5: str = ""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model that we know. ``locales``: two letters each, none for all; ``megabytes``: to download, about. ``archive``: its one file is
    a ZIP with a folder of its name."""

    name: str
    engine: Engine
    server: str
    files: tuple[File, ...]
    megabytes: int
    locales: tuple[str, ...] = ()
    about: str = ""
    archive: bool = False

    @property
    def pinned(self) -> bool:
        return all(file.md5 for file in self.files)


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was downloaded."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model's folder was made from."""

    model: str
    server: str
    files: tuple[Fetched, ...]


_ALPHA = "https://alphacephei.com/vosk/models"
_HUB = "https://huggingface.co"
_VOICES = f"{_HUB}/rhasspy/piper-voices/resolve/v1.0.0"


def _vosk(name: str, locale: str, megabytes: int, about: str) -> Model:
    return Model(
        name=name, engine="vosk", server=_ALPHA, files=(File(path=f"{name}.zip"),), megabytes=megabytes, locales=(locale,),
        about=about, archive=True,
    )  # fmt: skip


def _whisper(
    size: str, repository: str, megabytes: int, about: str, *, vocabulary: str = "vocabulary.txt", more: bool = False
) -> Model:
    names = ("config.json", "model.bin", "tokenizer.json", vocabulary, *(["preprocessor_config.json"] if more else []))
    return Model(
        name=f"whisper-{size}", engine="whisper", server=_HUB, megabytes=megabytes, about=about,
        files=tuple(File(path=f"{repository}/resolve/main/{name}", name=name) for name in names),
    )  # fmt: skip


def _piper(name: str, network: str, config: tuple[int, str], about: str) -> Model:
    locale, speaker, quality = name.split("-")
    path = f"{locale[:2]}/{locale}/{speaker}/{quality}/{name}.onnx"
    return Model(
        name=name, engine="piper", server=_VOICES, megabytes=63, locales=(locale[:2],), about=about,
        files=(
            File(path=path, name=f"{name}.onnx", size=63_201_294, md5=network),
            File(path=f"{path}.json", name=f"{name}.onnx.json", size=config[0], md5=config[1]),
        ),
    )  # fmt: skip


# Checksums of voices: voices.json of rhasspy/piper-voices, as rhasspy/wyoming-piper has it. Vosk and Systran publish none that can be written down here.
KNOWN: tuple[Model, ...] = (
    _vosk("vosk-model-small-ru-0.22", "ru", 45, "light"),
    _vosk("vosk-model-ru-0.42", "ru", 1_800, "best, 4 GB of RAM"),
    _vosk("vosk-model-small-en-us-0.15", "en", 40, "light"),
    _vosk("vosk-model-en-us-0.22-lgraph", "en", 128, "between them"),
    _vosk("vosk-model-en-us-0.22", "en", 1_800, "best, 4 GB of RAM"),
    _whisper("tiny", "Systran/faster-whisper-tiny", 78, "quick, many errors"),
    _whisper("base", "Systran/faster-whisper-base", 148, "quick, some errors"),
    _whisper("small", "Systran/faster-whisper-small", 486, "1 to 2 s a time"),
    _whisper("medium", "Systran/faster-whisper-medium", 1_530, "for many cores"),
    _whisper("large-v3", "Systran/faster-whisper-large-v3", 3_090, "for many cores", vocabulary="vocabulary.json", more=True),
    _piper("ru_RU-irina-medium", "21fbe77fdc68bdc35d7adb6bf4f52199", (4_765, "e239bb7f22d5de4a44ec6b1cb6c06bb5"), "woman"),
    _piper("ru_RU-denis-medium", "76c2f14e521fef3ed574f97ad492728e", (4_823, "e3df5957c07647cab05cf9910ef3ede0"), "man"),
    _piper("ru_RU-dmitri-medium", "589ccc91745a1e2353508ff62c5941b7", (4_824, "4eaf0d090190ecb8d958d40c76fd85e8"), "man"),
    _piper("ru_RU-ruslan-medium", "731eb188e63b4c57320e38047ba2d850", (4_882, "ae6e273bd38d6ecb05c2d1969b24db0c"), "man"),
    _piper("en_US-lessac-medium", "2fc642b535197b6305c7c8f92dc8b24f", (4_885, "c1f2b7bddefe113f3255ff9ef234cfd3"), "woman"),
    _piper("en_US-amy-medium", "778d28aeb95fcdf8a882344d9df142fc", (4_882, "7f37dadb26340c90ebc8088e0b252310"), "woman"),
)  # fmt: skip


def known(name: str) -> Model | None:
    """The model of that name."""
    return next((model for model in KNOWN if model.name == name), None)


def installed(folder: Path, engine: Engine) -> list[Path]:
    """The models of an engine that are there, also those that we don't know."""
    within = folder / engine
    if not within.is_dir():
        return []
    return sorted(path for path in within.iterdir() if path.is_dir() and _SAFE.fullmatch(path.name))


def named(folder: Path, engine: Engine, name: str) -> Path | None:
    return next((path for path in installed(folder, engine) if path.name == name), None)


def best(folder: Path, engine: Engine, locale: str) -> Path | None:
    """The model to use for ``locale``: the largest, since whoever has it wanted it."""
    language = locale.partition("-")[0].partition("_")[0].lower()
    fitting = [
        path
        for path in installed(folder, engine)
        if language in locales_of(path, engine) or not locales_of(path, engine)
    ]
    return max(fitting, key=_weight, default=None)


def locales_of(path: Path, engine: Engine) -> tuple[str, ...]:
    """None: all."""
    if (model := known(path.name)) is not None:
        return model.locales
    pattern = {"vosk": _VOSK, "piper": _PIPER}.get(engine)
    found = pattern.match(path.name) if pattern is not None else None
    if pattern is None:
        return ("en",) if path.name.endswith(".en") else ()
    return (found[1],) if found else ("?",)


def _weight(path: Path) -> tuple[int, str]:
    return sum(file.stat().st_size for file in _files(path)), path.name


def _files(path: Path) -> Iterator[Path]:
    return (file for file in path.rglob("*") if file.is_file())
