"""What every event of the log is made of."""

from __future__ import annotations

from typing import Literal

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """An immutable entry's content. The tag (``type``) is its name on disk and on the wire.

    Evolution: a released event gains only fields with defaults; a changed meaning is a new tag.
    Instants are UTC microseconds.
    """


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a reply goes: an identity on an inbox. ``channel`` is the inbox's, which never changes."""

    inbox: str
    identity: str
    channel: str


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The web page that a customer writes from, as their browser told it."""

    url: str = ""
    title: str = ""
    referrer: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An operator as others see them: the account's id, the display name in this business, and the name of a picture
    that may be gone by now."""

    id: str
    name: str
    picture: str = ""


class Button(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One choice under a message. ``payload`` comes back as the ``choice`` of a customer's message.

    With a ``url`` (``https``, ``mailto`` or ``tel``) it leads there instead, and nothing comes back.
    """

    title: str
    payload: str
    url: str = ""


class Quotation(msgspec.Struct, frozen=True, kw_only=True):
    """The article that a message of the bot says in its place, and in which language."""

    article: str
    locale: str


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the things that a message shows side by side. ``image``: an ``https`` address."""

    title: str
    text: str = ""
    image: str = ""
    buttons: tuple[Button, ...] = ()


FileKind = Literal["", "photo", "voice", "audio", "video", "video_note", "animation", "sticker"]


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of a message. ``size`` in bytes. Its id is no capability: a link is minted for each reader.

    ``pending``: the provider has it and we don't yet; ``file_ready`` or ``file_failed`` tells what became of it.
    ``kind``: as what a messenger shows it; "" is a document. ``seconds``: how long it plays, where that is known.
    """

    id: str
    name: str = ""
    type: str = ""
    size: int = 0
    pending: bool = False
    kind: FileKind = ""
    seconds: int = 0


SpanKind = Literal["bold", "italic", "underline", "strike", "spoiler", "code", "pre", "quote", "link"]


class Span(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a piece of a text looks. ``at`` and ``length`` count UTF-16 units, as messengers and browsers do; ``url`` is
    where a ``link`` leads."""

    kind: SpanKind
    at: int
    length: int
    url: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place on the map, in degrees (WGS 84). ``title`` and ``address`` where it is a known one."""

    latitude: float
    longitude: float
    title: str = ""
    address: str = ""


class Phone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contact that was shared. ``own``: the messenger vouches that it is the sender's own number."""

    number: str
    name: str = ""
    own: bool = False


class Speech(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message that was said in a call. ``since``, ``until``: milliseconds since the leg began. ``confidence``: 0 to 1, how
    sure the recognizer is of the words."""

    leg: str
    since: int
    until: int
    confidence: float = 1.0


Author = Literal["customer", "bot", "operator", "system"]
