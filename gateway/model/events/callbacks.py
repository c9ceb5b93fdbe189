"""Promises to get back to a customer."""

from __future__ import annotations

from typing import Literal

from gateway.model.events.base import Author, Event, Person

CallbackKind = Literal["phone", "email", "messenger", "here"]
"""How the customer is got back to; ``here``: in the conversation, where their channel reaches them."""
CallbackReason = Literal["asked", "missed", "promised"]
"""The customer asked for it; nobody came while they were there; an operator promised it."""


class CallbackPromised(Event, frozen=True, tag="callback_promised"):
    """Somebody gets back to the customer by ``due_at``; said again, it changes what was promised.

    ``value``: the number, the address. ``operator``: who promised, or changed it. ``owner``: whose task it is; nobody: of
    whoever the queue gives it to when it is due.
    """

    by: Author
    due_at: int
    kind: CallbackKind = "here"
    value: str = ""
    reason: CallbackReason = "asked"
    operator: Person | None = None
    owner: Person | None = None
    note: str = ""


class CallbackTried(Event, frozen=True, tag="callback_tried"):
    """The customer wasn't reached; it is tried again at ``again_at``."""

    by: Person
    outcome: Literal["no_answer", "busy", "unreachable"]
    again_at: int
    note: str = ""
