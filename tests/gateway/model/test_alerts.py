"""Whom a conversation calls while their console is closed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.model.alerts import Colleague, call_of, is_named, may_call, notes
from gateway.model.events import CustomerMessage, Endpoint, Entry, Event, NoteAdded, Person
from gateway.model.state import Conversation, Offer, Status

OLGA, PAVEL = Person(id="olga", name="Olga"), Person(id="pavel", name="Pavel")
WEB = Endpoint(inbox="i", identity="a", channel="webchat")
BOTS = Conversation(id="c", contact="k", endpoint=WEB, locale="en", seq=4, last_input=3)
QUEUED = replace(BOTS, status=Status.QUEUED, waiting_since=5)
OLGAS = replace(BOTS, status=Status.OPEN, owner=OLGA, waiting_since=5)
MESSAGE = CustomerMessage(text="Hello", endpoint=WEB)
NOTE = NoteAdded(text="Look, please", operator="pavel", name="Pavel", mentions=("olga",))


def entry(event: Event, seq: int = 4) -> Entry:
    return Entry(seq=seq, id="e", at=1, event=event)  # type: ignore[arg-type]


def olga(presence: str = "online", role: str = "operator") -> Colleague:
    return Colleague("olga", role, presence)  # type: ignore[arg-type]


def pavel(presence: str = "online") -> Colleague:
    return Colleague("pavel", "operator", presence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "said", "calls"),
    [
        (BOTS, QUEUED, (), True),
        (None, QUEUED, (MESSAGE,), True),
        (QUEUED, QUEUED, (MESSAGE,), False),
        (OLGAS, QUEUED, (), True),
        (OLGAS, OLGAS, (MESSAGE,), True),
        (OLGAS, OLGAS, (), False),
        (OLGAS, OLGAS, (replace(MESSAGE, closing=True),), False),
        (BOTS, BOTS, (MESSAGE,), False),
        (QUEUED, replace(QUEUED, offer=Offer(operator=OLGA, expires_at=9)), (), True),
        (QUEUED, OLGAS, (), False),
    ],
)
def test_what_may_call_somebody(
    before: Conversation | None, after: Conversation, said: tuple[Event, ...], calls: bool
) -> None:
    assert may_call(before, after, [entry(event) for event in said]) is calls


def test_queue_calls_who_may_take_and_is_online() -> None:
    assert call_of(QUEUED, olga(), read=9) == "queued"
    assert call_of(QUEUED, olga(role="supervisor"), read=9) == "queued"
    assert call_of(QUEUED, olga(role="client"), read=0) is None
    assert call_of(QUEUED, olga("busy"), read=0) is None
    assert call_of(QUEUED, olga("away"), read=0) is None


def test_customer_calls_their_operator_alone_until_it_is_read() -> None:
    assert call_of(OLGAS, olga(), read=2) == "waits"
    assert call_of(OLGAS, olga("busy"), read=2) == "waits"
    assert call_of(OLGAS, olga("away"), read=2) is None
    assert call_of(OLGAS, olga(), read=3) is None
    assert call_of(replace(OLGAS, waiting_since=None), olga(), read=2) is None
    assert call_of(OLGAS, pavel(), read=2) is None


def test_offer_calls_whom_it_is_made_to() -> None:
    offered = replace(QUEUED, offer=Offer(operator=PAVEL, expires_at=9))
    assert call_of(offered, pavel(), read=0) == "offered"
    assert call_of(offered, pavel("busy"), read=0) is None
    assert call_of(offered, olga(), read=0) is None


@pytest.mark.parametrize("status", [Status.PENDING, Status.SNOOZED, Status.RESOLVED])
def test_conversation_that_waits_for_nobody_calls_nobody(status: Status) -> None:
    assert call_of(replace(BOTS, status=status), olga(), read=0) is None


def test_note_calls_whom_it_names_also_while_away() -> None:
    assert notes([entry(MESSAGE, 4), entry(NOTE, 5), entry(replace(NOTE, mentions=()), 6)]) == [5]
    assert is_named(NOTE, olga("away"))
    assert not is_named(NOTE, pavel())
    assert not is_named(NOTE, olga(role="client"))
    assert not is_named(MESSAGE, olga())
    assert not is_named(replace(NOTE, operator="olga"), olga()), "nobody calls themselves"
