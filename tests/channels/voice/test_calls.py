"""Whole calls: a node, a visitor's socket, and a caller whose sound comes over loopback; engines that obey the test.

On one kind of database: what calls bring into the log is shown on both elsewhere (``test_legs``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from channels.voice.mixer import SILENCE, Frame, peak
from channels.voice.opus import Encoder
from channels.voice.rtp import Rtp
from channels.voice.voices import Voices
from gateway import tracing
from gateway.model.events import Button, CallEnded, CallRecorded, CustomerMessage, Entry, RecordingChanged, tag_of
from gateway.model.rules import CallSettings
from gateway.ports import BotReply, Heard, Hints, Listening, TurnRequest, TurnResult, Vocabulary
from gateway.store import inboxes
from gateway.store.sql import Tx
from speech.order import Placed
from tests.channels.voice.test_recorder import decoded
from tests.channels.voice.virtual_line import Loudness, StubSynthesizer
from tests.support.caller import Caller
from tests.support.stores import Database
from tests.support.voices import frames, speech
from tests.support_edge.clients import Widget
from tests.support_edge.collector import on_collector
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until, until_async


@dataclass
class Typist:
    """A recognizer that writes down what the test says, whatever was sounded."""

    hears: list[str] = field(default_factory=list)
    hints: list[Hints] = field(default_factory=list)
    learns: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: it knows what it needs."""

    def __post_init__(self) -> None:
        self.learns.set()

    async def listen(self, *, locale: str, hints: Hints) -> Listening:
        self.hints.append(hints)
        await self.learns.wait()
        return _Sheet(self.hears)

    async def aclose(self) -> None:
        pass


class _Sheet:
    def __init__(self, hears: list[str]) -> None:
        self._hears = hears
        self._fed = self._since = 0
        self._told: asyncio.Queue[Heard | None] = asyncio.Queue()

    def feed(self, frame: bytes) -> None:
        self._fed += 20

    def finalize(self) -> None:
        text = self._hears.pop(0) if self._hears else ""
        self._told.put_nowait(Heard(text=text, since=self._since, final=True))
        self._since = self._fed

    async def heard(self) -> AsyncIterator[Heard]:
        while (one := await self._told.get()) is not None:
            yield one

    async def aclose(self) -> None:
        self._told.put_nowait(None)


class Voice:
    """Somebody at the end of a carrier."""

    caller: Caller

    async def speak(self, text: str = "Where is my parcel?") -> None:
        """Sounds a sentence, and silence after it, in real time."""
        await self.sound(frames(speech(text)))

    async def sound(self, sound: list[Frame]) -> None:
        encoder = Encoder(bitrate=32_000, complexity=1)
        for frame in sound:
            self.caller.say(encoder.encode(frame))
            await asyncio.sleep(0.02)

    async def aclose(self) -> None:
        await self.caller.aclose()


@dataclass
class Phone(Voice):
    """Somebody who calls from a page: its socket, and their sound."""

    widget: Widget
    leg: str
    conversation: str
    caller: Caller = field(default_factory=Caller)

    async def connect(self) -> None:
        await self.widget.send({"type": "sound", "id": "s1", "leg": self.leg, "sdp": await self.caller.offer()})
        answer = await self.widget.expect("sound", id="s1")
        assert await self.caller.connect(answer["sdp"])


async def allow_calls(site: Site, settings: CallSettings | None) -> None:
    def unit(tx: Tx, now: int) -> None:
        found = inboxes.find(tx, site.ours.inbox)
        assert found is not None
        assert inboxes.change(tx, found, name=found.name, settings=replace(found.settings, calls=settings))

    await site.node.store.write(site.ours.business, unit)


@dataclass
class Desk(Voice):
    """Somebody of the business, whose sound is in a call."""

    site: Site
    phone: Phone
    who: str
    caller: Caller = field(default_factory=Caller)

    async def connect(self) -> None:
        path = f"/api/v1/businesses/{self.site.ours.business}/legs/{self.phone.leg}/sound"
        status, answer = await self.site.call("POST", path, who=self.who, json={"sdp": await self.caller.offer()})
        assert status == 200, answer
        assert await self.caller.connect(answer["sdp"])


