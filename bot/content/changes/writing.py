"""Writes a change into a project. Pure."""

from __future__ import annotations

from bot.content.changes.forms import remove_form, set_form
from bot.content.changes.intents import remove_intent, rename, set_intent
from bot.content.changes.kinds import (
    TESTS,
    AnyChange,
    Json,
    RemoveForm,
    RemoveIntent,
    RemoveResponse,
    RenameIntent,
    SetForm,
    SetIntent,
    SetLead,
    SetResponse,
    SetSettings,
    SetTests,
)  # fmt: skip
from bot.content.changes.leads import set_lead
from bot.content.changes.pages import Pages
from bot.content.extras import FILE as EXTRAS
from bot.content.judging import TOLD
from bot.content.project import Project


def changed_by(project: Project, change: AnyChange) -> Project:
    """The project after the change. Raises ``ContentError`` where it can't be made."""
    pages = Pages(project)
    match change:
        case SetIntent():
            set_intent(pages, change)
        case SetLead():
            set_lead(pages, change)
        case RenameIntent():
            rename(pages, change.name, change.to)
        case RemoveIntent():
            remove_intent(pages, change.name)
        case SetResponse():
            pages.put_in("responses", change.name, list(change.variations), new="domain.yml")
            _declare_own(pages, change.variations)
        case RemoveResponse():
            pages.drop_from("responses", change.name)
        case SetForm():
            set_form(pages, change)
        case RemoveForm():
            remove_form(pages, change.name)
        case SetSettings():
            pages.put(EXTRAS, (change.section,), change.value)
        case SetTests():
            pages.put(TESTS, ("stories",), list(change.stories))
    return project.with_texts(pages.written)


def _declare_own(pages: Pages, variations: tuple[dict[str, Json], ...]) -> None:
    """Slots that Switchboard tells are known to it anyway; Rasa wants them in the domain."""
    told = {str(one.get("name")) for variation in variations for one in variation.get("condition") or [] if isinstance(one, dict)}  # fmt: skip
    known = {slot for _, says in pages.content() for slot in says.get("slots") or {}}
    for slot in sorted((told & TOLD) - known):
        kind = {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}
        pages.put_in("slots", slot, kind, new="domain.yml")
