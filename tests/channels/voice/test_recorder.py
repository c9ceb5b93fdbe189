"""Recordings reach the disk as they are made, become files of two channels, and lose nothing that a crash needn't take."""

from __future__ import annotations

import errno
import fcntl
import io
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from channels.voice.mixer import FRAME, SILENCE, Frame
from channels.voice.recorder import MOST_BEHIND, About, Track, Writer, left_behind, read_about, seconds_of
from channels.voice.recordings import Recordings, file_of
from gateway.errors import NotFound
from gateway.files import Files, open_objects
from gateway.model import commands as c
from gateway.model.events import CallRecorded, Endpoint
from gateway.store import files as file_rows
from gateway.store.sql import Tx
from gateway.store.store import Store
from speech.frames import RATE
from tests.support.clock import VirtualClock
from tests.support.stores import Place
from tests.support_edge.bench import Bench, on_bench
from tests.support_edge.times import Times

SECOND = 50
"""Frames."""


def tone(hertz: float, number: int) -> Frame:
    """Frame ``number`` of a tone that goes on."""
    at = np.arange(number * FRAME, (number + 1) * FRAME)
    return (9_000 * np.sin(2 * np.pi * hertz * at / RATE)).astype(np.int16)


def recorded(track: Track, seconds: int, *, start: int = 0, rests: bool = False) -> None:
    """The caller sounds 300 Hz and is given 700."""
    track.rest(rests)
    for number in range(start * SECOND, (start + seconds) * SECOND):
        track.tap((number + 1) * 20, tone(300, number), tone(700, number))


def ended(track: Track) -> None:
    done = threading.Event()
    track.end(done.set)
    assert done.wait(10)


def decoded(file: bytes) -> NDArray[np.int16]:
    """Both channels at 16 kHz."""
    parts = []
    with av.open(io.BytesIO(file), "r", format="ogg") as container:
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        for frame in container.decode(audio=0):
            parts += [made.to_ndarray().reshape(-1, 2) for made in resampler.resample(frame)]
    return np.concatenate(parts)


def pitch(sound: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(sound.astype(np.float64)))
    return float(np.argmax(spectrum)) * RATE / sound.size


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "recordings")
    yield made
    made.close()


@pytest.fixture
def stored(store: Store, tmp_path: Path) -> Files:
    return Files(store, open_objects("", tmp_path), limit=10_000_000)


@pytest.fixture
async def times(clock: VirtualClock) -> Times:
    return Times(clock)


@pytest.fixture
async def bench(store: Store, place: Place, times: Times) -> AsyncIterator[Bench]:
    async with on_bench(store, place, times) as running:
        yield running


@pytest.fixture
async def recordings(bench: Bench, stored: Files, writer: Writer) -> AsyncIterator[Recordings]:
    made = Recordings(bench.dispatcher, stored, writer.folder)
    yield made
    await made.aclose()


async def about(bench: Bench, leg: str = "leg1") -> About:
    conversation = (await bench.say("Hello")).conversation
    state = await bench.state(conversation)
    endpoint = Endpoint(inbox=state.endpoint.inbox, identity=state.endpoint.identity, channel="voice")
    await bench.do(conversation, c.StartCall(leg=leg, endpoint=endpoint))
    return About(business=bench.place.business, conversation=conversation, leg=leg)


async def told(bench: Bench, conversation: str) -> list[CallRecorded]:
    return [entry.event for entry in await bench.log(conversation) if isinstance(entry.event, CallRecorded)]


async def bytes_of(stored: Files, business: str, leg: str = "leg1") -> bytes:
    return b"".join([bytes(piece) async for piece in await stored.open(business, file_of(leg))])


async def test_a_call_becomes_a_file_of_two_channels(
    bench: Bench, recordings: Recordings, stored: Files, writer: Writer
) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 3)
    ended(track)
    await recordings.keep_all()

    (event,) = await told(bench, track.about.conversation)
    assert event == CallRecorded(leg="leg1", file=file_of("leg1"), seconds=3, since=0)
    sound = decoded(await bytes_of(stored, bench.place.business))
    assert sound.shape[0] / RATE == pytest.approx(3, abs=0.1)
    caller, given = sound[RATE : 2 * RATE, 0], sound[RATE : 2 * RATE, 1]
    assert pitch(caller) == pytest.approx(300, abs=5) and pitch(given) == pytest.approx(700, abs=5)
    row = await stored.find(bench.place.business, event.file)
    assert (row.conversation, row.type) == (track.about.conversation, "audio/ogg")
    assert list(writer.folder.iterdir()) == []


