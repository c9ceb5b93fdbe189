"""What was said is kept as long as the business set, and no longer."""

from __future__ import annotations

from gateway.dispatcher.retention import DAY, RETENTION, Retention, begin
from gateway.model import commands as c
from gateway.model.events import Redacted
from gateway.store import configuration, contacts, due, unanswered
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from tests.support_edge.bench import OLGA, Bench
from tests.support_edge.waiting import until_async


async def keep(bench: Bench, body: str) -> None:
    """The business keeps things as ``body`` says."""

    def unit(tx: Tx, now: int) -> None:
        configuration.add(tx, Item(RETENTION, RETENTION, RETENTION, body, "", 1, now, "Anna"))
        begin(tx, now)

    await bench.store.write(bench.place.business, unit)


async def ended(bench: Bench, address: str) -> str:
    """A conversation of ``address`` that is over."""
    talk = (await bench.say("My secret", address=address, name=address.title())).conversation
    await bench.do(talk, c.Take(operator=OLGA))
    state = await bench.state(talk)
    await bench.do(talk, c.Resolve(operator=OLGA, floor_seq=state.floor_seq))
    return talk


async def look(bench: Bench) -> None:
    """One look of the handler."""

    def claim(tx: Tx, now: int) -> list[due.Due]:
        return [row for row in due.claim(tx, node="t", now=now, lease=60_000_000, limit=64) if row.kind == RETENTION]

    for row in await bench.store.write("", claim):
        await Retention(bench.dispatcher).claimed(row)


async def emptied(bench: Bench, talk: str) -> None:
    """Waits until nothing of what was said is left."""

    async def gone() -> bool:
        bench.dispatcher.due_at(1)
        return "My secret" not in str(await bench.log(talk))

    await until_async(gone, what="the conversation emptied")


async def test_what_is_older_is_emptied_and_the_rest_stays(bench: Bench) -> None:
    old = await ended(bench, "ann")
    open_talk = (await bench.say("Still at it", address="eve")).conversation
    await bench.times.advance(10 * 24 * 3600)
    young = await ended(bench, "ben")
    await keep(bench, '{"conversation_days": 7}')

    await look(bench)
    await emptied(bench, old)

    assert any(isinstance(entry.event, Redacted) for entry in await bench.log(old))
    assert "My secret" in str(await bench.log(young)) and "Still at it" in str(await bench.log(open_talk))
    contact = (await bench.state(old)).contact
    known = await bench.store.read(bench.place.business, lambda tx, now: contacts.read(tx, contact))
    assert known is not None and known.name, "who they are is kept: only what was said is gone"


async def test_it_looks_on_where_it_stopped(bench: Bench) -> None:
    await keep(bench, '{"conversation_days": 1}')
    await look(bench)
    first = await ended(bench, "ann")
    await bench.times.advance(2 * 24 * 3600)
    await look(bench)
    await emptied(bench, first)
    before = await bench.log(first)
    second = await ended(bench, "ben")
    await bench.times.advance(2 * 24 * 3600)
    await look(bench)
    await emptied(bench, second)
    assert await bench.log(first) == before, "what is empty is not emptied again"


async def test_without_a_limit_everything_stays(bench: Bench) -> None:
    talk = await ended(bench, "ann")
    await bench.times.advance(3650 * 24 * 3600)
    await keep(bench, "{}")
    await look(bench)
    await bench.quiet()
    assert "My secret" in str(await bench.log(talk))


async def test_what_was_asked_in_vain_is_kept_no_longer(bench: Bench) -> None:
    def ask(tx: Tx, now: int) -> None:
        unanswered.note(tx, "ru", "long ago", origin="page", now=now - 31 * DAY)
        unanswered.note(tx, "ru", "lately", origin="page", now=now - 29 * DAY)

    await bench.store.write(bench.place.business, ask)
    await keep(bench, '{"name":"retention","conversation_days":30}')
    await look(bench)

    left = await bench.store.read(bench.place.business, lambda tx, now: unanswered.read(tx))
    assert [one.question for one in left] == ["lately"]
