"""Macros: several things that people do to a conversation, done at once or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

from gateway.model.rules import ThingId

Words = Annotated[str, msgspec.Meta(max_length=4000)]
MOST_ACTIONS = 10
_VARIABLE = re.compile(r"(,? ?)\{\{\s*(\w+)\s*\}\}")


class _Action(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class Say(_Action, frozen=True, tag="say"):
    """A text to the customer, by language, with the variables of canned responses."""

    texts: Annotated[dict[str, Words], msgspec.Meta(min_length=1, max_length=10)]


class Relabel(_Action, frozen=True, tag="label"):
    """Ids of labels to put on, and to take off."""

    add: Annotated[tuple[ThingId, ...], msgspec.Meta(max_length=20)] = ()
    remove: Annotated[tuple[ThingId, ...], msgspec.Meta(max_length=20)] = ()


class SetFact(_Action, frozen=True, tag="fact"):
    """An empty value removes it."""

    name: Annotated[str, msgspec.Meta(max_length=64)]
    value: Annotated[str, msgspec.Meta(max_length=500)] = ""


class AddNote(_Action, frozen=True, tag="note"):
    text: Words


class ToTeam(_Action, frozen=True, tag="transfer"):
    """Back to the queue, of ``team`` or of everybody."""

    team: ThingId = ""


class PutAside(_Action, frozen=True, tag="snooze"):
    minutes: Annotated[int, msgspec.Meta(ge=1, le=527_040)]


class End(_Action, frozen=True, tag="resolve"):
    code: Annotated[str, msgspec.Meta(max_length=80)] = ""


class ToBot(_Action, frozen=True, tag="return_to_bot"):
    pass


Action = Say | Relabel | SetFact | AddNote | ToTeam | PutAside | End | ToBot
MOVES = (ToTeam, PutAside, End, ToBot)
"""After these somebody else has the floor, or nobody: nothing of a macro can follow."""


def said_in(texts: Mapping[str, str], locale: str) -> str:
    """In a language, else in English, else in any; as the console has it."""
    return texts.get(locale) or texts.get("en") or next(iter(texts.values()), "")


def filled(text: str, values: Mapping[str, str]) -> str:
    """With its variables in place; what isn't known is left out, with the comma before it."""

    def put(found: re.Match[str]) -> str:
        value = values.get(found[2], "")
        return found[1] + value if value else ""

    return _VARIABLE.sub(put, text)
