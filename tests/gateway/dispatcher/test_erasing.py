"""Erasure: at once a stranger, then nothing of theirs is left, page by page and whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, select
from structlog.testing import capture_logs

from gateway.dispatcher.erasing import ERASE, AskErasure, ErasePage, read_task
from gateway.dispatcher.linking import Link, SignIn
from gateway.dispatcher.units import Committed
from gateway.errors import NotFound
from gateway.model import commands as c
from gateway.model.events import Entry, NoteAdded, Redacted, Unrecognized
from gateway.model.fold import fold_all
from gateway.model.ids import new_id
from gateway.model.state import Status
from gateway.ports import Profile
from gateway.store import contacts, deliveries, due, files, inbound, lists, log
from gateway.store.schema import contacts as contact_rows
from gateway.store.schema import conversations as conversation_rows
from gateway.store.schema import deliveries as delivery_rows
from gateway.store.schema import due as due_rows
from gateway.store.schema import events, identities, inbound_keys
from gateway.store.schema import files as file_rows
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from tests.support.stores import Place, make_place
from tests.support_edge.bench import OLGA, Bench, on_bench
from tests.support_edge.checks import check_gapless, tags, texts
from tests.support_edge.provider import Hang, StrictChannel
from tests.support_edge.times import Times
from tests.support_edge.waiting import until, until_async

ANN = Profile(name="Secretive Ann", email="secret@example.com")
PERSONAL = "secret"
KEPT = {
    table.name: Query(select(table).where(table.c.business_id == bindparam("business_id")))
    for table in (contact_rows, identities, conversation_rows, events, inbound_keys, delivery_rows, due_rows, file_rows)
}


async def everything(bench: Bench) -> str:
    """All that the database holds of the business, as text."""

    def unit(tx: Tx, now: int) -> str:
        return "\n".join(f"{name}: {row}" for name, query in KEPT.items() for row in tx.all(query))

    return await bench.store.read(bench.place.business, unit)


async def contact_of(bench: Bench, conversation: str) -> str:
    return (await bench.state(conversation)).contact


async def whole_talk(bench: Bench, address: str = "secret-address", *, notes: int = 0) -> str:
    """A conversation with something personal in every kind of place."""
    conversation = (await bench.say("my secret plan", address=address, name="Secretive Ann")).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.SetFacts(operator=OLGA, facts={"plan": "secret"}))
    await bench.do(conversation, c.SendReply(operator=OLGA, text="your secret is safe", floor_seq=floor))
    stored = files.StoredFile(
        new_id(1), f"o/{conversation}", "secret.pdf", "application/pdf", 7, "olga", conversation, 2
    )
    await bench.store.write(bench.place.business, lambda tx, now: files.add(tx, stored, now=now))
    for number in range(notes):
        await bench.do(conversation, c.AddNote(operator=OLGA, text=f"secret {number}"))
    return conversation


async def erase(bench: Bench, contact: str) -> None:
    """Asks for it, and waits until it is done."""
    asked = await bench.erasures.ask(bench.place.business, contact, by="anna")
    await erased(bench, asked.contact)


def audit_of(logged: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [line for line in logged if line["event"] in ("erasure_asked", "contact_erased")]


async def erased(bench: Bench, contact: str) -> None:
    def unit(tx: Tx, now: int) -> bool:
        return not [row for row in tx.all(KEPT["due"]) if ERASE in row and contact in row]

    async def gone() -> bool:
        return await bench.store.read(bench.place.business, unit)

    bench.dispatcher.due_at(1)
    await until_async(gone, what="the erasure is done")


async def test_nothing_of_theirs_is_left_and_every_seq_stays(bench: Bench) -> None:
    conversation = await whole_talk(bench)
    before = await bench.log(conversation)
    await erase(bench, await contact_of(bench, conversation))
    after = await bench.log(conversation)
    check_gapless(after)
    assert [entry.seq for entry in after[: len(before)]] == [entry.seq for entry in before]
    assert not {entry.id for entry in after} & {entry.id for entry in before}  # whoever holds the old ones reads anew
    found = (await everything(bench)).lower()
    assert PERSONAL not in found and "olga" in found
    state = await bench.state(conversation)
    assert state == fold_all(after, conversation=conversation)
    assert state.preview is not None and state.preview.text == "" and state.facts == {}


async def test_person_is_a_stranger_next_time(bench: Bench) -> None:
    conversation = await whole_talk(bench)
    contact = await contact_of(bench, conversation)
    await bench.erasures.ask(bench.place.business, contact, by="anna")
    receipt = await bench.say("who am I?", address="secret-address")
    assert receipt.conversation != conversation
    assert await contact_of(bench, receipt.conversation) != contact
    await erased(bench, contact)
    assert texts(await bench.log(receipt.conversation))[0] == "who am I?"


async def test_same_message_id_after_it_is_a_new_message(bench: Bench) -> None:
    first = await bench.say("my secret", address="ann", key="m1")
    await erase(bench, await contact_of(bench, first.conversation))
    again = await bench.say("my secret", address="ann", key="m1")
    assert not again.repeated and again.conversation != first.conversation


async def test_unfinished_talk_ends_as_lost_and_its_timers_with_it(bench: Bench) -> None:
    conversation = await whole_talk(bench)
    floor = (await bench.state(conversation)).floor_seq
    until = bench.times.clock() + 3600 * 1_000_000
    await bench.do(conversation, c.Snooze(operator=OLGA, floor_seq=floor, until=until))
    await erase(bench, await contact_of(bench, conversation))
    state = await bench.state(conversation)
    assert state.status is Status.RESOLVED
    (line,) = await bench.requests(conversation)
    assert (line.ending, line.reason) == ("lost", "erased")
    await bench.advance(2 * 3600)
    await bench.quiet()
    assert tags(await bench.log(conversation)).count("reopened") == 0


async def test_waiting_turn_is_dropped(bench: Bench) -> None:
    bench.engine.hold()
    conversation = (await bench.say("my secret", choice="/secret")).conversation
    await bench.pass_time(lambda: bool(bench.engine.requests))
    await erase(bench, await contact_of(bench, conversation))
    bench.engine.release()
    entries = await bench.logged(conversation, "bot_turn_dropped")
    assert "bot_message" not in tags(entries)


async def test_all_conversations_and_all_that_is_merged_are_emptied(bench: Bench) -> None:
    first = await whole_talk(bench, "secret-1")
    await bench.do(first, c.Resolve(operator=OLGA, floor_seq=(await bench.state(first)).floor_seq))
    await bench.advance(25 * 3600)
    second = await whole_talk(bench, "secret-1")
    anonymous = (await bench.say("anonymous secret", address="v:secret")).conversation
    await bench.dispatcher.commit_all(
        bench.place.business, SignIn(bench.place.inbox, "v:secret", "u:secret", ANN, bench.dispatcher.policy), key=""
    )
    user = await bench.store.read(
        bench.place.business, lambda tx, now: inbound.find_identity(tx, bench.place.inbox, "u:secret")
    )
    assert user is not None
    link = Link(user.id, second, bench.dispatcher.policy)
    await bench.dispatcher.commit_all(bench.place.business, link, key="")
    assert len({first, second, anonymous}) == 3
    with capture_logs() as logged:
        await erase(bench, await contact_of(bench, first))
        await until(lambda: audit_of(logged)[1:] != [], what="the erasure is noted")
    assert PERSONAL not in (await everything(bench)).lower()
    audit = audit_of(logged)
    assert [line["by"] for line in audit] == ["anna", "anna"]
    assert audit[1]["conversations"] == 3 and PERSONAL not in str(audit)


async def test_others_keep_what_is_theirs(bench: Bench) -> None:
    ann, ben = await whole_talk(bench, "ann"), await whole_talk(bench, "ben")
    before = await bench.log(ben)
    await erase(bench, await contact_of(bench, ann))
    assert await bench.log(ben) == before
    assert (await bench.say("still me", address="ben")).conversation == ben


async def test_contact_of_another_business_is_not_there(bench: Bench) -> None:
    conversation = await whole_talk(bench)
    contact = await contact_of(bench, conversation)
    elsewhere = await make_place(bench.store, "elsewhere")
    for business, name in ((elsewhere.business, contact), (bench.place.business, "no-such-contact")):
        with pytest.raises(NotFound):
            await bench.erasures.ask(business, name, by="anna")
    assert "my secret plan" in texts(await bench.log(conversation))


# --- in pages ---


async def claimed(bench: Bench, node: str = "node") -> due.Due:
    """The erasure's row, taken from whoever had it: as after a crash, when its lease is over."""

    def unit(tx: Tx, now: int) -> due.Due:
        rows = due.claim(tx, node=node, now=now + 3600 * 1_000_000, lease=0, limit=100)
        return next(row for row in rows if row.kind == ERASE)

    return await bench.store.write("", unit)


