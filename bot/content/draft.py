"""Content while its files are being read."""

from __future__ import annotations

from collections.abc import Collection

from bot.content.errors import Finding
from bot.content.source import Node
from bot.content.types import Content, Example, Form, Intent, Rule, Slot, Variation
from gateway.faults import content as faults

MAX_EXAMPLES = 50_000
MAX_EXAMPLE = 500
MAX_NAME = 100


class Draft:
    """Collects from every file; ``finish`` judges the whole."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.examples: dict[str, list[Example]] = {}
        self.example_places: dict[str, Node] = {}
        self.declared: dict[str, Node] = {}
        self.entities: dict[str, Node] = {}
        self.slots: dict[str, Slot] = {}
        self.forms: dict[str, Form] = {}
        self.responses: dict[str, tuple[Variation, ...]] = {}
        self.payloads: list[tuple[Node, str]] = []
        self.rules: dict[str, Rule] = {}
        self.rule_places: dict[str, Node] = {}
        self.patterns: dict[str, list[str]] = {}
        self.lookups: dict[str, list[str]] = {}
        self.extractors: dict[str, Node] = {}
        self.synonyms: dict[str, str] = {}

    def note(self, node: Node, text: str) -> None:
        """Reports what isn't honoured."""
        self.findings.append(Finding(file=node.file, line=node.line, text=text))

    def note_others(self, fields: dict[str, Node], honoured: Collection[str], where: str) -> None:
        """Reports every field that this engine doesn't know."""
        for name, value in fields.items():
            if name not in honoured:
                self.note(value, f"“{name}” of {where} isn't honoured by this engine.")

    def finish(self) -> Content:
        """The content. Raises ``ContentError`` where its parts don't fit together."""
        self._check_intents()
        self._check_rules()
        self._check_payloads()
        self._check_extractors()
        return Content(
            intents=tuple(Intent(name=name, examples=tuple(self.examples[name])) for name in sorted(self.examples)),
            entities=tuple(sorted(self.entities)),
            slots=tuple(self.slots[name] for name in sorted(self.slots)),
            forms=tuple(self.forms[name] for name in sorted(self.forms)),
            responses=self.responses,
            rules=self.rules,
            patterns={name: tuple(found) for name, found in self.patterns.items() if name in self.entities},
            lookups={name: tuple(found) for name, found in self.lookups.items() if name in self.entities},
            synonyms=self.synonyms,
        )

    def _check_intents(self) -> None:
        for name, node in self.example_places.items():
            if name not in self.declared:
                raise node.error(faults.INTENT(name=name))
        for name, node in self.declared.items():
            if name not in self.examples:
                self.note(node, f"The intent “{name}” has no examples: only a button can lead to it.")
                self.examples[name] = []
            if name not in self.rules:
                self.note(node, f"No rule answers “{name}”: it is answered by utter_{name}, or by a person.")

    def _check_rules(self) -> None:
        for intent, rule in self.rules.items():
            node = self.rule_places[intent]
            if intent not in self.declared:
                raise node.error(faults.RULE_INTENT(name=intent))
            for response in rule.responses:
                if response not in self.responses:
                    raise node.error(faults.RESPONSE(name=response))
            if rule.form and rule.form not in self.forms:
                raise node.error(faults.FORM(name=rule.form))

    def _check_payloads(self) -> None:
        for node, intent in self.payloads:
            if intent not in self.declared:
                raise node.error(faults.BUTTON_INTENT(name=intent))

    def _check_extractors(self) -> None:
        for name, node in self.extractors.items():
            if name not in self.entities:
                self.note(node, f"“{name}” isn't in entities: of the domain, so nothing is recognized by it.")
