"""How many spoken questions the bot answers on the right topic: ``python -m scripts.measure_questions en|ru [--recognizer pocketsphinx]``.

60 questions of the example business: 20 of its own examples, 20 of them put a little differently, 20 held-out messages that mean the same in
other words; spoken by espeak-ng in three voices, clean, with white noise 15 and 5 dB below, and at 8 kHz. The same sounds each time. Right: the bot
answers, by itself, and the question's topic is the first that it believed; asked: it asks what was meant, with the right topic among its buttons; wrong:
it answers something else. The rest was not understood. ``written``: what the bot makes of the same words in writing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Literal

import msgspec
import yaml

import bot
from bot.content import read_content
from channels.voice.cues import Settings
from gateway.ports import BotEngine, Hints, Recognizer, TurnInput, TurnRequest, Vocabulary
from scripts.measure_speech import LANTERN, VOICES, Said, by_telephone, language_of, speak, with_noise
from speech.frames import FRAME_BYTES, Framer
from speech.sphinx import sphinx
from speech.vosk import vosk
from speech.whisper import whisper

KINDS = ("examples", "changed", "other words")
EACH = 20
CONDITIONS: dict[str, tuple[float | None, bool]] = {
    "clean": (None, False), "15 dB": (15, False), "5 dB": (5, False), "8 kHz": (None, True),
}  # fmt: skip
FORMS = ("affirm", "deny", "inform", "correction", "greeting", "goodbye", "thanks", "ask_person", "out_of_scope")
"""What is no question to the bot."""
BEFORE = {"en": ("please", "well", "hello"), "ru": ("скажите", "пожалуйста", "здравствуйте")}
AFTER = {"en": ("please", "can you tell me"), "ru": ("пожалуйста", "подскажите")}
WITHIN = 15.0
SURE = Settings().confidence
PAUSE = [bytes(FRAME_BYTES)] * 25

Outcome = Literal["right", "asked", "wrong", "nothing"]


class Question(msgspec.Struct, frozen=True):
    kind: str
    intent: str
    text: str
    voice: str


def questions(language: str) -> list[Question]:
    """The 60, of as many topics as there are."""
    own = {
        intent.name: [one.text for one in intent.examples if language_of(one.text) == language]
        for intent in read_content(LANTERN).content.intents
        if intent.name not in FORMS
    }
    held: dict[str, list[str]] = {}
    for entry in yaml.safe_load((LANTERN / "tests" / "holdout.yml").read_text("utf-8"))["nlu"]:
        texts = [line[2:] for line in entry["examples"].splitlines()]
        held[entry["intent"]] = [text for text in texts if language_of(text) == language]
    chance = random.Random(7)
    spoken = {name: [text for text in texts if 2 <= len(text.split()) <= 9] for name, texts in own.items()}
    chosen = [("examples", *one) for one in _spread(spoken, chance)]
    chosen += [("changed", name, _changed(text, language, chance)) for name, text in _spread(spoken, chance)]
    chosen += [("other words", *one) for one in _spread({name: held.get(name, []) for name in own}, chance)]
    return [Question(*one, voice=VOICES[language][place % 3]) for place, one in enumerate(chosen)]


def _spread(texts: dict[str, list[str]], chance: random.Random) -> list[tuple[str, str]]:
    """So many of them, of different topics."""
    names = [name for name in sorted(texts) if texts[name]]
    return [(name, chance.choice(texts[name])) for name in chance.sample(names, EACH)]


def _changed(text: str, language: str, chance: random.Random) -> str:
    """A word in front, a word behind, or the last but one left out, as people do when they speak."""
    words = text.strip("?!. ").split()
    way = chance.randrange(3)
    if way == 0 or (way == 2 and len(words) < 4):
        return " ".join((chance.choice(BEFORE[language]), *words))
    if way == 1:
        return " ".join((*words, chance.choice(AFTER[language])))
    return " ".join((*words[:-2], words[-1]))


def recognizer_of(name: str, folder: Path) -> Recognizer:
    """An engine that runs here, with its models in ``folder``."""
    if name == "vosk":
        return vosk(folder, processes=1)
    return whisper(folder) if name == "whisper" else sphinx(processes=1)


async def understood(recognizer: Recognizer, sound: bytes, language: str, hints: Hints) -> str:
    """What a call takes from a sound between two silences; "" where the recognizer makes nothing of it, or is too unsure."""
    framer = Framer()
    listening = await recognizer.listen(locale=language, hints=hints)
    try:
        for number, frame in enumerate((*PAUSE, *framer.feed(sound), *framer.end(), *PAUSE)):
            listening.feed(frame)
            if number % 25 == 24:
                await asyncio.sleep(0.01)  # no more is ahead of the engine than it may be behind
        listening.finalize()
        async with asyncio.timeout(WITHIN):
            final = await anext(one async for one in listening.heard() if one.final)
            return final.text if final.confidence >= SURE else ""
    finally:
        await listening.aclose()


async def judged(engine: BotEngine, question: Question, text: str) -> Outcome:
    """What a new caller gets for these words."""
    if not text:
        return "nothing"
    request = TurnRequest(
        id="q", business="", conversation="", inputs=(TurnInput(seq=1, text=text),), locale=question.voice[:2], misses=0,
        facts={}, now=0, channel="voice",
    )  # fmt: skip
    result = await engine.turn(request)
    first = result.intents[0].intent if result.intents else ""
    if result.outcome == "answered":
        return "right" if first == question.intent else "wrong"
    offered = {button.payload.strip("/") for reply in result.replies for button in reply.buttons}
    return "asked" if question.intent in offered else "nothing"


async def measure(language: str, name: str, folder: Path, conditions: list[str]) -> None:
    with tempfile.TemporaryDirectory() as made:
        trained = Path(made) / "lantern.bot"
        await bot.trainer().train(str(LANTERN), str(trained))
        engine = bot.engine()
        await engine.load("", trained)
    recognizer = recognizer_of(name, folder)
    vocabulary: Vocabulary = bot.vocabulary_of(engine)
    asked = questions(language)
    hints = vocabulary.hints("", language)
    print(f"{language}, {name}, {len(hints.phrases)} phrases")
    _show("written", [(one.kind, await judged(engine, one, one.text)) for one in asked])
    for condition in conditions:
        noise, telephone = CONDITIONS[condition]
        found: list[tuple[str, Outcome]] = []
        for place, one in enumerate(asked):
            sound = await speak(Said(one.kind, one.text, one.voice))
            sound = with_noise(sound, noise, place) if noise is not None else sound
            text = await understood(recognizer, by_telephone(sound) if telephone else sound, language, hints)
            found.append((one.kind, await judged(engine, one, text)))
        _show(condition, found)
    await recognizer.aclose()


def _show(condition: str, found: list[tuple[str, Outcome]]) -> None:
    """A row for docs/voice.md: right and asked of each kind, and what was answered wrongly in all."""
    counts = Counter(found)
    cells = [f"{counts[kind, 'right']} + {counts[kind, 'asked']}" for kind in KINDS]
    right, asked, wrong = (sum(counts[kind, how] for kind in KINDS) for how in ("right", "asked", "wrong"))
    print(
        f"| {condition} | {' | '.join(cells)} | {right / len(found):.0%} + {asked / len(found):.0%} | {wrong} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=("en", "ru"))
    parser.add_argument("--recognizer", default="pocketsphinx", choices=("pocketsphinx", "vosk", "whisper"))
    parser.add_argument("--models", type=Path, default=Path("switchboard-data/speech"), help="where models are")
    parser.add_argument(
        "--only", choices=tuple(CONDITIONS), action="append", help="in this condition; may be given again"
    )
    told = parser.parse_args()
    asyncio.run(measure(told.language, told.recognizer, told.models, told.only or list(CONDITIONS)))


if __name__ == "__main__":
    main()
