"""What the crowd knows of a run, and what the database says of it afterwards. Both are plain values: the checker compares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gateway.model.events import Entry
from gateway.model.state import Conversation
from gateway.store.ledger import Request


class Input(NamedTuple):
    """One message as its writer knows it. Every text is said once in a run.

    ``acknowledged``: the writer, or Telegram, was told that it is stored. ``place``: the conversation and ``seq`` that they were
    told. ``put_off``: it was refused for a while and came again, later than what was said after it.
    """

    writer: str
    text: str
    acknowledged: bool
    place: tuple[str, int] | None = None
    put_off: bool = False


class Told(NamedTuple):
    """An answer of the API to an operator's program, 200, about a conversation: what was written there, and its ``seq``."""

    conversation: str
    seq: int
    text: str


class Page(NamedTuple):
    """What a visitor's page shows of a conversation; entries as they came over the wire."""

    writer: str
    conversation: str
    entries: tuple[dict[str, Any], ...]


class Chat(NamedTuple):
    """What a person's chat in Telegram shows of the bot, in order."""

    writer: str
    texts: tuple[str, ...]


class Record(NamedTuple):
    """All that was seen from outside. ``ambiguous``: messages to Telegram that may have left twice without the database knowing, for
    a node stood still between the sending and the noting of it."""

    inputs: tuple[Input, ...] = ()
    told: tuple[Told, ...] = ()
    pages: tuple[Page, ...] = ()
    chats: tuple[Chat, ...] = ()
    ambiguous: int = 0


class Push(NamedTuple):
    """A message to Telegram as the database has it. ``attempts``: calls for it, those of which nobody knows what became, too."""

    conversation: str
    seq: int
    status: str
    attempts: int


class Stored(NamedTuple):
    """All that the database has, by conversation. ``held``: those with a due row, by which somebody will look at them."""

    logs: Mapping[str, Sequence[Entry]] = {}
    states: Mapping[str, Conversation] = {}
    requests: Mapping[str, Sequence[Request]] = {}
    pushes: Sequence[Push] = ()
    held: frozenset[str] = frozenset()
