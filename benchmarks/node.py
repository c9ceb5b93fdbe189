"""The product as it is, with the example business, its trained bot and its signed-in operators."""

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
from gateway.store import accounts, directory, inbox_secrets, sessions
from gateway.store import tokens as capabilities
from gateway.store.directory import InboxSettings, TelegramSettings
from gateway.store.opening import open_folder
from gateway.store.sql import Tx
from gateway.vault import new_key

LIFETIME = 3600 * 1_000_000


def sign_in(business: str, *, operators: int, now: int, tx: Tx) -> list[str]:
    """Sessions of the example's operator and of as many colleagues as there shall be beside her."""
    found = accounts.account_by_email(tx, "olga@example.com")
    assert found is not None
    people = [found[0]]
    for number in range(1, operators):
        name = f"Operator {number}"
        account = accounts.add_account(tx, email=f"operator-{number}@example.com", name=name, now=now)
        directory.add_operator(tx.for_business(business), account.id, role="operator", name=name, now=now)
        people.append(account)
    given = [capabilities.new_token() for _ in people]
    for account, token in zip(people, given, strict=True):
        sessions.open_session(tx, account.id, token=token, now=now, lifetime=LIFETIME)
    return given


def add_bots(node: Switchboard, business: str, tokens: list[str], tx: Tx, now: int) -> None:
    """Each token's bot as an inbox of the example."""
    scoped = tx.for_business(business)
    for token in tokens:
        telegram = TelegramSettings(bot_id=int(token.partition(":")[0]), username="example_bot", name="Example")
        settings = InboxSettings(telegram=telegram)
        made = directory.add_inbox(
            scoped, channel="telegram", name=f"Bot {telegram.bot_id}", settings=settings, now=now
        )
        inbox_secrets.put(scoped, made.id, inbox_secrets.seal(node.vault, made.id, token))


async def join(settings: Settings, files: Path) -> None:
    """One more node of an installation, with the files of the first."""
    data = Path(settings.data)
    data.mkdir(parents=True)
    (data / "files").symlink_to(files)
    with open_folder(data) as folder:
        node = Switchboard(settings, folder, open_store(settings, folder))
        await node.start()
        settle()
        print(json.dumps({"port": node.port}), flush=True)
        await asyncio.Event().wait()


async def main(settings: Settings, operators: int, *, tokens: tuple[str, ...] = ()) -> None:
    data = Path(settings.data)
    with open_folder(data) as folder:
        node = Switchboard(settings, folder, open_store(settings, folder))
        demo = Demo(node)
        await node.start()
        settle()
        await demo.load()
        if await demo.needs_training():
            await demo.train()
        cookies = await node.store.write(
            "", lambda tx, now: sign_in(demo.business, operators=operators, now=now, tx=tx)
        )  # fmt: skip
        await node.store.write("", lambda tx, now: add_bots(node, demo.business, list(tokens), tx, now))
        node.telegram.look()
        facts = {"port": node.port, "inbox": demo.inbox, "business": demo.business, "session": cookies[0]}
        print(json.dumps({**facts, "sessions": cookies}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--database", default="")
    parser.add_argument("--operators", type=int, default=1)
    parser.add_argument("--telegram", default="")
    parser.add_argument("--tokens", default="")
    parser.add_argument("--redis", default="")
    parser.add_argument("--secret", default="", help="what all nodes of an installation share")
    parser.add_argument("--join", type=Path, help="the folder with the files of the node that was begun first")
    options = parser.parse_args()
    tokens = tuple(filter(None, options.tokens.split(",")))
    settings = Settings(
        data=str(options.data), database=options.database, redis=options.redis, port=0, burst_pause=0.0,
        secret_key=(options.secret or new_key()) if options.database else "", frames_per_second=1e6, sockets_per_minute=1e6,
        sign_ins_per_minute=1e6,
        telegram_server=options.telegram,
    )  # fmt: skip
    set_up(level="warning", style="console")
    if options.join is not None:
        uvloop.run(join(settings, options.join))
    else:
        uvloop.run(main(settings, options.operators, tokens=tokens))
