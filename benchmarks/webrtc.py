"""What a call over WebRTC costs, and how long its sound takes: ``python -m benchmarks.webrtc [--quick] [--json]``.

Callers in this process, the side that answers in another one (``webrtc_side``): it hears them and speaks to them, live encoded.
``{ours,stock}_core_pct_N``: percent of a core that a call costs the answering process at N calls, both ways;
``webrtc_calls_per_core``: 100 through that at 40. ``*_delay_ms_*``: from a knock's packet to the frame in which it is heard, with
nothing lost, with 3 % lost and after that; the frame itself (20 ms) and Opus's own delay (6.5 ms) are part of it. Stock is
aiortc's ``RTCPeerConnection`` with its own tracks. Calls of both are measured in turn.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable

import numpy as np
import uvloop

from benchmarks.report import arguments, report, say
from benchmarks.speech import sound
from benchmarks.turn import Process, running
from channels.voice.mixer import FRAME, SILENCE
from channels.voice.opus import Encoder
from tests.support.caller import Caller

CALLS = (1, 10, 20, 40)
SIDES = ("ours", "stock")
PERIOD = 0.02
KNOCK = 25
"""Frames from one knock to the next."""


def main() -> None:
    """The command line."""
    options = arguments(__doc__.splitlines()[0] if __doc__ else "").parse_args()
    report(*uvloop.run(measure(quick=options.quick)), as_json=options.json)


async def measure(*, quick: bool) -> tuple[dict[str, float], dict[str, float]]:
    """Figures and ratios."""
    figures: dict[str, float] = {}
    for calls in (10, 40) if quick else CALLS:
        for side in SIDES:
            say(f"{calls} calls, {side} …")
            figures |= {f"{side}_{name}_{calls}": value for name, value in (await cost(side, calls, 4 if quick else 15)).items()}
    for side in SIDES:
        say(f"delay, {side} …")
        figures |= {f"{side}_{name}": value for name, value in (await delays(side, 4 if quick else 20)).items()}
    figures["webrtc_calls_per_core"] = 100 / figures["ours_core_pct_40"]
    figures["added_delay_ms_at_3pct_loss"] = figures["ours_delay_ms_at_3pct_loss"] - figures["ours_delay_ms_clean"]
    figures["delay_ms_that_stays"] = figures["ours_delay_ms_after"] - figures["ours_delay_ms_clean"]
    ratios = {f"cpu_over_stock_{calls}": figures[f"ours_core_pct_{calls}"] / figures[f"stock_core_pct_{calls}"]
              for calls in CALLS if f"stock_core_pct_{calls}" in figures}  # fmt: skip
    return figures, ratios


async def cost(side: str, calls: int, seconds: float) -> dict[str, float]:
    """What so many calls cost one side."""
    encoder = Encoder(bitrate=24_000, complexity=5)
    packets = [encoder.encode(frame) for frame in sound()]
    with running("benchmarks.webrtc_side", side) as process:
        callers = [await called(process, listen=False) for _ in range(calls)]
        try:
            await talk(callers, seconds=2, say=lambda number: packets[number % len(packets)])
            heard, came = process.ask(do="heard")["frames"], sum(len(one.heard) for one in callers)
            cpu, began = process.cpu(), time.monotonic()
            await talk(callers, seconds=seconds, say=lambda number: packets[number % len(packets)])
            spent, lasted = process.cpu() - cpu, time.monotonic() - began
            after = process.ask(do="heard")
            due = calls * lasted / PERIOD
            return {
                "core_pct": 100 * spent / lasted / calls,
                "heard_share": (after["frames"] - heard) / due,
                "spoken_share": (sum(len(one.heard) for one in callers) - came) / due,
                "threads": after["threads"],
                "mib": process.rss() / 2**20,
            }
        finally:
            await asyncio.gather(*(one.aclose() for one in callers))


async def delays(side: str, seconds: float) -> dict[str, float]:
    """How long sound takes to one side, in three stretches."""
    encoder = Encoder(bitrate=24_000, complexity=5)
    knock = (12_000 * np.sin(2 * np.pi * 1_000 * np.arange(FRAME) / 16_000)).astype(np.int16)
    packets = [encoder.encode(knock if number % KNOCK == 0 else SILENCE) for number in range(50 * KNOCK)]
    dice = random.Random(7)
    with running("benchmarks.webrtc_side", side) as process:
        caller = await called(process, listen=True)
        try:
            found = {}
            await stretch(process, caller, packets, 2.0, lambda: False)
            for name, long, lost in (("clean", 1, 0.0), ("at_3pct_loss", 2, 0.03), ("after", 1, 0.0)):
                waited = await stretch(process, caller, packets, seconds * long, lambda lost=lost: dice.random() < lost)
                found[f"delay_ms_{name}"] = statistics.median(waited)
            return found
        finally:
            await caller.aclose()


async def stretch(
    process: Process, caller: Caller, packets: list[bytes], seconds: float, lost: Callable[[], bool]
) -> list[float]:
    """Delays in milliseconds of the knocks in a stretch. A knock that was lost, and what was made up for it, isn't counted."""
    known = len(process.ask(do="heard")["knocks"])
    sent: list[int] = []

    def ready(number: int) -> bytes:
        if number % KNOCK == 0:
            sent.append(time.monotonic_ns())
        return packets[number % len(packets)]

    await talk([caller], seconds=seconds, say=ready, lost=lost)
    await asyncio.sleep(0.4)
    knocks: list[int] = process.ask(do="heard")["knocks"][known:]
    waited = [[heard - one for heard in knocks if 0 <= heard - one < KNOCK * 20_000_000] for one in sent]
    return [min(found) / 1e6 for found in waited if found]


async def called(process: Process, *, listen: bool) -> Caller:
    """A caller who is connected."""
    caller = Caller()
    answer = process.ask(do="answer", sdp=await caller.offer(), listen=listen)["sdp"]
    if not await asyncio.wait_for(caller.connect(answer), 20):
        raise RuntimeError("a caller of the benchmark didn't connect")
    return caller


async def talk(
    callers: list[Caller], *, seconds: float, say: Callable[[int], bytes], lost: Callable[[], bool] = lambda: False
) -> None:
    """All say something for so long, one after the other within each 20 ms."""
    begun = time.monotonic()
    for number in range(round(seconds / PERIOD)):
        for place, caller in enumerate(callers):
            wait = begun + (number + place / len(callers)) * PERIOD - time.monotonic()
            if wait > 0.001:
                await asyncio.sleep(wait)
            caller.say(say(number), lost=lost())


if __name__ == "__main__":
    main()
