"""Voice messages, understood and said by the engines of the calls; and how one of them sounds.

A recording is fed an utterance at a time, as fast as the engine takes it: what waits for an engine stays bounded, and a final is
asked for as in a call.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from channels.voice.cues import Settings
from channels.voice.hearing import Recognition
from channels.voice.voices import Voice
from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Listening, Synthesizer, Words
from speech.decoding import decode
from speech.encoding import encode
from speech.frames import FRAME_BYTES
from speech.speakable import speakable
from speech.streams import closing
from speech.utterances import utterances
from speech.wav import wav

LEAD = 10
"""Frames of silence (0.2 s) behind each utterance."""
ANSWER_WITHIN = 60.0
"""Seconds for an utterance; an order of engines waits less."""
NARRATED_WITHIN = 20.0
"""Seconds until a voice message is spoken, …"""
LONGEST_NARRATED = 9_000
"""… and its frames: three minutes."""
PIECE = 50
"""Frames that are fed in one go, before others have their turn."""


async def transcribe(file: bytes, recognition: Recognition, *, sure: float = Settings().confidence) -> Words:
    """What is said in a file. Raises as ``Transcriber``."""
    said = await asyncio.to_thread(_cut, await decode(file))
    heard = await _understood(recognition, said) if said else []
    spoken = [one for one in heard if one.text.strip()]
    text = " ".join(one.text.strip() for one in spoken)
    long = sum(len(one.text) for one in spoken)
    confidence = sum(one.confidence * len(one.text) for one in spoken) / long if spoken else 1.0
    return Words(text=text, language=recognition.locale, confidence=confidence, sure=confidence >= sure)


async def narrate(text: str, voice: Voice, *, locale: str) -> bytes:
    """A text as a voice message. Raises as ``Narrator``."""
    sound = await _said(voice.parts.synthesizer, text, locale=locale, voice=voice.voice, rate=voice.rate)
    with tempfile.TemporaryDirectory(prefix="switchboard-") as folder:
        said, coded = Path(folder, "said"), Path(folder, "said.ogg")
        await asyncio.to_thread(said.write_bytes, sound)
        await encode(said, coded, channels=1)
        return await asyncio.to_thread(coded.read_bytes)


async def sample(text: str, synthesizer: Synthesizer, *, locale: str, voice: str, rate: float) -> bytes:
    """As ``gateway.ports.Samples``."""
    return wav(await _said(synthesizer, text, locale=locale, voice=voice, rate=rate))


async def _said(synthesizer: Synthesizer, text: str, *, locale: str, voice: str, rate: float) -> bytes:
    sound = bytearray()
    try:
        async with asyncio.timeout(NARRATED_WITHIN):
            told = synthesizer.speak(speakable(text, locale), locale=locale, voice=voice, rate=rate)
            async with closing(told) as frames:
                async for frame in frames:
                    sound += frame
                    if len(sound) > LONGEST_NARRATED * FRAME_BYTES:
                        break
    except TimeoutError as error:
        raise SpeechUnavailable("The synthesizer takes too long.") from error
    if not sound:
        raise SpeechUnavailable("Nothing of this can be spoken.")
    return bytes(sound)


def _cut(sound: bytes) -> list[bytes]:
    return list(utterances(sound))


async def _understood(recognition: Recognition, said: Iterable[bytes]) -> list[Heard]:
    """The finals of all utterances. One whose engine fails is told to the next one that the order has."""
    found: list[Heard] = []
    waiting = list(said)
    failures = 0
    while waiting:
        listening = await recognition.recognizer.listen(locale=recognition.locale, hints=recognition.hints)
        try:
            async with closing(listening.heard()) as told:
                while waiting:
                    found += await _utterance(listening, told, waiting[0])
                    waiting.pop(0)
        except SpeechUnavailable:
            failures += 1
            if failures == 2:
                raise
        finally:
            await listening.aclose()
    return found


async def _utterance(listening: Listening, told: AsyncIterator[Heard], sound: bytes) -> list[Heard]:
    """What is told until the final that was asked for: an engine may end sentences by itself before."""
    frames = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    for at in range(0, len(frames), PIECE):
        for frame in frames[at : at + PIECE]:
            listening.feed(frame)
        await asyncio.sleep(0)
    for _ in range(LEAD):
        listening.feed(bytes(FRAME_BYTES))
    listening.finalize()
    found: list[Heard] = []
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            async for one in told:
                if one.final:
                    found.append(one)
                    return found
    except TimeoutError as error:
        raise SpeechUnavailable("The recognizer keeps its words to itself.") from error
    raise SpeechUnavailable("The recognizer ended by itself.")
