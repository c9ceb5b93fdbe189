"""What a Rasa server must be told before a turn, so that its tracker holds what our log holds. Pure.

Our log is the truth. Every input that Rasa is given carries our ``seq`` in its event's metadata, and what the last valid
turn left is in the turn's memory (``steps``: the first is the mark, the ``seq`` of the last input that Rasa answered for
us). So three things can be seen in a tracker: it is as we left it; it holds inputs of a turn that was dropped, or of a try
of this very turn whose result was lost; or it is somebody else's past (the server lost its trackers, another server
answered meanwhile, people did). In the second case it is laid back to the events before those inputs, in the third it is
written anew from the log. Rasa's stores only ever append (a shorter list isn't kept by all of them, and its ``rewind``
ends a form that is being filled), so both are done with ``restart`` and events after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.dialogue.payload import OWN_SLOTS
from bot.rasa.wire import OURS, Domain, Event, Tag, Tracker
from gateway.model.events import BotMessage, BotTurn, CustomerMessage, Entry, Memory, OperatorMessage
from gateway.model.reach import UNWANTED

Told = bytes | dict[str, Any]

MARK = "rasa "
NO_FACTS = OWN_SLOTS | {"requested_slot", "session_started_metadata"}
"""Slots that Switchboard or Rasa sets for itself."""
MOST_STEPS = 20
MOST_EVENTS = 1_500
"""Events that a tracker goes on with: each turn reads them all, so a longer one is begun anew from the log."""
MOST_TOLD = 60
"""Messages of the log that a new tracker begins with."""
SOON = 60.0
"""Seconds before a session's end from which it counts as ended: Rasa would end it under the turn's hands otherwise."""
LISTEN: dict[str, Any] = {"event": "action", "name": "action_listen"}
_BEGIN: tuple[dict[str, Any], ...] = ({"event": "action", "name": "action_session_start"}, {"event": "session_started"})


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the turn knows: its id; ``texts``: what is said to Rasa in it; ``first`` and ``last``: the ``seq`` of the inputs that wait; ``mark``: of the last valid
    turn, 0 where nothing is in progress."""

    turn: str
    first: int
    last: int
    texts: tuple[str, ...] = ()
    mark: int = 0
    memory: Memory | None = None
    facts: Mapping[str, str] = {}


class Preparation(msgspec.Struct, frozen=True):
    """``events`` to append, in order; ``anew``: the tracker is to be written from the log, which must be read first;
    ``done``: Rasa has made this very turn already, and nothing is to be said again."""

    events: tuple[Told, ...] = ()
    anew: bool = False
    done: bool = False


def mark_of(memory: Memory | None) -> int:
    """The mark that the last valid turn left; 0 where another engine's turn, or none, was the last."""
    first = memory.steps[0] if memory is not None and memory.steps else ""
    number = first.removeprefix(MARK)
    return int(number) if first.startswith(MARK) and number.isdigit() else 0


def memory_of(tracker: Tracker, *, mark: int, asks: str, version: str, at: int, steps: Sequence[str]) -> Memory:
    """What the next turn gets. ``asks``: the slot that the form asked for."""
    return Memory(form=tracker.loop, asks=asks, steps=(f"{MARK}{mark}", *steps[-MOST_STEPS:]), version=version, at=at)


def prepare(tracker: Tracker, known: Known, domain: Domain, *, now: float) -> Preparation:
    """Judges the tracker. ``now`` in seconds."""
    begin = _begin(tracker.events)
    tags = [(at, tag) for at, tag in _tags(tracker.events) if at >= begin]
    strange = [at for at, tag in tags if tag.seq >= known.first]
    kept = [tag.seq for _, tag in tags if tag.seq < known.first]
    if strange and _is_made([(tracker.events[at], tag) for at, tag in tags if at in strange], known):
        return Preparation(done=True)
    if not known.mark or max(kept, default=0) != known.mark or len(tracker.events) - begin > MOST_EVENTS:
        # Inputs below the first one that the mark doesn't have: somebody else answered them.
        return Preparation(anew=True)
    if strange:
        end = strange[0]
        return Preparation((*_restart(), *(_undated(raw) for raw in tracker.raw[begin:end])))
    if tracker.paused:
        return Preparation(({"event": "resume"}, *_session(tracker, domain, now=now)))
    return Preparation(_session(tracker, domain, now=now))


def _is_made(inputs: Sequence[tuple[Event, Tag]], known: Known) -> bool:
    """Rasa was told all of this turn, and nothing else."""
    said = tuple(event.text for event, _ in inputs)
    return said == known.texts and inputs[-1][1].seq == known.last and all(tag.turn == known.turn for _, tag in inputs)


