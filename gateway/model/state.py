"""A conversation's state: bounded, and all that ``decide`` may know of its past."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from gateway.model.events import (
    Author,
    CallbackKind,
    CallbackReason,
    Endpoint,
    FileKind,
    Memory,
    Person,
    Recording,
    Role,
    Score,
)
from gateway.model.rules import MoreTime

FOLD_VERSION = 17
"""Raised whenever ``fold`` or ``Conversation`` changes meaning: stored states of another version are folded anew."""

PREVIEW_LENGTH = 140
MAX_FACTS = 50
FACT_NAME_LENGTH = 64
FACT_LENGTH = 500
MAX_PARTICIPANTS = 8
MAX_INVITED = 8
MAX_LABELS = 20
MAX_CHANNELS = 8
MAX_LEGS = 4
MAX_ASKED = 3
MAX_GUESSES = 3
MAX_STEPS = 24
MAX_PASSED = 8
STEP_LENGTH = 120
MAX_ANSWERS = 50
ANSWER_LENGTH = 4000
NOTE_LENGTH = 200
PAGE_LENGTH = 200
MAX_ATTRIBUTES = 20
ATTRIBUTE_NAME_LENGTH = 40
ATTRIBUTE_LENGTH = 200


class Status(StrEnum):
    PENDING = "pending"
    QUEUED = "queued"
    OPEN = "open"
    WRAP_UP = "wrap_up"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Floor(StrEnum):
    BOT = "bot"
    PEOPLE = "people"
    NOBODY = "nobody"


FLOOR: dict[Status, Floor] = {
    Status.PENDING: Floor.BOT,
    Status.QUEUED: Floor.NOBODY,
    Status.OPEN: Floor.PEOPLE,
    Status.WRAP_UP: Floor.PEOPLE,
    Status.SNOOZED: Floor.NOBODY,
    Status.RESOLVED: Floor.NOBODY,
}


PreviewKind = FileKind | Literal["file", "place", "phone", "unsupported", "deleted", "call"]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The last words, cut to ``PREVIEW_LENGTH`` characters, and the message ``seq`` that they are of. ``kind``: what it
    is where it has no words."""

    text: str
    author: Author
    at: int
    seq: int = 0
    kind: PreviewKind = ""


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    operator: Person
    role: Role


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    operator: Person
    expires_at: int


