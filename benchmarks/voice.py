"""What callers wait for: whole calls at a whole node, ``python -m benchmarks.voice [--quick] [--json] [--no-peers]``.

20 callers of another process talk with the example bot over loopback, each asking again 2 to 3 s into the answer; engines of speech are
stubs that take no time, voice activity is Silero.

``first_audio_over_hang_ms_*``: from the frame with the end of the question (its last 20 ms louder than -40 dB) leaving the jitter buffer to the first
frame of the answer being given to the encoder, less the 300 ms of silence that whoever decides on turns waits on purpose: the turn's two commits
and the bot are in it, no transport, so it compares with pipelines that have none. It may be negative: silence that waits in the jitter buffer counts.
``first_audio_at_caller_over_hang_ms_*``: the same for the caller, from that packet leaving them to the first packet of the answer's sound reaching
them. Network, jitter buffer and Opus are in it, too; what the caller's own jitter buffer and loudspeaker take isn't.
``answer_ms_p50``: the whole way with the 300 ms, for one caller after another, with pocketsphinx and espeak-ng, and nothing in any cache.
``barge_in_stop_ms_*``: from the frame that decides that the caller interrupts to the end of the last packet of the prompt that reaches them;
``barge_in_from_voice_ms_*``: from the begin of the sound that interrupts.
``takeover_gap_ms``: silence between the last of the music and the first of the operator. ``operator_connect_ms``: from posting the
operator's offer until each has heard the other. Both at 20 other calls, medians; ``*_max``.
``webrtc_calls_per_core``: as ``benchmarks.webrtc`` has it at 40 calls, with the whole line between ear and mouth;
``node_calls_per_core``: of the whole node, with bot, log and sockets, at 40 calls that talk as above. ``mib_per_call``: what the node grew by from one call to 20.
Peers in the same run: stock aiortc, and pipecat's pipeline (``voice_pipecat``), where they install.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from benchmarks import voice_peer
from benchmarks.report import arguments, report, say
from benchmarks.turn import Process, running
from benchmarks.voice_caller import LOUD, Pace, Phone, Sound, Speech, Utterance
from benchmarks.voice_stubs import tone
from benchmarks.webrtc import cost, delays
from tests.support.voices import frames, speech
from tests.support_edge.clients import Widget, connect_widget, http_client

CALLS, MANY = 20, 40
HANG_MS = 300
PERIOD = 5.0
"""Seconds from one question of a caller's to the next."""
WITHIN = 10.0
CONTINUOUS = 60_000_000
"""Nanoseconds without sound, at most, in the midst of a prompt."""
FRAME_NS = 20_000_000
OPERATOR, CALLER = 1_000, 700
"""Hertz of what they sound when one takes the other's call."""
SENTENCES = (
    "How much is internet per month?", "Internet, what is the price of it?", "And are there any cheaper ones?", "Tell me about your plans, please.",
)  # fmt: skip
"""What they sound, whose begins are soft and hard; the stub recognizer takes each for its own question."""
QUESTIONS = (
    "how much is internet per month", "what are your opening hours", "when is the next payment", "how do I pay my bill",
    "do you have television", "how much is the router", "can I pause my contract",
    "how can I change my plan", "do you have a discount", "what is my balance", "where is your office",
)  # fmt: skip

Figures = dict[str, float]


@dataclass
class Talker:
    """Somebody who calls, and what they have said so far."""

    phone: Phone
    widget: Widget
    leg: str
    conversation: str
    said: list[Utterance] = field(default_factory=list)


