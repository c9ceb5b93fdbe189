"""A Telegram message taken, stored, answered by the trained bot and sent, against a bare aiogram echo bot.

Both talk with the same double of Telegram, each with as many bots of their own, by long polling; the double and the people are
processes of their own, and only the CPU of the product and of the echo bot counts. In rounds, one after the other, so that both
see the same machine; medians. There are so many bots because the product keeps to Telegram's 30 messages a second of a bot,
which the echo bot doesn't: with ``BOTS`` of them neither waits. Every chat says ``EACH`` messages a round, so that the pace of a
single chat isn't reached either.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.report import arguments, report, say
from benchmarks.turn import Process, answered_texts, running
from tests.support_edge.telegram import BotUser, Messenger, Talk, telegram_process

BOTS = 40
CHATS = 12
"""Of one bot."""
EACH = 2
PAUSE = 2.5
"""Seconds between rounds, in which what a chat may send at once grows again."""
BAR = 3.0


class Side:
    """One of the two, with its bots and those who write to them."""

    def __init__(self, telegram: Messenger, name: str, bots: list[BotUser], talks: list[Talk]) -> None:
        self._telegram = telegram
        self.name = name
        self.bots = bots
        self._talks = talks
        self.costs: list[float] = []

    @classmethod
    async def made(cls, telegram: Messenger, name: str) -> Side:
        bots = [await telegram.add_bot(f"{name} {number}") for number in range(BOTS)]
        people = [await telegram.add_user(f"Person {number}") for number in range(CHATS)]
        return cls(telegram, name, bots, [person.talk(bot) for bot in bots for person in people])

    async def round(self, process: Process, texts: Iterable[str]) -> None:
        """Everybody writes; until all are answered."""
        await self._telegram.forget_calls()
        before = process.cpu()
        expected = len(self._talks) * EACH
        for _ in range(EACH):
            await asyncio.gather(*(talk.say(next(iter(texts))) for talk in self._talks))
        await self._telegram.wait_for_calls("sendMessage", expected, within=120)
        cost = (process.cpu() - before) / expected * 1e6
        self.costs.append(cost)
        say(f"{self.name}: {cost:.0f} µs a message")


async def compare(rounds: int, data: Path) -> tuple[dict[str, float], dict[str, float]]:
    async with telegram_process() as telegram:
        ours, bare = await Side.made(telegram, "switchboard"), await Side.made(telegram, "echo bot")
        with ExitStack() as stack:
            tokens = ",".join(bot.token for bot in ours.bots)
            node = stack.enter_context(
                running("benchmarks.node", str(data), "--telegram", telegram.url, "--tokens", tokens)
            )  # fmt: skip
            node.read()
            echo = stack.enter_context(
                running("benchmarks.echo_bot", telegram.url, *(bot.token for bot in bare.bots))
            )  # fmt: skip
            echo.read()
            known = await asyncio.to_thread(answered_texts, next((data / "models").glob("*.bot")), most=1)
            texts = itertools.cycle(known)
            for number in range(rounds + 1):
                for side, process in ((bare, echo), (ours, node)):
                    await side.round(process, texts)
                await asyncio.sleep(PAUSE)
                if not number:  # conversations begin, connections open
                    ours.costs.clear()
                    bare.costs.clear()
    cost, measure = statistics.median(ours.costs), statistics.median(bare.costs)
    figures = {"telegram_us": cost, "echo_bot_us": measure}
    return figures, {"telegram_cpu_over_echo_bot": cost / measure}


def main() -> None:
    chosen = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures, ratios = asyncio.run(compare(3 if chosen.quick else 7, Path(folder) / "data"))
    report(figures, ratios, as_json=chosen.json)
    say(f"the bar is {BAR}")


if __name__ == "__main__":
    main()
