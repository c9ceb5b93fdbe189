"""Who is called to a conversation while no console of theirs is open: the rule, and nothing else.

It is asked twice. When something is appended, whether that may call anybody (``may_call``, ``notes``); and when a
message leaves for somebody's browser, whether it still calls that person (``call_of``, ``is_named``), for by then
somebody may have taken the conversation, or read it. An open console follows the same rule in ``view/alerts.ts``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from gateway.model.events import CustomerMessage, Entry, Event, NoteAdded
from gateway.model.state import Conversation, Status

Call = Literal["offered", "queued", "waits", "mentioned"]
ANSWER = frozenset({"operator", "supervisor", "administrator"})
"""Roles whose people may take a conversation."""


class Colleague(NamedTuple):
    """Somebody of the business. ``presence``: what they chose last."""

    account: str
    role: str
    presence: Literal["online", "busy", "away"]


def may_call(before: Conversation | None, after: Conversation, entries: Iterable[Entry]) -> bool:
    """Whether what was appended may call somebody: who joins the queue, is offered, or writes to their operator."""
    if after.offer is not None and (before is None or before.offer != after.offer):
        return True
    if after.status is Status.QUEUED:
        return before is None or before.status is not Status.QUEUED
    return after.owner is not None and any(_asks(entry.event) for entry in entries)


def notes(entries: Iterable[Entry]) -> list[int]:
    """The ``seq`` of each note among them that names colleagues."""
    return [entry.seq for entry in entries if isinstance(entry.event, NoteAdded) and entry.event.mentions]


def call_of(state: Conversation, colleague: Colleague, *, read: int) -> Call | None:
    """What the conversation wants of ``colleague`` now, if anything. ``read``: how far people have read it.

    Whoever is busy is called by their own customers alone, whoever is away by nobody.
    """
    if colleague.role not in ANSWER or colleague.presence == "away":
        return None
    if state.owner is not None:
        unread = state.waiting_since is not None and state.last_input > max(read, 1)
        return "waits" if unread and state.owner.id == colleague.account else None
    if state.status is not Status.QUEUED or colleague.presence != "online":
        return None
    if state.offer is not None:
        return "offered" if state.offer.operator.id == colleague.account else None
    return "queued"


def is_named(note: Event, colleague: Colleague) -> bool:
    """Whether ``note`` calls them, by someone else: also whoever is away, as a word among colleagues can wait."""
    return (
        isinstance(note, NoteAdded)
        and colleague.role in ANSWER
        and colleague.account in note.mentions
        and colleague.account != note.operator
    )


def _asks(event: Event) -> bool:
    return isinstance(event, CustomerMessage) and not event.closing
