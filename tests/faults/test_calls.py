"""Calls when something goes wrong: the network, an engine, the node, callers who never come and such who mean harm."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import psutil
import pytest

from channels.voice.voices import Voices
from gateway.model.events import CallEnded, CustomerMessage, Entry, HandoffRequested
from gateway.model.rules import CallSettings
from gateway.ports import Recognizer, Synthesizer, Vocabulary
from gateway.store import ledger
from gateway.store.opening import open_folder, open_sqlite
from speech.order import Placed
from speech.sphinx import sphinx
from tests.channels.voice.test_calls import Lab, Phone, on_lab
from tests.channels.voice.virtual_line import Loudness, StubRecognizer
from tests.support.caller import Caller, candidates
from tests.support.rough import Relay, Roughness
from tests.support.stores import Database
from tests.support_edge.calling import CallingPage, breathe, silence
from tests.support_edge.checks import check_gapless
from tests.support_edge.engines import FewSentences, Hanging
from tests.support_edge.process import Serving
from tests.support_edge.waiting import until, until_async

QUESTION = "where is my parcel"
SENTENCES = (QUESTION, "what are your opening hours", "good evening", "i would like to pay my bill")
TRIES = 8
"""How often somebody says it again who isn't understood."""
HALF_OPEN = 100
MOST_MIB = 1.0
"""What a call may take that never connects."""


@pytest.fixture
async def lab(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lab]:
    async with on_lab(sqlite_database, tmp_path, settings=CallSettings()) as running:
        running.site.node.calls.make_voices = voices_of(running.speaker, typist())
        yield running
        for phone in running.phones:  # lest the node's end waits until they have heard of it
            if not phone.widget.ws.closed:
                await phone.widget.send({"type": "hang_up", "id": "over", "leg": phone.leg})
                await phone.widget.expect("ack", id="over")


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[Serving]:
    """A serving process that can be called."""
    running = Serving(tmp_path / "data", calls=True)
    await running.start()
    try:
        yield running
    finally:
        await running.aclose()


def typist() -> StubRecognizer:
    """Understands the same question in everything that is said."""
    return StubRecognizer([QUESTION] * 1_000, word=100)


def voices_of(
    speaks: Synthesizer | tuple[Synthesizer, ...], *hears: Recognizer, vocabulary: Vocabulary | None = None
) -> Callable[[Vocabulary], Voices]:
    """Engines in that order."""
    speakers = speaks if isinstance(speaks, tuple) else (speaks,)
    return lambda usual: Voices(
        synthesizers=[Placed(name=f"speaks{number}", engine=one) for number, one in enumerate(speakers)],
        recognizers=[Placed(name=f"hears{number}", engine=one) for number, one in enumerate(hears)],
        activities=Loudness(),
        vocabulary=vocabulary or usual,
    )


# --- the network ---


async def called_over(lab: Lab) -> tuple[Phone, Relay]:
    """Somebody in a call whose sound comes by a relay alone: neither end is told of another way."""
    phone = await lab.call()
    offer = "\r\n".join(line for line in (await phone.caller.offer()).split("\r\n") if "a=candidate" not in line)
    await phone.widget.send({"type": "sound", "id": "s1", "leg": phone.leg, "sdp": offer})
    answer = (await phone.widget.expect("sound", id="s1"))["sdp"]
    own = candidates(answer)[0]
    relay = await Relay((own.address, own.port)).start()
    assert await phone.caller.connect(answer.replace(f" {own.port} typ", f" {relay.port} typ"))
    return phone, relay


async def understood(phone: Phone) -> int:
    """Says the question again and again until it stands in the thread; how often that was."""
    for number in range(1, TRIES + 1):
        await phone.speak("Where is my parcel?")
        await breathe(phone.caller, frames=75)
        await phone.widget.still_there()
        if QUESTION in spoken(phone):
            return number
    raise AssertionError(f"not understood in {TRIES} tries: {spoken(phone)}")


def spoken(phone: Phone) -> list[str]:
    return [entry["event"]["text"] for entry in phone.widget.entries if entry["event"].get("speech")]


async def test_a_lossy_network_leaves_a_call_that_is_understood_and_nothing_twice(lab: Lab) -> None:
    heard = sphinx(processes=1)
    lab.site.node.calls.make_voices = voices_of(lab.speaker, heard, vocabulary=FewSentences(SENTENCES))
    phone, relay = await called_over(lab)
    relay.make_rough(Roughness(loss=0.10, spread=200, twice=0.05))
    try:
        tries = await understood(phone)
        await phone.widget.entry("bot_message")
        entries = await lab.site.log(phone.conversation)
        said = [one.event.speech for one in entries if isinstance(one.event, CustomerMessage) and one.event.speech]
        assert 0 < len(said) <= tries, "one message for each time that something was said, at most"
        assert all(one.until <= other.since for one, other in itertools.pairwise(said)), "and none of the same sound"
        check_gapless(entries)
        assert not any(isinstance(one.event, CallEnded) for one in entries)
        assert relay.lost > 0
    finally:
        relay.close()


