"""A business's content in Rasa 3.x's own format: read within limits, judged, and frozen.

``read_content(folder)`` reads ``domain.yml`` or ``domain/``, ``nlu.yml`` or ``nlu/``, ``rules.yml`` or ``rules/``, and
the same under ``data/``; and ``forms.toml``, the business's forms. Tests and Rasa's own configuration are no part of the content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from bot.content.business import FILE as DEFINITIONS
from bot.content.business import read_definitions
from bot.content.domain import read_actions, read_entities, read_forms, read_intents, read_session, read_slots
from bot.content.draft import Draft
from bot.content.errors import ContentError, Finding
from bot.content.extras import FILE as EXTRAS
from bot.content.extras import read_extras
from bot.content.nlu import read_nlu
from bot.content.project import Project, text_of
from bot.content.responses import read_responses
from bot.content.rules import read_rules
from bot.content.source import MAX_TOTAL_BYTES, Node, parsed, read_text, yaml_files
from bot.content.stories import join_stories, read_stories
from bot.content.types import (
    Act,
    Choice,
    Content,
    Example,
    Field,
    Form,
    Intent,
    Loaded,
    Mark,
    Rule,
    Slot,
    Source,
    Story,
    Variation,
)
from gateway.faults import content as faults

_SECTIONS = {
    "intents": read_intents,
    "entities": read_entities,
    "actions": read_actions,
    "slots": read_slots,
    "forms": read_forms,
    "session_config": read_session,
    "responses": read_responses,
    "nlu": read_nlu,
    "rules": read_rules,
    "stories": read_stories,
}
_SILENT = frozenset({"version"})
_TEST_FOLDERS = frozenset({"tests", "models", "results"})
_RASA_ONLY = frozenset({"config.yml", "credentials.yml", "endpoints.yml"})


def read_content(folder: Path) -> Loaded:
    """The content in ``folder`` and what of it isn't honoured. Raises ``ContentError``, with file and line."""
    files = ((name, read_text(name, path)) for name, path in yaml_files(folder))
    known = folder / DEFINITIONS
    return judge_content(str(folder), files, lambda: read_text(DEFINITIONS, known) if known.exists() else None)


def judge_project(project: Project) -> Loaded:
    """As ``read_content``, of a project."""
    body = project.files.get(DEFINITIONS)
    return judge_content("", project.texts().items(), lambda: None if body is None else text_of(DEFINITIONS, body))


def judge_content(
    where: str, files: Iterable[tuple[str, str]], known: Callable[[], str | None] = lambda: None
) -> Loaded:  # fmt: skip
    """As ``read_content``, of files as (relative name, text). ``where``: what an error names that is of no one file.
    ``known``: the text of ``forms.toml``, if there is one; it is asked for only by content that fills a form of the business."""
    draft = Draft()
    sections: dict[str, list[Node]] = {name: [] for name in _SECTIONS}
    extras: list[Node] = []
    total = 0
    for name, text in files:
        if is_test(name):
            continue
        if name in _RASA_ONLY:
            draft.findings.append(Finding(file=name, line=1, fault=faults.RASA_ONLY()))
            continue
        total += len(text)
        if total > MAX_TOTAL_BYTES:
            raise ContentError(faults.LARGE(limit=MAX_TOTAL_BYTES // 1_000_000), file=name)
        root = parsed(name, text)
        if name == EXTRAS:
            extras.append(root)
            continue
        for section, node in root.fields("A content file").items():
            if section in sections:
                sections[section].append(node)
            elif section not in _SILENT:
                draft.note(node, faults.FOREIGN(name=section))
    if not sections["intents"]:
        raise ContentError(faults.NO_DOMAIN(), file=where)
    for section, read in _SECTIONS.items():
        for node in sections[section]:
            read(draft, node)
    join_stories(draft)
    for root in extras:
        read_extras(draft, root)
    definitions = known() if draft.fills else None
    if definitions is not None:
        draft.definitions = read_definitions(definitions)
    content = draft.finish()
    findings = tuple(sorted(draft.findings, key=lambda found: (found.file, found.line)))
    return Loaded(content=content, findings=findings, sounds=tuple(draft.sounds))


def is_test(name: str) -> bool:
    """Rasa's own convention: what stands in ``tests/`` or is called ``test_…`` is no content."""
    folders, _, file = name.rpartition("/")
    return name.split("/")[0] in _TEST_FOLDERS or file.startswith("test_") or "tests" in folders.split("/")


__all__ = [
    "Act",
    "Choice",
    "Content",
    "ContentError",
    "Example",
    "Field",
    "Finding",
    "Form",
    "Intent",
    "Loaded",
    "Mark",
    "Rule",
    "Slot",
    "Source",
    "Story",
    "Variation",
    "is_test",
    "judge_content",
    "judge_project",
    "read_content",
]
