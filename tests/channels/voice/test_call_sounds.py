"""Calls that play a business's own sounds: whole ones over loopback, and what a node has ready of them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from channels.voice.jitter import FRAME_TICKS
from channels.voice.line_events import PromptHeard
from channels.voice.mixer import FRAME, SILENCE, Frame
from channels.voice.opus import Decoder, Encoder
from channels.voice.player import Prompt
from channels.voice.rtp import WRAP_32
from channels.voice.sounds import CallSounds, Shelf
from gateway.files import Files, open_objects
from gateway.model.events import BotMessage
from gateway.model.prompts import OF_PHRASE, PHRASES, prompt_of
from gateway.model.rules import CallSettings
from gateway.phrases import CataloguePhrases
from gateway.ports import BotReply, TurnResult
from gateway.store.sounds import Sound, by_name
from gateway.store.store import Store
from speech.wav import wav
from tests.channels.voice.test_calls import Lab, Phone, allow_calls, on_lab
from tests.channels.voice.virtual_line import StubSynthesizer, VirtualCall, run, voice
from tests.support.caller import Caller
from tests.support.stores import Database
from tests.support.voices import Sound as Samples
from tests.support.voices import likeness, speech
from tests.support_edge.site import Site
from tests.support_edge.waiting import until

GREETING = speech("Good afternoon and welcome to the flower shop on the corner, where the tulips are fresh.")
ANSWER = speech("Your parcel comes tomorrow between nine and twelve.", "en+f3")
ALIKE = 0.8


async def bring(site: Site, name: str, sound: Samples, *, locale: str = "en") -> str:
    path = f"{site.origin}/api/v1/businesses/{site.ours.business}/sounds"
    query = {"name": name, "locale": locale}
    file = io.BytesIO(wav(sound.tobytes()))
    async with site.http.post(path, params=query, data=file, headers=site.headers("anna")) as response:
        answer = await response.json(content_type=None)
        assert response.status == 201, answer
        return str(answer["id"])


def length(caller: Caller) -> int:
    """Frames since the first packet came; silence is told by a packet now and then."""
    return (caller.heard[-1].timestamp - caller.heard[0].timestamp) % WRAP_32 // FRAME_TICKS if caller.heard else 0


def heard(caller: Caller) -> Samples:
    """What came so far, decoded, each packet at its time."""
    decoder, first = Decoder(), caller.heard[0].timestamp
    sound = np.zeros((length(caller) + 1, FRAME), dtype=np.int16)
    for packet in caller.heard:
        frame = decoder.decode(packet.payload)
        at = (packet.timestamp - first) % WRAP_32 // FRAME_TICKS
        if frame is not None and frame.size == FRAME and at < len(sound):
            sound[at] = frame
    return sound.reshape(-1)


async def hears(phone: Phone, sound: Samples, *, within: int = 0) -> None:
    """Listens, silently, until as much has come as the sound lasts (or ``within``, in samples), and looks whether it is in it."""
    caller, encoder = phone.caller, Encoder(bitrate=32_000, complexity=1)
    await until(lambda: bool(caller.heard))
    wanted = length(caller) + max(len(sound), within) // FRAME + 75
    while length(caller) < wanted:
        caller.say(encoder.encode(SILENCE))
        await asyncio.sleep(0.02)
    assert likeness(sound, heard(caller))[0] > ALIKE


@pytest.fixture
async def lab(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lab]:
    """With a greeting of its own."""
    async with on_lab(sqlite_database, tmp_path, settings=None) as running:
        await bring(running.site, "Greeting", GREETING)
        sounds = {"en": {"greeting": "Greeting"}, "ru": {"filler": "Greeting"}}
        await allow_calls(running.site, CallSettings(greeting={"en": "Welcome to the flower shop."}, sounds=sounds))
        yield running


async def test_caller_hears_the_sound_of_the_greeting_and_reads_its_words(lab: Lab) -> None:
    phone = await lab.connected()
    greeted = await phone.widget.entry("system_notice", notice="call_greeting")
    assert greeted["event"]["text"] == "Welcome to the flower shop."
    await hears(phone, GREETING)
    assert not any("Welcome" in text for text in lab.speaker.said), "nothing is spoken in its place"


async def test_caller_hears_the_sound_of_an_answer_and_people_read_its_words(lab: Lab) -> None:
    await bring(lab.site, "Parcel, answer", ANSWER)
    reply = BotReply(text="It comes tomorrow.", spoken="It comes tomorrow.", sound="parcel,  ANSWER")
    lab.site.engine.answer = lambda request: TurnResult(outcome="answered", version="v", replies=(reply,))
    phone = await lab.connected()
    lab.typist.hears.append("where is my parcel")
    await phone.widget.entry("system_notice", notice="call_greeting")
    await phone.speak()
    answer = await phone.widget.entry("bot_message")
    assert answer["event"]["text"] == "It comes tomorrow." and "sound" not in answer["event"]
    await hears(phone, ANSWER)
    assert "It comes tomorrow." not in lab.speaker.said
    (said,) = [one.event for one in await lab.site.log(phone.conversation) if isinstance(one.event, BotMessage)]
    assert said.sound == reply.sound


@pytest.mark.parametrize("sound", ["No such sound", "Другой язык"])
async def test_answer_whose_sound_cannot_be_played_is_spoken(lab: Lab, sound: str) -> None:
    await bring(lab.site, "Другой язык", ANSWER, locale="ru")
    reply = BotReply(text="It comes tomorrow.", sound=sound)
    lab.site.engine.answer = lambda request: TurnResult(outcome="answered", version="v", replies=(reply,))
    phone = await lab.connected()
    lab.typist.hears.append("where is my parcel")
    await phone.widget.entry("system_notice", notice="call_greeting")
    await phone.speak()
    await until(lambda: "It comes tomorrow." in lab.speaker.said)


async def test_whoever_is_put_on_hold_hears_the_music_of_the_business(lab: Lab) -> None:
    music = speech("la la, la la la, lala la, la la la", "en+f2")
    await bring(lab.site, "Strings", music, locale="")
    await allow_calls(lab.site, CallSettings(sounds={"en": {"hold_music": "Strings"}}))
    phone = await lab.connected()
    await lab.answered(phone, "olga")
    await phone.widget.entry("call_answered")
    assert (await lab.site.verb(phone.conversation, "hold_call", leg=phone.leg))[0] == 200
    await phone.widget.entry("call_held", leg=phone.leg)
    await hears(phone, music[:32_000], within=2 * len(music))


def test_what_was_heard_of_an_interrupted_sound_is_told_by_its_share() -> None:
    text = "We are open from nine to six on every day of the week."

    async def call() -> VirtualCall:
        call = VirtualCall()
        call.line.say(Prompt(id="7", text=text, locale="en", sound=tuple(voice(4_000, 1_234))))
        await call.go(2_000)
        call.line.stop()
        return await call.go(100)

    done = run(call())
    (told,) = done.told(PromptHeard)
    assert isinstance(done.synthesizer, StubSynthesizer) and done.synthesizer.said == []
    assert told.ended == "stopped" and abs(told.characters - len(text) / 2) <= 6


def test_music_that_is_played_already_goes_on_where_it_is() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        music: tuple[Frame, ...] = tuple(np.full(FRAME, 100 + number, np.int16) for number in range(50))
        for _ in range(3):
            call.line.play_music(music)
            await call.go(200)
        return call

    given = [int(frame[-1]) for frame in run(call()).carrier.given]
    assert given[1:30] == sorted(given[1:30]) and max(given) > 125


# What a node has ready.


def sound(id: str, *, name: str = "", former: tuple[str, ...] = (), locale: str = "en", size: int = 1) -> Sound:
    return Sound(id, name or id, former, locale, id, size, 1_000, 1, "Anna")


@pytest.fixture
async def files(store: Store, tmp_path: Path) -> Files:
    return Files(store, open_objects("", tmp_path), limit=1_000_000)


async def kept(files: Files, id: str, *, frames: int = 10) -> Sound:
    async def pieces() -> AsyncIterator[bytes]:
        yield wav(np.full(frames * FRAME, 7, np.int16).tobytes())

    put = await files.put("shop", pieces(), name="a.wav")
    return sound(id, size=put.size)._replace(object=put.object)


async def test_node_keeps_what_was_played_last(files: Files) -> None:
    first, second, third = [await kept(files, id) for id in ("first", "second", "third")]
    shelf = Shelf(files, most=2 * first.size)
    await shelf.ready([first, second], within=10)
    assert len(shelf.get(first)) == 10
    await shelf.ready([third], within=10)
    assert shelf.get(first) and shelf.get(third) and not shelf.get(second)
    await shelf.aclose()


async def test_sound_whose_file_is_gone_is_spoken_and_the_others_play(files: Files) -> None:
    there, gone = await kept(files, "there"), sound("gone")
    shelf = Shelf(files)
    settings = CallSettings(sounds={"en": {"greeting": "gone", "filler": "there"}})
    sounds = CallSounds([there, gone], settings, shelf, leg="leg")
    await sounds.prepare("en")
    assert sounds.prompt("greeting", "en") == () and len(sounds.prompt("filler", "en")) == 10
    assert sounds.prompt("filler", "ru") == () and sounds.prompt("again", "en") == ()
    await shelf.aclose()


async def test_call_keeps_its_sounds_though_the_node_has_put_them_away(files: Files) -> None:
    first, second = await kept(files, "first"), await kept(files, "second")
    shelf = Shelf(files, most=first.size)
    await shelf.ready([first], within=10)
    sounds = CallSounds([first, second], CallSettings(), shelf, leg="leg")
    assert sounds.named("first", "en")
    await shelf.ready([second], within=10)
    assert not shelf.get(first) and sounds.named("first", "en")
    await shelf.aclose()


def test_former_name_stands_for_a_sound_until_another_has_it() -> None:
    old, new = sound("old", name="Hello, new", former=("Hello",)), sound("new", name="HELLO")
    assert by_name([old])["hello"] is old
    assert by_name([old, new])["hello"] is new and by_name([old, new])["hello, new"] is old


def test_every_prompt_has_its_words_in_each_language() -> None:
    phrases = CataloguePhrases()
    for phrase in filter(None, PHRASES.values()):
        assert phrases.say(phrase, "en", business="Shop", key=1) != phrases.say(phrase, "ru", business="Shop", key=1)
    assert OF_PHRASE["call.filler"] == "filler"
    assert (prompt_of("call_greeting"), prompt_of("queued"), prompt_of("queued_until")) == ("greeting", "queued", "")
