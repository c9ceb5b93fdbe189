"""A business's content in Rasa 3.x's own format: read within limits, judged, and frozen.

``read_content(folder)`` reads ``domain.yml`` or ``domain/``, ``nlu.yml`` or ``nlu/``, ``rules.yml`` or ``rules/``, and
the same under ``data/``. Tests and Rasa's own configuration are no part of the content.
"""

from __future__ import annotations

from pathlib import Path

from bot.content.domain import read_entities, read_forms, read_intents, read_responses, read_slots
from bot.content.draft import Draft
from bot.content.errors import ContentError, Finding
from bot.content.nlu import read_nlu
from bot.content.rules import read_rules
from bot.content.source import MAX_TOTAL_BYTES, Node, parse, read_text, yaml_files
from bot.content.types import (
    Choice,
    Content,
    Example,
    Form,
    Intent,
    Loaded,
    Mark,
    Rule,
    Slot,
    Source,
    Variation,
)
from gateway.faults import content as faults

# Rules come last: which of their actions are forms is known from the domain.
_SECTIONS = {
    "intents": read_intents,
    "entities": read_entities,
    "slots": read_slots,
    "forms": read_forms,
    "responses": read_responses,
    "nlu": read_nlu,
    "rules": read_rules,
}
_SILENT = frozenset({"version", "actions", "session_config"})
_TEST_FOLDERS = frozenset({"tests", "models"})
_RASA_ONLY = frozenset({"config.yml", "credentials.yml", "endpoints.yml"})


def read_content(folder: Path) -> Loaded:
    """The content in ``folder`` and what of it isn't honoured. Raises ``ContentError``, with file and line."""
    draft = Draft()
    sections: dict[str, list[Node]] = {name: [] for name in _SECTIONS}
    total = 0
    for name, path in yaml_files(folder):
        if name.split("/")[0] in _TEST_FOLDERS:
            continue
        if name in _RASA_ONLY:
            draft.findings.append(Finding(file=name, line=1, text="Rasa's own settings; this engine has none of them."))
            continue
        text = read_text(name, path)
        total += len(text)
        if total > MAX_TOTAL_BYTES:
            raise ContentError(faults.LARGE(limit=MAX_TOTAL_BYTES // 1_000_000), file=name)
        for section, node in parse(name, text).fields("A content file").items():
            if section in sections:
                sections[section].append(node)
            elif section not in _SILENT:
                draft.note(node, f"“{section}” isn't honoured by this engine.")
    if not sections["intents"]:
        raise ContentError(faults.NO_DOMAIN(), file=str(folder))
    for section, read in _SECTIONS.items():
        for node in sections[section]:
            read(draft, node)
    content = draft.finish()
    return Loaded(content=content, findings=tuple(sorted(draft.findings, key=lambda found: (found.file, found.line))))


__all__ = [
    "Choice",
    "Content",
    "ContentError",
    "Example",
    "Finding",
    "Form",
    "Intent",
    "Loaded",
    "Mark",
    "Rule",
    "Slot",
    "Source",
    "Variation",
    "read_content",
]
