"""Reading YAML that strangers wrote: bounded files, and values that know their line.

YAML is read event by event, so limits hold before anything is built; no tag constructs an object; an alias is refused
where it would grow the tree beyond its bound.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from bot.content.errors import ContentError
from bot.content.events import MAX_DEPTH, events
from gateway.faults import Fault
from gateway.faults import content as faults

MAX_FILE_BYTES = 2_000_000
MAX_TOTAL_BYTES = 10_000_000
MAX_FILES = 200
MAX_FOLDERS = 8
MAX_NODES = 400_000
MAX_ALIASES = 1_000
_CORE_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(
    {"", "!", *(_CORE_TAG + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))}
)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value and where it stands. ``value`` is a scalar, a list of nodes or a dict of nodes by text key.

    ``text[start:end]`` of the file is how it is written (of a list or a mapping, up to the end of its last value);
    ``style``: of a scalar the sign that it begins with, of a list or a mapping ``{`` where it is in one line.
    """

    file: str
    line: int
    value: str | int | float | bool | list[Node] | dict[str, Node] | None
    style: str = ""
    size: int = 1
    start: int = 0
    end: int = 0
    keys: dict[str, Node] = field(default_factory=dict)

    @property
    def literal(self) -> bool:
        """A block of lines."""
        return self.style in ("|", ">")

    def error(self, fault: Fault) -> ContentError:
        """An error at this place."""
        return ContentError(fault, file=self.file, line=self.line)

    def items(self, what: str) -> list[Node]:
        """The entries of a list; an empty value is an empty list."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.error(faults.NOT_A_LIST(what=what))
        return self.value

    def fields(self, what: str) -> dict[str, Node]:
        """The entries of a mapping; an empty value is an empty mapping."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise self.error(faults.NOT_A_MAPPING(what=what))
        return self.value

    def text(self, what: str) -> str:
        """A text; numbers and truth values are read as they are written in JSON."""
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, int | float):
            return str(self.value)
        raise self.error(faults.NOT_A_TEXT(what=what))


def yaml_files(folder: Path) -> list[tuple[str, Path]]:
    """All YAML files under the folder as (relative name, path), by name. Hidden entries are left out.

    Raises ``ContentError`` for links, special files, and for more or larger files than the limits allow.
    """
    if not folder.is_dir():
        raise ContentError(faults.NO_FOLDER(), file=str(folder))
    found = sorted(_walk(folder, folder, 0), key=lambda item: item[0])
    if len(found) > MAX_FILES:
        raise ContentError(faults.MANY_FILES(limit=MAX_FILES), file=str(folder))
    return found


def _walk(root: Path, folder: Path, depth: int) -> Iterator[tuple[str, Path]]:
    if depth > MAX_FOLDERS:
        raise ContentError(faults.DEEP_FOLDERS(limit=MAX_FOLDERS), file=folder.relative_to(root).as_posix())
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        name = Path(entry.path).relative_to(root).as_posix()
        if entry.name.startswith("."):
            continue
        is_yaml = entry.name.endswith((".yml", ".yaml"))
        if entry.is_symlink():
            if is_yaml or entry.is_dir():
                raise ContentError(faults.LINK(), file=name)
        elif entry.is_dir():
            yield from _walk(root, Path(entry.path), depth + 1)
        elif is_yaml:
            yield name, Path(entry.path)


def read_text(name: str, path: Path) -> str:
    """The file as UTF-8 text. It is opened without following a link that came between."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ContentError(faults.NO_FILE(), file=name)
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ContentError(faults.UNREADABLE(problem=str(error.strerror)), file=name) from error
    if len(body) > MAX_FILE_BYTES:
        raise ContentError(faults.LARGE_FILE(limit=MAX_FILE_BYTES // 1_000_000), file=name)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise ContentError(faults.NOT_UTF8(), file=name, line=line) from error


def parse(name: str, text: str) -> Node:
    """The file's one document. Raises ``ContentError`` with the line of what is wrong."""
    return _Builder(name).build(events(name, text))


