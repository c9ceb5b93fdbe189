"""What customers do beside writing, and what a business asked of them."""

from __future__ import annotations

from typing import Literal

from gateway.model.events.base import Event

DetailKind = Literal["phone", "email", "messenger"]


class AttributesSet(Event, frozen=True, tag="attributes_set"):
    """What the customer's page says of them; nobody vouches for it. An empty value removes one."""

    attributes: dict[str, str]


class InvitationShown(Event, frozen=True, tag="invitation_shown"):
    """The customer answered an invitation of their page: ``text`` is what they had read."""

    id: str
    text: str


class ConsentAsked(Event, frozen=True, tag="consent_asked"):
    """What the customer was asked to agree to before their first message, word by word."""

    version: str
    text: str


class ConsentGiven(Event, frozen=True, tag="consent_given"):
    """The customer agreed to ``version`` of the consent text."""

    version: str


class AnswerRated(Event, frozen=True, tag="answer_rated"):
    """Whether the bot's message ``seq`` helped the customer; the latest counts."""

    seq: int
    helpful: bool


class DetailsLeft(Event, frozen=True, tag="details_left"):
    """How the customer wants to be reached; nobody vouches for it. A phone number is in E.164."""

    kind: DetailKind
    value: str


class TranscriptAsked(Event, frozen=True, tag="transcript_asked"):
    """The customer wants what was said sent to ``address``, an e-mail address that nobody vouches for."""

    address: str
