"""A person's own day, on a built-up log: each figure by its formula, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway.admin.own_day import OwnDay, Time, own_day, times_of
from gateway.errors import Invalid
from gateway.model import commands as c
from gateway.model.events import Person
from gateway.model.words import rate
from gateway.store import presence
from gateway.store.presence import Chosen
from gateway.store.sql import Tx
from tests.support_edge.bench import OLGA, PAVEL, Bench

S = 1_000_000


async def day_of(bench: Bench, who: Person, *, wanted: str = "") -> OwnDay:
    def unit(tx: Tx, now: int) -> OwnDay:
        return own_day(tx, who.id, wanted=wanted, zone=dt.UTC, now=bench.times.clock())

    return await bench.store.read(bench.place.business, unit)


async def had(bench: Bench, address: str, *, replies_after: float, lasts: float, who: Person = OLGA) -> str:
    """A conversation that somebody takes, answers and ends."""
    conversation = (await bench.say(address=address)).conversation
    await bench.do(conversation, c.Take(operator=who))
    floor = (await bench.state(conversation)).floor_seq
    await bench.advance(replies_after)
    for number in range(2):  # the second word is no first response
        await bench.do(conversation, c.SendReply(operator=who, text=f"{number}", floor_seq=floor))
        await bench.advance(1)
    await bench.advance(lasts - replies_after - 2)
    await bench.do(conversation, c.Resolve(operator=who, floor_seq=floor))
    return conversation


async def test_a_day_is_what_was_taken_how_fast_and_what_came_of_it(bench: Bench) -> None:
    await had(bench, "ann", replies_after=10, lasts=100)
    await had(bench, "bob", replies_after=30, lasts=300)
    rated = await had(bench, "cid", replies_after=20, lasts=200)
    await bench.say("4", address="cid", choice=rate(4))
    await had(bench, "dan", replies_after=90, lasts=900, who=PAVEL)
    found = await day_of(bench, OLGA)
    assert (found.taken, found.resolved, found.first_response, found.handle_time) == (3, 3, 20, 200)
    assert (found.ratings, found.score, found.missed) == (1, 4.0, 0)
    assert (await bench.state(rated)).rating == 4
    assert (await day_of(bench, PAVEL)).first_response == 90


async def test_who_passes_it_on_has_had_it_and_who_gets_it_begins_anew(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.advance(50)
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.Transfer(operator=OLGA, floor_seq=floor, team=""))
    await bench.advance(1000)
    await bench.do(conversation, c.Take(operator=PAVEL))
    await bench.advance(7)
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.SendReply(operator=PAVEL, text="Hello", floor_seq=floor))
    await bench.do(conversation, c.Resolve(operator=PAVEL, floor_seq=floor))
    olga, pavel = await day_of(bench, OLGA), await day_of(bench, PAVEL)
    assert (olga.taken, olga.resolved, olga.first_response, olga.handle_time) == (1, 0, None, 50)
    assert (pavel.taken, pavel.resolved, pavel.first_response, pavel.handle_time) == (1, 1, 7, 7)


async def test_a_snooze_is_nobodys_time_and_the_time_after_a_talk_is_its_owners(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.advance(10)
    floor = (await bench.state(conversation)).floor_seq
    until = bench.times.clock() + 3600 * S
    await bench.do(conversation, c.Snooze(operator=OLGA, floor_seq=floor, until=until))
    await bench.advance(3600)
    await bench.logged(conversation, "reopened")
    await bench.advance(20)
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.Resolve(operator=OLGA, floor_seq=floor, wrap_up=True))
    await bench.advance(10)
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.Resolve(operator=OLGA, floor_seq=floor))
    found = await day_of(bench, OLGA)
    assert (found.taken, found.resolved, found.handle_time) == (2, 1, 20), "the median of 10 and 30"


async def test_an_offer_that_ran_out_was_missed_and_one_that_was_declined_not(bench: Bench) -> None:
    for address, reason in (("ann", "expired"), ("bob", "declined")):
        conversation = (await bench.say(address=address)).conversation
        await bench.do(conversation, c.RequestHandoff(reason="bot_decided", by="bot"))
        await bench.do(conversation, c.MakeOffer(operator=OLGA, expires_at=1))
        await bench.do(conversation, c.EndOffer(operator=OLGA, reason=reason))  # type: ignore[arg-type]
    found = await day_of(bench, OLGA)
    assert (found.missed, found.taken) == (1, 0)


async def test_a_day_ends_at_the_businesss_midnight_and_others_are_asked_for_by_name(bench: Bench) -> None:
    await had(bench, "ann", replies_after=10, lasts=100)
    day = (await day_of(bench, OLGA)).day
    await bench.advance(24 * 3600)
    assert (await day_of(bench, OLGA)).taken == 0
    assert (await day_of(bench, OLGA, wanted=day)).taken == 1
    for wanted in ("2999-01-01", "2024-02-31"):
        with pytest.raises(Invalid):
            await day_of(bench, OLGA, wanted=wanted)


def test_times_are_those_of_the_day_alone() -> None:
    choices = [
        Chosen(90 * S, "online"), Chosen(70 * S, "away", "Lunch"), Chosen(40 * S, "busy"), Chosen(10 * S, "away", "Lunch"),
        Chosen(1 * S, "online"),
    ]  # fmt: skip
    assert times_of(choices, first=20 * S, last=100 * S) == (
        Time(state="away", reason="Lunch", seconds=40), Time(state="busy", reason="", seconds=30),
        Time(state="online", reason="", seconds=10),
    )  # fmt: skip
    assert times_of([], first=0, last=100 * S) == ()
    assert presence.NEVER.since == 0
