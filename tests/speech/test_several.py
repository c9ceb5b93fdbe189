"""One speaker in several languages at once: the best of what each language makes of an utterance is told, once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Listening
from speech.several import Several, Tongue
from speech.sound import FRAME_BYTES

FRAME = bytes(FRAME_BYTES)


@dataclass
class Told:
    """A recognizer, and a listening of it, that tells what the test puts into it."""

    refuses: bool = False
    fed: int = 0
    ends: list[int] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self._told: asyncio.Queue[Heard | None] = asyncio.Queue()

    async def listen(self, *, locale: str, hints: Hints) -> Listening:
        if self.refuses:
            raise SpeechUnavailable("It refuses.")
        return self

    def feed(self, frame: bytes) -> None:
        self.fed += 20

    def finalize(self) -> None:
        self.ends.append(self.fed)

    async def heard(self) -> AsyncIterator[Heard]:
        while (one := await self._told.get()) is not None:
            yield one
        raise SpeechUnavailable("It broke.")

    async def aclose(self) -> None:
        self.closed = True

    def tell(self, text: str, *, since: int = 0, sure: float = 1.0, final: bool = True) -> None:
        self._told.put_nowait(Heard(text=text, since=since, final=final, confidence=sure))

    def fail(self) -> None:
        self._told.put_nowait(None)


def several(worth: dict[str, int] | None = None, **engines: Told) -> Several:
    tongues = [Tongue(locale, engine, Hints()) for locale, engine in engines.items()]
    return Several(tongues, worth=lambda locale, text: (worth or {}).get(text, 0))


async def listening(one: Several) -> Listening:
    return await one.listen(locale="en", hints=Hints())


def say(hearing: Listening, frames: int) -> None:
    for _ in range(frames):
        hearing.feed(FRAME)
    hearing.finalize()


async def told(hearing: Listening, count: int = 1) -> list[Heard]:
    found: list[Heard] = []
    async with asyncio.timeout(5):
        async for one in hearing.heard():
            found.append(one)
            if len(found) == count:
                break
    return found


async def test_the_surest_language_is_told_when_each_has_told_its_own() -> None:
    en, ru = Told(), Told()
    one = several(en=en, ru=ru)
    hearing = await listening(one)
    say(hearing, 10)
    en.tell("a key", sure=0.4)
    en.tell("a", final=False)
    ru.tell("алло", sure=0.7)
    assert await told(hearing) == [Heard(text="алло", since=0, final=True, confidence=0.7)]
    assert one.language == "ru" and (en.ends, ru.ends) == ([200], [200])
    await hearing.aclose()
    assert en.closed and ru.closed


async def test_words_that_are_worth_more_count_more_than_sure_ones() -> None:
    en, ru = Told(), Told()
    one = several({"english": 2}, en=en, ru=ru)
    hearing = await listening(one)
    say(hearing, 10)
    ru.tell("инглиш", sure=1.0)
    en.tell("english", sure=0.5)
    assert (await told(hearing))[0].text == "english"
    assert one.language == "en"
    await hearing.aclose()


async def test_nothing_said_changes_no_language() -> None:
    en, ru = Told(), Told()
    one = several(en=en, ru=ru)
    hearing = await listening(one)
    say(hearing, 5)
    en.tell("", sure=1.0)
    ru.tell("", sure=1.0)
    assert (await told(hearing))[0].text == ""
    assert one.language == "en"
    await hearing.aclose()


async def test_what_a_recognizer_ends_by_itself_belongs_to_its_utterance() -> None:
    en, ru = Told(), Told()
    hearing = await listening(several(en=en, ru=ru))
    for _ in range(10):
        hearing.feed(FRAME)
    en.tell("good", since=40, sure=0.9)
    await asyncio.sleep(0)
    say(hearing, 10)
    en.tell("morning", since=240, sure=0.8)
    ru.tell("", since=0)
    say(hearing, 10)
    en.tell("hello", since=420)
    ru.tell("", since=400)
    first, second = await told(hearing, 2)
    assert (first.text, first.since, first.confidence) == ("good morning", 0, 0.8)
    assert (second.text, second.since) == ("hello", 400)
    await hearing.aclose()


async def test_a_language_that_fails_is_waited_for_no_more_and_without_any_it_ends() -> None:
    en, ru, de = Told(), Told(), Told(refuses=True)
    hearing = await listening(several(en=en, ru=ru, de=de))
    say(hearing, 5)
    ru.tell("привет")
    en.fail()
    assert (await told(hearing))[0].text == "привет"
    ru.fail()
    with pytest.raises(SpeechUnavailable):
        await told(hearing)
    await hearing.aclose()


async def test_where_no_language_opens_nothing_is_heard() -> None:
    with pytest.raises(SpeechUnavailable):
        await listening(several(en=Told(refuses=True), ru=Told(refuses=True)))