def anew(tracker: Tracker, known: Known, entries: Iterable[Entry], domain: Domain) -> tuple[Told, ...]:
    """Events that make a tracker of the log: what was said before the inputs that wait, what is known, and the form that
    is being filled. What people said is told as the bot's, between ``pause`` and ``resume``."""
    said = [one for one in entries if one.seq < known.first]
    fresh = not said and not known.facts and not any(True for _ in _tags(tracker.events)) and not tracker.paused
    if fresh:
        return ()
    turns = [one.event for one in said if isinstance(one.event, BotTurn)]
    intents = {turn.upto: turn.intents[0].intent for turn in turns if turn.intents}
    events: list[Told] = [*_restart(), *_BEGIN, LISTEN]
    paused = False
    for one in [one for one in said if isinstance(one.event, CustomerMessage | BotMessage | OperatorMessage)][
        -MOST_TOLD:
    ]:
        by_person = isinstance(one.event, OperatorMessage)
        if by_person and not paused:
            events.append({"event": "pause"})
            paused = True
        elif paused and isinstance(one.event, BotMessage):
            events.append({"event": "resume"})
            paused = False
        events.extend(_told(one, intents.get(one.seq, "")))
    if paused:
        events.append({"event": "resume"})
    events.extend(_slots(known.facts, domain))
    events.extend(_loop(known.memory))
    return (*events, LISTEN)


def synced(wanted: Mapping[str, Any], domain: Domain) -> tuple[dict[str, Any], ...]:
    """Slot events for what Switchboard knows, where the project has such slots."""
    return tuple(
        {"event": "slot", "name": name, "value": value}
        for name, value in wanted.items()
        if name in domain.slots and _allowed(domain, name, value)
    )


def holds(tracker: Tracker, slots: Iterable[Mapping[str, Any]]) -> bool:
    """The tracker has all of them as they are."""
    return all(tracker.slots.get(one["name"]) == one["value"] for one in slots)


def tags_of(events: Sequence[Event]) -> dict[int, Tag]:
    """Our tags by the place of their events."""
    return dict(_tags(events))


def _allowed(domain: Domain, name: str, value: Any) -> bool:
    values = domain.slots[name].values
    return value is not None and (not isinstance(values, list) or value in values)


def _tags(events: Sequence[Event]) -> Iterable[tuple[int, Tag]]:
    for at, event in enumerate(events):
        if event.event == "user" and event.metadata is not None and event.metadata.switchboard is not None:
            yield at, event.metadata.switchboard


def _begin(events: Sequence[Event]) -> int:
    """Where what counts begins: behind the last ``restart``."""
    return max((at + 1 for at, event in enumerate(events) if event.event == "restart"), default=0)


def _restart() -> tuple[Told, ...]:
    return ({"event": "restart"},)


def _undated(raw: bytes) -> bytes:
    """The event as if it happened now: some stores drop what is older than their last. An input in which Rasa saw no
    intent at all is not taken back by it as it gave it out."""
    fields: dict[str, Any] = msgspec.json.decode(raw)
    fields.pop("timestamp", None)
    parsed = fields.get("parse_data")
    if isinstance(parsed, dict) and not (isinstance(parsed.get("intent"), dict) and parsed["intent"].get("name")):
        fields["parse_data"] = {**parsed, "intent": {}}
    return msgspec.json.encode(fields)


def _session(tracker: Tracker, domain: Domain, *, now: float) -> tuple[Told, ...]:
    """A new session, where Rasa is about to begin one: done here, what we know of the customer comes after it."""
    config = domain.session_config
    dated = [event.timestamp for event in tracker.events if event.event == "user" and event.timestamp]
    if config.session_expiration_time <= 0 or not dated:
        return ()
    if now - dated[-1] <= config.session_expiration_time * 60 - SOON:
        return ()
    carried = {name: value for name, value in tracker.slots.items() if value is not None and name not in NO_FACTS}
    slots = [{"event": "slot", "name": name, "value": value} for name, value in carried.items()]
    return (*_BEGIN, *(slots if config.carry_over_slots_to_new_session else ()), LISTEN)


def _told(entry: Entry, intent: str) -> tuple[Told, ...]:
    tag = {OURS: Tag(seq=entry.seq, told=True)}
    match entry.event:
        case CustomerMessage(text=text):
            meant = {"name": intent, "confidence": 1.0} if intent else {}
            parsed = {"intent": meant, "entities": [], "text": text}
            return ({"event": "user", "text": text, "parse_data": parsed, "metadata": tag},)
        case BotMessage(text=text, buttons=buttons):
            offered = [{"title": one.title, "payload": one.payload} for one in buttons if one.payload]
            return ({"event": "bot", "text": text, "data": {"buttons": offered}, "metadata": tag}, LISTEN)
        case OperatorMessage(text=text):
            by = {OURS: {"seq": entry.seq, "told": True, "by": "operator"}}
            return ({"event": "bot", "text": text, "data": {}, "metadata": by}, LISTEN)
        case _:
            return ()


def _slots(facts: Mapping[str, str], domain: Domain) -> Iterable[Told]:
    for name, value in facts.items():
        shape = domain.slots.get(name)
        if shape is not None and name not in NO_FACTS and value:
            yield {"event": "slot", "name": name, "value": typed(value, shape.type)}


def _loop(memory: Memory | None) -> tuple[Told, ...]:
    if memory is None or not memory.form:
        return ()
    return (
        {"event": "action", "name": memory.form},
        {"event": "active_loop", "name": memory.form},
        {"event": "slot", "name": "requested_slot", "value": memory.asks or None},
    )


def typed(value: str, kind: str) -> Any:
    """A fact as its slot has it; facts are texts."""
    if kind in ("text", "categorical"):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value


def fact_of(value: Any) -> str:
    """A slot as a fact; "" where it is cleared."""
    if value is None:
        return ""
    return UNWANTED.sub("", value) if isinstance(value, str) else msgspec.json.encode(value).decode()
