"""What customers do."""

from __future__ import annotations

from gateway.model.commands.base import Command
from gateway.model.events import (
    Attachment,
    Button,
    CallbackKind,
    CallbackReason,
    DetailKind,
    Endpoint,
    Page,
    Phone,
    Place,
    Span,
    Speech,
)


class Start(Command, frozen=True):
    """The first input of a contact without an unresolved conversation; ``outbound``: or people who write to them."""

    contact: str
    endpoint: Endpoint
    locale: str
    page: Page | None = None
    outbound: bool = False


class Say(Command, frozen=True):
    """A customer's message or pressed button. ``closing``: it is a "thanks" (see ``words.is_closing``)."""

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


class Extend(Command, frozen=True):
    """More of the customer's message ``seq``, which comes in pieces."""

    seq: int
    files: tuple[Attachment, ...] = ()
    text: str = ""
    spans: tuple[Span, ...] = ()


class Edit(Command, frozen=True):
    """The customer changed their message ``seq``."""

    seq: int
    text: str
    spans: tuple[Span, ...] = ()
    files: tuple[Attachment, ...] = ()
    place: Place | None = None
    sent_at: int | None = None


class React(Command, frozen=True):
    """The customer's reactions to message ``seq``, all of them."""

    seq: int
    emoji: tuple[str, ...] = ()


class OpenChat(Command, frozen=True):
    """The customer opened the chat of a messenger. ``greeting``: what they are told where the bot has the floor."""

    endpoint: Endpoint
    payload: str = ""
    author: str = ""
    topic: str = ""
    greeting: str = ""
    buttons: tuple[Button, ...] = ()


class AskForPerson(Command, frozen=True):
    """The customer asks for a person, by the button that is always there."""


class CancelHandoff(Command, frozen=True):
    """The customer, still in the queue, goes back to the bot."""


class Rate(Command, frozen=True):
    score: int
    comment: str = ""


class RateAnswer(Command, frozen=True):
    """Whether the bot's message ``seq`` helped."""

    seq: int
    helpful: bool


class End(Command, frozen=True):
    """The customer has what they came for, or leaves the queue."""


class Consent(Command, frozen=True):
    """The customer was asked and agreed, with the message that follows."""

    version: str
    text: str


class ShowInvitation(Command, frozen=True):
    """The message that follows answers an invitation."""

    id: str
    text: str


class SetAttributes(Command, frozen=True):
    attributes: dict[str, str]


class LeaveDetails(Command, frozen=True):
    kind: DetailKind
    value: str


class AskTranscript(Command, frozen=True):
    """``address``: where what was said shall be sent."""

    address: str


class AskCallback(Command, frozen=True):
    """The customer, still in the queue, wants to be got back to; or nobody came while they were there (``reason``)."""

    due_at: int
    kind: CallbackKind
    value: str = ""
    reason: CallbackReason = "asked"


class Leave(Command, frozen=True):
    """The customer gave up waiting; the request is lost with ``reason``."""

    reason: str


class JoinChannel(Command, frozen=True):
    """Another channel of the same contact joins; replies go there from now on."""

    endpoint: Endpoint
