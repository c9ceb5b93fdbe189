"""The serving process of the fault tests: the whole node over a folder, with a scripted bot that takes its time.

Tells as one JSON line where it serves; ends well on SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from gateway.app import Switchboard, open_store
from gateway.logs import set_up
from gateway.ports import TurnRequest, TurnResult
from gateway.store import directory
from gateway.store.opening import open_folder
from gateway.store.sql import Tx
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import PASSWORD, Party, settings_of, settle_in


class SlowEngine(ScriptedEngine):
    """Some turns are under way whenever the process is killed."""

    async def turn(self, request: TurnRequest) -> TurnResult:
        if any("break the bot" in item.text for item in request.inputs):
            raise RuntimeError(f"can't parse {request.inputs[-1].text}")
        await asyncio.sleep(random.choice((0, 0, 0.005, 0.03)))
        return await super().turn(request)


async def main(data: Path, level: str) -> None:
    set_up(level=level, style="json")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = settings_of(data, burst_pause=0.02)
    with open_folder(data) as folder:
        node = Switchboard(settings, folder, open_store(settings, folder), engine=SlowEngine())
        await node.start()
        party = await first_or_again(node)
        print(json.dumps({"port": node.port, **asdict(party)}), flush=True)
        await stop.wait()
        await node.drain()


async def first_or_again(node: Switchboard) -> Party:
    """The business, made at the first start."""

    def unit(tx: Tx, now: int) -> Party | None:
        found = directory.business_by_slug(tx, "lantern")
        if found is None:
            return None
        inbox = directory.read_inboxes(tx.for_business(found.id))[0]
        return Party(found.id, inbox.id, {}, {}, {})

    return await node.store.read("", unit) or await settle_in(
        node.store, "lantern", {"olga": "operator"}, password=PASSWORD
    )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