@lru_cache(maxsize=24)
def parsed(name: str, text: str) -> Node:
    """As ``parse``; the same file is read again and again while somebody edits. Nobody changes what it returns."""
    return parse(name, text)


class _Builder:
    """Builds nodes from YAML events, within the limits."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self._aliases = 0
        self._documents = 0

    def build(self, events: Iterator[Any]) -> Node:
        root = Node(self._file, 1, None)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise self._error(event, faults.DOCUMENTS())
            elif isinstance(event, NodeEvent):
                root = self._node(event, events, 0)
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._error(event, faults.DEEP(limit=MAX_DEPTH))
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if str(event.tag or "") not in _PLAIN_TAGS:
            raise self._error(event, faults.TAG(tag=str(event.tag)))
        self._count(event, 1)
        line, start = event.start_mark.line + 1, event.start_mark.index
        if isinstance(event, ScalarEvent):
            node = Node(self._file, line, _scalar(event), style=event.style or "", start=start, end=_end(event))
        elif isinstance(event, SequenceStartEvent):
            entries, end = self._entries(events, depth, event)
            size = 1 + sum(entry.size for entry in entries)
            node = Node(self._file, line, entries, style=_flow(event), size=size, start=start, end=end)
        else:
            fields, keys, end = self._fields(events, depth, event)
            size = 1 + sum(one.size for one in fields.values())
            node = Node(self._file, line, fields, style=_flow(event), size=size, start=start, end=end, keys=keys)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _entries(self, events: Iterator[Any], depth: int, opened: Any) -> tuple[list[Node], int]:
        entries: list[Node] = []
        end = _end(opened)
        for event in events:
            if isinstance(event, SequenceEndEvent):
                end = _end(event) if opened.flow_style else end
                break
            entries.append(self._node(event, events, depth + 1))
            end = max(end, entries[-1].end)
        return entries, end

    def _fields(self, events: Iterator[Any], depth: int, opened: Any) -> tuple[dict[str, Node], dict[str, Node], int]:
        fields: dict[str, Node] = {}
        keys: dict[str, Node] = {}
        end = _end(opened)
        for event in events:
            if isinstance(event, MappingEndEvent):
                end = _end(event) if opened.flow_style else end
                break
            key = self._node(event, events, depth + 1)
            name = key.text("A name")
            if name == "<<" or name in fields:
                raise key.error(faults.MERGE_KEY() if name == "<<" else faults.TWICE(name=name))
            fields[name] = self._node(next(events), events, depth + 1)
            keys[name] = key
            end = max(end, key.end, fields[name].end)
        return fields, keys, end

    def _alias(self, event: Any) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise self._error(event, faults.MANY_ALIASES(limit=MAX_ALIASES))
        # An anchor is known only once its value is complete, so no value can hold itself.
        target = self._anchors.get(event.anchor)
        if target is None:
            raise self._error(event, faults.ALIAS(name=event.anchor))
        self._count(event, target.size)
        return replace(target, style="*", start=event.start_mark.index, end=_end(event))

    def _count(self, event: Any, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise self._error(event, faults.MANY_VALUES(limit=MAX_NODES))

    def _error(self, event: Any, fault: Fault) -> ContentError:
        return ContentError(fault, file=self._file, line=event.start_mark.line + 1)


def _end(event: Any) -> int:
    end: int = event.end_mark.index
    return end


def _flow(event: Any) -> str:
    return "{" if event.flow_style else ""


def _scalar(event: ScalarEvent) -> str | int | float | bool | None:
    """A plain scalar by YAML 1.2's core schema; what is quoted or a block is text."""
    text = str(event.value)
    if event.style in ("'", '"', "|", ">") or str(event.tag or "") in ("!", _CORE_TAG + "str"):
        return text
    if text.lower() in _WORDS and text in (text.lower(), text.capitalize(), text.upper()):
        return _WORDS[text.lower()]
    for kind in (int, float):
        if text[:1] in "+-.0123456789" and "_" not in text and len(text) < 40:
            try:
                return kind(text)
            except ValueError:
                continue
    return text
