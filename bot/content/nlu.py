"""The ``nlu:`` section: examples with their annotations, synonyms, regular expressions, lookup tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from bot.content.draft import MAX_EXAMPLE, MAX_EXAMPLES, MAX_NAME, Draft
from bot.content.patterns import PatternRefused, check_pattern
from bot.content.source import Node
from bot.content.types import Example, Mark
from gateway.faults import content as faults
from gateway.language import clean

_ANNOTATION = re.compile(r"\[(?P<text>[^\[\]]+)\](?:\((?P<name>[^()]+)\)|(?P<json>\{[^{}]*\}))")
_KINDS = ("intent", "synonym", "regex", "lookup")


class _Annotation(msgspec.Struct):
    entity: str
    value: str = ""
    role: str = ""
    group: str = ""


def read_nlu(draft: Draft, section: Node) -> None:
    """Reads every entry of the section. Raises ``ContentError``."""
    for entry in section.items("nlu"):
        fields = entry.fields("An entry of nlu")
        kind = next((kind for kind in _KINDS if kind in fields), None)
        if kind is None:
            raise entry.error(faults.ENTRY())
        draft.note_others(fields, (kind, "examples", "metadata"), f"nlu: {kind}")
        name = fields[kind].text(f"The name of the {kind}").strip()
        if not name or len(name) > MAX_NAME:
            raise fields[kind].error(faults.NAME(limit=MAX_NAME))
        _READERS[kind](draft, name, entry, fields.get("examples"))


def _intent(draft: Draft, name: str, entry: Node, examples: Node | None) -> None:
    found = draft.examples.setdefault(name, [])
    draft.example_places.setdefault(name, entry)
    for line in _lines(draft, examples, f"the intent “{name}”"):
        found.append(read_example(draft, line))
        if len(found) > MAX_EXAMPLES:
            raise line.error(faults.MANY_EXAMPLES(limit=MAX_EXAMPLES))


def _synonym(draft: Draft, name: str, entry: Node, examples: Node | None) -> None:
    for line in _lines(draft, examples, f"the synonym “{name}”"):
        draft.synonyms[clean(line.text("A synonym"))] = name


def _regex(draft: Draft, name: str, entry: Node, examples: Node | None) -> None:
    draft.extractors.setdefault(name, entry)
    for line in _lines(draft, examples, f"the regex “{name}”"):
        pattern = line.text("A pattern")
        try:
            check_pattern(pattern)
        except PatternRefused as error:
            raise line.error(error.fault) from error
        draft.patterns.setdefault(name, []).append(pattern)


def _lookup(draft: Draft, name: str, entry: Node, examples: Node | None) -> None:
    draft.extractors.setdefault(name, entry)
    found = draft.lookups.setdefault(name, [])
    for line in _lines(draft, examples, f"the lookup “{name}”"):
        found.append(line.text("A lookup value"))
        if len(found) > MAX_EXAMPLES:
            raise line.error(faults.MANY_LOOKUPS(limit=MAX_EXAMPLES))


_READERS = {"intent": _intent, "synonym": _synonym, "regex": _regex, "lookup": _lookup}


def _lines(draft: Draft, examples: Node | None, owner: str) -> Iterator[Node]:
    """Every example with its own line: of a block of ``- example`` lines, or of a list."""
    if examples is None or examples.value is None:
        return
    if isinstance(examples.value, list):
        for entry in examples.value:
            fields = {} if isinstance(entry.value, str) else entry.fields(f"An example of {owner}")
            draft.note_others(fields, ("text", "metadata"), "examples")
            text = fields.get("text", entry)
            yield Node(text.file, text.line, text.text("An example").strip().removeprefix("- ").strip())
        return
    for number, raw in enumerate(examples.text(f"examples of {owner}").split("\n")):
        line = Node(examples.file, examples.line + number + examples.literal, raw.strip())
        if not line.value or raw.lstrip().startswith("#"):
            continue
        if not raw.lstrip().startswith("-"):
            raise line.error(faults.NO_DASH(what=owner))
        yield Node(line.file, line.line, raw.strip()[1:].strip())


def places(root: Node) -> Iterator[tuple[str, str, Node]]:
    """Every example of a file that was judged already, as its intent, its plain text, and where it stands."""
    draft = Draft()
    section = root.fields("A content file").get("nlu")
    for entry in section.items("nlu") if section is not None else []:
        fields = entry.fields("An entry of nlu")
        if "intent" in fields:
            name = fields["intent"].text("An intent").strip()
            for line in _lines(draft, fields.get("examples"), name):
                yield name, read_example(draft, line).text, line


def read_example(draft: Draft, line: Node) -> Example:
    """A text with its annotations taken out of it. Raises ``ContentError``."""
    text = line.text("An example")
    if not 0 < len(text) <= MAX_EXAMPLE:
        raise line.error(faults.EXAMPLE(limit=MAX_EXAMPLE))
    marks: list[Mark] = []

    def plain(found: re.Match[str]) -> str:
        mark = _mark(draft, line, found)
        marks.append(mark)
        return mark.text

    return Example(text=_ANNOTATION.sub(plain, text), marks=tuple(marks))


def _mark(draft: Draft, line: Node, found: re.Match[str]) -> Mark:
    text = found["text"]
    if found["name"]:
        entity, _, value = found["name"].partition(":")
        return Mark(entity=entity.strip(), text=text, value=value.strip() or text)
    try:
        annotation = msgspec.json.decode(found["json"], type=_Annotation)
    except msgspec.DecodeError as error:
        raise line.error(faults.ANNOTATION(text=text, problem=str(error))) from error
    return Mark(
        entity=annotation.entity,
        text=text,
        value=annotation.value or text,
        role=annotation.role,
        group=annotation.group,
    )