# --- engines ---


async def test_a_recognizer_that_hangs_costs_a_turn_and_the_next_one_is_understood(lab: Lab) -> None:
    hanging = Hanging()
    lab.site.node.calls.make_voices = voices_of(lab.speaker, hanging, typist())
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    await until(lambda: lab.speaker.said != [])
    await silence(phone.caller)  # what nobody understands in a prompt only makes it pause
    await phone.speak()
    await breathe(phone.caller, frames=100)
    await phone.widget.entry("system_notice", notice="call_no_match")
    assert hanging.asked
    await silence(phone.caller)
    await phone.speak()
    await breathe(phone.caller)
    await phone.widget.entry("customer_message", text=QUESTION)
    await phone.widget.entry("bot_message")


async def test_a_synthesizer_that_hangs_leaves_what_is_said_to_the_next(lab: Lab) -> None:
    hanging = Hanging()
    lab.site.node.calls.make_voices = voices_of((hanging, lab.speaker), typist())
    phone = await lab.connected()
    await until(lambda: len(lab.speaker.said) > 0)
    assert hanging.asked == 1
    before = len(phone.caller.heard)
    await until(lambda: len(phone.caller.heard) > before + 20)


# --- the node ---


async def test_a_node_that_ends_tells_its_callers_and_their_requests_stay(
    phones: Serving, http: aiohttp.ClientSession
) -> None:
    asks, waits = CallingPage(phones, http), CallingPage(phones, http)
    for page in (asks, waits):
        await page.arrive()
        await page.call("c1")
        await page.widget.entry("system_notice", notice="call_greeting")
    await waits.ask_for_person()
    await waits.widget.entry("handoff_requested")
    await until(lambda: asks.sounded() > 20)
    await silence(asks.caller)
    before = asks.sounded()

    sounding = asyncio.create_task(asks.sound())
    assert await phones.end() == 0
    sounding.cancel()
    assert asks.sounded() > before, "they were told"
    logs = await phones.logs()
    for page in (asks, waits):
        assert ends(logs[page.conversation]) == ["restarted"]
        await page.caller.aclose()
    assert await open_requests(phones, waits.conversation) == 1
    assert any(isinstance(one.event, HandoffRequested) for one in logs[waits.conversation])


async def test_a_killed_nodes_call_is_lost_its_request_stays_and_the_page_calls_again(
    phones: Serving, http: aiohttp.ClientSession
) -> None:
    page = CallingPage(phones, http)
    await page.arrive()
    await page.call("c1")
    await page.ask_for_person()
    await page.widget.entry("handoff_requested")
    lost, conversation = page.leg, page.conversation

    await phones.kill()
    await page.caller.aclose()
    phones.orders["ahead"] = 60.0
    await phones.start()
    await page.arrive()
    await page.widget.entry("call_ended", leg=lost, why="lost")
    await page.call("c2")
    assert (page.leg != lost, page.conversation) == (True, conversation)
    await until(lambda: page.sounded() > 20)
    await page.caller.aclose()

    assert await phones.end() == 0
    assert ends((await phones.logs())[conversation]) == ["lost", "restarted"]
    assert await open_requests(phones, conversation) == 1


def ends(entries: list[Entry]) -> list[str]:
    return [one.event.why for one in entries if isinstance(one.event, CallEnded)]


async def open_requests(serving: Serving, conversation: str) -> int:
    """Lines of the ledger that wait for their ending, on disk."""
    with open_folder(serving.folder) as folder:
        store = open_sqlite(folder)
        try:
            found = await store.read(serving.told["business"], lambda tx, now: ledger.read_requests(tx, conversation))
            return sum(not one.ending for one in found)
        finally:
            await store.aclose()


# --- callers who never come ---


async def half_open(lab: Lab) -> list[Phone]:
    """Calls that were begun and offered, whose page is gone and whose sound never comes."""
    phones = []
    for number in range(HALF_OPEN):
        phone = await lab.call(id=f"c{number}")
        await phone.widget.send({"type": "sound", "id": "s1", "leg": phone.leg, "sdp": await phone.caller.offer()})
        await phone.widget.expect("sound", id="s1")
        await phone.widget.close()
        phones.append(phone)
    return phones


