"""A colleague is asked about a caller: how long it rings, and that nothing is left of it."""

from __future__ import annotations

from gateway.dispatcher.consulting import RING
from gateway.dispatcher.legs import KeepLegs
from gateway.model import commands as c
from gateway.model.events import ConsultEnded, Person
from tests.support.clock import SECOND
from tests.support_edge.bench import OLGA, Bench

IVAN = Person(id="ivan", name="Ivan")


async def asking(bench: Bench) -> str:
    conversation = (await bench.say("", call="leg-1")).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.StartConsult(leg="leg-1", operator=OLGA, floor_seq=floor, asked=(IVAN,)))
    return conversation


async def test_it_rings_for_half_a_minute_and_no_longer(bench: Bench) -> None:
    conversation = await asking(bench)
    (leg,) = (await bench.state(conversation)).legs
    assert leg.consult is not None and leg.consult.until - leg.started_at <= RING
    await bench.advance(RING // SECOND - 1)
    await bench.quiet()
    assert (await bench.state(conversation)).rung
    await bench.store.write(bench.place.business, KeepLegs(["leg-1"]))
    await bench.advance(2)
    entries = await bench.logged(conversation, "consult_ended")
    assert ConsultEnded(leg="leg-1", why="unanswered") in [entry.event for entry in entries]
    (leg,) = (await bench.state(conversation)).legs
    assert leg.held and leg.consult is None


async def test_who_has_come_talks_as_long_as_it_takes(bench: Bench) -> None:
    conversation = await asking(bench)
    await bench.do(conversation, c.AcceptConsult(leg="leg-1", operator=IVAN))
    await bench.advance(RING // SECOND - 1)
    await bench.quiet()
    (leg,) = (await bench.state(conversation)).legs
    assert leg.consult is not None and leg.consult.colleague is not None


async def test_who_is_asked_anew_has_the_whole_time(bench: Bench) -> None:
    conversation = await asking(bench)
    await bench.advance(20)
    await bench.do(conversation, c.EndConsult(leg="leg-1", operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.StartConsult(leg="leg-1", operator=OLGA, floor_seq=floor, asked=(IVAN,)))
    await bench.advance(8)
    await bench.quiet()
    assert (await bench.state(conversation)).rung
