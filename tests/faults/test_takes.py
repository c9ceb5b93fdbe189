"""Twenty operators of three processes take the same conversation at once, or accept what is offered to one of them: one of them has it,
the others are told so. When the browsers of whoever has it are killed, it is queued again, once.

On PostgreSQL each process speaks to a node of its own, on SQLite all to the one that there is. The clock is the test's.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from gateway.app import Switchboard
from gateway.dispatcher.absence import ABSENT
from gateway.model import commands as c
from gateway.model.events import Entry, OwnerLost, Taken
from gateway.model.rules import RoutingRules, TeamRules
from gateway.model.state import Conversation, Status
from gateway.model.words import ASK_FOR_PERSON
from gateway.ports import Inbound
from gateway.store import configuration, due, ledger, log
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from tests.support.clock import VirtualClock
from tests.support.redis import RedisServer
from tests.support.stores import Database
from tests.support_edge.checks import check_gapless
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import Party, on_node, settle_in
from tests.support_edge.waiting import until, until_async

ROOT = Path(__file__).parents[2]
NAMES = [f"operator{number}" for number in range(20)]
PROCESSES = 3
GRACE = RoutingRules().grace_seconds


class Takers:
    """A process of operators' browsers at one node."""

    def __init__(self, node: Switchboard, party: Party, people: Sequence[str]) -> None:
        self.people = people
        self._orders = {
            "origin": f"http://127.0.0.1:{node.port}", "business": party.business,
            "sessions": {name: party.sessions[name] for name in people},
        }  # fmt: skip
        self._process: asyncio.subprocess.Process

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support_edge.takers", cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await self.tell(self._orders)
        await self.told()  # their consoles are open

    async def tell(self, line: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        await self._process.stdin.drain()

    async def told(self) -> dict[str, int]:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            line = await self._process.stdout.readline()
        assert line, f"the operators ended early, with {await self._process.wait()}"
        statuses: dict[str, int] = json.loads(line)
        return statuses

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(20):
            assert await self._process.wait() == 0

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Hall(NamedTuple):
    """A business whose twenty operators are at their consoles; ``nodes``: to whom each process speaks."""

    nodes: list[Switchboard]
    party: Party
    takers: list[Takers]
    clock: VirtualClock

    def is_known(self) -> bool:
        """Every node knows that all of them are there."""
        places = [self.party.business]
        return all(
            node.presence.knows(places)
            and all(node.presence.is_live(one, places) for one in self.party.accounts.values())
            for node in self.nodes
        )

    async def waits(self, number: int) -> str:
        """A customer waits for a person; their conversation."""
        address = f"visitor {number}"
        item = Inbound(
            business=self.party.business, inbox=self.party.inbox, channel="webchat", address=address, key="asked",
            scope=address, choice=ASK_FOR_PERSON,
        )  # fmt: skip
        return (await self.nodes[number % PROCESSES].dispatcher.receive(item)).conversation

    async def all_do(self, verb: str, conversation: str, *, without: Takers | None = None) -> dict[str, int]:
        """What each of them is answered, who do it in the same instant."""
        those = [one for one in self.takers if one is not without]
        await asyncio.gather(*(one.tell((verb, conversation)) for one in those))
        return {name: status for one in those for name, status in (await one.told()).items()}

    async def state(self, conversation: str) -> Conversation:
        state = await self.nodes[0].store.read(self.party.business, lambda tx, now: log.peek(tx, conversation))
        assert state is not None
        return state

    async def offered(self, conversation: str) -> str:
        """To whom it is offered, once it is to somebody; their name."""
        found: list[str] = []

        async def is_offered() -> bool:
            offer = (await self.state(conversation)).offer
            found[:] = [
                name for name, id in self.party.accounts.items() if offer is not None and offer.operator.id == id
            ]
            return bool(found)

        await until_async(is_offered, what="it is offered to somebody")
        return found[0]

    async def entries(self, conversation: str) -> list[Entry]:
        return await self.nodes[0].store.read(self.party.business, lambda tx, now: log.read_all(tx, conversation))

    async def resolve(self, conversation: str) -> None:
        """Whoever has it comes to an end with it, and has room again."""
        state = await self.state(conversation)
        assert state.owner is not None
        command = c.Resolve(operator=state.owner, floor_seq=state.floor_seq)
        await self.nodes[0].dispatcher.submit(self.party.business, conversation, command)

    async def check_winner(self, conversation: str, statuses: Mapping[str, int], *, times: int = 1) -> str:
        """Who was told that it is theirs has it, alone, and it is one request; it was taken so many ``times``. Their name."""
        assert Counter(statuses.values()) == {200: 1, 409: len(statuses) - 1}
        (winner,) = [name for name, status in statuses.items() if status == 200]
        entries, state = await self.entries(conversation), await self.state(conversation)
        check_gapless(entries)
        taken = [entry.event for entry in entries if isinstance(entry.event, Taken)]
        assert len(taken) == times
        assert state.owner is not None
        assert taken[-1].operator.id == state.owner.id == self.party.accounts[winner]

        def requests(tx: Tx, now: int) -> int:
            return len(ledger.read_requests(tx, conversation))

        assert await self.nodes[0].store.read(self.party.business, requests) == 1
        return winner


@asynccontextmanager
async def hall(nodes: list[Switchboard], clock: VirtualClock, rules: RoutingRules) -> AsyncIterator[Hall]:
    party = await settle_in(nodes[0].store, "lantern", dict.fromkeys(NAMES, "operator"))

    def rule(tx: Tx, now: int) -> None:
        text = msgspec.json.encode({"rules": rules}).decode()
        assert configuration.add(tx, Item("routing", "routing", "routing", text, "", 1, now, "test"))

    await nodes[0].store.write(party.business, rule)
    takers = [Takers(node, party, NAMES[number::PROCESSES]) for number, node in enumerate(nodes)]
    try:
        await asyncio.gather(*(one.start() for one in takers))
        here = Hall(nodes, party, takers, clock)
        await until(here.is_known, what="every node knows who is there")
        yield here
        await asyncio.gather(*(one.end() for one in takers))
    finally:
        await asyncio.gather(*(one.kill() for one in takers))


@pytest.fixture(params=["sqlite", "postgresql"])
async def nodes(
    request: pytest.FixtureRequest, tmp_path: Path, redis_server: RedisServer, clock: VirtualClock
) -> AsyncIterator[list[Switchboard]]:
    """To whom each process speaks."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    one_each = database.kind == "postgresql"
    beside: dict[str, Any] = {"redis": redis_server.url} if one_each else {}
    async with AsyncExitStack() as stack:
        begun = [
            await stack.enter_async_context(
                on_node(database, tmp_path / f"node-{number}", engine=ScriptedEngine(), clock=clock, **beside)
            )
            for number in range(PROCESSES if one_each else 1)
        ]
        yield begun if one_each else begun * PROCESSES


@pytest.mark.parametrize("verb", ["take", "accept"])
@pytest.mark.parametrize("times", [15, pytest.param(500, marks=pytest.mark.long)])
async def test_twenty_who_take_or_accept_at_once_from_three_processes_leave_one_owner(
    nodes: list[Switchboard], clock: VirtualClock, times: int, verb: str
) -> None:
    rules = RoutingRules(everybody=TeamRules(mode="offer" if verb == "accept" else "pick"))
    winners: Counter[str] = Counter()
    async with hall(nodes, clock, rules) as here:
        for number in range(times):
            conversation = await here.waits(number)
            offered = await here.offered(conversation) if verb == "accept" else ""
            winner = await here.check_winner(conversation, await here.all_do(verb, conversation))
            assert not offered or winner == offered
            winners[winner] += 1
            await here.resolve(conversation)
            clock.advance(0.1)
    assert winners.total() == times


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.long)])
async def test_what_the_winner_has_is_queued_again_once_when_their_browser_is_killed(
    nodes: list[Switchboard], clock: VirtualClock, times: int
) -> None:
    async with hall(nodes, clock, RoutingRules(everybody=TeamRules(mode="offer"))) as here:
        for number in range(times):
            conversation = await here.waits(number)
            offered = await here.offered(conversation)
            winner = await here.check_winner(conversation, await here.all_do("accept", conversation))
            assert winner == offered
            theirs = next(one for one in here.takers if winner in one.people)
            await theirs.kill()
            await until_gone(here, here.party.accounts[winner])
            assert (await here.state(conversation)).status is Status.OPEN  # they may come back

            clock.advance(GRACE)
            offered = await here.offered(conversation)
            statuses = await here.all_do("accept", conversation, without=theirs)
            assert await here.check_winner(conversation, statuses, times=2) == offered != winner
            await theirs.start()
            await until_nobody_is_looked_for(here)
            events = [entry.event for entry in await here.entries(conversation)]
            (lost,) = [event for event in events if isinstance(event, OwnerLost)]
            assert lost.operator.id == here.party.accounts[winner]
            await here.resolve(conversation)


async def until_gone(here: Hall, account: str) -> None:
    """Every node knows that they are gone, and that somebody must look after what they have."""
    business = here.party.business
    await until(
        lambda: not any(node.presence.is_live(account, [business]) for node in here.nodes), what="they are gone"
    )

    def noted(tx: Tx, now: int) -> bool:
        return due.exists(tx, ABSENT, account)

    await until_async(lambda: here.nodes[0].store.read(business, noted), what="it is noted")


async def until_nobody_is_looked_for(here: Hall) -> None:
    """Whoever was to be looked for has been, as long as anybody would."""

    def over(tx: Tx, now: int) -> bool:
        return not any(due.exists(tx, ABSENT, account) for account in here.party.accounts.values())

    async def is_over() -> bool:
        here.clock.advance(1)
        return await here.nodes[0].store.read(here.party.business, over)

    await until_async(is_over, what="nobody is looked for")
