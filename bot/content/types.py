"""What a business teaches its bot, read and judged. Frozen; the digest of it is the version.

The shapes are Rasa 3.x's own where it has them; ``Settings``, ``Field`` and ``Aim`` are ours (``switchboard.yml``).
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from bot.content.errors import Finding
from gateway.model import forms

MANY = "*"
"""As the value of a slot in a condition: any value at all."""

Kind = Literal[
    "text", "phone", "email", "number", "money", "date", "time", "datetime", "choice", "boolean", "address",
]  # fmt: skip
SlotType = Literal["text", "bool", "categorical", "float", "list", "any"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    pass


# --- understanding ---


class Mark(_Part, frozen=True):
    """An annotated piece of an example: ``text`` as written, ``value`` what it stands for."""

    entity: str
    text: str
    value: str
    role: str = ""
    group: str = ""


class Example(_Part, frozen=True):
    text: str
    marks: tuple[Mark, ...] = ()


class Intent(_Part, frozen=True):
    """``name`` of a retrieval intent holds a slash: ``faq/opening_hours``."""

    name: str
    examples: tuple[Example, ...] = ()


# --- answers ---


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


class Aim(_Part, frozen=True):
    """Where a handoff goes. ``team``: its name, "" for the conversation's own; ``reason``: the business's words for it.
    ``skills``: by their names, what whoever gets it must know, each with its level."""

    team: str = ""
    priority: int = 0
    reason: str = ""
    skills: dict[str, int] = {}


class Variation(_Part, frozen=True):
    """One way to say a response; it fits where every slot of ``condition`` has its value, on its ``channel`` ("": any).

    What a call says is one for the channel ``voice``. ``image``: an https address. ``handoff``: people take over after it. ``sound``: what
    a call plays in place of speaking it, by name. ``unrecorded``: it asks for what a call's recording doesn't keep.
    """

    text: str = ""
    buttons: tuple[Choice, ...] = ()
    condition: tuple[tuple[str, str], ...] = ()
    cards: tuple[Tile, ...] = ()
    channel: str = ""
    image: str = ""
    handoff: Aim | None = None
    sound: str = ""
    unrecorded: bool = False


# --- what is remembered ---


class Source(_Part, frozen=True):
    """What fills a slot. ``kind`` as Rasa's mappings: an ``entity`` (of a ``role`` and ``group``), the whole text, or
    ``value`` where one of ``intents`` was meant. ``intents`` (if any) are the only ones it counts in, ``not_intents`` never.
    ``when``: the forms, and the slots they ask for ("": any), in which it counts; none: always. ``own``: only while its
    own slot is asked for."""

    kind: Literal["entity", "text", "intent", "trigger"] = "entity"
    entity: str = ""
    role: str = ""
    group: str = ""
    value: str = ""
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    when: tuple[tuple[str, str], ...] = ()


class Slot(_Part, frozen=True):
    """``values``: of a categorical one. ``initial``: what it is at the beginning of each session."""

    name: str
    type: SlotType = "text"
    sources: tuple[Source, ...] = ()
    initial: str = ""
    values: tuple[str, ...] = ()


class Field(_Part, frozen=True):
    """How a form takes one slot. ``kind``: what a fit value is; ``choices`` of a choice, ``least`` and ``most`` of a number.
    ``invalid``: the response where a value isn't fit; ``words``: what customers call it (for "no, another street").
    ``question``: of the business's form, which then judges the answer."""

    slot: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    invalid: str = ""
    words: tuple[str, ...] = ()
    question: forms.Field | None = None

    @property
    def takes_text(self) -> bool:
        """Any text is an answer to it."""
        return self.kind == "text" and (self.question is None or self.question.kind in ("text", "long_text"))


class Definition(_Part, frozen=True):
    """A form of the business's settings as it was when the bot was taught. ``id``: "" where only its name is known."""

    name: str
    id: str = ""
    steps: tuple[forms.Step, ...] = ()


class Form(_Part, frozen=True):
    """``fields`` in the order in which they are asked. ``tries``: how often one is asked before people take over. ``fills``: the
    name of the business's form of which this makes a record; its ``definition`` leads then, where it is known."""

    name: str
    fields: tuple[Field, ...] = ()
    ignored: tuple[str, ...] = ()
    tries: int = 3
    fills: str = ""
    definition: Definition | None = None