class Consult(msgspec.Struct, frozen=True, kw_only=True):
    """The owner asks about a caller who is on hold, as ``ConsultStarted`` has it. ``asked``: whom it rings still; ``colleague``: who
    came."""

    by: Person
    asked: tuple[Person, ...] = ()
    team: str = ""
    until: int = 0
    colleague: Person | None = None


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """A call that goes on. ``before``: where replies went before it, and will go after it; the same as ``endpoint`` where there
    is no other way. ``answered``: who of the business talks to the customer; ``held``: who hears music meanwhile;
    ``consult``: who is asked about them meanwhile."""

    id: str
    endpoint: Endpoint
    before: Endpoint
    started_at: int
    answered: Person | None = None
    held: bool = False
    recording: Recording | None = None
    consult: Consult | None = None


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised and isn't done. ``attempts``: how often the customer wasn't reached; ``note``: cut to
    ``NOTE_LENGTH`` characters."""

    due_at: int
    promised_at: int
    kind: CallbackKind = "here"
    value: str = ""
    reason: CallbackReason = "asked"
    owner: Person | None = None
    attempts: int = 0
    note: str = ""


class WrapUp(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's time after the talk, as ``WrapUpStarted`` has it. ``extended``: they had more already.
    ``waiting_since``: as it was before, if the talk goes on after all."""

    until: int = 0
    code: bool = False
    seconds: int = 0
    more: MoreTime = "never"
    extended: bool = False
    waiting_since: int | None = None


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn took the inputs up to ``seq`` for; the likeliest first, at most ``MAX_GUESSES``."""

    seq: int
    intents: tuple[Score, ...]


class WrittenFrom(msgspec.Struct, frozen=True, kw_only=True):
    """The page that came with event ``seq``: its title or address, cut to ``PAGE_LENGTH`` characters."""

    seq: int
    text: str


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is known of a conversation without its messages.

    ``seq``: the last event. ``floor_seq``: the last event that changed the floor. ``last_input``: the customer's last
    input that asks for an answer. ``answered``: inputs up to here are covered by a bot's turn or by people.
    ``waiting_since``: since when the customer waits for a person. ``request``: the ``seq`` that opened the request
    now in the ledger. ``handoff_seq``: the handoff that brought it to people, until the bot has it again; 0: none.
    ``asked``: the last inputs of this request, but for calls for a person or for the bot, at most ``MAX_ASKED``; with
    ``understood`` and ``page`` they are what a handoff gives as its evidence. ``attributes``: what the customer's page
    says of them; ``details``: how they want to be reached, by kind; ``consent``: the version of the text that they
    agreed to. Nobody vouches for any of these. ``unreachable``: identities that nothing reaches any more, at most as many
    as there are ``channels``. ``cause``, ``skills``: as the last handoff says it. ``memory``: of the bot's dialogue in progress; people
    who take over end it. ``callback``: what people promised the customer, until it is done or no longer wanted. ``asks``: what
    the customer was asked last by the system, whose answer comes next. ``reminded_at``: since they were reminded that they are
    waited for. ``outbound``: people of the business began it. ``invited``: colleagues whom the owner asks to join. ``rating``: the
    score that the customer gave it, ``rating_asked``: the ``seq`` of the question, until it is opened again. ``forwarded``: people's
    answers up to here went out another way, or could not. ``legs``: calls that go on. ``unrecorded``: the bot has asked for what their
    recordings don't keep.
    """

    id: str
    contact: str
    endpoint: Endpoint
    locale: str
    status: Status = Status.PENDING
    seq: int = 0
    floor_seq: int = 0
    answered: int = 0
    last_input: int = 0
    request: int = 0
    handoff_seq: int = 0
    channels: tuple[Endpoint, ...] = ()
    unreachable: tuple[str, ...] = ()
    owner: Person | None = None
    last_owner: Person | None = None
    participants: tuple[Participant, ...] = ()
    invited: tuple[Person, ...] = ()
    offer: Offer | None = None
    passed: dict[str, int] = {}
    team: str = ""
    priority: int = 0
    reason: str = ""
    cause: str = ""
    skills: dict[str, int] = {}
    waiting_since: int | None = None
    misses: int = 0
    asked: tuple[int, ...] = ()
    understood: Understood | None = None
    page: WrittenFrom | None = None
    facts: dict[str, str] = {}
    labels: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    details: dict[str, str] = {}
    consent: str = ""
    bot_version: str = ""
    memory: Memory | None = None
    unrecorded: bool = False
    preview: Preview | None = None
    outbound: bool = False
    started_at: int = 0
    updated_at: int = 0
    snoozed_until: int | None = None
    wrap_up: WrapUp | None = None
    resolved_at: int | None = None
    rating: int = 0
    rating_asked: int = 0
    continued_in: str = ""
    callback: Callback | None = None
    asks: str = ""
    reminded_at: int = 0
    forwarded: int = 0
    legs: tuple[Leg, ...] = ()

    def leg(self, leg: str) -> Leg | None:
        """A call that goes on."""
        return next((one for one in self.legs if one.id == leg), None)

    @property
    def rung(self) -> tuple[Person, ...]:
        """Colleagues whom the owner asks to come, and who haven't answered."""
        consults = (leg.consult for leg in self.legs if leg.consult is not None)
        return (*self.invited, *(one for consult in consults for one in consult.asked))

    @property
    def beside(self) -> tuple[Person, ...]:
        """Who is there beside the owner."""
        consults = (leg.consult for leg in self.legs if leg.consult is not None)
        colleagues = (one.colleague for one in consults if one.colleague is not None)
        return (*(one.operator for one in self.participants), *colleagues)

    @property
    def floor(self) -> Floor:
        return FLOOR[self.status]

    @property
    def channel(self) -> str:
        """By which the customer is there now: a call goes before what is written beside it."""
        return self.legs[-1].endpoint.channel if self.legs else self.endpoint.channel

    @property
    def unanswered(self) -> bool:
        """Inputs wait that neither a turn nor a person has covered."""
        return self.last_input > self.answered


def bounded(facts: dict[str, str]) -> dict[str, str]:
    """As many facts, and as much of each, as a state may hold; whoever found them. The latest are kept."""
    latest = list(facts.items())[-MAX_FACTS:]
    return {name[:FACT_NAME_LENGTH]: value[:FACT_LENGTH] for name, value in latest if name}


def bounded_memory(memory: Memory | None) -> Memory | None:
    """As much of a dialogue's memory as a state may hold; the latest steps are kept."""
    if memory is None:
        return None
    return Memory(
        form=memory.form[:FACT_NAME_LENGTH], asks=memory.asks[:FACT_NAME_LENGTH], tries=memory.tries,
        steps=tuple(step[:STEP_LENGTH] for step in memory.steps[-MAX_STEPS:]), version=memory.version, at=memory.at,
        answers={name: said[:ANSWER_LENGTH] for name, said in list(memory.answers.items())[:MAX_ANSWERS]},
    )  # fmt: skip
