"""A colleague is asked about a caller who is on hold, and talks with the owner alone: the way to a transfer after talking.

People alone see these; the customer is told that they wait (``call_held``), and who comes.
"""

from __future__ import annotations

from typing import Literal

from gateway.model.events.base import Event, Person

ConsultEnd = Literal["back", "declined", "unanswered", "left", "lost", "passed_on", "together", "over"]
"""How it ended: the owner went back to the caller; nobody who was asked wants to; nobody came in time; the colleague left; their sound
is gone; the caller is the colleague's now; all three talk; the call is over."""


class ConsultStarted(Event, frozen=True, tag="consult_started"):
    """``by`` rings ``asked`` until ``until``: whoever comes first talks with them. ``team``: as whose members they are asked, "" for
    a colleague by name."""

    leg: str
    by: Person
    asked: tuple[Person, ...]
    team: str = ""
    until: int = 0


class ConsultAnswered(Event, frozen=True, tag="consult_answered"):
    """``by`` and the owner hear one another from now on, and the customer neither of them."""

    leg: str
    by: Person


class ConsultDeclined(Event, frozen=True, tag="consult_declined"):
    """``by`` doesn't come; others who are asked may."""

    leg: str
    by: Person


class ConsultEnded(Event, frozen=True, tag="consult_ended"):
    """``by``: whose doing it was, if it was somebody's. The customer stays on hold until somebody takes them back, or has them."""

    leg: str
    why: ConsultEnd
    by: Person | None = None
