"""What a call over WebRTC costs, and how long its sound takes: ``python -m benchmarks.webrtc [--quick] [--json]``.

Callers in this process, the side that answers in another one (``webrtc_side``): it hears them and speaks to them, live encoded.
``{ours,stock}_core_pct_N``: percent of a core that a call costs the answering process at N calls, both ways: its CPU seconds by
the seconds of sound that were heard and spoken, lest a side that leaves sound out look cheap; ``*_share_N``: how much was.
``webrtc_calls_per_core``: 100 through that at 40. ``*_delay_ms_*``: from a knock's packet to the frame in which it is heard, with
nothing lost, with 3 % lost and after that; Opus's own delay (6.5 ms) is part of it. ``*_added_delay_ms_at_3pct_loss`` and
``*_delay_ms_that_stays``: next to a call at the same time of which nothing is lost. Stock is
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
    for calls in CALLS[-1:] if quick else CALLS:
        for side in SIDES:
            say(f"{calls} calls, {side} …")
            figures |= {
                f"{side}_{name}_{calls}": value for name, value in (await cost(side, calls, 3 if quick else 15)).items()
            }
    for side in SIDES:
        say(f"delay, {side} …")
        figures |= {f"{side}_{name}": value for name, value in (await delays(side, 2 if quick else 20)).items()}
    figures["webrtc_calls_per_core"] = 100 / figures["ours_core_pct_40"]
    figures["added_delay_ms_at_3pct_loss"] = figures["ours_added_delay_ms_at_3pct_loss"]
    ratios = {f"cpu_over_stock_{calls}": figures[f"ours_core_pct_{calls}"] / figures[f"stock_core_pct_{calls}"]
              for calls in CALLS if f"stock_core_pct_{calls}" in figures}  # fmt: skip
    return figures, ratios


async def cost(side: str, calls: int, seconds: float) -> dict[str, float]:
    """What so many calls cost one side."""
    encoder = Encoder(bitrate=32_000, complexity=1)
    packets = [encoder.encode(frame) for frame in sound()]
    with running("benchmarks.webrtc_side", side) as process:
        process.ask(do="heard")
        empty = process.rss()
        callers = [await called(process, listen=False) for _ in range(calls)]
        try:
            await talk(callers, seconds=1, say=lambda number, _: packets[number % len(packets)])
            heard, came = process.ask(do="heard")["frames"], sum(len(one.heard) for one in callers)
            cpu, began = process.cpu(), time.monotonic()
            await talk(callers, seconds=seconds, say=lambda number, _: packets[number % len(packets)])
            spent, lasted = process.cpu() - cpu, time.monotonic() - began
            after = process.ask(do="heard")
            heard, came = after["frames"] - heard, sum(len(one.heard) for one in callers) - came
            due = calls * lasted / PERIOD
            return {
                "core_pct": 100 * spent / ((heard + came) / 2 * PERIOD),
                "heard_share": heard / due,
                "spoken_share": came / due,
                "threads": after["threads"],
                "mib_per_call": (process.rss() - empty) / 2**20 / calls,
            }
        finally:
            await asyncio.gather(*(one.aclose() for one in callers))


async def delays(side: str, seconds: float) -> dict[str, float]:
    """How long sound takes to one side, in three stretches; and how much longer than to a second call at the same time, of which
    nothing is ever lost, so that a busy machine isn't taken for the network."""
    encoder = Encoder(bitrate=32_000, complexity=1)
    knock = (12_000 * np.sin(2 * np.pi * 1_000 * np.arange(FRAME) / 16_000)).astype(np.int16)
    packets = [encoder.encode(knock if number % KNOCK == 0 else SILENCE) for number in range(50 * KNOCK)]
    found = {}
    with running("benchmarks.webrtc_side", side) as process:
        callers = [await called(process, listen=True) for _ in range(2)]
        try:
            await stretch(process, callers, packets, seconds=2, share=0)
            for name, long, share in (("clean", 1, 0.0), ("at_3pct_loss", 2, 0.03), ("after", 1, 0.0)):
                own, other = await stretch(process, callers, packets, seconds=seconds * long, share=share)
                found[f"delay_ms_{name}"], found[f"apart_{name}"] = own, own - other
        finally:
            await asyncio.gather(*(one.aclose() for one in callers))
    clean, lossy, after = (found.pop(f"apart_{name}") for name in ("clean", "at_3pct_loss", "after"))
    return {**found, "added_delay_ms_at_3pct_loss": lossy - clean, "delay_ms_that_stays": after - clean}


async def stretch(
    process: Process, callers: list[Caller], packets: list[bytes], *, seconds: float, share: float
) -> list[float]:
    """The median delay of each caller's knocks in a stretch, in milliseconds; of the first one's packets a share is lost. A knock
    that wasn't heard isn't counted."""
    known = [len(one) for one in process.ask(do="heard")["knocks"]]
    dice = random.Random(7)
    sent: list[list[int]] = [[] for _ in callers]

    def ready(number: int, place: int) -> bytes | None:
        if number % KNOCK == 0:
            sent[place].append(time.monotonic_ns())
        return None if place == 0 and dice.random() < share else packets[number % len(packets)]

    await talk(callers, seconds=seconds, say=ready)
    await asyncio.sleep(0.4)
    heard = [one[begin:] for one, begin in zip(process.ask(do="heard")["knocks"], known, strict=True)]
    return [median_delay(one, knocks) for one, knocks in zip(sent, heard, strict=True)]


def median_delay(sent: list[int], heard: list[int]) -> float:
    """From each knock to the first one heard after it."""
    waited = [min((then - one for then in heard if then >= one), default=0) for one in sent]
    return statistics.median(one / 1e6 for one in waited if 0 < one < KNOCK * PERIOD * 1e9)


async def called(process: Process, *, listen: bool) -> Caller:
    """A caller who is connected."""
    caller = Caller()
    answer = process.ask(do="answer", sdp=await caller.offer(), listen=listen)["sdp"]
    if not await asyncio.wait_for(caller.connect(answer), 20):
        raise RuntimeError("a caller of the benchmark didn't connect")
    return caller


async def talk(callers: list[Caller], *, seconds: float, say: Callable[[int, int], bytes | None]) -> None:
    """All say something for so long, one after the other within each 20 ms: the packet of a frame's and a caller's number, or
    none where it is lost."""
    begun = time.monotonic()
    for number in range(round(seconds / PERIOD)):
        for place, caller in enumerate(callers):
            wait = begun + (number + place / len(callers)) * PERIOD - time.monotonic()
            if wait > 0.001:
                await asyncio.sleep(wait)
            caller.say(say(number, place))


if __name__ == "__main__":
    main()
