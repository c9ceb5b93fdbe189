"""Changing YAML that people wrote, and nothing beside the change: comments, order, quotes and blanks stay as they are.

A change is a splice of the file's own text. ``changed`` finds the splices by comparing what stands there with what is
wanted, value by value; what was written in one line stays in one line. Every result is read again and must say what was
wanted, so a file is changed rightly or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from bot.content.source import Node, parsed

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]

_PLAIN = re.compile(r"[A-Za-zА-Яа-яЁё/_][\w /().+%–—-]*", re.UNICODE)
_RESOLVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ""})


class Splice(NamedTuple):
    """``text[start:end]`` becomes ``written``."""

    start: int
    end: int
    written: str


class NotEditable(ValueError):
    """The change can't be written without touching what it must not touch. A bug, never the user's fault."""


def changed(name: str, text: str, path: Sequence[str], value: Value) -> str:
    """The file with what stands at ``path`` (keys of mappings) saying ``value``; what is missing is added.

    Raises ``ContentError`` where the file can't be read.
    """
    root = parsed(name, text)
    splices = list(_at(text, root, tuple(path), value, indent=0))
    result = apply(text, splices)
    found: Value = plain(parsed(name, result))
    for key in path:
        found = found[key] if isinstance(found, Mapping) else None
    if found != value:
        raise NotEditable(f"{name}: {'.'.join(path)} can't be changed in place.")
    return result


def removed(name: str, text: str, path: Sequence[str]) -> str:
    """The file without what stands at ``path``; unchanged where nothing does."""
    root = parsed(name, text)
    node = root
    for key in path[:-1]:
        if not isinstance(node.value, dict) or key not in node.value:
            return text
        node = node.value[key]
    if not isinstance(node.value, dict) or path[-1] not in node.value:
        return text
    if (len(node.value) == 1 and len(path) > 1) or node.style == "{":
        kept = {key: plain(one) for key, one in node.value.items() if key != path[-1]}
        return changed(name, text, path[:-1], kept or None)
    return apply(text, [_without(text, node.keys[path[-1]].start, node.value[path[-1]].end)])


def apply(text: str, splices: Sequence[Splice]) -> str:
    """All splices, which don't overlap, at once."""
    for start, end, written in sorted(splices, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def plain(node: Node) -> Value:
    """What the node says, without its places."""
    if isinstance(node.value, list):
        return [plain(one) for one in node.value]
    if isinstance(node.value, dict):
        return {key: plain(one) for key, one in node.value.items()}
    return node.value


def _at(text: str, node: Node, path: tuple[str, ...], value: Value, *, indent: int) -> list[Splice]:
    if not path:
        return differences(text, node, value)
    key, rest = path[0], path[1:]
    if isinstance(node.value, dict) and key in node.value:
        child = node.value[key]
        if child.value is None and rest and child.start == child.end:
            return [_filled(text, node.keys[key], _nested(rest, value))]
        return _at(text, child, rest, value, indent=indent)
    wanted = _nested(rest, value)
    if node.value is None:
        return [Splice(len(text), len(text), _line_break(text) + emit({key: wanted}, indent))]
    return differences(text, node, {**_mapping(node), key: wanted})


def _mapping(node: Node) -> dict[str, Value]:
    found = plain(node)
    return dict(found) if isinstance(found, Mapping) else {}


def _nested(path: tuple[str, ...], value: Value) -> Value:
    for key in reversed(path):
        value = {key: value}
    return value


def differences(text: str, node: Node, value: Value) -> list[Splice]:
    """The splices after which the node says ``value``."""
    if plain(node) == value and type(node.value) is not bool:
        return []
    if node.style == "{" or node.style == "*":
        return [Splice(node.start, node.end, flow(value))]
    if isinstance(node.value, dict) and isinstance(value, Mapping) and node.value and value:
        return _of_mapping(text, node, value)
    if isinstance(node.value, list) and _is_list(value) and node.value and value:
        return _of_list(text, node, value)  # type: ignore[arg-type]
    if isinstance(node.value, list | dict):
        return [_replaced(text, node, value)]
    return [_scalar(text, node, value)]


def _is_list(value: Value) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _of_mapping(text: str, node: Node, value: Mapping[str, Value]) -> list[Splice]:
    assert isinstance(node.value, dict)
    column = _column(text, next(iter(node.keys.values())).start)
    splices: list[Splice] = []
    for key, child in node.value.items():
        if key in value:
            one = value[key]
            if child.value is None and one is not None and child.start == child.end:
                splices.append(_filled(text, node.keys[key], one))
            else:
                splices += differences(text, child, one)
        else:
            splices.append(_without(text, node.keys[key].start, child.end))
    added = {key: one for key, one in value.items() if key not in node.value}
    if added:
        splices.append(_after(text, node.end, emit(added, column)))
    return splices


def _of_list(text: str, node: Node, value: Sequence[Value]) -> list[Splice]:
    assert isinstance(node.value, list)
    old = [json.dumps(plain(one), sort_keys=True) for one in node.value]
    new = [json.dumps(one, sort_keys=True) for one in value]
    dash = _dash(text, node.value[0].start)
    splices: list[Splice] = []
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        pairs = min(last - first, end - begin)
        for at in range(pairs):
            splices += differences(text, node.value[first + at], value[begin + at])
        for at in range(first + pairs, last):
            splices.append(_without(text, _dash_at(text, node.value[at].start), node.value[at].end))
        added = [one for one in value[begin + pairs : end]]
        if added:
            place = first + pairs
            written = emit(added, dash)
            if place:
                splices.append(_after(text, node.value[place - 1].end, written))
            else:
                start = _line_start(text, node.value[0].start)
                splices.append(Splice(start, start, written))
    return splices


def _scalar(text: str, node: Node, value: Value) -> Splice:
    if isinstance(value, Mapping) or _is_list(value):
        return _replaced(text, node, value)
    if isinstance(value, str) and node.literal and "\n" in value.rstrip("\n"):
        return Splice(node.start, _block_end(text, node), block(value, _block_indent(text, node)))
    written = scalar(value, quoted=node.style in ("'", '"'))
    if node.literal:
        return Splice(node.start, _block_end(text, node), written + "\n")
    return Splice(node.start, node.end, written)


def _replaced(text: str, node: Node, value: Value) -> Splice:
    """Another kind of value in the place of this one: behind its key or dash, in one line where it fits there."""
    end = node.end
    begin = node.start
    while begin > 0 and text[begin - 1] in " \n\t":
        begin -= 1
    if text[begin - 1 : begin] in (":", "-"):
        return Splice(begin, end, " " + (flow(value) if not isinstance(value, str) else scalar(value, quoted=False)))
    return Splice(node.start, end, flow(value))


def _filled(text: str, key: Node, value: Value) -> Splice:
    """A value for a key that has none."""
    at = text.index(":", key.end) + 1
    if (isinstance(value, Mapping) or _is_list(value)) and value:
        return _after(text, at, emit(value, _column(text, key.start) + 2))
    return Splice(at, at, " " + flow(value))


def _without(text: str, start: int, end: int) -> Splice:
    """Whole lines, from the one in which ``start`` is to the one in which ``end`` is."""
    begin = _line_start(text, start)
    # The first entry of a mapping in a list stands behind the dash, which stays.
    if text[begin:start].strip():
        line_end = _line_end(text, end)
        following = line_end
        while following < len(text) and text[following] in " \n":
            following += 1
        return Splice(start, min(following, len(text)), "")
    stop = end if end and text[end - 1 : end] == "\n" else min(_line_end(text, end) + 1, len(text))
    return Splice(begin, stop, "")


def _after(text: str, end: int, written: str) -> Splice:
    """New lines behind the line in which ``end`` is."""
    if end and text[end - 1 : end] == "\n":
        return Splice(end, end, written)
    at = _line_end(text, end)
    if at >= len(text):
        return Splice(at, at, "\n" + written.rstrip("\n"))
    return Splice(at + 1, at + 1, written)


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _column(text: str, at: int) -> int:
    return at - _line_start(text, at)


def _dash_at(text: str, start: int) -> int:
    """Where the dash before an entry stands."""
    return text.rindex("-", 0, start)


def _dash(text: str, start: int) -> int:
    return _column(text, _dash_at(text, start))


def _block_end(text: str, node: Node) -> int:
    """Behind the block's last line that isn't empty: empty ones part it from what follows."""
    written = text[node.start : node.end]
    return node.end if "+" in written.split("\n", 1)[0] else min(node.start + len(written.rstrip()) + 1, node.end)


def _block_indent(text: str, node: Node) -> int:
    lines = text[node.start : node.end].split("\n")[1:]
    return min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=_column(text, node.start))