async def test_while_it_rests_neither_side_is_kept(bench: Bench, recordings: Recordings, stored: Files) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 1)
    recorded(track, 2, start=1, rests=True)
    recorded(track, 1, start=3)
    ended(track)
    await recordings.keep_all()
    sound = decoded(await bytes_of(stored, bench.place.business))
    assert np.abs(sound[RATE * 5 // 4 : RATE * 11 // 4]).max() < 100
    assert np.abs(sound[: RATE * 3 // 4]).max() > 5_000 < np.abs(sound[RATE * 13 // 4 :]).max()


async def test_what_a_busy_node_left_out_is_silence(bench: Bench, recordings: Recordings, stored: Files) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 1)
    recorded(track, 1, start=3)
    ended(track)
    await recordings.keep_all()
    (event,) = await told(bench, track.about.conversation)
    assert event.seconds == 4
    sound = decoded(await bytes_of(stored, bench.place.business))
    assert np.abs(sound[RATE * 5 // 4 : RATE * 11 // 4]).max() < 100 < np.abs(sound[RATE * 13 // 4 :]).max()


async def test_nothing_is_kept_before_it_is_told_to_go_on(writer: Writer, tmp_path: Path) -> None:
    track = writer.begin(About(business="b", conversation="c", leg="l"))
    track.tap(20, tone(300, 0), tone(700, 0))
    ended(track)
    assert set((writer.folder / "l.pcm").read_bytes()) == {0}


async def test_it_begins_where_it_begins(bench: Bench, recordings: Recordings) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 2, start=7)
    ended(track)
    await recordings.keep_all()
    (event,) = await told(bench, track.about.conversation)
    assert (event.since, event.seconds) == (7_000, 2)


async def test_a_second_time_changes_nothing(
    bench: Bench, recordings: Recordings, stored: Files, writer: Writer
) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 2)
    ended(track)
    copies = {path: path.read_bytes() for path in writer.folder.iterdir()}
    await recordings.keep_all()
    for path, body in copies.items():  # as if it had died before it cleared up
        path.write_bytes(body)
    await recordings.keep_all()
    assert len(await told(bench, track.about.conversation)) == 1
    assert list(writer.folder.iterdir()) == []


async def test_what_is_being_written_is_left_alone(bench: Bench, recordings: Recordings, writer: Writer) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 2)
    written = threading.Event()
    recordings._writer._jobs.put(written.set)
    assert written.wait(10)
    await recordings.keep_all()
    assert await told(bench, track.about.conversation) == [] and (writer.folder / "leg1.pcm").exists()
    ended(track)


async def test_an_emptied_conversation_gets_no_recording(bench: Bench, recordings: Recordings, writer: Writer) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 2)
    contact = (await bench.state(track.about.conversation)).contact
    await bench.erasures.ask(bench.place.business, contact, by="anna")
    await bench.logged(track.about.conversation, "redacted", times=2)
    ended(track)
    await recordings.keep_all()
    assert await told(bench, track.about.conversation) == [] and list(writer.folder.iterdir()) == []


async def test_erasure_takes_the_recording_along(bench: Bench, recordings: Recordings, stored: Files) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 2)
    ended(track)
    await recordings.keep_all()
    contact = (await bench.state(track.about.conversation)).contact
    await bench.erasures.ask(bench.place.business, contact, by="anna")
    await bench.logged(track.about.conversation, "redacted", times=3)
    with pytest.raises(NotFound):
        await stored.find(bench.place.business, file_of("leg1"))
    assert file_of("leg1") not in str(await bench.log(track.about.conversation))