@dataclass
class Lab:
    """A site whose calls are spoken and understood as the test says."""

    site: Site
    typist: Typist
    speaker: StubSynthesizer
    phones: list[Phone] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)

    async def call(self, widget: Widget | None = None, *, id: str = "c1") -> Phone:
        widget = widget or await self.site.widget()
        await widget.send({"type": "call", "id": id})
        begun = await widget.expect("call", id=id)
        phone = Phone(widget, begun["leg"], begun["conversation"])
        self.phones.append(phone)
        return phone

    async def connected(self) -> Phone:
        phone = await self.call()
        await phone.connect()
        return phone

    async def answered(self, phone: Phone, who: str) -> Desk:
        """Somebody takes the conversation, and their sound comes into the call."""
        assert (await self.site.verb(phone.conversation, "take", who=who))[0] == 200
        desk = Desk(self.site, phone, who)
        self.desks.append(desk)
        await desk.connect()
        return desk


@asynccontextmanager
async def on_lab(
    database: Database, folder: Path, *, settings: CallSettings | None, **changes: Any
) -> AsyncIterator[Lab]:
    """``changes`` go to the node's settings."""
    async with on_site(database, folder, call_addresses=("127.0.0.1",), **changes) as site:
        lab = Lab(site, Typist(), StubSynthesizer())

        def voices(vocabulary: Vocabulary) -> Voices:
            return Voices(
                synthesizers=[Placed(name="stub", engine=lab.speaker)],
                recognizers=[Placed(name="typist", engine=lab.typist)],
                activities=Loudness(),
                vocabulary=vocabulary,
            )

        site.node.calls.make_voices = voices
        await allow_calls(site, settings)
        try:
            yield lab
        finally:
            for one in (*lab.phones, *lab.desks):
                await one.aclose()


@pytest.fixture
async def lab(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lab]:
    async with on_lab(sqlite_database, tmp_path, settings=CallSettings()) as running:
        yield running


async def test_recognizer_learns_when_a_call_is_near_and_not_before(lab: Lab) -> None:
    widget = await lab.site.widget()
    await widget.send({"type": "ping"})
    await widget.expect("pong")
    assert lab.typist.hints == []
    await widget.send({"type": "call_soon"})
    await until(lambda: lab.typist.hints != [], what="the recognizer is prepared")


async def test_it_rings_until_the_caller_can_be_understood(lab: Lab) -> None:
    lab.typist.learns.clear()
    phone = await lab.connected()
    await until(lambda: sum(len(packet.payload) > 8 for packet in phone.caller.heard) > 10, what="it rings")
    assert [entry["event"]["type"] for entry in phone.widget.entries if "notice" in entry["event"]] == []
    assert len(lab.typist.hints) == 1, "nobody listens to the caller yet"
    lab.typist.learns.set()
    await phone.widget.entry("system_notice", notice="call_greeting")


async def test_operator_whose_line_comes_back_leaves_the_caller_on_hold(lab: Lab) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    olga = await lab.answered(phone, "olga")
    await phone.widget.entry("call_answered", leg=phone.leg)
    assert (await lab.site.verb(phone.conversation, "hold_call", leg=phone.leg))[0] == 200
    heard = len(phone.caller.heard)
    await phone.sound([SILENCE] * 200)  # meanwhile nothing comes of hers, and her line is taken for lost
    assert len(phone.caller.heard) > heard + 100
    await asyncio.gather(phone.sound([SILENCE] * 10), olga.sound([SILENCE] * 10))
    assert (await lab.site.verb(phone.conversation, "resume_call", leg=phone.leg))[0] == 200
    await phone.widget.entry("call_resumed", leg=phone.leg)
    told = [tag_of(entry.event) for entry in await lab.site.log(phone.conversation)]
    assert told.count("call_answered") == 1 and told[-2:] == ["call_held", "call_resumed"]


