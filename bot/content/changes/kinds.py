"""The changes themselves: what shall stand in the end. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

NAME = "^[A-Za-zА-Яа-яЁё0-9_][\\wЁё-]*(/[\\wЁё-]+)?$"
"""What an intent, a form or a slot may be called from here; files may hold others."""
Name = Annotated[str, msgspec.Meta(pattern=NAME, max_length=80)]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
Json = Any
TESTS = "tests/test_stories.yml"
USUAL_TRIES = 3


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The root of all changes."""


class SetIntent(Change, frozen=True, tag="intent"):
    """An intent with these examples, annotations as Rasa writes them. A new one gets a rule that says its answer."""

    name: Name
    examples: Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=500)], ...], msgspec.Meta(max_length=5_000)]  # fmt: skip


class SetLead(Change, frozen=True, tag="lead"):
    """To what an intent leads: its ``answer``; people, after its answer where it has one (``handoff``, with where it goes);
    or a ``form``. Rules that say more than that stay as they are, and go before."""

    name: str
    to: Literal["answer", "handoff", "form"]
    form: str = ""
    team: Annotated[str, msgspec.Meta(max_length=80)] = ""
    priority: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


class RenameIntent(Change, frozen=True, tag="rename_intent"):
    name: str
    to: Name


class RemoveIntent(Change, frozen=True, tag="remove_intent"):
    """With its examples, and the rules and answers that are its alone."""

    name: str


class SetResponse(Change, frozen=True, tag="response"):
    """A response with these variations, as Rasa's format has them."""

    name: Annotated[str, msgspec.Meta(pattern="^utter_[\\wЁё/-]+$", max_length=120)]
    variations: Annotated[tuple[dict[str, Json], ...], msgspec.Meta(min_length=1, max_length=50)]


class RemoveResponse(Change, frozen=True, tag="remove_response"):
    name: str


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a form. ``asks``: the variations of its question. ``takes``: as ``switchboard.yml`` has a field."""

    slot: Name
    asks: tuple[dict[str, Json], ...] = ()
    takes: dict[str, Json] = {}


class SetForm(Change, frozen=True, tag="form"):
    """A form as a list of questions, begun by ``begun_by`` and ended with the response ``done``. ``fills``: the name of the
    business's form that leads it and of which it makes a record; the questions are that form's then."""

    name: Name
    questions: Annotated[tuple[Question, ...], msgspec.Meta(min_length=1, max_length=50)]
    begun_by: str = ""
    done: tuple[dict[str, Json], ...] = ()
    tries: Annotated[int, msgspec.Meta(ge=1, le=10)] = USUAL_TRIES
    fills: Annotated[str, msgspec.Meta(max_length=80)] = ""


class RemoveForm(Change, frozen=True, tag="remove_form"):
    name: str


class SetSettings(Change, frozen=True, tag="settings"):
    """A section of ``switchboard.yml``: ``handoff`` or ``understanding``."""

    section: Annotated[str, msgspec.Meta(pattern="^(handoff|understanding)$")]
    value: dict[str, Json]


class SetTests(Change, frozen=True, tag="tests"):
    """The test conversations of ``tests/test_stories.yml``, all of them."""

    stories: Annotated[tuple[dict[str, Json], ...], msgspec.Meta(max_length=1_000)]


AnyChange = (
    SetIntent | SetLead | RenameIntent | RemoveIntent | SetResponse | RemoveResponse | SetForm | RemoveForm | SetSettings
    | SetTests
)  # fmt: skip
