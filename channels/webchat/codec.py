"""The widget's wire: frames ↔ what the core knows (docs/protocol.md). Pure; every text is judged here, once."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from gateway.errors import Invalid, TooLarge
from gateway.model.events import Button, Page
from gateway.model.reach import UNWANTED
from gateway.ports import Consent, Inbound, Invitation, Profile
from gateway.settings import IceServer

CHANNEL = "webchat"

TOKEN = re.compile("[A-Za-z0-9_-]{43}")
"""A visitor's token: 32 bytes in base64url."""

Id = Annotated[str, msgspec.Meta(max_length=64, pattern="^[A-Za-z0-9_.:-]*$")]


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """The page as the browser tells it; cut to size, since a long address must not lose a message."""

    url: str = ""
    title: str = ""
    referrer: str = ""


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """``user``: the page's own word of who this is (see ``users``); ``attributes``: what else it says of them."""

    inbox: Id
    token: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$")]
    locale: Annotated[str, msgspec.Meta(max_length=35)] = "en"
    page: Where = Where()
    conversation: Id | None = None
    last_seq: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
    last_event_id: Id = ""
    user: str = ""
    attributes: dict[str, str] = {}


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="message"):
    """``consent``: the version of the business's text that was agreed to. ``invitation``: the one that this answers."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    text: str
    choice: Annotated[str, msgspec.Meta(max_length=256)] = ""
    files: Annotated[tuple[Id, ...], msgspec.Meta(max_length=10)] = ()
    consent: Annotated[str, msgspec.Meta(max_length=64)] = ""
    invitation: Annotated[str, msgspec.Meta(max_length=64)] = ""


class LinkWanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="link"):
    """A link to a file of the conversation; ``id`` is the client's own and comes back."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    file: Id


class ContinueWanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="continue"):
    """A link to go on in a messenger, or at the page for calls; ``id`` is the client's own and comes back."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    to: Literal["telegram", "call"] = "telegram"


class ContinueGiven(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="continue"):
    """``url`` works once and until ``until``, and is a path of ours for the page for calls; ``qr``: the same as a picture (SVG)."""

    id: str
    url: str
    qr: str
    until: int


class OpenHere(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="open_link"):
    """The customer came by a link into this page and wants to go on here; ``token``: what stood in the link."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    token: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$")]


DRAFT = 500
"""Characters of what somebody types that are shown before it is sent."""


class CallSoon(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="call_soon"):
    """The visitor looks at how to call: what a call needs may be made ready."""


class Call(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="call"):
    """The visitor calls; ``id`` is the client's own, the same at every try. ``consent``: as of a message."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    consent: Annotated[str, msgspec.Meta(max_length=64)] = ""


Leg = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class Sound(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="sound"):
    """The browser's whole offer for a call of theirs; its answer comes with the same ``id``."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    leg: Leg
    sdp: Annotated[str, msgspec.Meta(max_length=32_768)]


class Press(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="press"):
    """A key that was pressed in a call."""

    leg: Leg
    key: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"]


class HangUp(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="hang_up"):
    """The visitor ends a call of theirs."""

    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    leg: Leg


class Calling(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="call"):
    """The call has begun: its sound may come, by these servers where no direct way is open."""

    id: str
    conversation: str
    leg: str
    ice: tuple[IceServer, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="sound"):
    """The whole answer to the offer ``id``."""

    id: str
    leg: str
    sdp: str


class CaptionSignal(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="caption"):
    """What somebody has said so far in a call: it will be a message. ``who``: "customer" or "people"."""

    conversation: str
    leg: str
    who: str
    text: str


class Typing(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="typing"):
    """``text``: what was typed so far, where the inbox shows that; its end counts."""

    on: bool
    text: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class Read(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="read"):
    seq: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)]


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ping"):
    pass


hello_decoder: msgspec.json.Decoder[Hello] = msgspec.json.Decoder(Hello)


class InboxFace(msgspec.Struct, frozen=True, kw_only=True):
    """What the widget shows of an inbox. ``file_limit``: bytes that a file may have. ``live_draft``: whoever
    talks with the visitor sees what they type. ``calls``: the visitor can call."""

    name: str
    business: str
    color: str
    greeting: str
    starters: tuple[Button, ...]
    locales: tuple[str, ...]
    file_limit: int
    live_draft: bool = False
    calls: bool = False


class OwnerFace(msgspec.Struct, frozen=True, kw_only=True):
    """``picture``: the name of theirs, or ""."""

    name: str
    picture: str


