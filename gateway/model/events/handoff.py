"""The passage to people and back."""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.model.events.base import Author, Event, Person

Reason = Literal[
    "customer_asked",
    "not_understood",
    "bot_decided",
    "bot_failed",
    "operator_decided",
    "owner_lost",
    "reopened",
    "callback",
]
CAUSES = ("rule", "anger", "form_failed", "form_changed", "important", "action_failed", "engine_failed")
Role = Literal["coach", "barge", "conference"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the context card and the event that it stands on."""

    seq: int
    kind: Literal["input", "intent", "fact", "page", "miss"]
    text: str = ""


class HandoffRequested(Event, frozen=True, tag="handoff_requested"):
    """People are asked for: the conversation waits in the queue of ``team``. Higher ``priority`` goes first.

    ``cause``: what in the bot's content decided it, where ``reason`` is ``bot_decided`` (``CAUSES`` are those that we know;
    a later release may write others). ``why``: the business's words for it, or the customer's that led to it. ``skills``: what
    whoever gets it must know, by id, each with its level.
    """

    reason: Reason
    by: Author
    team: str = ""
    priority: int = 0
    evidence: tuple[Evidence, ...] = ()
    cause: str = ""
    why: str = ""
    skills: dict[str, int] = {}


class HandoffCancelled(Event, frozen=True, tag="handoff_cancelled"):
    """The customer no longer wants a person; the bot has the floor again."""


class OfferMade(Event, frozen=True, tag="offer_made"):
    """The conversation is reserved for one operator until ``expires_at``."""

    operator: Person
    expires_at: int


class OfferEnded(Event, frozen=True, tag="offer_ended"):
    """The offer was not accepted: declined by its operator, expired, or withdrawn."""

    operator: Person
    reason: Literal["declined", "expired", "withdrawn"]


class Taken(Event, frozen=True, tag="taken"):
    """An operator owns the conversation now; ``via`` says how it came to them."""

    operator: Person
    via: Literal["take", "offer", "transfer", "reopen"]


class Transferred(Event, frozen=True, tag="transferred"):
    """The owner passed it to a team's queue; to a colleague it is a ``Taken`` with ``via="transfer"`` that follows."""

    by: Person
    team: str = ""
    to: Person | None = None
    note: str = ""


class ReturnedToBot(Event, frozen=True, tag="returned_to_bot"):
    """The owner gave the floor back to the bot."""

    by: Person


class OwnerLost(Event, frozen=True, tag="owner_lost"):
    """The owner is gone (signed out, browser lost past its grace); the conversation is queued again."""

    operator: Person
    reason: Literal["signed_out", "lost"]


class ColleagueInvited(Event, frozen=True, tag="colleague_invited"):
    """The owner asks a colleague to join; they may, until they decline or the conversation ends."""

    by: Person
    operator: Person


class ColleagueDeclined(Event, frozen=True, tag="colleague_declined"):
    """Who was invited doesn't come now."""

    operator: Person


class ParticipantJoined(Event, frozen=True, tag="participant_joined"):
    """A supervisor or colleague joined beside the owner."""

    operator: Person
    role: Role


class ParticipantLeft(Event, frozen=True, tag="participant_left"):
    """A participant left; the owner stays."""

    operator: Person