@dataclass
class Stage:
    """The node, and everybody who calls it."""

    process: Process
    facts: dict[str, Any]
    http: aiohttp.ClientSession
    pace: Pace
    group: asyncio.TaskGroup
    talkers: list[Talker] = field(default_factory=list)

    async def call(self, *, tones: bool = False) -> Talker:
        """A caller who is connected."""
        url = self.facts["url"]
        widget = await connect_widget(self.http, url, inbox=self.facts["inbox"], token="", page_origin=url)
        await widget.send({"type": "call_soon"})
        await widget.send({"type": "call", "id": "c"})
        begun = await widget.expect("call", id="c")
        phone = Phone(tones=tones)
        await widget.send({"type": "sound", "id": "s", "leg": begun["leg"], "sdp": await phone.offer()})
        answer = await widget.expect("sound", id="s")
        if not await asyncio.wait_for(phone.connect(answer["sdp"]), WITHIN):
            raise RuntimeError("a caller of the benchmark didn't connect")
        talker = Talker(phone, widget, begun["leg"], begun["conversation"])
        self.pace.phones.append(phone)
        self.talkers.append(talker)
        self.group.create_task(_read_on(widget))
        return talker

    async def leave(self, talker: Talker) -> None:
        self.talkers.remove(talker)
        self.pace.phones.remove(talker.phone)
        await talker.widget.send({"type": "hang_up", "id": "h", "leg": talker.leg})
        await asyncio.sleep(0.1)
        await talker.widget.close()
        await talker.phone.aclose()

    async def post(self, path: str, body: object) -> dict[str, Any]:
        """As the operator."""
        url = f"{self.facts['url']}/api/v1/businesses/{self.facts['business']}/{path}"
        headers = {"Cookie": f"switchboard_session={self.facts['session']}", "Origin": self.facts["url"]}
        async with self.http.post(url, headers=headers, json=body) as response:
            answer: dict[str, Any] = await response.json() if response.status == 200 else {}
            if response.status >= 300:
                raise RuntimeError(f"{path}: {response.status} {await response.text()}")
            return answer

    async def ask(self) -> dict[str, Any]:
        """What the node noted since it was asked last."""
        return await asyncio.to_thread(self.process.ask)


@asynccontextmanager
async def on_stage(data: Path, engines: str) -> AsyncIterator[Stage]:
    with running("benchmarks.voice_node", str(data), engines) as process:
        facts = process.read()
        pace = Pace()
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(http_client())
            group = await stack.enter_async_context(asyncio.TaskGroup())
            paces = group.create_task(pace.run())
            stage = Stage(process, facts, http, pace, group)
            try:
                yield stage
            finally:
                for talker in list(stage.talkers):
                    await stage.leave(talker)
                paces.cancel()


async def _read_on(widget: Widget) -> None:
    """A page that reads nothing is sent away."""
    with suppress(aiohttp.ClientError):
        async for _ in widget.ws:
            pass


def main() -> None:
    """The command line."""
    parser = arguments(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--no-peers", action="store_true", help="neither pipecat nor stock aiortc (a quick run is without pipecat)"
    )
    options = parser.parse_args()
    report(*uvloop.run(measure(quick=options.quick, peers=not options.no_peers)), as_json=options.json)


