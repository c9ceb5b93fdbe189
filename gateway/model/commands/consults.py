"""What is done about a caller who is on hold while a colleague is asked."""

from __future__ import annotations

from typing import Literal

from gateway.model.commands.base import Command
from gateway.model.events import Person


class StartConsult(Command, frozen=True):
    """The owner asks ``asked`` until ``until``; of a ``team`` those who can come now."""

    leg: str
    operator: Person
    floor_seq: int
    asked: tuple[Person, ...] = ()
    team: str = ""
    until: int = 0


class AcceptConsult(Command, frozen=True):
    leg: str
    operator: Person


class DeclineConsult(Command, frozen=True):
    leg: str
    operator: Person


class EndConsult(Command, frozen=True):
    """The owner goes back to the caller, or the colleague leaves them. ``why``: where nobody wants it so."""

    leg: str
    operator: Person | None = None
    why: Literal["unanswered", "lost"] = "unanswered"


class CompleteConsult(Command, frozen=True):
    """The caller is the colleague's from now on. Either of the two may do it: the other one may be gone."""

    leg: str
    operator: Person
    note: str = ""


class Confer(Command, frozen=True):
    """The owner takes the caller back, and the colleague stays: all three talk."""

    leg: str
    operator: Person
