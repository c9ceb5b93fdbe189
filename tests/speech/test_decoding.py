"""Files of strangers become sound, or a refusal: never a crash of ours, nor a look at other files."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest

from gateway.errors import Invalid, TooLarge
from speech.decoding import decode, format_of
from speech.frames import RATE


def encoded(container: str, codec: str, *, seconds: float = 2.0, rate: int = 48_000, layout: str = "mono") -> bytes:
    """A file with a tone of 440 Hz."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        channels = 2 if layout == "stereo" else 1
        at = np.arange(int(seconds * rate))
        wave = (12_000 * np.sin(2 * np.pi * 440 * at / rate)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, channels).reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    ("container", "codec", "rate", "layout"),
    [
        ("ogg", "libopus", 48_000, "mono"),
        ("webm", "libopus", 48_000, "stereo"),
        ("mp4", "aac", 44_100, "stereo"),
        ("mp3", "libmp3lame", 44_100, "stereo"),
        ("wav", "pcm_s16le", 8_000, "mono"),
        ("flac", "flac", 22_050, "mono"),
        ("adts", "aac", 16_000, "mono"),
    ],
)
async def test_what_messengers_and_browsers_record_is_read(container: str, codec: str, rate: int, layout: str) -> None:
    sound = np.frombuffer(await decode(encoded(container, codec, rate=rate, layout=layout)), dtype=np.int16)
    assert sound.size / RATE == pytest.approx(2, abs=0.15)
    spectrum = np.abs(np.fft.rfft(sound[RATE // 2 : RATE * 3 // 2].astype(np.float64)))
    assert int(np.argmax(spectrum)) == pytest.approx(440, abs=3)


async def test_it_may_be_too_long() -> None:
    file = encoded("ogg", "libopus", seconds=4)
    with pytest.raises(TooLarge):
        await decode(file, longest=3)
    assert await decode(file, longest=5)


async def test_a_file_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    file = encoded("ogg", "libopus", seconds=8)
    assert 0 < len(await decode(file[: len(file) // 2])) < 8 * 2 * RATE


HOSTILE = {
    "nothing": b"",
    "text": b"hello there, this is no sound",
    "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "list of files": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "head alone": b"OggS",
    "noise": b"OggS" + np.random.default_rng(1).bytes(50_000),
    "film of noise": b"\0\0\0\x18ftypisom" + np.random.default_rng(2).bytes(50_000),
    "matroska of noise": b"\x1aE\xdf\xa3" + np.random.default_rng(3).bytes(50_000),
    "wave of lies": b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\x7f" + bytes(100),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_files_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        await decode(HOSTILE[name])


async def test_a_film_without_sound_has_nothing_to_say(tmp_path: Path) -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with pytest.raises(Invalid):
        await decode(file.getvalue())


def test_lists_that_lead_elsewhere_are_no_format_of_ours() -> None:
    assert format_of(b"#EXTM3U\n") == format_of(b"ffconcat version") == format_of(b"") == format_of(b"\xff") == ""
