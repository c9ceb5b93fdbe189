"""The forms of the business that a bot fills in, as they stand beside its content: ``forms.toml``.

A business's folder may bring them, whole (``gateway.admin.businesses``); of a project that is taught here they are written anew, as
they are set up at that moment, so that a version has with it what it was taught with.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Annotated

import msgspec
import tomlkit

from bot.content.definition import Definitions
from bot.content.errors import ContentError
from bot.content.extras import FILE as EXTRAS
from bot.content.project import Project, text_of
from bot.content.source import parsed
from bot.content.types import Definition
from gateway.errors import Invalid
from gateway.faults import content as faults
from gateway.model import forms

FILE = "forms.toml"
_HEAD = """\
# The business's forms that this bot fills in, as they were when it was taught. Training and export write this file anew.

"""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One form. Whatever else is said of it the bot needn't know."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    steps: forms.Steps
    id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    forms: tuple[Written, ...] = ()


def by_name(found: Iterable[Definition]) -> Definitions:
    return {one.name.casefold(): one for one in found}


def read_definitions(text: str) -> Definitions:
    """Raises ``ContentError``."""
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
        for one in found.forms:
            forms.check_steps(one.steps)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, Invalid) as error:
        raise ContentError(faults.FORMS_FILE(problem=str(error)[:300]), file=FILE) from error
    return by_name(Definition(name=one.name, id=one.id, steps=one.steps) for one in found.forms)


def stocked(project: Project, known: Definitions) -> Project:
    """The project with the forms that it fills, as the business has them now; one that fills none is as it was."""
    wanted = _filled_by(project)
    if not wanted:
        return project
    found = [known[name] for name in sorted(wanted) if name in known]
    return Project({**project.files, FILE: (_HEAD + _written(found)).encode()})


def _filled_by(project: Project) -> frozenset[str]:
    """Names of the business's forms, casefolded. What can't be read is told where the content is judged."""
    try:
        says = parsed(EXTRAS, text_of(EXTRAS, project.files.get(EXTRAS, b""))).fields(EXTRAS)
        told = says["forms"].fields("forms") if "forms" in says else {}
        named = [one.fields("forms").get("fills") for one in told.values()]
        return frozenset(one.text("fills").strip().casefold() for one in named if one is not None and one.value)
    except ContentError:
        return frozenset()


def _written(found: Iterable[Definition]) -> str:
    told = _File(forms=tuple(Written(name=one.name, id=one.id, steps=one.steps) for one in found))
    return tomlkit.dumps(msgspec.to_builtins(told))