async def test_a_hundred_half_open_calls_cost_little_and_a_real_one_works_meanwhile(lab: Lab) -> None:
    process = psutil.Process()
    phone = await lab.connected()
    before = process.memory_info().rss
    await half_open(lab)
    assert (process.memory_info().rss - before) / 2**20 < MOST_MIB * HALF_OPEN
    await phone.speak()
    await breathe(phone.caller)
    await phone.widget.entry("customer_message", text=QUESTION)
    await phone.widget.entry("bot_message")


@pytest.mark.long
async def test_half_open_calls_end_by_themselves(lab: Lab) -> None:
    phones = await half_open(lab)

    async def over() -> bool:
        logs = [await lab.site.log(phone.conversation) for phone in phones]
        return all(ends(entries) == ["missed"] for entries in logs)

    await until_async(over, within=120)  # 30 s are waited for their sound
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")


# --- callers who mean harm ---


def hostile(offer: str) -> list[str]:
    """Offers that can't be answered: what a browser's would be like, broken in one place each, and such that are none."""
    prints = re.findall(r"a=fingerprint.*\r\n", offer)
    unsigned = re.sub(r"a=fingerprint.*\r\n", "", offer)
    chance = random.Random(5)
    noise = "".join(chr(chance.randrange(1, 0x2FF)) for _ in range(2_000))
    return [
        "", "v=0", noise, "v=0\r\n" + noise, "a=" * 15_000, "m=audio\r\n" * 2_000,
        offer.replace("m=audio", "m=video"), offer + offer, offer.replace("opus", "pcmu"), unsigned,
        offer.replace("a=setup:actpass", "a=setup:active"), offer.replace("a=ice-ufrag", "a=ice-lite"),
        offer.replace("a=mid:0", "a=mid:" + "x" * 300), offer.replace("a=sendrecv", "a=inactive"),
unsigned + "".join(prints * 5),
    ]  # fmt: skip


async def test_hostile_offers_are_refused_and_the_call_goes_on(lab: Lab) -> None:
    phone = await lab.call()
    good = await phone.caller.offer()
    for number, offer in enumerate(hostile(good)):
        await phone.widget.send({"type": "sound", "id": f"x{number}", "leg": phone.leg, "sdp": offer})
        refused = await phone.widget.expect("refused", id=f"x{number}")
        assert refused["problem"]["status"] == 422, (offer, refused)
    await phone.widget.send({"type": "sound", "id": "other", "leg": "0" * 32, "sdp": good})
    assert (await phone.widget.expect("refused", id="other"))["problem"]["status"] == 404
    await phone.connect()
    await phone.widget.entry("system_notice", notice="call_greeting")


async def test_an_operators_hostile_offers_are_refused_too(lab: Lab) -> None:
    phone = await lab.connected()
    assert (await lab.site.verb(phone.conversation, "take"))[0] == 200
    path = f"/api/v1/businesses/{lab.site.ours.business}/legs/{phone.leg}/sound"
    stranger = Caller()
    for offer in hostile(await stranger.offer()):
        status, told = await lab.site.call("POST", path, json={"sdp": offer})
        assert status == 422, (offer, told)
    await stranger.aclose()
    await lab.answered(phone, "olga")


async def test_hostile_packets_harm_no_call(lab: Lab) -> None:
    phone = await lab.call()
    await phone.widget.send({"type": "sound", "id": "s1", "leg": phone.leg, "sdp": await phone.caller.offer()})
    answer = (await phone.widget.expect("sound", id="s1"))["sdp"]
    assert await phone.caller.connect(answer)
    await phone.widget.entry("system_notice", notice="call_greeting")
    way = candidates(answer)[0]
    chance = random.Random(7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for _ in range(300):
            stranger.sendto(noise(chance), (way.address, way.port))
    for _ in range(300):
        with contextlib.suppress(Exception):  # what libsrtp won't even encrypt isn't sent
            phone.caller.send(noise(chance), control=chance.random() < 0.3)
        phone.caller.say(chance.randbytes(chance.choice((0, 1, 2, 60, 1_100))))
    for _ in range(2):  # the noise may have been a turn of theirs
        await phone.speak()
        await breathe(phone.caller, frames=50)
    await phone.widget.entry("customer_message")
    await phone.widget.entry("bot_message")


def noise(chance: random.Random) -> bytes:
    """Bytes that begin like what comes over such a socket: checks, encryption, sound, control."""
    begin = chance.choice((0, 1, 22, 128, 144, 128, 200))
    return bytes((begin, chance.randrange(256))) + chance.randbytes(chance.choice((0, 2, 11, 40, 400, 1_200)))