async def measure(*, quick: bool, peers: bool) -> tuple[Figures, Figures]:
    """Figures and ratios."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        async with on_stage(Path(folder), "stub") as stage:
            figures |= await whole_calls(stage, seconds=4 if quick else 60, takeovers=1 if quick else 10)
            if not quick:
                figures |= await whole_cost(stage, 15)
        say("pocketsphinx and espeak-ng …")
        async with on_stage(Path(folder), "local") as stage:
            figures |= await local_answers(stage, QUESTIONS[:2] if quick else QUESTIONS)
    for side in ("line", "stock") if peers else ("line",):
        say(f"{MANY} calls, {side} …")
        found = await cost(side, MANY, 1 if quick else 10)
        figures |= {f"{side}_{name}_{MANY}": found[name] for name in ("core_pct", "heard_share", "spoken_share")}
    figures["webrtc_calls_per_core"] = 100 / figures[f"line_core_pct_{MANY}"]
    for side in ("ours", "stock") if peers and not quick else ("ours",):
        say(f"delay, {side} …")
        found = await delays(side, 1 if quick else 10)
        figures |= {f"{side}_{name}": found[name] for name in ("added_delay_ms_at_3pct_loss", "delay_ms_that_stays")}
    figures["added_delay_ms_at_3pct_loss"] = figures["ours_added_delay_ms_at_3pct_loss"]
    if peers and not quick:
        figures |= await asyncio.to_thread(voice_peer.measure, (1, CALLS), 20)
    theirs = {name: one for name in figures if (one := figures.get(f"pipecat_{name}_{CALLS}"))}
    return figures, {f"{name}_over_pipecat": figures[name] / one for name, one in theirs.items()}


# --- what callers hear ---


async def whole_calls(stage: Stage, *, seconds: float, takeovers: int) -> Figures:
    """Questions, answers and interruptions of 20 callers, then operators who take further calls while those go on."""
    say(f"{CALLS} calls, stub engines …")
    await stage.call()
    await asyncio.sleep(1)
    first = stage.process.rss()
    for _ in range(CALLS - 1):
        await stage.call()
    talks = [stage.group.create_task(ask_on(one, place / CALLS)) for place, one in enumerate(stage.talkers)]
    talkers = list(stage.talkers)
    await asyncio.sleep(PERIOD)
    await stage.ask()
    cpu, begun = stage.process.cpu(), time.monotonic()
    await asyncio.sleep(seconds)
    spent = (stage.process.cpu() - cpu) / (time.monotonic() - begun)
    notes = (await stage.ask())["notes"]
    grown = stage.process.rss() - first
    figures = {f"node_core_pct_{CALLS}": 100 * spent / CALLS, "mib_per_call": grown / 2**20 / (CALLS - 1)}
    figures |= heard_by(talkers, notes)
    say(f"{takeovers} operators …")
    figures |= await taken_over(stage, takeovers)
    for talk in talks:
        talk.cancel()
    return figures


async def ask_on(talker: Talker, share: float) -> None:
    """Asks again and again, out of step with the others."""
    sentences = itertools.cycle(map(asked, SENTENCES))
    await asyncio.sleep(share * PERIOD)
    while True:
        talker.said.append(talker.phone.speak(next(sentences)))
        await asyncio.sleep(PERIOD)


@cache
def asked(text: str) -> Speech:
    """A sentence, without what is silent before and behind it."""
    whole = Speech.of(frames(speech(text, "en-us")))
    return Speech(whole.packets[: whole.last + 1], whole.first, whole.last)


def heard_by(talkers: Sequence[Talker], notes: list[tuple[str, str, int]]) -> Figures:
    """From what each caller said and heard, and what the node noted."""
    noted: dict[tuple[str, str], list[int]] = {}
    for leg, what, at in notes:
        noted.setdefault((leg, what), []).append(at)
    answers, stops, voices, lines, commits = [], [], [], [], []
    for talker in talkers:
        loud = [one for one in talker.phone.sounds if one.peak >= LOUD]
        for utterance in talker.said:
            said = after(noted.get((talker.leg, "said"), []), utterance.over)
            first = after([one.at for one in loud], utterance.over)
            if not (utterance.ended and said and first and first < utterance.over + PERIOD * 1e9):
                continue  # said before the node was asked for its notes, or not answered yet
            answers.append((first - utterance.over) / 1e6 - HANG_MS)
            quiet = max(
                (one for one in noted.get((talker.leg, "quiet"), []) if utterance.began < one < said), default=0
            )
            sounds = after(noted.get((talker.leg, "sounds"), []), said)
            if quiet and sounds:
                lines.append((sounds - quiet) / 1e6 - HANG_MS)
            commits.append((after(noted.get((talker.leg, "say"), []), said) - said) / 1e6)
            decided = after(noted.get((talker.leg, "decided"), []), utterance.began)
            silent = silence_after(loud, utterance.began)
            if silent and utterance.began < decided < utterance.over:
                stops.append((silent - decided) / 1e6)
                voices.append((silent - utterance.began + FRAME_NS) / 1e6)
    return {
        "questions": len(answers), "interruptions": len(stops),
        **spread("first_audio_over_hang_ms", lines), **spread("first_audio_at_caller_over_hang_ms", answers), **spread("said_to_say_ms", commits),
        **spread("barge_in_stop_ms", stops), **spread("barge_in_from_voice_ms", voices),
    }  # fmt: skip


def after(instants: Sequence[int], at: int) -> int:
    """The first of them after ``at``; 0: none."""
    return min((one for one in instants if one > at), default=0)


def silence_after(loud: Sequence[Sound], at: int) -> int:
    """When what sounded at an instant was over; 0 where nothing did."""
    last = max((one.at for one in loud if one.at <= at), default=0)
    if at - last > CONTINUOUS:
        return 0
    for one in loud:
        if one.at > last:
            if one.at - last > CONTINUOUS:
                break
            last = one.at
    return last + FRAME_NS


def spread(name: str, values: Sequence[float]) -> Figures:
    if len(values) < 2:
        return {}
    return {
        f"{name}_p50": statistics.median(values),
        f"{name}_p99": statistics.quantiles(values, n=100, method="inclusive")[98],
    }


# --- operators ---


async def taken_over(stage: Stage, times: int) -> Figures:
    """One call after another is taken over while it waits with music."""
    gaps, connects = [], []
    for _ in range(times):
        talker = await stage.call(tones=True)
        await stage.post(f"conversations/{talker.conversation}/take", {})
        mine = talker.phone
        mine.speak(sounding(CALLER))
        await until(lambda: mine.sounds and mine.sounds[-1].hertz < 400 and mine.sounds[-1].peak > 2_000)  # noqa: B023
        operator = Phone(tones=True)
        offer = await operator.offer()
        posted = time.monotonic_ns()
        answer = await stage.post(f"legs/{talker.leg}/sound", {"sdp": offer})
        if not await asyncio.wait_for(operator.connect(answer["sdp"]), WITHIN):
            raise RuntimeError("an operator of the benchmark didn't connect")
        operator.speak(sounding(OPERATOR))
        stage.pace.phones.append(operator)
        await until(lambda: hears(mine, OPERATOR) and hears(operator, CALLER))  # noqa: B023
        theirs = hears(mine, OPERATOR)
        before = max(one.at for one in mine.sounds if one.at < theirs)
        gaps.append((theirs - before - FRAME_NS) / 1e6)
        connects.append((max(theirs, hears(operator, CALLER)) - posted) / 1e6)
        stage.pace.phones.remove(operator)
        await operator.aclose()
        await stage.leave(talker)
    return {
        "takeover_gap_ms": statistics.median(gaps), "takeover_gap_ms_max": max(gaps),
        "operator_connect_ms": statistics.median(connects), "operator_connect_ms_max": max(connects),
    }  # fmt: skip


@cache
def sounding(hertz: int) -> Speech:
    """Half a minute of a tone; made once, since it takes a while."""
    return Speech.of(tone(hertz, 6_000) * 30)


def hears(phone: Phone, hertz: int) -> int:
    """When a tone was heard first; 0: not yet."""
    return next((one.at for one in phone.sounds if one.hertz == hertz and one.peak >= LOUD), 0)


async def until(condition: Any) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():
            await asyncio.sleep(0.005)


# --- what it costs, and real engines ---


async def whole_cost(stage: Stage, seconds: float) -> Figures:
    """The node at twice as many calls."""
    say(f"{MANY} calls, stub engines …")
    while len(stage.talkers) < MANY:
        await stage.call()
    talks = [stage.group.create_task(ask_on(one, place / MANY)) for place, one in enumerate(stage.talkers)]
    await asyncio.sleep(PERIOD)
    left_out = (await stage.ask())["left_out"]
    cpu, begun = stage.process.cpu(), time.monotonic()
    await asyncio.sleep(seconds)
    spent = (stage.process.cpu() - cpu) / (time.monotonic() - begun)
    left_out = (await stage.ask())["left_out"] - left_out
    for talk in talks:
        talk.cancel()
    return {
        f"node_core_pct_{MANY}": 100 * spent / MANY,
        "node_calls_per_core": MANY / spent,
        f"ticks_left_out_pct_{MANY}": 100 * left_out / (seconds * 50),
    }


async def local_answers(stage: Stage, questions: Sequence[str]) -> Figures:
    """Each question once, in one call."""
    talker = await stage.call()
    await asyncio.sleep(8)  # the greeting, and what the recognizer learns
    await stage.ask()
    waited = []
    for text in questions:
        utterance = talker.phone.speak(asked(text))
        talker.said.append(utterance)
        with suppress(TimeoutError):
            await until(lambda: utterance.ended and first_sound(talker, utterance))  # noqa: B023
            waited.append((first_sound(talker, utterance) - utterance.over) / 1e6)
        await asyncio.sleep(2)
    if not waited:
        say("no question was answered with pocketsphinx and espeak-ng")
        return {}
    return {"answer_ms_p50": statistics.median(waited), "answer_ms_max": max(waited), "answers": len(waited)}


def first_sound(talker: Talker, utterance: Utterance) -> int:
    return after([one.at for one in talker.phone.sounds if one.peak >= LOUD], utterance.over)


if __name__ == "__main__":
    main()
