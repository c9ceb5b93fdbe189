"""The two processes that ``benchmarks.telegram`` compares, each over the same bots: the product, and a bare echo bot."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

import uvloop

from channels.telegram.limits import Limits
from gateway.app import Switchboard, open_store
from gateway.demo import Demo
from gateway.logs import set_up
from gateway.process import settle
from gateway.settings import Settings
from gateway.store import directory, inbox_secrets
from gateway.store.directory import InboxSettings, TelegramSettings
from gateway.store.opening import open_folder
from gateway.store.sql import Tx


class Unlimited(Limits):
    """Telegram's rates are kept, but for the benchmark's own server nobody has to wait."""

    def wait(self, chat: str, cost: int = 1) -> float:
        super().wait(chat, cost)
        return 0.0


async def product(data: Path, url: str, bots: list[str]) -> None:
    """The node with the example business and its trained bot, and an inbox for each of ``bots``."""
    settings = Settings(data=str(data), port=0, burst_pause=0.0, telegram_server=url)
    set_up(level="warning", style="console")
    with open_folder(data) as folder:
        node = Switchboard(settings, folder, open_store(settings, folder))
        demo = Demo(node)
        await node.start()
        settle()
        await demo.load()
        if await demo.needs_training():
            await demo.train()

        def unit(tx: Tx, now: int) -> None:
            for token in bots:
                number = int(token.partition(":")[0])
                made = directory.add_inbox(
                    tx, channel="telegram", name="Telegram", now=now,
                    settings=InboxSettings(telegram=TelegramSettings(bot_id=number, username=f"test_{number}_bot", name="L")),
                )  # fmt: skip
                inbox_secrets.put(tx, made.id, inbox_secrets.seal(node.vault, made.id, token))

        await node.store.write(demo.business, unit)
        lines = node.telegram.bots
        await lines.refresh()
        for line in lines.lines.values():
            line.limits = Unlimited(lines._clock)
        node.telegram.look()
        print(json.dumps({"ready": True}), flush=True)
        await asyncio.Event().wait()


async def echo(url: str, bots: list[str]) -> None:
    """What aiogram's documentation shows first: every text is answered with itself."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message

    dispatcher = Dispatcher()

    @dispatcher.message()
    async def answer(message: Message) -> None:
        await message.answer(message.text or "")

    made = [Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url))) for token in bots]
    print(json.dumps({"ready": True}), flush=True)
    await dispatcher.start_polling(*made, handle_signals=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the product's folder; without it, the echo bot")
    parser.add_argument("url")
    parser.add_argument("bots", nargs="+", help="tokens")
    given = parser.parse_args()
    uvloop.run(product(given.data, given.url, given.bots) if given.data else echo(given.url, given.bots))


if __name__ == "__main__":
    main()