async def test_the_bot_greets_understands_and_answers(lab: Lab) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    lab.typist.hears.append("where is my parcel")
    await until(lambda: len(phone.caller.heard) > 50)
    await phone.speak()
    said = await phone.widget.entry("customer_message", text="where is my parcel")
    assert said["event"]["speech"]["leg"] == phone.leg and said["event"]["endpoint"]["channel"] == "voice"
    answer = await phone.widget.entry("bot_message")
    assert answer["event"]["endpoint"]["channel"] == "voice"
    await until(lambda: any("where is my parcel" in text for text in lab.speaker.said))
    await phone.widget.send({"type": "hang_up", "id": "h1", "leg": phone.leg})
    await phone.widget.entry("call_ended", leg=phone.leg, why="hung_up")


async def test_a_call_is_told_in_its_conversations_trace(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_collector() as collector:
        async with on_lab(sqlite_database, tmp_path, settings=CallSettings(), tracing=collector.url) as lab:
            phone = await lab.connected()
            await phone.widget.entry("system_notice", notice="call_greeting")
            await phone.widget.send({"type": "hang_up", "id": "h1", "leg": phone.leg})
            await phone.widget.entry("call_ended", leg=phone.leg)
        (call,) = collector.named("call")
    assert call.trace == tracing.trace_of(phone.conversation)
    assert (call.said["switchboard.leg"], call.said["switchboard.why"]) == (phone.leg, "hung_up")


async def test_an_operator_takes_the_live_call_over_and_both_hear_each_other(lab: Lab) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    desk = await lab.answered(phone, "olga")
    await phone.widget.entry("call_answered", leg=phone.leg)
    lab.typist.hears.append("good morning this is olga")
    heard = len(phone.caller.heard)
    await desk.speak("Good morning, this is Olga.")
    said = await phone.widget.entry("operator_message", text="good morning this is olga")
    assert said["event"]["speech"]["leg"] == phone.leg
    assert len(phone.caller.heard) > heard
    lab.typist.hears.append("where is my parcel")
    before = len(desk.caller.heard)
    await phone.speak()
    await phone.widget.entry("customer_message", text="where is my parcel")
    assert len(desk.caller.heard) > before
    assert not any("where is my parcel" in text for text in lab.speaker.said), "the bot says nothing any more"


async def test_whoever_is_put_on_hold_hears_music_and_nobody_hears_them(lab: Lab) -> None:
    phone = await lab.connected()
    desk = await lab.answered(phone, "olga")
    await phone.widget.entry("call_answered")
    assert (await lab.site.verb(phone.conversation, "hold_call", leg=phone.leg))[0] == 200
    await phone.widget.entry("call_held", leg=phone.leg)
    await until(lambda: loud(phone.caller))
    quiet = len(desk.caller.heard)
    await phone.speak()
    assert not any(sounds(packet) for packet in desk.caller.heard[quiet + 5 :]), "music and the caller aren't for them"
    assert (await lab.site.verb(phone.conversation, "resume_call", leg=phone.leg))[0] == 200
    await phone.widget.entry("call_resumed", leg=phone.leg)


async def test_an_operator_types_and_is_spoken(lab: Lab) -> None:
    phone = await lab.connected()
    assert (await lab.site.verb(phone.conversation, "take"))[0] == 200
    taken = await phone.widget.entry("taken")
    body = {"id": "r1", "text": "I can write only", "floor_seq": taken["seq"]}
    assert (await lab.site.verb(phone.conversation, "reply", **body))[0] == 200
    await phone.widget.entry("operator_message", text="I can write only")
    await until(lambda: "I can write only" in lab.speaker.said)


async def test_keys_press_the_buttons_that_were_offered(lab: Lab) -> None:
    plans = Button(title="Plans", payload="/plans")
    lab.site.engine.answer = lambda request: TurnResult(
        outcome="answered", version="v", replies=(BotReply(text="What is it about?", buttons=(plans,)),)
    )
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    await phone.widget.send({"type": "press", "leg": phone.leg, "key": "0"})
    await phone.widget.entry("customer_message", choice="/switchboard.operator")


async def test_a_reload_comes_back_into_the_same_call(lab: Lab) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    await phone.caller.aclose()
    again = Phone(await lab.site.widget(token=phone.widget.token), phone.leg, phone.conversation)
    lab.phones.append(again)
    await again.connect()
    await until(lambda: len(again.caller.heard) > 10)
    log = await lab.site.log(phone.conversation)
    assert [type(entry.event).__name__ for entry in log].count("CallStarted") == 1
    assert not any(isinstance(entry.event, CallEnded) for entry in log)


async def test_the_same_call_is_begun_once_however_often_it_is_asked_for(lab: Lab) -> None:
    phone = await lab.call()
    again = await lab.call(phone.widget)
    assert (again.leg, again.conversation) == (phone.leg, phone.conversation)


async def test_a_second_window_is_told_that_the_first_one_calls(lab: Lab) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    other = await lab.site.widget(token=phone.widget.token)
    await other.send({"type": "call", "id": "c2"})
    refused = await other.expect("refused", id="c2")
    assert refused["problem"]["fault"]["code"] == "call_elsewhere"


async def test_nobody_comes_into_a_call_that_is_none_of_theirs(lab: Lab) -> None:
    phone = await lab.connected()
    stranger = await lab.site.widget()
    caller = Caller()
    offer = await caller.offer()
    await caller.aclose()
    await stranger.send({"type": "sound", "id": "s1", "leg": phone.leg, "sdp": offer})
    assert (await stranger.expect("refused", id="s1"))["problem"]["status"] == 404
    path = f"/api/v1/businesses/{lab.site.ours.business}/legs/{phone.leg}/sound"
    assert (await lab.site.call("POST", path, who="pavel", json={"sdp": offer}))[0] == 404
    rival = f"/api/v1/businesses/{lab.site.theirs.business}/legs/{phone.leg}/sound"
    headers = {"Cookie": f"switchboard_session={lab.site.theirs.sessions['rita']}", "Origin": lab.site.origin}
    async with lab.site.http.post(lab.site.origin + rival, headers=headers, json={"sdp": offer}) as answer:
        assert answer.status == 404
    await stranger.send({"type": "press", "leg": phone.leg, "key": "0"})
    await stranger.still_there()


async def test_an_offer_that_is_none_is_refused_and_the_call_goes_on(lab: Lab) -> None:
    phone = await lab.call()
    await phone.widget.send({"type": "sound", "id": "bad", "leg": phone.leg, "sdp": "v=0"})
    assert (await phone.widget.expect("refused", id="bad"))["problem"]["status"] == 422
    await phone.connect()


async def test_nobody_calls_where_the_inbox_takes_none(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_lab(sqlite_database, tmp_path, settings=None) as lab:
        widget = await lab.site.widget()
        assert widget.welcome["inbox"]["calls"] is False
        await widget.send({"type": "call", "id": "c1"})
        assert (await widget.expect("refused", id="c1"))["problem"]["status"] == 409


async def test_callers_are_told_when_the_node_stops_and_their_request_stays(lab: Lab) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    await lab.site.node.calls.drain()
    ended = await phone.widget.entry("call_ended")
    assert ended["event"]["why"] == "restarted"
    assert any("restart" in text for text in lab.speaker.said)


async def test_a_person_who_hangs_up_leaves_the_conversation_open_and_the_caller_rates_it(lab: Lab) -> None:
    phone = await lab.connected()
    desk = await lab.answered(phone, "olga")
    await phone.widget.entry("call_answered")
    assert (await lab.site.verb(phone.conversation, "end_call", leg=phone.leg))[0] == 200
    ended = await phone.widget.entry("call_ended", leg=phone.leg, why="over")
    assert ended["event"]["by"]["name"] == "Olga"
    await desk.caller.over.wait()
    await until(lambda: any("How did we do" in text for text in lab.speaker.said))
    await phone.widget.send({"type": "press", "leg": phone.leg, "key": "5"})
    await phone.widget.entry("rated", score=5)
    await until(lambda: lab.site.node.calls.count == 0)
    ack = await phone.widget.say("Thank you")
    assert ack["conversation"] == phone.conversation


async def test_the_call_of_whoever_is_blocked_ends(lab: Lab) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    talks = f"/api/v1/businesses/{lab.site.ours.business}/conversations"
    _, page = await lab.site.call("GET", talks)
    contact = f"/api/v1/businesses/{lab.site.ours.business}/contacts/{page['rows'][0]['contact']['id']}"
    assert (await lab.site.call("PUT", contact + "/block", who="sara", json={"reason": "spam"}))[0] == 200
    await phone.speak("Hello? Hello? Is nobody there? Can you hear me? I only wanted to ask where my parcel is.")
    await phone.widget.entry("call_ended", leg=phone.leg)
    await phone.caller.over.wait()
    await until(lambda: lab.site.node.calls.count == 0)


async def test_nobody_waits_for_a_caller_whose_sound_is_gone_when_the_node_stops(lab: Lab) -> None:
    (await lab.site.node.calls._open_up())._drain_seconds = 3_600
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    await phone.caller.aclose()
    call = lab.site.node.calls._opened()._calls[phone.leg]
    await until(lambda: not call.is_heard)
    async with asyncio.timeout(20):
        await lab.site.node.calls.drain()
    assert (await phone.widget.entry("call_ended"))["event"]["why"] == "restarted"


async def test_sound_that_comes_when_the_call_has_ended_is_let_go(lab: Lab) -> None:
    phone = await lab.call()
    calls = lab.site.node.calls._opened()
    calls._webrtc = calls._make_webrtc()
    answer = calls._webrtc.answer

    async def slowly(*args: Any, **kwargs: Any) -> Any:
        answered = await answer(*args, **kwargs)
        calls._calls[phone.leg].end("over")
        await until(lambda: calls.count == 0)
        return answered

    calls._webrtc.answer = slowly  # type: ignore[method-assign]
    await phone.widget.send({"type": "sound", "id": "s1", "leg": phone.leg, "sdp": await phone.caller.offer()})
    assert (await phone.widget.expect("refused", id="s1"))["problem"]["status"] == 404
    assert calls._webrtc.carriers == 0


def loud(caller: Caller) -> bool:
    """Whether what came last is more than silence."""
    return any(sounds(packet) for packet in caller.heard[-10:])


def sounds(packet: Rtp) -> bool:
    """A frame of silence is a byte or two."""
    return len(packet.payload) > 8


async def test_a_call_is_recorded_from_when_its_caller_has_heard_that_it_is(
    sqlite_database: Database, tmp_path: Path
) -> None:
    settings = CallSettings(notice={"en": "This call is recorded."}, record=True)
    async with on_lab(sqlite_database, tmp_path, settings=settings) as lab:
        phone = await lab.connected()
        log = lab.site.log
        await phone.speak("I hear you, and you may go on")  # a caller without sound is spoken to no further
        await phone.speak("I hear you, and you may go on")
        await until_async(lambda: _has(log, phone, "recording_changed"), what="recording")
        await lab.answered(phone, "olga")
        await phone.widget.entry("call_answered", leg=phone.leg)
        verb = lab.site.verb
        assert (await verb(phone.conversation, "pause_recording", leg=phone.leg))[0] == 200
        assert (await verb(phone.conversation, "resume_recording", leg=phone.leg))[0] == 200
        await phone.speak("Good morning")
        await phone.widget.send({"type": "hang_up", "id": "h1", "leg": phone.leg})
        await until_async(lambda: _has(log, phone, "call_recorded"), what="the recording")
        changes = [e.event for e in await log(phone.conversation) if isinstance(e.event, RecordingChanged)]
        assert [(one.to, one.by is not None) for one in changes] == [("on", False), ("paused", True), ("on", True)]
        (told,) = [e.event for e in await log(phone.conversation) if isinstance(e.event, CallRecorded)]
        assert told.since > 0 and told.seconds >= 1 and not told.broken
        path = f"/api/v1/businesses/{lab.site.ours.business}/files/{told.file}/link"
        assert (await lab.site.call("GET", path))[0] == 200


async def test_what_the_bot_asks_for_as_unrecorded_is_silence_in_the_recording_until_it_is_answered(
    sqlite_database: Database, tmp_path: Path
) -> None:
    card = BotReply(text="What is the number of your card?", unrecorded=True)
    said = {"i want to pay": card, "4000 1234": BotReply(text="That card, yes.")}

    def answer(request: TurnRequest) -> TurnResult:
        text = request.inputs[-1].text
        return TurnResult(outcome="answered", version="v", replies=(said.get(text, BotReply(text="Good.")),))

    settings = CallSettings(notice={"en": "This call is recorded."}, record=True)
    async with on_lab(sqlite_database, tmp_path, settings=settings) as lab:
        lab.site.engine.answer = answer
        phone = await lab.connected()
        log = lab.site.log
        await phone.widget.entry("system_notice", notice="call_notice")
        await phone.sound([SILENCE] * 100)
        await until_async(lambda: _has(log, phone, "recording_changed"), what="recording")
        for text in ("i want to pay", "4000 1234", "bring it tomorrow", "that is all"):
            lab.typist.hears.append(text)
            await phone.speak()
            await phone.widget.entry("customer_message", text=text)
            await phone.widget.entry("bot_message")
            await phone.sound([SILENCE] * 100)
        await phone.widget.send({"type": "hang_up", "id": "h1", "leg": phone.leg})
        await until_async(lambda: _has(log, phone, "call_recorded"), what="the recording")
        events = [e.event for e in await log(phone.conversation)]
        (told,) = [one for one in events if isinstance(one, CallRecorded)]
        stored = await lab.site.node.files.open(lab.site.ours.business, told.file)
        sound = decoded(b"".join([chunk async for chunk in stored]))
        said_at = [one.speech for one in events if isinstance(one, CustomerMessage) and one.speech is not None]
        spans = [(one.since - told.since, one.until - told.since) for one in said_at]
        assert [_loudest(sound[:, 0], *span) > 1_000 for span in spans] == [True, False, True, True]
        answers = list(pairwise(spans))
        assert [_loudest(sound[:, 1], one[1], two[0]) > 500 for one, two in answers] == [False, False, True]
        told_card = sound[spans[1][0] * 16 : spans[2][0] * 16]
        assert peak(told_card) < 10, "the codec's own"


def _loudest(sound: NDArray[np.int16], since: int, until: int) -> int:
    """Of a channel at 16 kHz, from one millisecond to another."""
    return peak(sound[since * 16 : until * 16])


async def test_without_a_notice_or_unasked_nothing_is_recorded(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_lab(sqlite_database, tmp_path, settings=CallSettings(notice={"en": "Be kind."})) as lab:
        phone = await lab.connected()
        await phone.widget.entry("system_notice", notice="call_notice")
        await until(lambda: "Be kind." in lab.speaker.said)
        await phone.widget.send({"type": "hang_up", "id": "h1", "leg": phone.leg})
        await phone.widget.entry("call_ended", leg=phone.leg)
        assert (await lab.site.verb(phone.conversation, "pause_recording", leg=phone.leg))[0] == 409
        assert not (tmp_path / "recordings").exists()


async def test_only_who_says_so_may_record(lab: Lab) -> None:
    path = f"/api/v1/businesses/{lab.site.ours.business}/inboxes"
    _, listed = await lab.site.call("GET", path, who="anna")
    inbox = next(one for one in listed["inboxes"] if one["channel"] == "webchat")

    async def put(**calls: object) -> tuple[int, dict[str, object]]:
        settings = {**inbox["settings"], "calls": calls}
        body = {"version": inbox["version"], "name": inbox["name"], "settings": settings}
        return await lab.site.call("PUT", f"{path}/{inbox['id']}", who="anna", json=body)

    for notice in ({}, {"en": "  "}):
        status, refused = await put(record=True, notice=notice)
        assert (status, refused["field"]) == (422, "calls.notice")
    assert (await put(record=True, notice={"en": "This call is recorded."}))[0] == 200


async def _has(log: Callable[[str], Awaitable[list[Entry]]], phone: Phone, tag: str) -> bool:
    return any(tag_of(entry.event) == tag for entry in await log(phone.conversation))
