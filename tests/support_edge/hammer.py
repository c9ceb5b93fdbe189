"""A node as a process of its own: hammers identities that another process hammers too.

Reads its orders as one JSON line; tells each receipt as a JSON line; drains when standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from typing import Any

from gateway.dispatcher import Dispatcher
from gateway.ports import Inbound
from gateway.store.opening import open_postgresql
from gateway.store.store import system_clock
from tests.support_edge.bench import policy_of
from tests.support_edge.engine import ScriptedEngine


async def main(orders: dict[str, Any]) -> None:
    chance = random.Random(orders["seed"])
    store = open_postgresql(orders["url"])
    await store.start()
    policy = policy_of(orders["node"], burst_pause=20_000)
    dispatcher = Dispatcher(store, ScriptedEngine(), policy, clock=system_clock, on_commit=lambda committed: None)
    dispatcher.start({})
    inputs = [(address, number) for address in range(orders["addresses"]) for number in range(orders["inputs"])]
    chance.shuffle(inputs)

    async def send(address: int, number: int) -> None:
        item = Inbound(
            business=orders["business"], inbox=orders["inbox"], channel="webchat", address=f"visitor {address}",
            key=f"key-{number}", scope=f"visitor {address}", text=f"line {number}",
            choice="/button" if number % 3 == 0 else "",
        )  # fmt: skip
        receipt = await dispatcher.receive(item)
        print(json.dumps([address, number, receipt.conversation, receipt.seq, receipt.repeated]), flush=True)

    while inputs:
        together, inputs = inputs[:16], inputs[16:]
        await asyncio.gather(*(send(address, number) for address, number in together))
    print(json.dumps("done"), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await dispatcher.drain(within=10)
    await store.aclose()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.stdin.readline())))
