"""The widget's socket, as docs/protocol.md has it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sqlite3
from pathlib import Path

import aiohttp
import pytest

from gateway.http import socket as sockets
from gateway.http import wire
from tests.support_edge.clients import Closed
from tests.support_edge.site import Site
from tests.support_edge.waiting import until


async def test_welcome_says_where_one_is_in_ones_language(site: Site) -> None:
    for locale, name, greeting, plans in (
        ("ru-RU", "Фонарь", "Здравствуйте!", "Тарифы"), ("en", "Lantern", "Hello!", "Plans"),
    ):  # fmt: skip
        welcome = (await site.widget(locale=locale)).welcome
        assert welcome["inbox"]["greeting"] == greeting
        assert welcome["inbox"]["starters"] == [{"title": plans, "payload": "/plans"}]
        assert (welcome["inbox"]["business"], welcome["inbox"]["color"]) == (name, "#0E6B68")
        assert (welcome["conversation"], welcome["status"], welcome["owner"]) == (None, None, None)
    # An unknown language gets the first one that the business offers.
    assert (await site.widget(locale="fr")).welcome["inbox"]["greeting"] == "Здравствуйте!"


async def test_visitor_who_only_looks_leaves_nothing_behind(site: Site) -> None:
    await site.widget()
    with contextlib.closing(sqlite3.connect(f"{site.node.settings.data}/switchboard.db")) as file:
        for table in ("identities", "contacts", "conversations", "events"):
            assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


async def test_message_is_acknowledged_when_it_is_stored(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello", id="m1")
    entries = await site.log(ack["conversation"])
    assert entries[ack["seq"] - 1].event.text == "Hello"


async def test_bot_answers_and_the_widget_sees_it(site: Site) -> None:
    widget = await site.widget()
    await widget.say("Hello")
    await widget.entry("bot_message", text="You said: Hello")
    assert widget.seqs == sorted(set(widget.seqs))


async def test_message_sent_again_is_acknowledged_again_and_stored_once(site: Site) -> None:
    widget = await site.widget()
    first = await widget.say("Hello", id="m1")
    assert await widget.say("Hello", id="m1") == first
    again = await site.widget(token=widget.token)
    assert await again.say("Hello", id="m1") == first
    texts = [getattr(entry.event, "text", "") for entry in await site.log(first["conversation"])]
    assert texts.count("Hello") == 1


async def test_id_that_was_used_for_something_else_is_refused_for_good(site: Site) -> None:
    widget = await site.widget()
    await widget.say("Hello", id="m1")
    await widget.send({"type": "message", "id": "m1", "text": "Another"})
    refused = await widget.expect("refused", id="m1")
    assert (refused["problem"]["type"], refused["problem"]["status"]) == ("/problems/id_reused", 409)


async def test_visitor_who_comes_back_gets_everything_again(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello")
    await widget.entry("bot_message")
    await widget.close()
    back = await site.widget(token=widget.token)
    assert (back.welcome["conversation"], back.welcome["status"]) == (ack["conversation"], "pending")
    await back.entry("bot_message")
    assert back.entries == widget.entries


async def test_visitor_who_resumes_gets_only_what_is_new(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello")
    last = await widget.entry("bot_message")
    await widget.close()
    other = await site.widget(token=widget.token)
    await other.say("More")
    await other.entry("bot_message", text="You said: More")
    back = await site.widget(
        token=widget.token, conversation=ack["conversation"], last_seq=last["seq"], last_event_id=last["id"]
    )
    await back.entry("bot_message", text="You said: More")
    assert back.said == ["More", "You said: More"]
    assert "resync" not in [frame["type"] for frame in back.frames]


@pytest.mark.parametrize("conversation", ["same", "another"])
async def test_visitor_whose_log_is_another_one_is_told_to_forget_it(site: Site, conversation: str) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello")
    await widget.entry("bot_message")
    claimed = ack["conversation"] if conversation == "same" else "01another0conversation0000"
    back = await site.widget(token=widget.token, conversation=claimed, last_seq=2, last_event_id="unknown")
    await back.entry("bot_message")
    kinds = [frame["type"] for frame in back.frames]
    assert kinds.index("resync") < kinds.index("entries")
    assert next(frame for frame in back.frames if frame["type"] == "resync")["conversation"] == claimed
    assert back.entries == widget.entries


async def test_second_tab_follows_the_first_from_its_first_message_on(site: Site) -> None:
    first = await site.widget()
    second = await site.widget(token=first.token)
    await first.say("Hello")
    closed = await second.closed()
    assert closed.code == 1012  # come back and find the conversation that began elsewhere
    second = await site.widget(token=first.token)
    await second.entry("customer_message", text="Hello")
    await first.say("More")
    await second.entry("customer_message", text="More")
    await second.say("From the second tab")
    await first.entry("customer_message", text="From the second tab")


async def test_two_visitors_never_see_each_other(site: Site) -> None:
    ann, ben = await site.widget(), await site.widget()
    a, b = await ann.say("I am Ann"), await ben.say("I am Ben")
    assert a["conversation"] != b["conversation"]
    await ann.entry("bot_message")
    await ben.entry("bot_message")
    assert not any("Ben" in raw for raw in ann.raw) and not any("Ann" in raw for raw in ben.raw)
    # A foreign conversation's id is no key to it.
    nosy = await site.widget(token=ben.token, conversation=a["conversation"], last_seq=1)
    await nosy.entry("bot_message")
    assert not any("Ann" in raw for raw in nosy.raw)


async def test_read_marks_go_both_ways_and_only_forward(site: Site) -> None:
    widget, console = await site.widget(), await site.console()
    ack = await widget.say("Hello")
    await widget.entry("bot_message")
    await console.send({"type": "follow", "conversation": ack["conversation"]})
    await console.entry("bot_message")
    await console.send({"type": "read", "conversation": ack["conversation"], "seq": 2})
    assert (await widget.expect("mark"))["who"] == "people"
    await widget.send({"type": "read", "seq": 4})
    assert (await console.expect("mark", who="customer"))["seq"] == 4
    await widget.send({"type": "read", "seq": 1})
    await widget.still_there()
    back = await site.widget(token=widget.token)
    assert back.welcome["marks"] == {"customer": 4, "people": 2}


async def test_mark_beyond_the_end_counts_as_the_end(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello")
    await widget.entry("bot_message")
    await widget.send({"type": "read", "seq": 1_000_000})
    await widget.still_there()
    head = (await site.log(ack["conversation"]))[-1].seq
    assert (await site.widget(token=widget.token)).welcome["marks"]["customer"] == head


async def test_typing_is_seen_by_the_other_side_without_a_name(site: Site) -> None:
    widget, console = await site.widget(), await site.console()
    ack = await widget.say("Hello")
    await console.send({"type": "follow", "conversation": ack["conversation"]})
    await console.entry("customer_message")
    await widget.send({"type": "typing", "on": True})
    signal = await console.expect("signal")
    assert (signal["who"], signal["kind"], signal["on"]) == ("customer", "typing", True)
    await console.send({"type": "typing", "conversation": ack["conversation"], "on": True})
    signal = await widget.expect("signal")
    assert (signal["who"], signal["on"]) == ("people", True)
    assert site.ours.accounts["olga"] not in widget.raw[-1] and "Olga" not in widget.raw[-1]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://shop.example.evil.example", ""])
async def test_page_that_is_not_listed_is_refused(site: Site, origin: str) -> None:
    with pytest.raises(Closed) as refused:
        await site.widget(origin=origin)
    assert refused.value.code == 1008 and refused.value.reason.startswith("origin_refused")


async def test_our_own_pages_may_use_every_inbox(site: Site) -> None:
    widget = await site.widget(origin=site.origin, inbox=site.theirs.inbox)
    assert widget.welcome["inbox"]["business"] == "Rival"


@pytest.mark.parametrize("inbox", ["no-such-inbox", "", "' OR 1=1 --"])
async def test_unknown_inbox_is_refused(site: Site, inbox: str) -> None:
    with pytest.raises(Closed) as refused:
        await site.widget(inbox=inbox or " ")
    assert refused.value.code == 1008 and refused.value.reason.startswith(("not_found", "malformed hello"))


async def test_visitors_token_is_stored_nowhere(site: Site) -> None:
    token = secrets.token_urlsafe(32)
    widget = await site.widget(token=token)
    await widget.say("Hello")
    await widget.entry("bot_message")
    await asyncio.to_thread(_no_file_holds, site, token)


def _no_file_holds(site: Site, token: str) -> None:
    files = [file for file in Path(site.node.settings.data).rglob("*") if file.is_file()]
    assert any(b"Hello" in file.read_bytes() for file in files)
    assert not any(token.encode() in file.read_bytes() for file in files)


async def test_reader_who_falls_behind_is_sent_away_and_resumes(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello")
    last = await widget.entry("bot_message")
    (session,) = site.node.sockets._sessions
    frame = b'{"type":"noise","text":"' + b"x" * 60_000 + b'"}'
    while session.closing is None:
        session.send(frame)
        assert session._bytes <= sockets.MAX_QUEUED_BYTES + len(frame)
        await asyncio.sleep(0)
    assert (await widget.closed()).code == 1013
    await until(lambda: not site.node.sockets._sessions)
    back = await site.widget(
        token=widget.token, conversation=ack["conversation"], last_seq=last["seq"], last_event_id=last["id"]
    )
    await back.say("More")
    await back.entry("bot_message", text="You said: More")
    assert back.said == ["More", "You said: More"]


async def test_what_was_said_last_leaves_before_the_socket_closes(site: Site) -> None:
    widget = await site.widget()
    (session,) = site.node.sockets._sessions
    for number in range(50):
        session.tell({"type": "noise", "number": number})
    session.close(wire.Closed(1012, "restarting"))
    session.tell({"type": "noise", "number": "too late"})

    assert (await widget.closed()).code == 1012
    assert [frame["number"] for frame in widget.frames if frame["type"] == "noise"] == list(range(50))


async def test_draining_node_sends_its_widgets_away_to_come_back(site: Site) -> None:
    widgets = [await site.widget() for _ in range(5)]
    draining = asyncio.create_task(site.node.sockets.drain(within=5))
    assert {(await widget.closed()).code for widget in widgets} == {1012}
    await draining
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:  # a proxy asks another node then
        await site.widget()
    assert refused.value.status == 503
