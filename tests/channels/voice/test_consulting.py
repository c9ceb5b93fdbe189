"""A transfer after talking, with sound over loopback: the two hear one another, and the caller hears music and neither of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from channels.voice.opus import Decoder
from gateway.model.events import ConsultEnded, OperatorMessage
from gateway.model.rules import CallSettings
from tests.channels.voice.test_calls import Desk, Lab, Phone, on_lab, sounds
from tests.support.caller import Caller
from tests.support.stores import Database
from tests.support_edge.clients import Console
from tests.support_edge.waiting import until_async

SECRET = "Between you and me, this caller has not paid a single bill since Easter."
REPLY = "Then I will take him over, thank you, and look into the bookkeeping."
MUSIC, VOICE = 4_000, 6_000
"""How loud music is at the most, and a voice at the least."""


@pytest.fixture
async def lab(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lab]:
    async with on_lab(sqlite_database, tmp_path, settings=CallSettings()) as running:
        yield running


async def in_a_call(lab: Lab) -> tuple[Phone, Desk, Console]:
    """A caller who talks with Olga; Pavel sits at his console."""
    pavel = await lab.site.console("pavel")
    await pavel.still_there()
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    olga = await lab.answered(phone, "olga")
    await phone.widget.entry("call_answered", leg=phone.leg)
    return phone, olga, pavel


async def ask(lab: Lab, phone: Phone, **whom: str) -> None:
    status, answer = await lab.site.verb(phone.conversation, "consult", leg=phone.leg, floor_seq=_floor(phone), **whom)
    assert status == 200, answer


def _floor(phone: Phone) -> int:
    seqs: list[int] = [one["seq"] for one in phone.widget.entries if one["event"]["type"] == "taken"]
    return seqs[-1]


async def came(lab: Lab, phone: Phone, who: str = "pavel") -> Desk:
    status, answer = await lab.site.verb(phone.conversation, "accept_consult", who=who, leg=phone.leg)
    assert status == 200, answer
    desk = Desk(lab.site, phone, who)
    lab.desks.append(desk)
    await desk.connect()
    return desk


async def consulting(lab: Lab) -> tuple[Phone, Desk, Desk]:
    phone, olga, _ = await in_a_call(lab)
    await ask(lab, phone, colleague=lab.site.ours.accounts["pavel"])
    await phone.widget.entry("call_held", leg=phone.leg)
    return phone, olga, await came(lab, phone)


def loudest(caller: Caller, since: int) -> int:
    """The peak of what came to somebody from a packet on."""
    decoder = Decoder()
    sounds = [decoder.decode(packet.payload) for packet in caller.heard]
    return max((int(np.abs(one.astype(np.int32)).max()) for one in sounds[since:] if one is not None), default=0)


async def spoken(desk: Desk, text: str, *listeners: Caller) -> list[int]:
    """How loud each of the listeners hears what is said there."""
    since = [len(one.heard) for one in listeners]
    await desk.speak(text)
    return [loudest(one, at) for one, at in zip(listeners, since, strict=True)]


async def test_the_two_hear_one_another_and_the_caller_hears_music_alone(lab: Lab) -> None:
    phone, olga, pavel = await consulting(lab)
    lab.typist.hears.extend(["has not paid", "I take him over"])
    at = len(phone.caller.heard)
    to_pavel, to_caller = await spoken(olga, SECRET, pavel.caller, phone.caller)
    assert to_pavel > VOICE and to_caller < MUSIC
    to_olga, to_caller = await spoken(pavel, REPLY, olga.caller, phone.caller)
    assert to_olga > VOICE and to_caller < MUSIC
    assert loudest(phone.caller, at) > 500, "there is music"
    quiet = len(olga.caller.heard), len(pavel.caller.heard)
    await phone.speak("Hello? Is anybody there?")
    assert not any(sounds(packet) for packet in olga.caller.heard[quiet[0] + 5 :])
    assert not any(sounds(packet) for packet in pavel.caller.heard[quiet[1] + 5 :])
    log = await lab.site.log(phone.conversation)
    assert not any(isinstance(entry.event, OperatorMessage) for entry in log), "what they say is nowhere taken down"


async def test_the_transfer_is_completed_and_the_colleague_talks_with_the_caller(lab: Lab) -> None:
    phone, olga, pavel = await consulting(lab)
    status, _ = await lab.site.verb(phone.conversation, "complete_consult", leg=phone.leg, note="About the bill")
    assert status == 200
    taken = await phone.widget.entry("taken", via="transfer")
    assert taken["event"]["operator"]["name"] == "Pavel"
    await olga.caller.over.wait()
    answered = await phone.widget.entry("call_answered", leg=phone.leg)
    assert answered["event"]["by"]["name"] == "Pavel"
    lab.typist.hears.append("good morning")
    (to_caller,) = await spoken(pavel, REPLY, phone.caller)
    assert to_caller > VOICE
    said = await phone.widget.entry("operator_message", text="good morning")
    assert said["event"]["name"] == "Pavel"


async def test_all_three_talk(lab: Lab) -> None:
    phone, olga, pavel = await consulting(lab)
    assert (await lab.site.verb(phone.conversation, "confer", leg=phone.leg))[0] == 200
    await phone.widget.entry("call_resumed", leg=phone.leg)
    to_olga, to_caller = await spoken(pavel, REPLY, olga.caller, phone.caller)
    assert to_olga > VOICE and to_caller > VOICE


async def test_back_to_the_caller_the_colleague_is_gone(lab: Lab) -> None:
    phone, olga, pavel = await consulting(lab)
    assert (await lab.site.verb(phone.conversation, "end_consult", leg=phone.leg))[0] == 200
    await phone.widget.entry("call_resumed", leg=phone.leg)
    await pavel.caller.over.wait()
    (to_caller,) = await spoken(olga, SECRET, phone.caller)
    assert to_caller > VOICE


async def test_whose_sound_is_gone_is_asked_no_more_and_the_owner_has_the_caller(lab: Lab) -> None:
    phone, _, pavel = await consulting(lab)
    await pavel.caller.aclose()

    async def ended() -> bool:
        return await _ended(lab, phone) == ["lost"]

    await until_async(ended, what="the end of the talk")
    assert (await lab.site.verb(phone.conversation, "resume_call", leg=phone.leg))[0] == 200
    await phone.widget.entry("call_resumed", leg=phone.leg)


async def test_a_caller_who_hangs_up_ends_it_for_both(lab: Lab) -> None:
    phone, olga, pavel = await consulting(lab)
    await phone.widget.send({"type": "hang_up", "id": "h1", "leg": phone.leg})
    await phone.widget.entry("call_ended", leg=phone.leg)
    await olga.caller.over.wait()
    await pavel.caller.over.wait()
    assert await _ended(lab, phone) == ["over"]


async def test_a_node_that_stops_ends_it(lab: Lab) -> None:
    phone, _, pavel = await consulting(lab)
    await lab.site.node.calls.drain()
    await pavel.caller.over.wait()
    assert await _ended(lab, phone) == ["over"]


async def test_nobody_comes_into_the_call_whom_it_only_rings(lab: Lab) -> None:
    phone, _, _ = await in_a_call(lab)
    await ask(lab, phone, colleague=lab.site.ours.accounts["pavel"])
    caller = Caller()
    path = f"/api/v1/businesses/{lab.site.ours.business}/legs/{phone.leg}/sound"
    assert (await lab.site.call("POST", path, who="pavel", json={"sdp": await caller.offer()}))[0] == 404
    await caller.aclose()


async def test_a_team_is_rung_and_whoever_comes_first_has_it(lab: Lab) -> None:
    phone, _, pavel = await in_a_call(lab)
    sara = await lab.site.console("sara")
    await sara.still_there()
    accounts = lab.site.ours.accounts
    team = {"name": "Billing", "members": [accounts["olga"], accounts["pavel"], accounts["sara"], accounts["anna"]]}
    path = f"/api/v1/businesses/{lab.site.ours.business}/teams"
    status, billing = await lab.site.call("POST", path, who="anna", json=team)
    assert status == 201, billing
    await ask(lab, phone, team=billing["id"])
    rung = {accounts["pavel"], accounts["sara"]}
    for console in (pavel, sara):
        row = await _row(console, phone)
        assert set(row["invited"]) == set(row["consult"]["asked"]) == rung, "who is there, and not who asks"
        assert (row["consult"]["leg"], row["consult"]["by"]["name"]) == (phone.leg, "Olga")
    again = await lab.site.console("sara")
    assert set((await _row(again, phone))["consult"]["asked"]) == rung, "it survives a reload"
    await came(lab, phone, "sara")
    status, refused = await lab.site.verb(phone.conversation, "accept_consult", who="pavel", leg=phone.leg)
    assert (status, refused["fault"]["code"]) == (409, "consult_over")
    while (row := await _row(pavel, phone))["invited"]:
        pass
    assert row["consult"]["colleague"] == accounts["sara"]


async def _row(console: Console, phone: Phone) -> dict[str, Any]:
    """The next that a console is told of the call in which somebody is asked."""
    while True:
        rows: list[dict[str, Any]] = (await console.expect("row"))["rows"]
        for row in rows:
            if row["conversation"] == phone.conversation and row["consult"]:
                return row


async def test_where_nobody_of_a_team_can_come_the_owner_is_told(lab: Lab) -> None:
    phone, _, _ = await in_a_call(lab)
    path = f"/api/v1/businesses/{lab.site.ours.business}/teams"
    _, empty = await lab.site.call("POST", path, who="anna", json={"name": "Night shift"})
    body = {"leg": phone.leg, "floor_seq": _floor(phone), "team": empty["id"]}
    status, refused = await lab.site.verb(phone.conversation, "consult", **body)
    assert (status, refused["fault"]["code"]) == (422, "consult_nobody")


async def test_a_colleague_in_a_call_is_not_asked(lab: Lab) -> None:
    phone, _, _ = await in_a_call(lab)
    other = await lab.call(id="c2")
    await other.connect()
    await lab.answered(other, "pavel")
    account = lab.site.ours.accounts["pavel"]
    status, refused = await lab.site.verb(
        phone.conversation, "consult", leg=phone.leg, floor_seq=_floor(phone), colleague=account
    )
    assert (status, refused["fault"]["code"]) == (409, "colleague_calls")


async def _ended(lab: Lab, phone: Phone) -> list[str]:
    log = await lab.site.log(phone.conversation)
    return [entry.event.why for entry in log if isinstance(entry.event, ConsultEnded)]
