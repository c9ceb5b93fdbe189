"""A Rasa project as the one YAML document that Rasa's training takes.

Values are joined as they are written, quotes and blocks and all: what ``yes`` or ``012`` means, Rasa says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yaml import CBaseDumper, Event, MappingNode, MarkedYAMLError, Node, ScalarNode, SequenceNode, serialize
from yaml.composer import Composer
from yaml.resolver import BaseResolver

from bot.content.errors import ContentError
from bot.content.events import events
from bot.rasa.errors import RasaNotTrained

LARGEST = 16 * 1024 * 1024
"""Bytes of a project's files together."""
_NO_CONTENT = ("credentials", "endpoints", "switchboard")
_FOLDERS = ("tests", "models", "results")
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
_MAPPING = "tag:yaml.org,2002:map"

Entry = tuple[Node, Node]


def merged(project: Path) -> bytes:
    """Raises ``RasaNotTrained`` where it can't be."""
    whole: dict[str, Entry] = {}
    size = 0
    for path in _files(project):
        size += path.stat().st_size
        if size > LARGEST:
            raise RasaNotTrained(f"The project has more than {LARGEST >> 20} MB.")
        for name, (key, part) in _parts(path, str(path.relative_to(project))).items():
            whole[name] = (key, _joined(whole[name][1], part) if name in whole else part)
    if "pipeline" not in whole:
        raise RasaNotTrained("The project has no config.yml with a pipeline, which Rasa needs.")
    document = MappingNode(_MAPPING, list(whole.values()), flow_style=False)
    written: bytes = serialize(document, Dumper=CBaseDumper, allow_unicode=True, width=10_000, encoding="utf-8")
    return written


def _files(project: Path) -> list[Path]:
    found = [
        path
        for path in sorted(project.rglob("*"))
        if path.suffix in (".yml", ".yaml") and path.is_file() and not path.is_symlink()
    ]
    return [path for path in found if _is_content(path.relative_to(project))]


def _is_content(path: Path) -> bool:
    return path.parts[0] not in _FOLDERS and path.stem not in _NO_CONTENT and not path.parts[0].startswith(".")


def _parts(path: Path, name: str) -> dict[str, Entry]:
    """What the file says, by its sections' names."""
    try:
        root = _Composed(events(name, path.read_text("utf-8-sig"))).get_single_node()
    except ContentError as error:
        raise RasaNotTrained(str(error)) from error
    except (MarkedYAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RasaNotTrained(f"{name} can't be read as YAML.") from error
    if not isinstance(root, MappingNode):
        raise RasaNotTrained(f"{name} isn't a part of a Rasa project.")
    return _by_name(root)


class _Composed(Composer, BaseResolver):
    """Composes nodes of events, and resolves nothing. No name may stand twice in a mapping."""

    def __init__(self, found: Iterator[Event]) -> None:
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._events = found
        self._next: Event | None = None

    def check_event(self, *choices: type[Event]) -> bool:
        return isinstance(self.peek_event(), choices)

    def peek_event(self) -> Event:
        if self._next is None:
            self._next = next(self._events)
        return self._next

    def get_event(self) -> Event:
        event, self._next = self.peek_event(), None
        return event

    def compose_scalar_node(self, anchor: Any) -> ScalarNode:
        tag = getattr(self.peek_event(), "tag", None)
        node = super().compose_scalar_node(anchor)
        if tag in _TEXT_TAGS:
            node.style = node.style or '"'  # the tag isn't written again
        elif not node.style and not node.value:
            node.value = "null"  # in brackets a value left out would be written as an empty text
        return node

    def compose_mapping_node(self, anchor: Any) -> MappingNode:
        node = super().compose_mapping_node(anchor)
        if len(_by_name(node)) < len(node.value):
            raise MarkedYAMLError(problem="a name stands here twice", problem_mark=node.start_mark)
        return node


def _by_name(node: MappingNode) -> dict[str, Entry]:
    return {str(key.value): (key, value) for key, value in node.value}


def _joined(before: Node, part: Node) -> Node:
    """As Rasa joins what is split over files: lists and mappings grow, anything else is the last one's."""
    if isinstance(before, SequenceNode) and isinstance(part, SequenceNode):
        return SequenceNode(part.tag, [*before.value, *part.value], flow_style=False)
    if isinstance(before, MappingNode) and isinstance(part, MappingNode):
        return MappingNode(part.tag, list((_by_name(before) | _by_name(part)).values()), flow_style=False)
    return part
