"""Content while its files are being read."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from bot.content.definition import Definitions, led_by
from bot.content.errors import Finding
from bot.content.judging import judge
from bot.content.source import Node
from bot.content.types import (
    Content,
    Definition,
    Example,
    Field,
    Form,
    Intent,
    NamedSound,
    Rule,
    Session,
    Settings,
    Slot,
    Source,
    Story,
    Variation,
)
from gateway.faults import Fault
from gateway.faults import content as faults

MAX_EXAMPLES = 50_000
MAX_EXAMPLE = 500
MAX_NAME = 100
MAX_INTENTS = 20_000


class Draft:
    """Collects from every file; ``finish`` judges the whole."""

    def __init__(self) -> None:
        self.definitions: Definitions | None = None
        self.fills: dict[str, tuple[Node, str]] = {}
        self.beside: list[tuple[Node, str, str]] = []
        self.findings: list[Finding] = []
        self.examples: dict[str, list[Example]] = {}
        self.example_places: dict[str, Node] = {}
        self.declared: dict[str, Node] = {}
        self.entities: dict[str, Node] = {}
        self.actions: dict[str, Node] = {}
        self.slots: dict[str, Slot] = {}
        self.slot_places: dict[str, Node] = {}
        self.forms: dict[str, Form] = {}
        self.form_places: dict[str, Node] = {}
        self.fields: dict[tuple[str, str], Field] = {}
        self.tries: dict[str, int] = {}
        self.responses: dict[str, tuple[Variation, ...]] = {}
        self.payloads: list[tuple[Node, str]] = []
        self.named: list[tuple[Node, str, str]] = []
        self.sounds: list[NamedSound] = []
        self.rules: list[tuple[Rule, Node]] = []
        self.stories: list[tuple[Story, Node]] = []
        self.pieces: list[tuple[str, Node, list[Node]]] = []
        self.patterns: dict[str, list[str]] = {}
        self.lookups: dict[str, list[str]] = {}
        self.extractors: dict[str, Node] = {}
        self.synonyms: dict[str, str] = {}
        self.session = Session()
        self.settings = Settings()

    def note(self, node: Node, fault: Fault) -> None:
        """Reports what isn't honoured."""
        self.findings.append(Finding(file=node.file, line=node.line, fault=fault))

    def note_others(self, fields: dict[str, Node], honoured: Collection[str], where: str) -> None:
        """Reports every field that this engine doesn't know."""
        for name, value in fields.items():
            if name not in honoured:
                self.note(value, faults.FOREIGN_IN(name=name, where=where))

    def means(self, name: str) -> bool:
        """Whether an intent of that name is known; a retrieval intent is, by what stands before its slash."""
        return name in self.declared or any(one.startswith(f"{name}/") for one in self.examples)

    def finish(self) -> Content:
        """The content. Raises ``ContentError`` where its parts don't fit together."""
        for name, (_, wanted) in self.fills.items():
            self._take_over(name, wanted)
        judge(self)
        return Content(
            intents=tuple(Intent(name=name, examples=tuple(self.examples[name])) for name in sorted(self.examples)),
            entities=tuple(sorted(self.entities)),
            slots=tuple(self.slots[name] for name in sorted(self.slots)),
            forms={name: self._form(form) for name, form in self.forms.items()},
            responses=self.responses,
            rules=tuple(rule for rule, _ in self.rules),
            stories=tuple(story for story, _ in self.stories),
            actions=tuple(sorted(self.actions)),
            patterns={name: tuple(found) for name, found in self.patterns.items() if name in self.entities},
            lookups={name: tuple(found) for name, found in self.lookups.items() if name in self.entities},
            synonyms=self.synonyms,
            session=self.session,
            settings=self.settings,
        )

    def _take_over(self, name: str, wanted: str) -> None:
        """The slots that the business's form asks for; one that is there keeps how else it is filled."""
        form, definition = self.forms.get(name), self.definition(wanted)
        if form is None or definition is None:
            return
        for asked in (one.name for step in definition.steps for one in step.fields):
            slot = self.slots.get(asked, Slot(name=asked))
            source = Source(kind="text", when=((name, asked),))
            if not any(
                one.kind == "text" and name in {at for at, _ in one.when or ((name, ""),)} for one in slot.sources
            ):
                slot = msgspec.structs.replace(slot, sources=(*slot.sources, source))
            self.slots[asked] = slot

    def definition(self, wanted: str) -> Definition | None:
        """The business's form of that name, whatever the case of its letters."""
        return self.definitions.get(wanted.strip().casefold()) if self.definitions is not None else None

    def _form(self, form: Form) -> Form:
        """With what ``switchboard.yml`` says of its fields; a categorical slot is a choice of its values. A form that fills one of
        the business's asks what that asks."""
        tries = self.tries.get(form.name, form.tries)
        _, fills = self.fills.get(form.name, (None, ""))
        definition = self.definition(fills)
        if definition is not None:
            said = tuple(one for (at, _), one in self.fields.items() if at == form.name)
            return led_by(msgspec.structs.replace(form, fields=said, tries=tries), definition)
        fields = tuple(self.fields.get((form.name, one.slot), self._field(one)) for one in form.fields)
        return msgspec.structs.replace(form, fields=fields, tries=tries, fills=fills)

    def _field(self, field: Field) -> Field:
        slot = self.slots.get(field.slot)
        if slot is not None and slot.type == "categorical" and slot.values:
            return Field(slot=field.slot, kind="choice", choices=slot.values)
        if slot is not None and slot.type in ("bool", "float"):
            return Field(slot=field.slot, kind="boolean" if slot.type == "bool" else "number")
        return field
