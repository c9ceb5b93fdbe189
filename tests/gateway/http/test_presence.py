"""Who is on the line: chosen and kept, seen live by colleagues, on one node and on two."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from gateway.cluster.bus import MemoryBus
from gateway.cluster.codec import Message
from gateway.dispatcher.hub import Hub
from gateway.http.access import Principal
from gateway.http.presence import ANSWERED, BELIEVED, Presence, PresenceBody
from gateway.ports import Hint, Signal
from gateway.store import accounts, directory, presence
from gateway.store.accounts import Account
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.stores import Database, Place, make_place
from tests.support_edge.clients import Console
from tests.support_edge.site import Site, on_site


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def sees(console: Console, name: str, state: str) -> None:
    """Waits until the console is told that."""
    while not any(
        {"name": name, "state": state}.items() <= one.items() for one in (await console.expect("people"))["people"]
    ):
        pass


async def test_colleagues_see_who_comes_chooses_and_goes(site: Site) -> None:
    olga = await site.console("olga")
    first = await olga.expect("people")
    shown = {one["name"]: one["state"] for one in first["people"]}
    assert shown == {"Olga": "online", "Pavel": "offline", "Sara": "offline", "Anna": "offline"}

    pavel = await site.console("pavel")
    await sees(olga, "Pavel", "online")
    assert (await site.call("PUT", "/api/v1/me/presence", who="pavel", json={"state": "busy"}))[0] == 200
    await sees(olga, "Pavel", "busy")
    second = await site.console("pavel")
    await pavel.close()
    await second.still_there()
    await second.close()
    await sees(olga, "Pavel", "offline")
    await site.console("pavel")
    await sees(olga, "Pavel", "busy")  # what was chosen stays


async def test_choice_is_kept_with_its_history(store: Store, clock: VirtualClock) -> None:
    def account(tx: Tx, now: int) -> str:
        return accounts.add_account(tx, email="o@example.com", name="O", now=now).id

    who = await store.write("", account)
    for state in ("busy", "busy", "away", "online"):
        clock.advance(60)
        await store.write("", lambda tx, now, state=state: presence.choose(tx, who, state, now=now))  # type: ignore[misc]
    kept = await store.read("", lambda tx, now: presence.history(tx, who, limit=10))
    assert [one.state for one in kept] == ["online", "away", "busy"]
    assert [one.since for one in kept] == sorted((one.since for one in kept), reverse=True)


async def test_who_never_chose_is_online_and_no_other_word_is_taken(site: Site) -> None:
    assert await site.call("GET", "/api/v1/me/presence") == (200, {"state": "online", "since": 0, "reason": ""})
    status, problem = await site.call("PUT", "/api/v1/me/presence", json={"state": "asleep"})
    assert (status, problem["type"]) == (422, "/problems/invalid")


# --- two nodes ---


class Wire(MemoryBus):
    """A bus that hands what one node says to the other."""

    def __init__(self) -> None:
        self.other: Hub | None = None

    def publish(self, message: Message) -> None:
        assert isinstance(message, Hint | Signal)
        if self.other is not None:
            self.other.heard(message)


class Screen:
    def __init__(self) -> None:
        self.states: dict[str, str] = {}

    def send(self, frame: bytes) -> None:
        self.states.update((one["name"], one["state"]) for one in msgspec.json.decode(frame)["people"])

    def offer(self, frame: bytes) -> None:
        self.send(frame)


async def test_nodes_tell_each_other_and_forget_a_dead_one(store: Store, place: Place) -> None:
    wires = Wire(), Wire()
    hubs = tuple(Hub(store, wire) for wire in wires)
    wires[0].other, wires[1].other = hubs[1], hubs[0]
    one, other = (Presence(store, hub) for hub in hubs)

    def people(tx: Tx, now: int) -> list[Principal]:
        made = []
        for name in ("Olga", "Pavel"):
            account: Account = accounts.add_account(tx, email=f"{name}@example.com", name=name, now=now)
            directory.add_operator(tx.for_business(place.business), account.id, role="operator", name=name, now=now)
            made.append(Principal(account, name, account.id, place.business, "operator"))
        return made

    olga, pavel = await store.write("", people)
    hers, his = Screen(), Screen()
    await one.join(olga, hers)
    await other.join(pavel, his)
    assert hers.states == his.states == {"Olga": "online", "Pavel": "online"}

    other.leave(pavel, his)
    assert hers.states["Pavel"] == "offline"
    await other.join(pavel, his)
    assert hers.states["Pavel"] == "online"
    wires[1].other = None  # it dies without a word
    one.look(time.monotonic() + BELIEVED / 2)
    assert hers.states["Pavel"] == "online"
    one.look(time.monotonic() + BELIEVED + 1)
    assert hers.states["Pavel"] == "offline"
    await one.aclose()


async def test_console_of_one_business_is_there_for_the_others_on_every_node_until_its_node_dies(
    store: Store, place: Place
) -> None:
    wires = Wire(), Wire()
    hubs = tuple(Hub(store, wire) for wire in wires)
    wires[0].other, wires[1].other = hubs[1], hubs[0]
    one, other = (Presence(store, hub) for hub in hubs)
    second, third = await make_place(store, "rival"), await make_place(store, "reader")

    def people(tx: Tx, now: int) -> tuple[Principal, Principal]:
        olga: Account = accounts.add_account(tx, email="olga@example.com", name="Olga", now=now)
        rita: Account = accounts.add_account(tx, email="rita@example.com", name="Rita", now=now)
        for business, role in ((place.business, "operator"), (second.business, "operator"), (third.business, "client")):
            directory.add_operator(tx.for_business(business), olga.id, role=role, name="Olga", now=now)  # type: ignore[arg-type]
        directory.add_operator(tx.for_business(second.business), rita.id, role="operator", name="Rita", now=now)
        return (
            Principal(olga, "Olga", olga.id, place.business, "operator"),
            Principal(rita, "Rita", rita.id, second.business, "operator"),
        )

    olga, rita = await store.write("", people)
    hers, his = Screen(), Screen()
    await one.join(olga, hers)
    await other.join(rita, his)
    assert hers.states == {"Olga": "online"}, "colleagues of the business that she does not look at are none of its"
    assert his.states == {"Olga": "online", "Rita": "online"}
    assert other.is_live(olga.id, [second.business]) and other.available(second.business)
    assert not one.is_live(olga.id, [third.business]), "who only reads reports answers nobody"

    tab = Screen()
    await one.join(replace(olga, business=second.business), tab)
    one.leave(olga, hers)
    assert his.states["Olga"] == "online", "her other tab is open"
    one.leave(olga, tab)
    assert his.states["Olga"] == "offline" and not other.is_live(olga.id, [place.business, second.business])

    await one.join(olga, hers)
    wires[0].other = None  # it dies without a word
    other.look(time.monotonic() + BELIEVED + 1)
    assert not other.is_live(olga.id, [second.business])
    for node in (one, other):
        await node.aclose()


class Peers(Wire):
    reaches = True
    doubtful = False


async def test_visitor_is_told_of_people_on_any_node_and_of_nobody_too_early(store: Store, place: Place) -> None:
    wires = Peers(), Peers()
    hubs = tuple(Hub(store, wire) for wire in wires)
    wires[0].other, wires[1].other = hubs[1], hubs[0]
    here, there = (Presence(store, hub) for hub in hubs)
    began = time.monotonic()

    def olga(tx: Tx, now: int) -> Principal:
        account: Account = accounts.add_account(tx, email="olga@example.com", name="Olga", now=now)
        directory.add_operator(tx.for_business(place.business), account.id, role="operator", name="Olga", now=now)
        return Principal(account, "Olga", account.id, place.business, "operator")

    who, screen = await store.write("", olga), Screen()
    assert here.available(place.business, now=began)  # nobody has answered yet
    assert not here.available(place.business, now=began + ANSWERED + 1)
    await there.join(who, screen)
    assert here.available(place.business, now=began + ANSWERED + 1)
    for chosen, answers in (("away", False), ("busy", True)):
        await choose(there, who, chosen)
        assert here.available(place.business, now=began + ANSWERED + 1) is answers

    wires[1].other = None  # a cut line says nothing of who is there
    wires[0].doubtful = True
    here.look(time.monotonic() + BELIEVED + 1)
    assert here.available(place.business, now=began + ANSWERED + 1)
    wires[0].doubtful = False
    here.look(time.monotonic() + BELIEVED + 1)
    assert not here.available(place.business, now=began + ANSWERED + 1)


async def test_one_node_alone_knows_at_once_that_nobody_is_there(store: Store, place: Place) -> None:
    assert not Presence(store, Hub(store, MemoryBus())).available(place.business)


async def choose(node: Presence, who: Principal, state: str) -> None:
    """As by the route."""
    call: Any = SimpleNamespace(who=who, body=PresenceBody(state=state))  # type: ignore[arg-type]
    await node.choose(call)
