"""Messages with their intents, from files that others wrote: Rasa's NLU format, CSV, and CLINC150's JSON. Bounded."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec

from bot.content.draft import Draft
from bot.content.errors import ContentError
from bot.content.nlu import read_nlu
from bot.content.source import parse, read_text
from bot.content.types import Content
from gateway.faults import content as faults

MAX_BYTES = 50_000_000
MAX_MESSAGES = 200_000
MAX_TEXT = 2_000
OUTSIDE = frozenset({"out_of_scope", "oos", ""})
"""What messages that belong to no intent are labelled with."""
_TEXT = ("text", "utterance", "question", "message", "вопрос", "текст", "сообщение")
_INTENT = ("intent", "label", "category", "topic", "намерение", "тема")

Labelled = list[tuple[str, str]]
"""Texts with their intents."""


class PublicSet(msgspec.Struct, frozen=True, kw_only=True):
    """``held``: what is measured, and never learned from."""

    train: Labelled
    held: Labelled = []


def examples_of(content: Content) -> Labelled:
    return [(example.text, intent.name) for intent in content.intents for example in intent.examples]


def read_messages(path: Path) -> Labelled:
    """Of a CSV with columns ``text`` and ``intent``, or of a YAML file with ``nlu:``. Raises ``ContentError``."""
    if path.suffix in (".yml", ".yaml"):
        draft = Draft()
        root = parse(path.name, read_text(path.name, path)).fields("A file of messages")
        if "nlu" in root:
            read_nlu(draft, root["nlu"])
        return [(one.text, intent) for intent, examples in draft.examples.items() for one in examples]
    if path.suffix == ".csv":
        return _read_csv(path)
    raise ContentError(faults.NO_MESSAGES(), file=path.name)


def _read_csv(path: Path) -> Labelled:
    text = _read(path)
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    found: Labelled = []
    try:
        head = [cell.strip().casefold() for cell in next(reader, [])]
        text_at, intent_at = _column(path, head, _TEXT), _column(path, head, _INTENT)
        for row in reader:
            if len(row) > max(text_at, intent_at) and row[text_at].strip():
                found.append((row[text_at].strip()[:MAX_TEXT], row[intent_at].strip()))
                _check_many(path, found, reader.line_num)
    except csv.Error as error:
        raise ContentError(faults.NO_TABLE(), file=path.name, line=reader.line_num) from error
    return found


def _column(path: Path, head: list[str], known: tuple[str, ...]) -> int:
    at = next((at for at, cell in enumerate(head) if cell in known), None)
    if at is None:
        raise ContentError(faults.TABLE_COLUMN(name=known[0]), file=path.name, line=1)
    return at


def _check_many(path: Path, found: Labelled, line: int) -> None:
    if len(found) > MAX_MESSAGES:
        raise ContentError(faults.MANY_EXAMPLES(limit=MAX_MESSAGES), file=path.name, line=line)


def read_clinc(path: Path, split: str) -> PublicSet:
    """Trains on ``train``; measured are ``split`` and what is out of scope in it (Larson et al., 2019)."""
    try:
        data = msgspec.json.decode(_read(path), type=dict[str, list[tuple[str, str]]])
    except msgspec.DecodeError as error:
        raise ContentError(faults.NO_MESSAGES(), file=path.name) from error
    if "train" not in data or split not in data:
        raise ContentError(faults.NO_SPLIT(name="train" if "train" not in data else split), file=path.name)
    held = [*data[split], *((text, "") for text, _ in data.get(f"oos_{split}", []))]
    _check_many(path, [*data["train"], *held], 0)
    return PublicSet(train=data["train"], held=[(text[:MAX_TEXT], intent) for text, intent in held])


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ContentError(faults.UNREADABLE(problem=str(error.strerror)), file=path.name) from error
    if len(body) > MAX_BYTES:
        raise ContentError(faults.LARGE_FILE(limit=MAX_BYTES // 1_000_000), file=path.name)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError(faults.NOT_UTF8(), file=path.name) from error
