"""What the bot brings back."""

from __future__ import annotations

import msgspec

from gateway.model.commands.base import Command
from gateway.model.commands.people import FillForm
from gateway.model.events import (
    Attachment,
    Button,
    Card,
    Memory,
    Outcome,
    Quotation,
    Reason,
    Score,
)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    spoken: str = ""
    quotes: Quotation | None = None
    sound: str = ""
    files: tuple[Attachment, ...] = ()


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A form that the bot led through; as ``gateway.ports.FilledForm`` has it."""

    form: str
    name: str
    answers: dict[str, str]
    said: int


class FinishTurn(Command, frozen=True):
    """A turn's result. Valid only while the floor and the answered inputs are as the turn saw them.

    ``team`` ("": the conversation's own), ``priority``, ``cause``, ``why`` and ``skills`` belong to the ``handoff``.
    ``answered_forms``: what the bot filled in, of which the dispatcher makes ``records``, if the turn is valid.
    """

    floor_seq: int
    answered: int
    upto: int
    outcome: Outcome
    replies: tuple[Reply, ...] = ()
    handoff: Reason | None = None
    version: str = ""
    intents: tuple[Score, ...] = ()
    facts: dict[str, str] = {}
    language: str = ""
    misses: int = 0
    elapsed: int = 0
    memory: Memory | None = None
    unrecorded: bool = False
    team: str = ""
    priority: int = 0
    cause: str = ""
    why: str = ""
    skills: dict[str, int] = {}
    answered_forms: tuple[Answered, ...] = ()
    records: tuple[FillForm, ...] = ()


class FailTurn(Command, frozen=True):
    """The engine gave no result after ``attempts`` tries: people take over."""

    floor_seq: int
    answered: int
    upto: int
    attempts: int
