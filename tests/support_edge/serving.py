"""The serving process of the fault tests: the whole node over a folder, with a scripted bot that takes its time.

``python -m tests.support_edge.serving FOLDER LEVEL [ORDERS]``, the last a JSON object of ``Orders``. Tells as one JSON line
where it serves; ends well on SIGTERM.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import random
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from channels.telegram.polling import LEASE
from gateway.__main__ import ENDS_WITHIN
from gateway.app import Switchboard, open_store
from gateway.logs import set_up
from gateway.model.rules import CallSettings
from gateway.ports import TurnRequest, TurnResult
from gateway.process import end_within
from gateway.settings import RasaServers
from gateway.store import directory, inboxes
from gateway.store.directory import Role
from gateway.store.opening import open_folder, open_sqlite
from gateway.store.sql import Tx
from gateway.store.store import PATIENCE, system_clock
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.planted import Planted, plant
from tests.support_edge.site import PASSWORD, Party, settings_of, settle_in
from tests.support_edge.telegram_site import add_bot


class OwnBot(msgspec.Struct, frozen=True):
    """A bot that the business has from its first start on."""

    id: int
    username: str
    token: str
    webhook: bool = False


class Bounds(msgspec.Struct, frozen=True):
    """How long clients may take, and how much there is, where it isn't as the product has it. Seconds, bytes, files."""

    hello: float | None = None
    heartbeat: float | None = None
    head: float | None = None
    body: float | None = None
    longest: float | None = None
    linger: float | None = None
    taken: float | None = None
    reserve: int | None = None
    open_files: int | None = None


class Orders(msgspec.Struct, frozen=True):
    settings: dict[str, Any] = {}
    bots: tuple[OwnBot, ...] = ()
    lease: float = LEASE
    """Seconds for which a bot is one node's."""
    due_lease: float = 0.0
    """Seconds for which a turn, a delivery or another due row is one node's; 0: as the product has it."""
    patience: float = PATIENCE
    """Seconds after which whoever waits outside is told that the database says nothing."""
    planted: Planted = ""
    """In which way this process is broken."""
    rasa: dict[str, RasaServers] = {}
    """Businesses whose bot is a Rasa server; then the product's own engine answers."""
    turn_timeout: float = 0.0
    turn_limit: float = 0.0
    """Seconds for one try of a turn, and for all of them; 0: as the product has it."""
    bounds: Bounds = Bounds()
    calls: bool = False
    """Visitors can call, over loopback; engines of speech are stubs."""
    ahead: float = 0.0
    """Seconds by which its clock is fast: so much has passed since it was killed."""
    uvloop: bool = False
    """On the product's own loop."""


WATCHED = ("olga", "oscar", "omar", "olivia", "otto", "orla")
"""Operators whom Pavel looks after, each in one test: what was told of one of them late is nobody else's."""
THINK = "think it over"
THINKS_FOR = 2.0


class SlowEngine(ScriptedEngine):
    """Some turns are under way whenever the process is killed; one that is asked to ``THINK`` surely is."""

    async def turn(self, request: TurnRequest) -> TurnResult:
        if any("break the bot" in item.text for item in request.inputs):
            raise RuntimeError(f"can't parse {request.inputs[-1].text}")
        thinks = any(THINK in item.text for item in request.inputs)
        await asyncio.sleep(THINKS_FOR if thinks else random.choice((0, 0, 0.005, 0.03)))
        return await super().turn(request)


