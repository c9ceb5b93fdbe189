"""The measure of the Telegram benchmark: a bare aiogram bot that says back what it hears, as its documentation begins.

``python -m benchmarks.echo_bot URL TOKEN…``: one process, a long poll for each token, as the product has.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message


async def main(url: str, tokens: list[str]) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    api = TelegramAPIServer.from_base(url)
    bots = [Bot(token, session=AiohttpSession(api=api)) for token in tokens]
    polling = asyncio.create_task(dispatcher.start_polling(*bots, handle_signals=False, polling_timeout=20))
    print("{}", flush=True)
    await polling


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2:]))
