"""Twenty operators of two processes take the same conversation at once: one of them has it, the others are told so.

On PostgreSQL each process speaks to a node of its own, on SQLite both to the one that there is.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.app import Switchboard
from gateway.model.events import Taken
from gateway.model.words import ASK_FOR_PERSON
from gateway.ports import Inbound
from gateway.store import ledger, log
from gateway.store.sql import Tx
from tests.support.redis import RedisServer
from tests.support.stores import Database
from tests.support_edge.checks import check_gapless
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import Party, on_node, settle_in

ROOT = Path(__file__).parents[2]
NAMES = [f"operator{number}" for number in range(20)]


class Takers:
    """A process of operators."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

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


@asynccontextmanager
async def takers(node: Switchboard, party: Party, people: list[str]) -> AsyncIterator[Takers]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support_edge.takers", cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    running = Takers(process)
    sessions = {name: party.sessions[name] for name in people}
    await running.tell({"origin": f"http://127.0.0.1:{node.port}", "business": party.business, "sessions": sessions})
    try:
        yield running
        await running.end()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
async def nodes(
    request: pytest.FixtureRequest, tmp_path: Path, redis_server: RedisServer
) -> AsyncIterator[tuple[Switchboard, Switchboard]]:
    """To whom each of the two processes speaks."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with AsyncExitStack() as stack:
        beside: dict[str, Any] = {"redis": redis_server.url} if database.kind == "postgresql" else {}

        async def begin(name: str) -> Switchboard:
            return await stack.enter_async_context(
                on_node(database, tmp_path / name, engine=ScriptedEngine(), **beside)
            )

        one = await begin("one")
        yield one, (await begin("two") if database.kind == "postgresql" else one)


async def waiting(node: Switchboard, party: Party, number: int) -> str:
    """A customer who waits for a person; their conversation."""
    item = Inbound(
        business=party.business, inbox=party.inbox, channel="webchat", address=f"visitor {number}", key="asked",
        scope=f"visitor {number}", choice=ASK_FOR_PERSON,
    )  # fmt: skip
    return (await node.dispatcher.receive(item)).conversation


async def check_owner(node: Switchboard, party: Party, conversation: str, statuses: Mapping[str, int]) -> None:
    """Who was told that it is theirs has it, alone, and it is one request."""

    def unit(tx: Tx, now: int) -> tuple[list[Any], Any, int]:
        requests = ledger.read_requests(tx, conversation)
        return log.read_all(tx, conversation), log.peek(tx, conversation), len(requests)

    entries, state, requests = await node.store.read(party.business, unit)
    assert Counter(statuses.values()) == {200: 1, 409: len(NAMES) - 1}
    (winner,) = [name for name, status in statuses.items() if status == 200]
    check_gapless(entries)
    (taken,) = [entry.event for entry in entries if isinstance(entry.event, Taken)]
    assert taken.operator.id == state.owner.id == party.accounts[winner]
    assert requests == 1


@pytest.mark.parametrize("times", [25, pytest.param(500, marks=pytest.mark.long)])
async def test_twenty_who_take_at_once_from_two_processes_leave_one_owner(
    nodes: tuple[Switchboard, Switchboard], times: int
) -> None:
    one, two = nodes
    party = await settle_in(one.store, "lantern", dict.fromkeys(NAMES, "operator"))
    winners: Counter[str] = Counter()
    async with takers(one, party, NAMES[:10]) as here, takers(two, party, NAMES[10:]) as there:
        for number in range(times):
            conversation = await waiting(one, party, number)
            await asyncio.gather(here.tell(conversation), there.tell(conversation))
            statuses = await here.told() | await there.told()
            await check_owner(one, party, conversation, statuses)
            winners.update(name for name, status in statuses.items() if status == 200)
    assert winners.total() == times