@pytest.fixture
async def still(store: Store, place: Place, times: Times) -> AsyncIterator[Bench]:
    """A bench that claims nothing by itself."""
    async with on_bench(store, place, times) as running:
        await running.dispatcher._dues.drain(within=0)
        yield running


async def test_no_unit_rewrites_more_than_a_page_and_a_crash_repeats_nothing(still: Bench) -> None:
    conversation = await whole_talk(still, notes=30)
    length = len(await still.log(conversation)) + 1  # and its end
    contact = await contact_of(still, conversation)
    await still.store.write(still.place.business, AskErasure(contact, "anna"))
    seen: list[int] = []
    commits: list[Committed] = []
    while True:
        row = await claimed(still)  # a new node each time: the one before has died
        before = {entry.id for entry in await still.log(conversation)}
        unit = ErasePage(row, read_task(row), still.dispatcher.policy, size=7)
        result = await still.store.write(still.place.business, unit)
        commits += result.commits
        after = await still.log(conversation)
        check_gapless(after)
        seen.append(len([entry for entry in after if entry.id not in before]))
        if result.done:
            break
    assert len(commits) == 1 and tags(commits[0].entries) == ["resolved"]
    assert max(seen) <= 7 + 1 and sum(seen) == length + 1  # the end's own entry is new twice
    assert PERSONAL not in (await everything(still)).lower()
    assert await still.state(conversation) == fold_all(await still.log(conversation), conversation=conversation)


