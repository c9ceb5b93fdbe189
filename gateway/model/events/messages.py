"""What was said: by the customer, the bot, people and the system."""

from __future__ import annotations

from gateway.faults import Fault
from gateway.model.events.base import Attachment, Button, Card, Endpoint, Event, Page, Person


class CustomerMessage(Event, frozen=True, tag="customer_message"):
    """A customer's input. ``choice`` is the payload of the button they pressed (then ``text`` is its title).

    ``closing``: "thanks" or the like after the end, which reopens nothing.
    ``sent_at``: the provider's own time, if it gave one. ``files`` may come without a text.
    """

    text: str
    endpoint: Endpoint
    choice: str = ""
    client_id: str = ""
    closing: bool = False
    sent_at: int | None = None
    page: Page | None = None
    files: tuple[Attachment, ...] = ()


class BotMessage(Event, frozen=True, tag="bot_message"):
    """One message of a bot's turn; ``turn`` is the ``seq`` of the last input that the turn answers."""

    text: str
    endpoint: Endpoint
    turn: int
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()


class OperatorMessage(Event, frozen=True, tag="operator_message"):
    """A reply by a person. ``name`` is how the customer sees them."""

    text: str
    endpoint: Endpoint
    operator: str
    name: str
    client_id: str = ""
    files: tuple[Attachment, ...] = ()
    cards: tuple[Card, ...] = ()


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


class DeliveryReplayed(Event, frozen=True, tag="delivery_replayed"):
    """What had failed of message ``seq`` is on its way again, because ``by`` asked for it."""

    seq: int
    by: Person


class Rated(Event, frozen=True, tag="rated"):
    """The customer's own judgement, 1 (bad) to 5 (good)."""

    score: int
    comment: str = ""