class ConsentFace(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be agreed to before the next message."""

    version: str
    text: str


class BlockFace(msgspec.Struct, frozen=True, kw_only=True):
    """Until when nothing of the visitor is taken; nothing where that has no end."""

    until: int | None


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="welcome"):
    """``consent``: nothing where there is no such text, or it was agreed to. ``available``: somebody is there.
    ``mail``: what was said can be had by e-mail; ``telegram``: the conversation can go on there. ``blocked``: what the
    visitor writes isn't taken."""

    inbox: InboxFace
    consent: ConsentFace | None
    available: bool
    mail: bool
    telegram: bool
    blocked: BlockFace | None
    conversation: str | None
    status: str | None
    owner: OwnerFace | None
    history: tuple[Any, ...]
    marks: dict[str, int]


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ack"):
    id: str
    conversation: str
    seq: int


class LinkGiven(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="link"):
    """``url`` is a path on this server, good until ``until``."""

    id: str
    file: str
    url: str
    until: int


class TypingSignal(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="signal"):
    conversation: str
    who: str
    on: bool
    kind: Literal["typing"] = "typing"


class QueueSignal(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="queue"):
    """Where one stands in the queue, and from when to when it may be their turn; nothing where it can't honestly be said."""

    conversation: str
    position: int
    about_seconds: int | None
    upto_seconds: int | None
    available: bool


class Mark(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="mark"):
    conversation: str
    who: str
    seq: int


def address_of(token: str) -> str:
    """A visitor's address on an inbox: the hash of their token, which itself is stored nowhere."""
    return "v:" + hashlib.sha256(token.encode()).hexdigest()


def locale_of(wanted: str, offered: tuple[str, ...]) -> str:
    """The language of those offered that fits best; the first one where none does."""
    short = wanted.split("-")[0].lower()
    return short if short in offered else offered[0]


def clean(text: str, *, limit: int) -> str:
    """A text as it may be stored: without control characters and without marks that reverse what stands beside it."""
    if len(text) > limit:
        raise TooLarge(f"A message holds at most {limit} characters. Shorten it, or send it in parts.", limit=limit)
    kept = UNWANTED.sub("", text).encode("utf-8", "replace").decode().strip()
    if not kept or not any(ch.isprintable() and not ch.isspace() for ch in kept):
        raise Invalid("There is nothing to send.", field="text")
    return kept


def page_of(where: Where) -> Page | None:
    """The page, only where its address is one that a browser shows."""
    if not where.url.startswith(("http://", "https://")):
        return None
    return Page(
        url=UNWANTED.sub("", where.url[:500]), title=UNWANTED.sub("", where.title[:200]),
        referrer=UNWANTED.sub("", where.referrer[:500]),
    )  # fmt: skip


class Sender(NamedTuple):
    """Who writes over a socket and from where, judged once at hello."""

    business: str
    inbox: str
    address: str
    locale: str
    page: Page | None
    profile: Profile | None = None


class Preface(NamedTuple):
    """What must stand in the log before a message, where it doesn't yet."""

    attributes: dict[str, str]
    consent: Consent | None
    invitation: Invitation | None


def call_of(call: Call, sender: Sender, *, preface: Preface) -> Inbound:
    """A call as the core receives it, but for its leg."""
    profile = sender.profile
    return Inbound(
        business=sender.business, inbox=sender.inbox, channel=CHANNEL, address=sender.address, key=call.id,
        scope=sender.address, at_once=True, locale=sender.locale, name=profile.name if profile else "", page=sender.page,
        profile=profile, attributes=preface.attributes, consent=preface.consent, invitation=preface.invitation,
    )  # fmt: skip


def inbound_of(message: Message, sender: Sender, *, preface: Preface, limit: int) -> Inbound:
    """A message as the core receives it. Raises ``Invalid``, ``TooLarge``."""
    text = clean(message.text, limit=limit) if message.text.strip() or not message.files else ""
    profile = sender.profile
    return Inbound(
        business=sender.business, inbox=sender.inbox, channel=CHANNEL, address=sender.address, key=message.id,
        scope=sender.address, text=text, choice=UNWANTED.sub("", message.choice) if message.choice else "",
        locale=sender.locale, name=profile.name if profile else "", page=sender.page, uploads=message.files,
        profile=profile, attributes=preface.attributes, consent=preface.consent, invitation=preface.invitation,
    )  # fmt: skip