async def test_note_that_comes_between_two_pages_is_erased_too(still: Bench) -> None:
    conversation = await whole_talk(still, notes=5)
    contact = await contact_of(still, conversation)
    await still.store.write(still.place.business, AskErasure(contact, "anna"))
    for number in range(100):
        row = await claimed(still)
        unit = ErasePage(row, read_task(row), still.dispatcher.policy, size=3)
        if (await still.store.write(still.place.business, unit)).done:
            break
        if number == 1:
            await still.do(conversation, c.AddNote(operator=OLGA, text="one more secret"))
    last = (await still.log(conversation))[-1].event
    assert isinstance(last, Redacted) and isinstance(last.shell, NoteAdded)
    assert PERSONAL not in (await everything(still)).lower()


async def test_node_that_lost_the_row_writes_nothing(still: Bench) -> None:
    conversation = await whole_talk(still)
    await still.store.write(still.place.business, AskErasure(await contact_of(still, conversation), "anna"))
    late, now = await claimed(still, "late"), await claimed(still, "now")
    before = await still.log(conversation)
    result = await still.store.write(still.place.business, ErasePage(late, read_task(late), still.dispatcher.policy))
    assert result.task is None and await still.log(conversation) == before
    await still.store.write(still.place.business, ErasePage(now, read_task(now), still.dispatcher.policy))
    assert await still.log(conversation) != before


async def test_event_of_a_newer_release_waits_for_that_release(still: Bench) -> None:
    conversation = await whole_talk(still)
    state = await still.state(conversation)

    def unit(tx: Tx, now: int) -> None:
        draft = log.Draft(conversation, log.load(tx, conversation), now=now)
        entry = Entry(seq=state.seq + 1, id=new_id(now), at=now, event=Unrecognized(tag="hologram_started"))
        draft.state = fold_all([*log.read_all(tx, conversation), entry], conversation=conversation)
        draft.entries.append(entry)
        log.save(tx, draft)

    await still.store.write(still.place.business, unit)
    await still.store.write(still.place.business, AskErasure(state.contact, "anna"))
    row = await claimed(still)
    with capture_logs() as logged:
        result = await still.store.write(still.place.business, ErasePage(row, read_task(row), still.dispatcher.policy))
    assert result.task is None and [line["event"] for line in logged] == ["erasure_waits"]
    assert "my secret plan" in texts(await still.log(conversation))
    assert (await claimed(still)).subject == state.contact  # it is tried again


# --- what was on its way ---


async def test_pending_deliveries_are_dropped(store: Store, place: Place, times: Times) -> None:
    channel = StrictChannel(store)
    hang = Hang("first")
    channel.outcome = hang
    pushed = {"webchat": channel.capabilities}
    async with on_bench(store, place, times, channels={"webchat": channel}, pushed=pushed) as bench:
        conversation = (await bench.say(address="ann")).conversation
        await bench.do(conversation, c.Take(operator=OLGA))
        floor = (await bench.state(conversation)).floor_seq
        for text in ("first", "second secret", "third secret"):
            await bench.do(conversation, c.SendReply(operator=OLGA, text=text, floor_seq=floor))
        await bench.pass_time(lambda: len(channel.stored_as) == 1)
        await erase(bench, await contact_of(bench, conversation))
        hang.release()
        await bench.advance(600)
        await bench.quiet()
        assert [part.text for part in channel.tried] == ["first"]
        assert await store.read(place.business, lambda tx, now: deliveries.statuses(tx, conversation)) == []


async def test_list_shows_neither_name_nor_words(bench: Bench) -> None:
    conversation = await whole_talk(bench)
    await erase(bench, await contact_of(bench, conversation))
    rows = await bench.store.read(bench.place.business, lambda tx, now: lists.read_rows(tx, "resolved", operator=""))
    assert [row.conversation for row in rows] == [conversation]
    assert PERSONAL not in msgspec.json.encode(rows).decode().lower()


async def test_contacts_attributes_are_gone(bench: Bench) -> None:
    conversation = (await bench.say("hello", address="u:ann", profile=ANN)).conversation
    contact = await contact_of(bench, conversation)
    await erase(bench, contact)
    found = await bench.store.read(bench.place.business, lambda tx, now: contacts.read(tx, contact))
    assert found is not None and (found.name, found.email) == ("", "")
