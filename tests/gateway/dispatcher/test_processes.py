"""Two nodes, two processes, one PostgreSQL database, the same customers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from gateway.model.events import CustomerMessage
from gateway.store import due, inbound, log
from gateway.store.sql import Tx
from gateway.store.store import Store, system_clock
from tests.support.stores import Database, Place, make_place
from tests.support_edge.checks import check_gapless, check_turns, inputs
from tests.support_edge.waiting import until_async

ROOT = Path(__file__).parents[3]
ADDRESSES, INPUTS = 12, 25


async def start(orders: dict[str, Any]) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support_edge.hammer", cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(orders).encode() + b"\n")
    await process.stdin.drain()
    return process


async def receipts_of(process: asyncio.subprocess.Process) -> list[Any]:
    assert process.stdout is not None
    receipts: list[Any] = []
    while line := await process.stdout.readline():
        told = json.loads(line)
        if told == "done":
            return receipts
        receipts.append(told)
    raise AssertionError(f"a node ended early, with {await process.wait()}")


async def stop(process: asyncio.subprocess.Process) -> int:
    assert process.stdin is not None
    process.stdin.close()
    async with asyncio.timeout(40):
        return await process.wait()


async def conversations(store: Store, place: Place) -> dict[int, str]:
    def unit(tx: Tx, now: int) -> dict[int, str]:
        found = {n: inbound.find_identity(tx, place.inbox, f"visitor {n}") for n in range(ADDRESSES)}
        return {n: identity.conversation for n, identity in found.items() if identity is not None}

    return await store.read(place.business, unit)


async def test_two_processes_that_hear_the_same_customers_answer_as_one(postgresql_database: Database) -> None:
    async with postgresql_database.opened(system_clock) as store:
        place = await make_place(store)
        orders = {
            "url": postgresql_database.location, "business": place.business, "inbox": place.inbox,
            "addresses": ADDRESSES, "inputs": INPUTS,
        }  # fmt: skip
        nodes = [await start({**orders, "node": name, "seed": seed}) for seed, name in enumerate(("a", "b"))]
        try:
            told = await asyncio.gather(*(receipts_of(node) for node in nodes))

            async def answered() -> bool:
                def unit(tx: Tx, now: int) -> bool:
                    states = [log.peek(tx, name) for name in names.values()]
                    return all(state is not None and not state.unanswered for state in states)

                return await store.read(place.business, unit)

            names = await conversations(store, place)
            await until_async(answered)
            assert [await stop(node) for node in nodes] == [0, 0]
        finally:
            for node in nodes:
                if node.returncode is None:
                    node.kill()
                    await node.wait()

        assert len(set(names.values())) == ADDRESSES
        places: dict[tuple[int, int], set[tuple[str, int]]] = {}
        for address, number, conversation, seq, _ in (receipt for node in told for receipt in node):
            assert conversation == names[address]
            places.setdefault((address, number), set()).add((conversation, seq))
        assert all(len(found) == 1 for found in places.values())  # both nodes were told the same place
        assert sum(receipt[4] for node in told for receipt in node) == ADDRESSES * INPUTS  # one of each was the repeat

        for conversation in names.values():
            entries = await store.read(place.business, lambda tx, now, name=conversation: log.read_all(tx, name))  # type: ignore[misc]
            check_gapless(entries)
            check_turns(entries)
            said = [entry.event.text for entry in entries if isinstance(entry.event, CustomerMessage)]
            assert sorted(said) == sorted(f"line {number}" for number in range(INPUTS))
            assert len(inputs(entries)) == INPUTS

        def held(tx: Tx, now: int) -> list[due.Due]:
            """Nothing is left but the idle timers, and nobody holds them."""
            return due.claim(tx, node="look", now=now + 48 * 3600 * 1_000_000, lease=1, limit=1000)

        left = await store.write("", held)
        assert {row.kind for row in left} == {"idle"} and len(left) == ADDRESSES
