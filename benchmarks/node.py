"""The product as it is, with the example business, its trained bot and one signed-in operator."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

import uvloop

from gateway.app import Switchboard, open_store
from gateway.demo import Demo
from gateway.logs import set_up
from gateway.process import settle
from gateway.settings import Settings
from gateway.store import accounts, sessions, tokens
from gateway.store.opening import open_folder
from gateway.store.sql import Tx
from gateway.vault import new_key


async def main(data: Path, database: str) -> None:
    settings = Settings(
        data=str(data), database=database, secret_key=new_key() if database else "", port=0, burst_pause=0.0, frames_per_second=1e6,
        sign_ins_per_minute=1e6,
    )  # fmt: skip
    set_up(level="warning", style="console")
    with open_folder(data) as folder:
        node = Switchboard(settings, folder, open_store(settings, folder))
        demo = Demo(node)
        await node.start()
        settle()
        await demo.load()
        if await demo.needs_training():
            await demo.train()
        token = tokens.new_token()

        def unit(tx: Tx, now: int) -> str:
            found = accounts.account_by_email(tx, "olga@example.com")
            assert found is not None
            sessions.open_session(tx, found[0].id, token=token, now=now, lifetime=3600 * 1_000_000)
            return found[0].id

        await node.store.write("", unit)
        print(
            json.dumps({"port": node.port, "inbox": demo.inbox, "business": demo.business, "session": token}),
            flush=True,
        )
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    uvloop.run(main(options.data, options.database))
