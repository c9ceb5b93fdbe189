"""Engines in processes of their own: streams, breakdowns, hangs, and how they end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import psutil
import pytest

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints
from speech.frames import FRAME_BYTES
from speech.line import Patience, Speaking
from speech.pool import LONGEST, Plan, Pool
from speech.wire import AHEAD

FRAME = b"\1\0" * (FRAME_BYTES // 2)
Make = Callable[..., Pool]
NOTHING = Hints()


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[Pool] = []

    def build(*, processes: int = 1, streams: int = 8, idle: float = 300.0, **patience: float) -> Pool:
        plan = Plan(
            name="The toy", module="tests.speech.toy_engine", processes=processes, streams=streams, idle=idle,
            patience=Patience(**patience),
        )  # fmt: skip
        made.append(Pool(plan))
        return made[-1]

    yield build
    for pool in made:
        await pool.aclose()


def does(what: str) -> Hints:
    return Hints(version=what)


async def final_of(listening: object) -> Heard:
    return await anext(one async for one in listening.heard() if one.final)  # type: ignore[attr-defined]


async def understood(pool: Pool, frames: int, hints: Hints = NOTHING) -> str:
    listening = await pool.listen(locale="en", hints=hints)
    for _ in range(frames):
        listening.feed(FRAME)
    listening.finalize()
    final = await final_of(listening)
    await listening.aclose()
    return final.text


async def fails(pool: Pool, hints: Hints) -> str:
    with pytest.raises(SpeechUnavailable) as told:
        await understood(pool, 5, hints)
    return str(told.value)


def processes() -> list[int]:
    return [
        child.pid
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and "speech.worker" in child.cmdline()
    ]


async def test_sound_goes_in_and_what_was_said_comes_out(make: Make) -> None:
    assert (await understood(make(), 12)).startswith("12 frames")


async def test_each_utterance_begins_where_the_one_before_ended(make: Make) -> None:
    listening = await make().listen(locale="en", hints=does(""))
    begun = []
    for frames in (3, 7, 2):
        for _ in range(frames):
            listening.feed(FRAME)
        listening.finalize()
        begun.append((await final_of(listening)).since)
    assert begun == [0, 60, 200]


async def test_many_speakers_share_one_process_and_are_not_mixed_up(make: Make) -> None:
    pool = make()
    told = await asyncio.gather(*(understood(pool, frames) for frames in range(1, 9)))
    assert [text.split()[0] for text in told] == [str(frames) for frames in range(1, 9)]
    assert len({text.split()[3] for text in told}) == 1 == len(processes())


async def test_where_all_are_full_another_process_is_begun_and_no_more_than_may_be(make: Make) -> None:
    pool = make(processes=2, streams=2)
    open_ones = [await pool.listen(locale="en", hints=does("")) for _ in range(6)]
    assert len(processes()) == 2
    assert len(open_ones) == 6


async def test_process_is_begun_at_the_first_need_and_kept(make: Make) -> None:
    pool = make()
    assert processes() == []
    assert await understood(pool, 1) == await understood(pool, 1)


async def test_process_that_nobody_uses_ends_and_the_next_one_gets_another(make: Make) -> None:
    pool = make(idle=0.0)
    first = await understood(pool, 1)
    process = pool._processes[0]
    await process._reading
    assert not process.lives
    assert await understood(pool, 1) != first


async def test_partial_is_replaced_by_a_later_one_that_nobody_read_before(make: Make) -> None:
    listening = await make().listen(locale="en", hints=does(""))
    for _ in range(50):
        listening.feed(FRAME)
    listening.finalize()
    assert (await final_of(listening)).text.startswith("50 frames")
    assert len(listening._heard) <= 1


async def test_unknown_language_is_told_at_once(make: Make) -> None:
    with pytest.raises(SpeechUnavailable, match="doesn't know 'xx'"):
        await make().listen(locale="xx", hints=does(""))


async def test_fault_in_the_engine_ends_one_stream_alone(make: Make) -> None:
    pool = make()
    beside = await pool.listen(locale="en", hints=does(""))
    assert "a fault of the engine's own" in await fails(pool, does("err"))
    beside.feed(FRAME)
    beside.finalize()
    assert (await final_of(beside)).text.startswith("1 frames")


@pytest.mark.parametrize(("what", "said"), [("die", "broke down"), ("hang", "hangs"), ("hang at the end", "hangs")])
async def test_process_that_dies_or_hangs_fails_all_its_streams_and_is_begun_anew(
    make: Make, what: str, said: str
) -> None:
    pool = make(hang=0.4)
    beside = await pool.listen(locale="en", hints=does(""))
    assert said in await fails(pool, does(what))
    with pytest.raises(SpeechUnavailable, match=said):
        await final_of(beside)
    assert (await understood(pool, 3)).startswith("3 frames")


async def test_engine_that_never_gets_ready_is_given_up(make: Make) -> None:
    pool = make(hang=0.4, load=0.5)
    with pytest.raises(SpeechUnavailable, match="hangs"):
        await pool.listen(locale="en", hints=does("never ready"))


async def test_whoever_gives_up_waiting_for_an_engine_leaves_nothing(make: Make) -> None:
    pool = make()
    await understood(pool, 1)
    waiting = asyncio.create_task(pool.listen(locale="en", hints=does("never ready")))
    while not pool._processes[0].lines:
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert pool._processes[0].lines == {}


async def test_engine_that_falls_behind_fails_the_stream_before_memory_does(make: Make) -> None:
    listening = await make(late=1.0).listen(locale="en", hints=does("hang"))
    for _ in range(1000):
        listening.feed(FRAME)
    with pytest.raises(SpeechUnavailable, match="can't keep up"):
        await final_of(listening)
    assert listening._behind <= 1000 // 20 * FRAME_BYTES


async def test_finals_that_nobody_reads_fail_the_stream(make: Make) -> None:
    listening = await make().listen(locale="en", hints=does(""))
    for _ in range(200):
        listening.finalize()
    while listening._live:
        await listening._wait()
    assert "Nobody reads" in str(listening._error)


async def test_closed_stream_takes_no_more_and_ends_its_reader(make: Make) -> None:
    pool = make()
    listening = await pool.listen(locale="en", hints=does(""))
    reader = asyncio.create_task(anext(listening.heard(), None))
    await listening.aclose()
    await listening.aclose()
    listening.feed(FRAME)
    listening.finalize()
    assert await reader is None


async def test_speech_comes_in_frames_and_what_a_library_prints_is_not_among_them(make: Make) -> None:
    frames = [frame async for frame in make().speak("one two three", locale="en")]
    assert [frame.rstrip(b"\0") for frame in frames] == [b"one", b"two", b"three"]
    assert {len(frame) for frame in frames} == {FRAME_BYTES}


async def test_long_text_is_made_only_as_fast_as_it_is_taken(make: Make) -> None:
    pool = make()
    count = 0
    async for _ in pool.speak("word " * 5_000, locale="en"):
        (line,) = pool._processes[0].lines.values()
        assert isinstance(line, Speaking) and len(line._pieces) <= AHEAD
        count += 1
    assert count == LONGEST // len("word ")


async def test_flood_of_hints_is_cut(make: Make) -> None:
    flood = Hints(version="flood", phrases=("х" * 10_000,) * 100_000)
    assert (await understood(make(), 1, flood)).endswith(" 5000 hints")


async def test_process_that_dies_while_it_speaks_says_so(make: Make) -> None:
    with pytest.raises(SpeechUnavailable, match="broke down"):
        [frame async for frame in make().speak("one die", locale="en")]


async def test_after_the_end_no_process_is_left_and_none_begins(make: Make) -> None:
    pool = make()
    await understood(pool, 1)
    await pool.aclose()
    assert processes() == []
    with pytest.raises(SpeechUnavailable, match="shut down"):
        await understood(pool, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signal_to_all_of_us_leaves_calls_their_engine(make: Make, number: signal.Signals) -> None:
    pool = make()
    before = await understood(pool, 1)
    pool._processes[0]._process.send_signal(number)
    assert await understood(pool, 1) == before


ORPHAN = """
import asyncio
from gateway.ports import Hints
from speech.pool import LONGEST, Plan, Pool
from speech.wire import AHEAD

async def main():
    pool = Pool(Plan(name="The toy", module="tests.speech.toy_engine"))
    await pool.listen(locale="en", hints=Hints(version=%r))
    print(pool._processes[0]._process.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("engine", ["", "hang"])
async def test_server_that_is_killed_leaves_no_process(engine: str) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ORPHAN % engine, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert server.stdout is not None
    process = psutil.Process(int(await server.stdout.readline()))
    server.send_signal(signal.SIGKILL)
    await server.wait()
    with suppress(psutil.NoSuchProcess):
        await asyncio.to_thread(process.wait, 30)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
