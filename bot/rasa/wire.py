"""Rasa's HTTP API as types. Source: its OpenAPI description (``/docs`` of Rasa 3.6) and the events of its trackers.

Only what is used is named; what else comes is ignored. Numbers and texts that Rasa may leave out are ``None`` there.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bot.rasa.errors import RasaAnswerUnfit

T = TypeVar("T")

OURS = "switchboard"
"""The key of what we write into events' metadata."""


class Version(msgspec.Struct, frozen=True):
    version: str


class Status(msgspec.Struct, frozen=True):
    """``model_id`` changes with every training."""

    model_file: str
    model_id: str
    num_active_training_jobs: int = 0


class Tag(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ours, in an event's metadata: the input or message ``seq`` of our log that it stands for, the turn that sent it, and
    whether it was only told afterwards."""

    seq: int
    turn: str = ""
    told: bool = False


class Metadata(msgspec.Struct, frozen=True):
    switchboard: Tag | None = None
    model_id: str | None = None
    utter_action: str | None = None


class Intent(msgspec.Struct, frozen=True):
    name: str | None = None
    confidence: float | None = None


class Entity(msgspec.Struct, frozen=True):
    entity: str | None = None
    value: Any = None


class Parsed(msgspec.Struct, frozen=True):
    intent: Intent = Intent()
    intent_ranking: tuple[Intent, ...] = ()
    entities: tuple[Entity, ...] = ()


class BotData(msgspec.Struct, frozen=True):
    """Beside a bot's text. What a response may hold is the project's own, so each part is judged where it is read."""

    buttons: Any = None
    quick_replies: Any = None
    image: Any = None
    attachment: Any = None
    elements: Any = None
    custom: Any = None


class Event(msgspec.Struct, frozen=True):
    """One event of a tracker. ``parse_data`` of ``user``, ``data`` of ``bot``, ``value`` of ``slot``."""

    event: str
    timestamp: float | None = None
    name: str | None = None
    text: str | None = None
    value: Any = None
    parse_data: Parsed | None = None
    data: BotData | None = None
    metadata: Metadata | None = None


class ActiveLoop(msgspec.Struct, frozen=True):
    name: str | None = None


class _Tracker(msgspec.Struct, frozen=True):
    events: list[msgspec.Raw] = []
    slots: dict[str, Any] = {}
    active_loop: ActiveLoop | None = None
    paused: bool = False


class Tracker(msgspec.Struct, frozen=True):
    """A conversation as Rasa has it. ``raw``: its events as they came, to be given back; ``events``: the same, read."""

    raw: tuple[bytes, ...]
    events: tuple[Event, ...]
    slots: dict[str, Any]
    loop: str
    paused: bool


class SlotShape(msgspec.Struct, frozen=True):
    type: str = "text"
    values: Any = None


class SessionConfig(msgspec.Struct, frozen=True):
    """Minutes; 0: sessions never expire."""

    session_expiration_time: float = 60
    carry_over_slots_to_new_session: bool = True


class Variation(msgspec.Struct, frozen=True):
    text: str | None = None
    buttons: Any = None
    condition: Any = None
    channel: str | None = None
    custom: Any = None


class Domain(msgspec.Struct, frozen=True):
    """``intents`` are names, or single-keyed mappings from a name to its options."""

    session_config: SessionConfig = SessionConfig()
    intents: tuple[str | dict[str, Any], ...] = ()
    slots: dict[str, SlotShape] = {}
    responses: dict[str, tuple[Variation, ...]] = {}

    def has_intent(self, name: str) -> bool:
        return any(name == one or (isinstance(one, dict) and name in one) for one in self.intents)


class Said(msgspec.Struct, frozen=True):
    """An item of the REST channel's answer. The tracker says the same with more, so only its shape is judged."""

    recipient_id: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """``reason`` is a word of Rasa's own, ``message`` may hold anything."""

    reason: str = ""
    message: str = ""


_version = msgspec.json.Decoder(Version)
_status = msgspec.json.Decoder(Status)
_tracker = msgspec.json.Decoder(_Tracker)
_event = msgspec.json.Decoder(Event)
_domain = msgspec.json.Decoder(Domain)
_said = msgspec.json.Decoder(list[Said])
_parsed = msgspec.json.Decoder(Parsed)
_problem = msgspec.json.Decoder(Problem)


def read_version(body: bytes) -> Version:
    return _read(_version, body, "its version")


def read_status(body: bytes) -> Status:
    return _read(_status, body, "its status")


def read_tracker(body: bytes) -> Tracker:
    """Raises ``RasaAnswerUnfit``, as all of these do."""
    found = _read(_tracker, body, "a tracker")
    raw = tuple(bytes(one) for one in found.events)
    loop = found.active_loop.name if found.active_loop else None
    return Tracker(
        raw=raw, events=tuple(_read(_event, one, "an event") for one in raw), slots=found.slots, loop=loop or "",
        paused=found.paused,
    )  # fmt: skip


def read_domain(body: bytes) -> Domain:
    return _read(_domain, body, "the domain")


def read_said(body: bytes) -> list[Said]:
    return _read(_said, body, "what the bot says")


def read_parsed(body: bytes) -> Parsed:
    return _read(_parsed, body, "what it understood")


def problem_of(body: bytes) -> Problem:
    """Of an answer that isn't 200; empty where it isn't Rasa's."""
    try:
        return _problem.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return Problem()


def _read(decoder: msgspec.json.Decoder[T], body: bytes, what: str) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        # The decoder's own words may quote what a customer wrote; its path doesn't.
        raise RasaAnswerUnfit(f"Rasa's answer can't be read as {what}.") from error
