"""What a business teaches its bot, read and judged. Frozen; the digest of it is the version."""

from __future__ import annotations

import hashlib

import msgspec

from bot.content.errors import Finding


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    pass


class Mark(_Part, frozen=True):
    """An annotated piece of an example: ``text`` as written, ``value`` what it stands for."""

    entity: str
    text: str
    value: str


class Example(_Part, frozen=True):
    text: str
    marks: tuple[Mark, ...] = ()


class Intent(_Part, frozen=True):
    name: str
    examples: tuple[Example, ...] = ()


class Choice(_Part, frozen=True):
    """A button of a response. ``payload`` is ``/intent`` or ``/intent{"entity": "value"}``; with a ``url`` it leads there."""

    title: str
    payload: str
    url: str = ""


class Tile(_Part, frozen=True):
    """A card of a response."""

    title: str
    text: str = ""
    image: str = ""
    buttons: tuple[Choice, ...] = ()


class Variation(_Part, frozen=True):
    """One way to say a response; it fits where every slot of ``condition`` has its value."""

    text: str
    buttons: tuple[Choice, ...] = ()
    condition: tuple[tuple[str, str], ...] = ()
    cards: tuple[Tile, ...] = ()


class Rule(_Part, frozen=True):
    """What an intent leads to: responses in order, then maybe a person. ``form`` would collect slots first."""

    intent: str
    responses: tuple[str, ...] = ()
    handoff: bool = False
    form: str = ""


class Source(_Part, frozen=True):
    """An entity that fills a slot; ``intents`` (if any) are the only ones it counts in, ``not_intents`` never."""

    entity: str
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()


class Slot(_Part, frozen=True):
    name: str
    sources: tuple[Source, ...] = ()


class Form(_Part, frozen=True):
    name: str
    slots: tuple[str, ...] = ()


class Content(_Part, frozen=True):
    """All of it. Mappings are by name; ``synonyms`` maps a cleaned spelling to its value."""

    intents: tuple[Intent, ...] = ()
    entities: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    forms: tuple[Form, ...] = ()
    responses: dict[str, tuple[Variation, ...]] = {}
    rules: dict[str, Rule] = {}
    patterns: dict[str, tuple[str, ...]] = {}
    lookups: dict[str, tuple[str, ...]] = {}
    synonyms: dict[str, str] = {}

    @property
    def version(self) -> str:
        """The same for the same content, whatever its files, comments and line ends."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:16]

    def without_examples(self) -> Content:
        """What serving needs of it."""
        intents = tuple(Intent(name=intent.name) for intent in self.intents)
        return msgspec.structs.replace(self, intents=intents)


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Content and what of it this engine doesn't honour."""

    content: Content
    findings: tuple[Finding, ...]