def _line_break(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


# --- writing ---


def emit(value: Value, indent: int) -> str:
    """The value as lines of YAML, each ended, ``indent`` blanks in."""
    blanks = " " * indent
    if isinstance(value, Mapping):
        return "".join(_entry(blanks + key_of(key) + ":", one, indent) for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_item(blanks, one, indent) for one in value)
    return blanks + scalar(value, quoted=False) + "\n"


def _entry(head: str, value: Value, indent: int) -> str:
    if isinstance(value, Mapping) and value:
        return head + "\n" + emit(value, indent + 2)
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        if all(not isinstance(one, Mapping | list | tuple) for one in value) and len(value) <= 6:
            return f"{head} {flow(value)}\n"
        return head + "\n" + emit(value, indent)
    if isinstance(value, str) and _as_block(value):
        return f"{head} {block(value, indent + 2)}"
    return f"{head} {flow(value) if isinstance(value, Mapping | list | tuple) else scalar(value, quoted=False)}\n"


def _item(blanks: str, value: Value, indent: int) -> str:
    if isinstance(value, Mapping) and value:
        lines = emit(value, indent + 2)
        return f"{blanks}- {lines[indent + 2 :]}"
    if isinstance(value, str) and _as_block(value):
        return f"{blanks}- {block(value, indent + 2)}"
    return f"{blanks}- {flow(value) if isinstance(value, Mapping | list | tuple) else scalar(value, quoted=False)}\n"


def _as_block(value: str) -> bool:
    """Whether several lines can stand as they are: no line begins with a blank or ends with one, or is of odd signs."""
    lines = value.rstrip("\n").split("\n")
    return (
        len(lines) > 1
        and value.count("\n", len(value.rstrip("\n"))) <= 1
        and not lines[0].startswith((" ", "\t"))
        and all(line == line.rstrip() and all(ch.isprintable() for ch in line) for line in lines)
        and bool(lines[0])
    )


def block(value: str, indent: int) -> str:
    """Several lines as a literal block, its sign first."""
    blanks = " " * indent
    sign = "|" if value.endswith("\n") else "|-"
    return sign + "\n" + "".join(f"{blanks}{line}\n" if line else "\n" for line in value.rstrip("\n").split("\n"))


def flow(value: Value) -> str:
    """The value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key_of(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value, quoted=False)


def key_of(key: str) -> str:
    return scalar(key, quoted=False)


def scalar(value: Value, *, quoted: bool) -> str:
    """A value of one line; a text in double quotes where it could be taken for something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    assert isinstance(value, str)
    fit = _PLAIN.fullmatch(value) and value == value.strip() and value.lower() not in _RESOLVED
    return value if fit and not quoted else _quoted(value)


def _quoted(value: str) -> str:
    """As JSON has it, which YAML reads; signs that YAML wants escaped are."""
    written = json.dumps(value, ensure_ascii=False)
    return "".join(
        ch if ch.isprintable() or ch == " " else f"\\u{ord(ch):04x}" if ord(ch) < 0x10000 else ch for ch in written
    )
