"""What a call's line costs beside its carrier and its engines: ``python -m benchmarks.line [--quick] [--json]``.

40 lines with stub engines are stepped in virtual time, each caller speaking a third of the time, out of step with one another.
``{loud,silero}_{quiet,prompt,people}_tick_ms_{p50,p99}``: CPU milliseconds of a tick of them all, without voice activity of worth and
with Silero; while nobody speaks to the caller, while a prompt is spoken, while two people talk and both are understood.
``..._line_us``: the median by line. ``line_core_pct``: of a core, a line with Silero and a prompt.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.report import arguments, report, say
from channels.voice.line import CALLER
from channels.voice.mixer import Frame
from speech.activity import Activities, Silero
from tests.channels.voice import sounds
from tests.channels.voice.virtual_line import Loudness, StubCarrier, StubRecognizer, VirtualCall, recognition, run

LINES = 40
PERIOD_MS = 20
TEXT = "Hello there, this is what is said to whoever waits. " * 200
ACTIVITIES: dict[str, Callable[[], Activities]] = {"loud": Loudness, "silero": Silero}
WAYS = ("quiet", "prompt", "people")


class Looping(StubCarrier):
    """Sounds the same over and over, from a frame of its own on, and keeps nothing."""

    def __init__(self, frames: Sequence[Frame], begin: int) -> None:
        super().__init__()
        self._frames = frames
        self._place = begin

    def take(self, at: int) -> Frame | None:
        self._place = (self._place + 1) % len(self._frames)
        return self._frames[self._place]

    def give(self, frame: Frame) -> None:
        """Nobody hears it."""


def main() -> None:
    """The command line."""
    options = arguments(__doc__.splitlines()[0] if __doc__ else "").parse_args()
    report(*measure(quick=options.quick), as_json=options.json)


def measure(*, quick: bool) -> tuple[dict[str, float], dict[str, float]]:
    """Figures, and no ratios."""
    figures: dict[str, float] = {}
    for name, model in ACTIVITIES.items():
        for way in WAYS:
            say(f"{LINES} lines, {name}, {way} …")
            ticks = run(stepped(model(), way, seconds=6 if quick else 30))
            figures[f"{name}_{way}_tick_ms_p50"] = statistics.median(ticks)
            figures[f"{name}_{way}_tick_ms_p99"] = statistics.quantiles(ticks, n=100)[98]
            figures[f"{name}_{way}_line_us"] = 1_000 * statistics.median(ticks) / LINES
    figures["line_core_pct"] = figures["silero_prompt_line_us"] / 1_000 / PERIOD_MS * 100
    return figures, {}


async def stepped(model: Activities, way: str, *, seconds: float) -> list[float]:
    """CPU milliseconds of each tick, but for those of the first two seconds."""
    calls = [call(model, way, number) for number in range(LINES)]
    ticks: list[float] = []
    for _ in range(round(seconds * 1_000 / PERIOD_MS)):
        await asyncio.sleep(PERIOD_MS / 1_000)
        begun = time.thread_time_ns()
        for one in calls:
            one.at += PERIOD_MS
            one.line.prepare(one.at)
        for one in calls:
            one.line.step(one.at)
        ticks.append((time.thread_time_ns() - begun) / 1e6)
    for one in calls:
        await one.line.aclose()
    return ticks[2_000 // PERIOD_MS :]


def call(model: Activities, way: str, number: int) -> VirtualCall:
    """A call whose caller speaks on and on."""
    speech = sounds.speech("I would like to know where my order is, please")
    loop = sounds.frames(np.concatenate([speech, sounds.silence(6_000)]))
    made = VirtualCall(recognizer=endless(), activities=model)
    made.connect(Looping(loop, 7 * number), CALLER)
    if way == "prompt":
        made.say("prompt", TEXT, protected=True)
    elif way == "people":
        made.line.leave_to_people()
        made.connect(Looping(loop, 11 * number + 200), "operator")
        made.line.understand("operator", recognition(endless()))
    return made


def endless() -> StubRecognizer:
    """Understands the same in every utterance."""
    return StubRecognizer(["I would like to know"] * 1_000)


if __name__ == "__main__":
    main()
