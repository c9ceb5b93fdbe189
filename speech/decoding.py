"""Files of sound, made 16 kHz mono int16 by a process of its own: what a stranger sent is read by code that may crash or hang.

``python -m speech.decoding SECONDS`` reads a file from its input and writes the sound to its output. It ends with ``UNREADABLE``
or ``TOO_LONG`` where it can't, and is bounded in memory and computing time by the kernel.
"""

from __future__ import annotations

import asyncio
import io
import resource
import sys
from asyncio.subprocess import PIPE

from gateway.beside import end, end_with_parent, start
from gateway.errors import Invalid, SpeechUnavailable, TooLarge
from speech.frames import RATE

LONGEST = 300
"""Seconds of a recording that is understood."""
UNREADABLE, TOO_LONG = 3, 4
WITHIN = 30.0
"""Seconds for a whole file."""
MEMORY = 2 * 1024**3
COMPUTING = 20
PACKETS = 200_000
"""Of a file of five minutes with the shortest frames there are, several times over."""
FORMATS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"OggS", "ogg"), (4, b"ftyp", "mov"), (0, b"\x1aE\xdf\xa3", "matroska"), (8, b"WAVE", "wav"), (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"), (0, b"#!AMR", "amr"), (0, b"FORM", "aiff"),
)  # fmt: skip
"""By the first bytes. Only these are opened: FFmpeg also knows lists that lead to other files and hosts."""


def format_of(head: bytes) -> str:
    """FFmpeg's name of a container by its first bytes; "" for none that is opened."""
    found = next((name for at, mark, name in FORMATS if head[at : at + len(mark)] == mark), "")
    if found or len(head) < 2 or head[0] != 0xFF:
        return found
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    return "mp3" if head[1] & 0xE0 == 0xE0 else ""


async def decode(file: bytes, *, longest: int = LONGEST) -> bytes:
    """The sound of a file. Raises ``Invalid`` where it is none, ``TooLarge`` where it lasts longer than ``longest`` seconds, and
    ``SpeechUnavailable`` where the process can't be had."""
    if not format_of(file[:16]):
        raise Invalid("This is no sound that can be read.", field="file")
    try:
        process = await start("speech.decoding", str(longest), stdin=PIPE)
    except OSError as error:
        raise SpeechUnavailable("No process to read a sound with.") from error
    try:
        async with asyncio.timeout(WITHIN):
            sound, _ = await process.communicate(file)
    except TimeoutError as error:
        raise Invalid("This sound takes too long to be read.", field="file") from error
    finally:
        await end(process)
    if process.returncode == TOO_LONG:
        raise TooLarge("This recording is too long to be understood.", limit=longest)
    if process.returncode != 0 or not sound:
        raise Invalid("This is no sound that can be read.", field="file")
    return sound


def main(arguments: list[str]) -> int:
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    longest = int(arguments[0])
    sound = _sound(sys.stdin.buffer.read(), longest)
    if sound is None:
        return UNREADABLE
    if len(sound) > longest * 2 * RATE:
        return TOO_LONG
    sys.stdout.buffer.write(sound)
    return 0


def _sound(file: bytes, longest: int) -> bytes | None:
    """As much as tells that it is longer than ``longest`` seconds, at the most; what comes before a break counts."""
    import av

    sound = bytearray()
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    try:
        with av.open(io.BytesIO(file), "r", format=format_of(file[:16])) as container:
            stream = next(iter(container.streams.audio), None)
            if stream is None:
                return None
            for number, packet in enumerate(container.demux(stream)):
                if number > PACKETS or len(sound) > longest * 2 * RATE:
                    break
                for frame in packet.decode():
                    for made in resampler.resample(frame):
                        sound += bytes(made.planes[0])[: 2 * made.samples]
    except (av.FFmpegError, ValueError, MemoryError):
        return bytes(sound) or None
    return bytes(sound)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
