"""A trained bot as one file: arrays in numpy's own format and one JSON text. Loading runs no code from it.

Written by the trainer, read by serving; both agree on ``FORMAT``.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bot.content.types import Content, Source
from bot.dialogue.payload import OWN_SLOTS
from bot.dialogue.playbook import Playbook
from bot.dialogue.render import Phrasebook
from bot.files import beside_of
from bot.nlu.entities import Cue, Finder
from bot.nlu.lexicon import Lexicon
from bot.nlu.meaning import WIDTH
from bot.nlu.model import Calibration, Model
from bot.nlu.reader import Reader

FORMAT = 5
MAX_BYTES = 500_000_000
_ARRAYS = {
    "hashes": np.uint64, "idf": np.float32, "weights": np.int8, "scale": np.float32, "senses": np.float32,
    "bias": np.float32,
}  # fmt: skip

# What zipfile, numpy and msgspec raise on bytes that aren't what they should be.
_DAMAGE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error)


class ArtifactUnreadable(Exception):
    """The file is no trained bot, is damaged, or is of another format: train it again."""


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of a trained bot but its arrays."""

    format: int
    version: str
    content: Content
    intents: tuple[str, ...]
    unseen: float
    calibration: Calibration
    vocabulary: tuple[str, ...]
    annotated: tuple[tuple[str, str, str], ...]
    cues: tuple[Cue, ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bot:
    """A trained bot, ready to serve."""

    version: str
    content: Content
    book: Phrasebook
    playbook: Playbook
    reader: Reader
    finder: Finder
    always: tuple[tuple[str, Source], ...] = ()
    """Slots that texts or intents fill wherever they are said, in a form or not."""
    named: Mapping[str, Sequence[tuple[str, Source]]] = field(default_factory=dict)
    """Slots that an entity fills wherever it is named, by the entity."""
    phrases: tuple[str, ...] = ()
    """What customers may say, for whoever listens to them; none in what an earlier release trained."""


def write(path: Path, meta: Meta, model: Model) -> None:
    """Writes the file as a whole or not at all. The same bot gives the same bytes."""
    arrays: dict[str, Any] = {name: getattr(model, name) for name in _ARRAYS}
    arrays["meta"] = np.frombuffer(msgspec.json.encode(meta, order="deterministic"), dtype=np.uint8)
    beside = beside_of(path, os.getpid())
    try:
        with open(beside, "wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        _keep_name(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """Makes the new name itself outlast a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> Bot:
    """The bot in the file. Raises ``ArtifactUnreadable``."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ArtifactUnreadable(f"{path.name} is larger than any trained bot.")
        with path.open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            if not isinstance(stored, np.lib.npyio.NpzFile):
                raise ArtifactUnreadable(f"{path.name} is a single array, no trained bot.")
            meta = msgspec.json.decode(stored["meta"].tobytes(), type=Meta)
            if meta.format != FORMAT:
                raise ArtifactUnreadable(f"{path.name} has format {meta.format}, not {FORMAT}; train it again.")
            arrays = {name: np.ascontiguousarray(stored[name], dtype=kind) for name, kind in _ARRAYS.items()}
    except _DAMAGE as error:
        raise ArtifactUnreadable(f"{path.name} can't be read as a trained bot: {error}") from error
    rows, columns = len(arrays["hashes"]), len(meta.intents)
    shapes = {"hashes": (rows,), "idf": (rows,), "weights": (rows, columns), "scale": (columns,)}
    shapes |= {"senses": (WIDTH, columns), "bias": (columns,)}
    if columns < 2 or any(arrays[name].shape != shape for name, shape in shapes.items()):
        raise ArtifactUnreadable(f"{path.name} is damaged: its arrays don't fit together.")
    model = Model(intents=meta.intents, unseen=meta.unseen, calibration=meta.calibration, **arrays)
    lookups = [(name, value, value) for name, values in meta.content.lookups.items() for value in values]
    return Bot(
        version=meta.version,
        content=meta.content,
        book=Phrasebook(meta.content.responses),
        playbook=Playbook(meta.content),
        reader=Reader(model, Lexicon(meta.vocabulary)),
        finder=Finder(
            meta.content.patterns,
            [*lookups, *meta.annotated],
            meta.content.synonyms,
            entities=meta.content.entities,
            cues=meta.cues,
        ),
        always=tuple(
            (slot.name, source)
            for slot in meta.content.slots
            for source in slot.sources
            if source.kind in ("text", "intent") and not source.when
        ),
        named=_named(meta.content),
        phrases=meta.phrases,
    )


def _named(content: Content) -> dict[str, list[tuple[str, Source]]]:
    """The slots that each entity fills outside forms. What Switchboard itself tells, no text does."""
    found: dict[str, list[tuple[str, Source]]] = {}
    for slot in content.slots:
        for source in slot.sources if slot.name not in OWN_SLOTS else ():
            if source.kind == "entity" and not source.when:
                found.setdefault(source.entity, []).append((slot.name, source))
    return found