class Session(_Part, frozen=True):
    """``minutes`` of silence after which a dialogue begins anew (0: never); ``carry``: its slots are kept then."""

    minutes: float = 60
    carry: bool = True


# --- what is done ---


class Guard(_Part, frozen=True):
    """What must hold: the ``form`` that runs ("": none; None: whatever), and slots with their values (``MANY``: any value,
    "": none)."""

    form: str | None = None
    slots: tuple[tuple[str, str], ...] = ()


class Act(_Part, frozen=True):
    """An action, done only where ``guard`` holds at that moment."""

    name: str
    guard: Guard = Guard()


class Rule(_Part, frozen=True):
    """After one of ``intents`` (with ``entities``), or, where there are none, after its first action was done: these
    actions. ``guard``: what holds before. ``start``: only as the first thing in a session. ``waits``: the turn ends then."""

    name: str
    intents: tuple[str, ...] = ()
    entities: tuple[tuple[str, str], ...] = ()
    guard: Guard = Guard()
    acts: tuple[Act, ...] = ()
    start: bool = False
    waits: bool = True


class Exchange(_Part, frozen=True):
    """One of a story: what was meant where ``guard`` held, and what is done."""

    intents: tuple[str, ...]
    entities: tuple[tuple[str, str], ...] = ()
    guard: Guard = Guard()
    acts: tuple[Act, ...] = ()


class Story(_Part, frozen=True):
    name: str
    exchanges: tuple[Exchange, ...]


# --- ours ---


class Anger(_Part, frozen=True):
    """When a customer's mood calls for a person: a wording at least this strong (0: never), one of ``intents``, or one of
    the business's own ``words``."""

    level: float = 0.7
    words: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    aim: Aim = Aim(priority=1)


class Important(_Part, frozen=True):
    """Who is an important customer: one of ``labels``, an attribute or a slot with this value. ``at_once``: people answer
    without the bot; else ``aim`` goes with whatever handoff there is."""

    labels: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    slots: dict[str, str] = {}
    at_once: bool = False
    aim: Aim = Aim(priority=2)


class Settings(_Part, frozen=True):
    """The file ``switchboard.yml``: what Rasa's format has no place for.

    ``answer_from``: the confidence from which an intent is answered; ``misses``: the miss in a row that calls a person;
    ``aim``: of every handoff for which nothing else says where; ``aims``: by the intent that led there.
    """

    answer_from: float = 0.55
    misses: int = 3
    aim: Aim = Aim()
    aims: dict[str, Aim] = {}
    form_failed: Aim = Aim()
    anger: Anger = Anger()
    important: Important | None = None


class Content(_Part, frozen=True):
    """All of it. Mappings are by name; ``synonyms`` maps a cleaned spelling to its value. ``actions``: custom ones, which an
    action server runs."""

    intents: tuple[Intent, ...] = ()
    entities: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    forms: dict[str, Form] = {}
    responses: dict[str, tuple[Variation, ...]] = {}
    rules: tuple[Rule, ...] = ()
    stories: tuple[Story, ...] = ()
    actions: tuple[str, ...] = ()
    patterns: dict[str, tuple[str, ...]] = {}
    lookups: dict[str, tuple[str, ...]] = {}
    synonyms: dict[str, str] = {}
    session: Session = Session()
    settings: Settings = Settings()

    @property
    def version(self) -> str:
        """The same for the same content, whatever its files, comments and line ends."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:16]

    def without_examples(self) -> Content:
        """What serving needs of it."""
        intents = tuple(Intent(name=intent.name) for intent in self.intents)
        return msgspec.structs.replace(self, intents=intents)


class NamedSound(msgspec.Struct, frozen=True, kw_only=True):
    """Where an answer names a sound. ``language``: of whom it is for, "" for anybody."""

    file: str
    line: int
    response: str
    name: str
    language: str


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Content and what of it this engine doesn't honour. ``sounds``: those that it names; whether the business has them, the content
    can't tell."""

    content: Content
    findings: tuple[Finding, ...]
    sounds: tuple[NamedSound, ...] = ()