async def main(data: Path, level: str, orders: Orders) -> None:
    set_up(level=level, style="json")
    plant(orders.planted)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = settings_of(
        data, **{"burst_pause": 0.02, "call_addresses": ("127.0.0.1",), "rasa": orders.rasa, **orders.settings}
    )

    def clock() -> int:
        return system_clock() + round(orders.ahead * 1e6)

    if orders.bots:
        importlib.import_module("aiogram")  # it takes its time, and must not take it from the first message's lease
    with open_folder(data) as folder:
        store = open_sqlite(folder, clock=clock) if orders.ahead else open_store(settings, folder)
        node = Switchboard(settings, folder, store, engine=None if orders.rasa else SlowEngine())
        node.telegram.poller.lease = orders.lease
        node.dispatcher.patience = node.store.patience = orders.patience
        bind(node, orders.bounds)
        if orders.due_lease:
            shorten_leases(node, round(orders.due_lease * 1e6))
        if orders.turn_limit:
            bound_turns(node, timeout=round(orders.turn_timeout * 1e6), limit=round(orders.turn_limit * 1e6))
        if orders.calls:
            from tests.support_edge.engines import stub_voices  # what calls need takes its time to import

            node.calls.make_voices = stub_voices
        await node.start()
        party = await first_or_again(node, orders)
        print(json.dumps({"port": node.port, "node": node.node, **asdict(party)}), flush=True)
        await stop.wait()
        end_within(ENDS_WITHIN)
        await node.drain()


async def first_or_again(node: Switchboard, orders: Orders) -> Party:
    """The business, made at the first start."""

    def unit(tx: Tx, now: int) -> Party | None:
        found = directory.business_by_slug(tx, "lantern")
        if found is None:
            return None
        inbox = next(one for one in directory.read_inboxes(tx.for_business(found.id)) if one.channel == "webchat")
        return Party(found.id, inbox.id, {}, {}, {})

    known = await node.store.read("", unit)
    if known is not None:
        return known
    people: dict[str, Role] = {"anna": "administrator", "pavel": "operator", **dict.fromkeys(WATCHED, "operator")}
    party = await settle_in(node.store, "lantern", people, password=PASSWORD)
    if orders.calls:
        await node.store.write(party.business, lambda tx, now: allow_calls(tx, party.inbox))
    for bot in orders.bots:
        await add_bot(node, party, bot, webhook=bot.webhook)
    return party


def bind(node: Switchboard, bounds: Bounds) -> None:
    """Sets what is given."""
    if bounds.open_files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (bounds.open_files // 2, bounds.open_files))
    places: dict[str, tuple[object, str]] = {
        "hello": (node.sockets, "hello_within"), "heartbeat": (node.sockets, "heartbeat"), "head": (node.patience, "head"),
        "body": (node.patience, "body"), "longest": (node.patience, "longest"), "linger": (node.patience, "linger"), "taken": (node.patience, "taken"), "reserve": (node.files, "reserve"),
    }  # fmt: skip
    for name, (owner, attribute) in places.items():
        if (value := getattr(bounds, name)) is not None:
            setattr(owner, attribute, value)


def shorten_leases(node: Switchboard, lease: int) -> None:
    node.dispatcher._dues.lease = node.courier.lease = lease
    node.courier.timeout = lease / 2e6
    object.__setattr__(node.dispatcher.policy, "turn_lease", lease)  # frozen: no part of the product moves it


def bound_turns(node: Switchboard, *, timeout: int, limit: int) -> None:
    """An engine that doesn't answer is found out sooner, and looked after more often."""
    object.__setattr__(node.dispatcher.policy, "turn_timeout", timeout)
    object.__setattr__(node.dispatcher.policy, "turn_limit", limit)
    node.rasa.look_every = 0.25


def allow_calls(tx: Tx, inbox: str) -> None:
    found = inboxes.find(tx, inbox)
    assert found is not None
    settings = msgspec.structs.replace(found.settings, calls=CallSettings())
    assert inboxes.change(tx, found, name=found.name, settings=settings)


if __name__ == "__main__":
    given = msgspec.json.decode(sys.argv[3] if len(sys.argv) > 3 else "{}", type=Orders)
    run = uvloop.run if given.uvloop else asyncio.run
    run(main(Path(sys.argv[1]), sys.argv[2], given))
