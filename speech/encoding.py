"""Recordings of calls, made Opus in OGG by a process of its own.

``python -m speech.encoding FROM TO CHANNELS`` reads 16 kHz int16, two channels side by side, or one (a voice message), and writes the
file.
"""

from __future__ import annotations

import asyncio
import sys
from fractions import Fraction
from pathlib import Path

from gateway.beside import end, end_with_parent, start
from gateway.errors import SpeechUnavailable
from speech.frames import RATE

WITHIN = 600.0
"""Seconds for a whole recording: an hour takes about half a minute."""
BITS = 48_000
"""A second, for both channels: enough to keep them apart. One has half of it."""
PIECE = 4 * RATE
"""Bytes that are read at once: a second of two channels."""


async def encode(sound: Path, to: Path, *, channels: int = 2) -> None:
    """Raises ``SpeechUnavailable`` where nothing came of it."""
    try:
        process = await start("speech.encoding", str(sound), str(to), str(channels))
    except OSError as error:
        raise SpeechUnavailable("No process to encode a recording with.") from error
    try:
        async with asyncio.timeout(WITHIN):
            _, said = await process.communicate()
    except TimeoutError as error:
        raise SpeechUnavailable("A recording takes too long to be encoded.") from error
    finally:
        await end(process)
    if process.returncode != 0:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise SpeechUnavailable(f"A recording can't be encoded ({' '.join(last)}).")


def main(arguments: list[str]) -> int:
    import av

    end_with_parent()
    sound, to, channels = arguments
    layout, width = ("stereo", 4) if channels == "2" else ("mono", 2)
    at = 0
    with open(sound, "rb") as source, av.open(to, "w", format="ogg") as output:
        stream = output.add_stream("libopus", rate=48_000, layout=layout, options={"application": "voip"})
        stream.bit_rate = BITS * width // 4
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=48_000, frame_size=960)
        while piece := source.read(PIECE):
            piece = piece[: len(piece) // width * width]  # a crash may have cut it anywhere
            if not piece:
                break
            frame = av.AudioFrame(format="s16", layout=layout, samples=len(piece) // width)
            frame.planes[0].update(piece)
            frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), at
            at += len(piece) // width
            for made in resampler.resample(frame):
                output.mux(stream.encode(made))
        for made in resampler.resample(None):
            output.mux(stream.encode(made))
        output.mux(stream.encode(None))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
