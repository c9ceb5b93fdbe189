"""An update of Telegram's, taken, stored, answered by the bot and sent, against a bare aiogram echo bot: CPU of each.

Both fetch from the same double of Telegram's server, a process of its own, by long polling, in rounds one after the other;
CPU is that of the measured process alone, from the first message of a round to the last answer; medians. A round is one
message in each of many chats of eight bots, so that no chat's own pace plays a part. The node's limits (30 messages a second
for a bot) are asked as always, but not waited for: the echo bot keeps to none.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.report import arguments, report, say
from benchmarks.turn import Process, answered_texts, running
from tests.support_edge.telegram import BotUser, Messenger, Person, telegram_process

BOTS = 8
ROUND_WITHIN = 60.0


class Side:
    """One of the two, with bots and people of its own."""

    def __init__(self, telegram: Messenger, bots: list[BotUser], people: list[Person], texts: list[str]) -> None:
        self.telegram = telegram
        self.bots = bots
        self.people = people
        self.texts = texts
        self.process: Process | None = None

    async def round(self, number: int) -> tuple[float, float]:
        """CPU microseconds and seconds for an update, when each person has written once and has an answer."""
        assert self.process is not None
        await self.telegram.forget_calls()
        before, began = self.process.cpu(), time.monotonic()
        count = len(self.people)
        for start in range(0, count, 50):
            await asyncio.gather(*(self._say(place, number) for place in range(start, min(count, start + 50))))
        deadline = began + ROUND_WITHIN
        while len(await self.telegram.calls("sendMessage")) < count:
            assert time.monotonic() < deadline, "a round without its answers"
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)  # what the last answer leaves to be written
        return (self.process.cpu() - before) / count * 1e6, (time.monotonic() - began) / count

    async def _say(self, place: int, number: int) -> None:
        text = self.texts[(place + number * 31) % len(self.texts)]
        await self.people[place].talk(self.bots[place % BOTS]).say(text)


async def side(telegram: Messenger, people: int, texts: list[str]) -> Side:
    bots = [await telegram.add_bot() for _ in range(BOTS)]
    return Side(telegram, bots, [await telegram.add_user(f"Person {n}", language="ru") for n in range(people)], texts)


async def compare(stack: ExitStack, data: Path, *, rounds: int, people: int) -> dict[str, float]:
    async with telegram_process() as telegram:
        ours, theirs = await side(telegram, people, ["привет"]), await side(telegram, people, [])
        ours.process = stack.enter_context(
            running("benchmarks.telegram_nodes", telegram.url, *(bot.token for bot in ours.bots), "--data", str(data))
        )
        ours.process.read()
        model = next((data / "models").glob("*.bot"))
        ours.texts = theirs.texts = await asyncio.to_thread(answered_texts, model)
        theirs.process = stack.enter_context(
            running("benchmarks.telegram_nodes", telegram.url, *(bot.token for bot in theirs.bots))
        )
        theirs.process.read()
        await telegram.wait_for_calls("getMe", BOTS)
        found: dict[str, list[float]] = {"echo_bot": [], "telegram": []}
        rate = []
        for number in range(-1, rounds):
            [echo_cpu, _], [cpu, took] = await theirs.round(number), await ours.round(number)
            if number < 0:
                continue  # first contacts, imports, connections
            found["echo_bot"].append(echo_cpu)
            found["telegram"].append(cpu)
            rate.append(1 / took)
            say(f"round {number + 1}: echo bot {echo_cpu:.0f} µs, update {cpu:.0f} µs, {rate[-1]:.0f} updates/s")
        figures = {f"{name}_cpu_us": statistics.median(values) for name, values in found.items()}
        return figures | {"telegram_updates_per_s": statistics.median(rate)}


def main() -> None:
    chosen = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        figures = asyncio.run(
            compare(stack, Path(folder) / "data", rounds=5 if chosen.quick else 7, people=160 if chosen.quick else 400)
        )
    ratios = {"telegram_cpu_over_echo_bot": figures["telegram_cpu_us"] / figures["echo_bot_cpu_us"]}
    report(figures, ratios, as_json=chosen.json)


if __name__ == "__main__":
    main()