async def test_recordings_end_with_their_days(bench: Bench, recordings: Recordings, stored: Files) -> None:
    track = recordings.begin(await about(bench))
    recorded(track, 2)
    ended(track)
    await recordings.keep_all()
    upload = await stored.upload(bench.place.business, _pieces(b"paper"), name="paper.txt", by="olga")

    async def dropped(before: int) -> int:
        def unit(tx: Tx, now: int) -> int:
            return file_rows.drop_recordings(tx, before=before)

        return await bench.store.write(bench.place.business, unit)

    now = bench.times.clock()
    assert await dropped(now - 2 * 24 * 3600 * 1_000_000) == 0
    assert await dropped(now + 1) == 1
    assert (await stored.find(bench.place.business, upload.id)).name == "paper.txt"


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    yield body


# --- faults ---


class FullDisk:
    """A file with room for ``left`` bytes."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.closed = False

    def write(self, data: memoryview) -> int:
        if not self.left:
            raise OSError(errno.ENOSPC, "No space left on device")
        took = min(self.left, len(data))
        self.left -= took
        return took

    def close(self) -> None:
        self.closed = True


def test_a_full_disk_ends_the_recording_and_not_the_call(writer: Writer) -> None:
    track = writer.begin(About(business="b", conversation="c", leg="l"))
    recorded(track, 1)
    done = threading.Event()
    writer._jobs.put(done.set)
    assert done.wait(10)
    assert track._file is not None
    track._file.close()
    disk = FullDisk(left=70_000)
    track._file = disk  # type: ignore[assignment]
    recorded(track, 3, start=1)
    recorded(track, 60, start=4)
    ended(track)
    assert disk.closed and disk.left == 0
    found = read_about(writer.folder / "l.pcm")
    assert found is not None and not found.whole


def _await(event: threading.Event) -> None:
    event.wait(30)


def test_a_disk_that_hangs_costs_no_memory(writer: Writer) -> None:
    hangs = threading.Event()
    track = writer.begin(About(business="b", conversation="c", leg="l"))
    writer._jobs.put(lambda: _await(hangs))
    recorded(track, 120)
    assert track._behind <= MOST_BEHIND + 1
    hangs.set()
    ended(track)
    assert seconds_of(writer.folder / "l.pcm") <= MOST_BEHIND / 2 + 1


_KILLED = """
import sys, threading, signal, os
from pathlib import Path
import numpy as np
from channels.voice.recorder import About, Writer
business, conversation, folder = sys.argv[1:]
writer = Writer(Path(folder))
track = writer.begin(About(business=business, conversation=conversation, leg="leg1"))
track.rest(False)
frame = np.full(320, 900, dtype=np.int16)
for number in range(150):
    track.tap((number + 1) * 20, frame, frame)
written = threading.Event()
writer._jobs.put(written.set)
written.wait(10)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_what_a_killed_process_had_written_becomes_a_file(
    bench: Bench, recordings: Recordings, stored: Files, writer: Writer
) -> None:
    said = await about(bench)
    code = [sys.executable, "-c", _KILLED, said.business, said.conversation, str(writer.folder)]
    assert subprocess.run(code, timeout=60).returncode == -signal.SIGKILL
    (sound,) = left_behind(writer.folder)
    with sound.open("ab") as file:
        file.write(b"\1")  # torn in the midst of a sample
    await recordings.keep_all()
    (event,) = await told(bench, said.conversation)
    assert (event.seconds, event.broken) == (3, True)
    assert decoded(await bytes_of(stored, bench.place.business)).shape[0] / RATE == pytest.approx(3, abs=0.1)


def test_a_lock_tells_that_somebody_writes(writer: Writer) -> None:
    writer.folder.mkdir()
    path = writer.folder / "x.pcm"
    with path.open("xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert left_behind(writer.folder) == []
    assert left_behind(writer.folder) == [path]


async def test_a_sound_of_which_nothing_is_known_is_cleared_away(recordings: Recordings, writer: Writer) -> None:
    writer.folder.mkdir()
    (writer.folder / "x.pcm").write_bytes(SILENCE.tobytes() * 400)
    (writer.folder / "x.json").write_text("{")
    await recordings.keep_all()
    assert list(writer.folder.iterdir()) == []
