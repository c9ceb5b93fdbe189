"""The languages of a call: how callers name them, and a call in which one is chosen, by key and by speech."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from channels.voice.mixer import SILENCE
from channels.voice.tongues import askable, is_name, named
from gateway.model.rules import CallSettings
from tests.channels.voice.test_calls import Lab, Phone, allow_calls, on_lab
from tests.support.stores import Database
from tests.support.voices import frames, speech
from tests.support_edge.site import on_site

BOTH = ("en", "ru")
ASKING = CallSettings(ask_language=True, notice={"ru": "Разговор записывается."})


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("English", "en"),
        ("in English, please", "en"),
        ("по-русски", "ru"),
        ("на русском", "ru"),
        ("Russian", "ru"),
        ("английский", "en"),
        ("русский или английский", ""),
        ("where is my parcel", ""),
        ("", ""),
    ],
)
def test_a_language_is_named_in_any_of_them(said: str, language: str) -> None:
    assert named(said, BOTH) == language


def test_a_name_alone_is_no_question() -> None:
    assert is_name("in English, please", BOTH)
    assert not is_name("do you have an English lamp for me", BOTH)
    assert not is_name("a lamp", BOTH)


def test_only_languages_in_which_can_be_asked_are_offered() -> None:
    assert askable(("ru", "de", "en")) == ("ru", "en")
    assert askable(("ru", "de")) == () and askable(("en",)) == ()


async def listens(phone: Phone, heard: Callable[[], bool]) -> None:
    """The caller says nothing until they have ``heard`` it. A browser sends its silence, too: who sends nothing is gone."""
    for _ in range(300):
        if heard():
            return
        await phone.sound([SILENCE] * 5)
    raise AssertionError("it was never said")


@asynccontextmanager
async def asking(database: Database, folder: Path) -> AsyncIterator[tuple[Lab, Phone]]:
    async with on_lab(database, folder, settings=ASKING) as lab:
        phone = await lab.connected()
        await listens(phone, lambda: any("say: English" in text for text in lab.speaker.said))
        yield lab, phone


async def test_a_key_chooses_the_language_and_the_call_goes_on_in_it(sqlite_database: Database, tmp_path: Path) -> None:
    async with asking(sqlite_database, tmp_path) as (lab, phone):
        await phone.widget.send({"type": "press", "leg": phone.leg, "key": "2"})
        greeting = await phone.widget.entry("system_notice", notice="call_greeting")
        assert "Чем помочь" in greeting["event"]["text"]
        notice = await phone.widget.entry("system_notice", notice="call_notice")
        assert notice["event"]["text"] == "Разговор записывается."
        lab.typist.hears += ["где моя посылка"]
        await listens(phone, lambda: "Разговор записывается." in lab.speaker.said)
        await phone.speak()
        await phone.widget.entry("customer_message", text="где моя посылка")
        await phone.widget.entry("bot_message")
        assert lab.site.engine.requests[-1].locale == "ru"
        await listens(phone, lambda: any("где моя посылка" in text for text in lab.speaker.said))


async def test_what_is_said_in_a_language_chooses_it_and_is_answered(sqlite_database: Database, tmp_path: Path) -> None:
    async with asking(sqlite_database, tmp_path) as (lab, phone):
        lab.typist.hears += ["", "где моя посылка"]  # the English ear takes the first, the Russian the second
        await phone.speak()
        notice = await phone.widget.entry("system_notice", notice="call_notice")
        assert notice["event"]["text"] == "Разговор записывается."
        await phone.widget.entry("customer_message", text="где моя посылка")
        await phone.widget.entry("bot_message")
        assert lab.site.engine.requests[-1].locale == "ru"
        log = [entry.event for entry in await lab.site.log(phone.conversation)]
        kinds = [type(event).__name__ for event in log]
        assert kinds.index("LanguageSet") < kinds.index("CustomerMessage")
        assert not any(getattr(event, "notice", "") == "call_greeting" for event in log), (
            "they have said what they want"
        )


async def test_the_start_engines_hear_which_language_is_named(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_site(sqlite_database, tmp_path, call_addresses=("127.0.0.1",)) as site:
        await allow_calls(site, CallSettings(ask_language=True))
        widget = await site.widget()
        await widget.send({"type": "call", "id": "c1"})
        begun = await widget.expect("call", id="c1")
        phone = Phone(widget, begun["leg"], begun["conversation"])
        try:
            await phone.connect()
            await listens(phone, lambda: len(phone.caller.heard) > 100)
            await phone.sound(frames(speech("по-русски", "ru")))
            greeting = await widget.entry("system_notice", notice="call_greeting")
            assert "Чем помочь" in greeting["event"]["text"]
        finally:
            await phone.aclose()
