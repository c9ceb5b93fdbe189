"""What was said: by the customer, the bot, people and the system."""

from __future__ import annotations

from typing import Literal

from gateway.faults import Fault
from gateway.model.events.base import (
    Attachment,
    Button,
    Card,
    Endpoint,
    Event,
    Page,
    Person,
    Phone,
    Place,
    Quotation,
    Span,
    Speech,
)

ForwardWay = Literal["email", "sms"]
"""How answers reach a customer who isn't there to read them."""


class CustomerMessage(Event, frozen=True, tag="customer_message"):
    """A customer's input. ``choice`` is the payload of the button they pressed (then ``text`` is its title).

    ``closing``: "thanks" or the like after the end, which reopens nothing.
    ``sent_at``: the provider's own time, if it gave one. ``files`` may come without a text. ``spans``: how the text looks.
    ``author``: who of a group wrote it; ``topic``: in which of its topics, as the provider calls it. ``reply_to``: the ``seq`` of the message that it answers, 0 for none or one of
    another conversation; ``quote``: the words of it that were chosen, or its own where it isn't here. ``forwarded``: whose
    words these are in truth. ``unsupported``: the provider's name of a kind that we can't show. ``speech``: it was said.
    """

    text: str
    endpoint: Endpoint
    choice: str = ""
    client_id: str = ""
    closing: bool = False
    sent_at: int | None = None
    page: Page | None = None
    files: tuple[Attachment, ...] = ()
    spans: tuple[Span, ...] = ()
    author: str = ""
    reply_to: int = 0
    quote: str = ""
    forwarded: str = ""
    place: Place | None = None
    phone: Phone | None = None
    unsupported: str = ""
    topic: str = ""
    speech: Speech | None = None


class BotMessage(Event, frozen=True, tag="bot_message"):
    """One message of a bot's turn; ``turn`` is the ``seq`` of the last input that the turn answers.

    ``spoken``: what a call says in place of ``text``, where that is something else. ``quotes``: whose words these are,
    where an article answered. ``files``: the same words as a voice message.
    """

    text: str
    endpoint: Endpoint
    turn: int
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    spoken: str = ""
    quotes: Quotation | None = None
    files: tuple[Attachment, ...] = ()


class OperatorMessage(Event, frozen=True, tag="operator_message"):
    """A reply by a person. ``name`` is how the customer sees them. ``reply_to``: the ``seq`` of what it answers. ``speech``: it
    was said, so the customer has heard it."""

    text: str
    endpoint: Endpoint
    operator: str
    name: str
    client_id: str = ""
    files: tuple[Attachment, ...] = ()
    cards: tuple[Card, ...] = ()
    reply_to: int = 0
    place: Place | None = None
    speech: Speech | None = None


class OperatorEdited(Event, frozen=True, tag="operator_edited"):
    """The person's message ``seq`` says this now."""

    seq: int
    text: str
    endpoint: Endpoint
    operator: str
    name: str


class OperatorDeleted(Event, frozen=True, tag="operator_deleted"):
    """The person's message ``seq`` was taken back: the customer doesn't see it any more."""

    seq: int
    endpoint: Endpoint
    operator: str
    name: str


class MessageExtended(Event, frozen=True, tag="message_extended"):
    """More of the customer's message ``seq``, which came in pieces (an album): its files, and its text if that came now."""

    seq: int
    files: tuple[Attachment, ...] = ()
    text: str = ""
    spans: tuple[Span, ...] = ()


class CustomerEdited(Event, frozen=True, tag="customer_edited"):
    """The customer's message ``seq`` says this now; what it said before stays in the log. ``files``: those that took the
    place of the ones before, where they did. ``place``: where they are by now."""

    seq: int
    text: str
    spans: tuple[Span, ...] = ()
    files: tuple[Attachment, ...] = ()
    place: Place | None = None
    sent_at: int | None = None


class CustomerReacted(Event, frozen=True, tag="customer_reacted"):
    """The customer's reactions to message ``seq``, all of them; none: taken back."""

    seq: int
    emoji: tuple[str, ...] = ()


class SystemNotice(Event, frozen=True, tag="system_notice"):
    """A line by Switchboard itself to the customer: position, waiting, hours. ``notice`` is its catalogue key."""

    notice: str
    text: str
    endpoint: Endpoint
    buttons: tuple[Button, ...] = ()


class NoteAdded(Event, frozen=True, tag="note_added"):
    """A private note among operators. No customer ever sees it. ``mentions``: colleagues whom it calls."""

    text: str
    operator: str
    name: str
    client_id: str = ""
    mentions: tuple[str, ...] = ()


class DeliveryFailed(Event, frozen=True, tag="delivery_failed"):
    """Message ``seq`` (its provider call ``part``) did not reach the customer for good.

    ``reason``: ``unreachable`` (blocked, or gone), the provider's own words, or ours in English; ``fault``: the same as a
    code with its values.
    """

    seq: int
    part: int
    reason: str
    fault: Fault | None = None


class AnswersForwarded(Event, frozen=True, tag="answers_forwarded"):
    """People's answers from ``since`` to ``upto``, which nobody read on the page, went to ``address`` another way; or they could
    not, and ``fault`` says why."""

    way: ForwardWay
    address: str
    since: int
    upto: int
    fault: Fault | None = None


class DeliveryReplayed(Event, frozen=True, tag="delivery_replayed"):
    """What had failed of message ``seq`` is on its way again, because ``by`` asked for it. ``since``: ``seq`` is an
    ``AnswersForwarded``, whose answers from here on are."""

    seq: int
    by: Person
    since: int = 0


class Rated(Event, frozen=True, tag="rated"):
    """The customer's own judgement, 1 (bad) to 5 (good)."""

    score: int
    comment: str = ""
