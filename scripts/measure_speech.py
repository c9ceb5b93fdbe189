"""How much of what is said pocketsphinx understands: ``python -m scripts.measure_speech en [--noise 15] [--telephone]``.

Phrases of the example business, held-out messages about the same things, and another language, spoken by espeak-ng in three voices.
The same sounds each time; the figures of docs/voice.md.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from pathlib import Path

import av
import msgspec
import numpy as np
import yaml

from bot.content import read_content
from gateway.language import is_cyrillic
from gateway.ports import Heard
from speech.espeak import Espeak
from speech.frames import FRAME_BYTES, RATE, Framer
from speech.sound import Resampler
from speech.sphinx.engine import SphinxEar, build, make_decoder
from speech.sphinx.phrases import tokens

LANTERN = Path(__file__).parents[1] / "examples" / "lantern"
VOICES = {"en": ("en-us", "en-us+m3", "en-us+f2"), "ru": ("ru", "ru+m3", "ru+f2")}
OTHER = {"en": "ru", "ru": "en"}
SURE = 0.5


class Said(msgspec.Struct):
    kind: str
    text: str
    voice: str


def choose(language: str) -> tuple[list[str], list[Said]]:
    """The bot's phrases, and what will be said: 30 of them, 20 held-out messages, 15 in the other language."""
    phrases = [one.text for intent in read_content(LANTERN).content.intents for one in intent.examples]
    phrases = [text for text in phrases if language_of(text) == language]
    held = yaml.safe_load((LANTERN / "tests" / "holdout.yml").read_text("utf-8"))["nlu"]
    messages = {
        within: [
            line[2:]
            for entry in held
            if (entry["intent"] != "out_of_scope") == within
            for line in entry["examples"].splitlines()
        ]
        for within in (True, False)
    }
    chance = random.Random(5)
    short = [text for text in phrases if 2 <= len(tokens(text)) <= 8]
    chosen = [("phrase", text) for text in chance.sample(short, 30)]
    chosen += [
        ("other words", text)
        for text in chance.sample([one for one in messages[True] if language_of(one) == language], 20)
    ]
    foreign = [text for text in messages[False] if language_of(text) != language]
    said = [Said(kind, text, VOICES[language][place % 3]) for place, (kind, text) in enumerate(chosen)]
    said += [
        Said("foreign", text, VOICES[OTHER[language]][place % 3])
        for place, text in enumerate(chance.sample(foreign, 15))
    ]
    return phrases, said


def language_of(text: str) -> str:
    return "ru" if any(map(is_cyrillic, text.split())) else "en"


async def speak(said: Said) -> bytes:
    return b"".join([frame async for frame in Espeak().speak(said.text, locale=said.voice[:2], voice=said.voice)])


def with_noise(sound: bytes, decibels: float, seed: int) -> bytes:
    """White noise so far below the sound."""
    clean = np.frombuffer(sound, dtype="<i2").astype(float)
    noise = np.random.default_rng(seed).standard_normal(len(clean)) * np.sqrt((clean**2).mean()) / 10 ** (decibels / 20)
    return bytes(np.clip(clean + noise, -32768, 32767).astype("<i2").tobytes())


def by_telephone(sound: bytes) -> bytes:
    """Through 8,000 samples a second and back."""
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(sound) // 2)
    frame.planes[0].update(sound)
    frame.sample_rate = RATE
    down, up = av.AudioResampler(format="s16", layout="mono", rate=8_000), Resampler(8_000)
    narrow = b"".join(bytes(one.planes[0])[: 2 * one.samples] for one in (*down.resample(frame), *down.resample(None)))
    return up.feed(narrow) + up.end()


def hear(ear: SphinxEar, sound: bytes) -> tuple[Heard, int, float, float]:
    """What is understood of a sound between two silences; its frames; seconds of computing for it, and for the final."""
    framer = Framer()
    frames = [bytes(FRAME_BYTES)] * 25 + framer.feed(sound) + framer.end() + [bytes(FRAME_BYTES)] * 20
    begun = time.process_time()
    for at in range(0, len(frames), 5):
        list(ear.feed(b"".join(frames[at : at + 5])))
    ended = time.process_time()
    (final,) = ear.finalize()
    return final, len(frames), ended - begun, time.process_time() - ended


def errors(meant: tuple[str, ...], heard: tuple[str, ...]) -> float:
    """Words changed, left out or put in, for each word that was meant."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(meant, 1):
        before, row[0] = row[:], place
        for at, other in enumerate(heard, 1):
            row[at] = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (word != other))
    return row[-1] / len(meant)


async def measure(language: str, noise: float | None, telephone: bool) -> None:
    phrases, said = choose(language)
    begun = time.process_time()
    built = build(language, phrases)
    print(f"{len(phrases)} phrases, built in {time.process_time() - begun:.2f} s")
    ear = SphinxEar(make_decoder(built), built.book, lambda: None)
    found: dict[str, list[tuple[bool, float, bool]]] = {}
    frames, computing = 0, 0.0
    finals: list[float] = []
    for place, one in enumerate(said):
        sound = await speak(one)
        sound = with_noise(sound, noise, place) if noise is not None else sound
        final, length, took, last = hear(ear, by_telephone(sound) if telephone else sound)
        frames, computing = frames + length, computing + took
        finals.append(last)
        meant, heard = tokens(one.text), tuple(word.text for word in final.words)
        sure = bool(heard) and final.confidence >= SURE
        found.setdefault(one.kind, []).append((meant == heard, errors(meant, heard), sure))
    for kind, rows in found.items():
        right, wrong = sum(row[0] for row in rows), sum(row[1] for row in rows) / len(rows)
        certain = sum(row[2] for row in rows)
        print(f"{kind}: {right} of {len(rows)} word by word, word errors {wrong:.0%}, sure of {certain}")
    print(f"{computing / frames * 50:.1%} of a core, finals in {max(finals) * 1000:.1f} ms at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=("en", "ru"))
    parser.add_argument("--noise", type=float, help="decibels below the speech")
    parser.add_argument("--telephone", action="store_true", help="at 8 kHz")
    told = parser.parse_args()
    asyncio.run(measure(told.language, told.noise, told.telephone))


if __name__ == "__main__":
    main()
