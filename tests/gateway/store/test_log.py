"""The log on disk: appended, read back in pages, folded anew where it must be."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, update

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.decide import Circumstances
from gateway.model.events import (
    AnyEvent,
    CustomerMessage,
    Entry,
    Redacted,
    Unrecognized,
    WrapUpExtended,
    WrapUpStarted,
    encode_event,
)
from gateway.model.fold import fold_all
from gateway.model.ids import new_id
from gateway.model.redact import redact
from gateway.model.state import FOLD_VERSION, Conversation, Status
from gateway.store import inbound, lists, log
from gateway.store.schema import conversations, events
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.commands import histories
from tests.support.histories import OLGA, History
from tests.support.stores import Begin, Place, apply, make_place

Steps = Sequence[tuple[c.AnyCommand, Circumstances | None]]
SPOIL = Query(
    update(conversations)
    .where(conversations.c.business_id == bindparam("business_id"), conversations.c.id == bindparam("conversation"))
    .values(state=bindparam("new_state"), fold_version=bindparam("new_version"))
)
NEWER = Query(
    update(events)
    .where(
        events.c.business_id == bindparam("business_id"), events.c.conversation_id == bindparam("conversation"),
        events.c.seq == bindparam("at_seq"),
    )
    .values(body=bindparam("new_body"))
)  # fmt: skip


@pytest.fixture
async def begun(store: Store, place: Place) -> Conversation:
    """A conversation with its start and one message."""
    return await store.write(place.business, Begin(place))


async def test_what_was_appended_is_read_back(store: Store, place: Place, clock: VirtualClock) -> None:
    state = await store.write(place.business, Begin(place, text="Привет \U0001f44b"))

    entries = await store.read(place.business, lambda tx, now: log.read_all(tx, state.id))

    assert [entry.seq for entry in entries] == [1, 2]
    assert {entry.at for entry in entries} == {clock.now}
    assert isinstance(entries[1].event, CustomerMessage)
    assert entries[1].event.text == "Привет \U0001f44b"
    assert len({entry.id for entry in entries}) == 2
    assert await store.read(place.business, lambda tx, now: log.peek(tx, state.id)) == state
    assert await store.read(place.business, lambda tx, now: log.head(tx, state.id)) == (2, entries[1].id)
    assert await store.read(place.business, lambda tx, now: log.event_id(tx, state.id, 1)) == entries[0].id


async def test_what_is_not_there_is_none(store: Store, place: Place) -> None:
    def nothing(tx: Tx, now: int) -> tuple[Any, ...]:
        return (log.peek(tx, "no"), log.head(tx, "no"), log.event_id(tx, "no", 1), log.entries(tx, "no", after=0))

    assert await store.read(place.business, nothing) == (None, None, None, [])


async def test_entries_come_in_pages(store: Store, place: Place, begun: Conversation) -> None:
    says = tuple(c.AddNote(operator=OLGA, text=str(number)) for number in range(log.PAGE + 8))
    await store.write(place.business, apply(begun.id, *says))
    last = log.PAGE + 10

    def seqs(**within: int) -> Callable[[Tx, int], list[int]]:
        return lambda tx, now: [entry.seq for entry in log.entries(tx, begun.id, **within)]

    assert await store.read(place.business, seqs(after=0)) == list(range(1, log.PAGE + 1))
    assert await store.read(place.business, seqs(after=log.PAGE)) == list(range(log.PAGE + 1, last + 1))
    assert await store.read(place.business, seqs(after=3, upto=6)) == [4, 5, 6]
    assert await store.read(place.business, seqs(after=3, limit=2)) == [4, 5]
    assert await store.read(place.business, seqs(after=last)) == []
    whole = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    assert [entry.seq for entry in whole] == list(range(1, last + 1))


async def test_heads_of_many_conversations_come_in_one_query(store: Store, place: Place) -> None:
    first = await store.write(place.business, Begin(place, "ann"))
    second = await store.write(place.business, Begin(place, "bob"))
    await store.write(place.business, apply(second.id, c.AskForPerson()))

    heads = await store.read(place.business, lambda tx, now: log.heads(tx, [first.id, second.id, "no"]))

    assert {name: seq for name, (seq, _) in heads.items()} == {first.id: 2, second.id: 3}
    for name, head in heads.items():
        assert head == await store.read(place.business, lambda tx, now, name=name: log.head(tx, name))  # type: ignore[misc]
    assert await store.read(place.business, lambda tx, now: log.heads(tx, [])) == {}


async def test_another_business_sees_nothing_of_it(store: Store, place: Place, begun: Conversation) -> None:
    other = await make_place(store, "other")

    def look(tx: Tx, now: int) -> tuple[Any, ...]:
        return (log.peek(tx, begun.id), log.head(tx, begun.id), log.read_all(tx, begun.id), log.heads(tx, [begun.id]))

    assert await store.read(other.business, look) == (None, None, [], {})


async def test_a_refused_command_leaves_nothing_of_its_unit(store: Store, place: Place, begun: Conversation) -> None:
    unit = apply(begun.id, c.AskForPerson(), c.ReturnToBot(operator=OLGA, floor_seq=3))

    with pytest.raises(NotPossible):
        await store.write(place.business, unit)

    assert await store.read(place.business, lambda tx, now: log.peek(tx, begun.id)) == begun


async def test_a_draft_that_decided_nothing_writes_nothing(store: Store, place: Place, begun: Conversation) -> None:
    state = await store.write(place.business, apply(begun.id, c.CancelHandoff()))

    assert state == begun
    assert await store.read(place.business, lambda tx, now: log.head(tx, begun.id)) is not None


async def test_a_state_of_another_fold_is_folded_anew_and_kept(store: Store, place: Place, begun: Conversation) -> None:
    def spoil(tx: Tx, now: int) -> None:
        tx.execute(SPOIL, conversation=begun.id, new_state='{"made by": "an older fold"}', new_version=FOLD_VERSION - 1)

    await store.write(place.business, spoil)

    assert await store.read(place.business, lambda tx, now: log.peek(tx, begun.id)) == begun
    rows = await store.read(place.business, lambda tx, now: lists.read_rows(tx, "all", operator=OLGA.id))
    assert [(row.conversation, row.status) for row in rows] == [(begun.id, begun.status)]
    later = await store.write(place.business, apply(begun.id, c.AskForPerson()))
    assert (later.status, later.seq) == (Status.QUEUED, 3)
    raw = await store.read(place.business, lambda tx, now: tx.one(log._PEEK, conversation_id=begun.id))
    assert raw is not None
    assert raw[1] == FOLD_VERSION
    assert json.loads(raw[0])["seq"] == 3


async def test_an_event_of_a_newer_release_is_read_and_kept_as_it_is(
    store: Store, place: Place, begun: Conversation
) -> None:
    body = '{"type":"hologram_started","leg":"leg-1"}'
    await store.write(place.business, lambda tx, now: tx.execute(NEWER, conversation=begun.id, at_seq=2, new_body=body))

    entries = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    await store.write(place.business, apply(begun.id, c.AskForPerson()))

    assert entries[1].event == Unrecognized(tag="hologram_started")
    raw = await store.read(
        place.business, lambda tx, now: tx.all(log._ENTRIES, conversation_id=begun.id, after=1, upto=2, limit=1)
    )
    assert raw[0][3] == body


async def test_erasure_keeps_every_seq_and_forgets_the_words(store: Store, place: Place) -> None:
    begun = await store.write(place.business, Begin(place, text="my secret address"))

    def erase(tx: Tx, now: int) -> None:
        log.load(tx, begun.id)
        whole = log.read_all(tx, begun.id)
        log.rewrite(tx, begun.id, [Entry(seq=e.seq, id=e.id, at=e.at, event=redact(e.event)) for e in whole])

    await store.write(place.business, erase)

    entries = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    state = await store.read(place.business, lambda tx, now: log.peek(tx, begun.id))
    assert [entry.seq for entry in entries] == [1, 2]
    assert isinstance(entries[1].event, Redacted)
    assert not any(b"secret" in encode_event(entry.event) for entry in entries)
    assert state is not None
    assert state.preview is not None
    assert state.preview.text == ""
    assert state.last_input == begun.last_input


def timeless(event: AnyEvent) -> AnyEvent:
    """Without what is counted from the instant: the store has a clock of its own."""
    if isinstance(event, WrapUpStarted | WrapUpExtended):
        return msgspec.structs.replace(event, until=0)
    return event


@settings(max_examples=25)
@given(history=histories(longest=25), group=st.integers(1, 6))
async def test_the_stored_state_is_the_fold_of_the_stored_log(
    store: Store, place: Place, history: History, group: int
) -> None:
    """Whatever happens, in however many transactions."""
    conversation = new_id(0)

    def begin(tx: Tx, now: int) -> None:
        contact = inbound.lock_identity(tx, place.inbox, conversation, now=now).contact
        draft = log.Draft(conversation, None, now=now)
        start, _ = history.accepted[0]
        draft.apply(msgspec.structs.replace(start, contact=contact))
        log.save(tx, draft)

    def go_on(steps: Steps) -> Callable[[Tx, int], None]:
        def unit(tx: Tx, now: int) -> None:
            draft = log.Draft(conversation, log.load(tx, conversation), now=now)
            for command, circumstances in steps:
                draft.apply(command, circumstances)
            log.save(tx, draft)

        return unit

    await store.write(place.business, begin)
    rest = history.accepted[1:]
    for at in range(0, len(rest), group):
        await store.write(place.business, go_on(rest[at : at + group]))

    def read(tx: Tx, now: int) -> tuple[list[Entry], Conversation | None, tuple[int, str] | None]:
        return (log.read_all(tx, conversation), log.peek(tx, conversation), log.head(tx, conversation))

    entries, stored, head = await store.read(place.business, read)
    assert stored == fold_all(entries, conversation=conversation)
    assert [timeless(e.event) for e in entries[1:]] == [timeless(e.event) for e in history.entries[1:]]
    assert head == (entries[-1].seq, entries[-1].id)
