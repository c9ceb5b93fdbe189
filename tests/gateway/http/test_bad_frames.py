"""Whatever comes in by socket: unknown, broken, foreign, huge and endless frames, at both sockets."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSServerHandshakeError

from gateway.http.socket import STRIKES
from gateway.http.wire import MAX_FRAME
from tests.support.stores import Database
from tests.support_edge.clients import Closed, Console, Frame, Peer, Widget
from tests.support_edge.site import PAGE_ORIGIN, Site, on_site
from tests.support_edge.table import valid_body

WIDGET, CONSOLE = "/api/v1/widget/socket", "/api/v1/console/socket"
BOTH = [WIDGET, CONSOLE]


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def upgrade(site: Site, path: str) -> Peer:
    """A socket before its hello."""
    headers = {"Origin": PAGE_ORIGIN} if path == WIDGET else site.headers()
    ws: ClientWebSocketResponse = await site.http.ws_connect(site.origin + path, headers=headers)
    return Peer(ws)


async def opened(site: Site, path: str) -> Peer:
    return await site.widget() if path == WIDGET else await site.console()


def hello(site: Site, path: str, **changes: object) -> Frame:
    if path == WIDGET:
        return {"type": "hello", "inbox": site.ours.inbox, "token": secrets.token_urlsafe(32), **changes}
    return {"type": "hello", "business": site.ours.business, **changes}


@pytest.mark.parametrize("path", BOTH)
async def test_frames_that_can_not_be_read_are_refused_and_the_socket_goes_on(site: Site, path: str) -> None:
    peer = await opened(site, path)
    frames = [
        "", "{", "[]", "null", "1", '"x"', "{}", '{"type":"nothing"}', '{"type":null}', '{"type":"message"}',
        '{"type":"read","seq":-1}', '{"type":"read","seq":"x","conversation":"x"}', '{"type":"typing","on":"yes"}',
        '{"type":"hello"}', "[" * 20_000, '{"type":' * 5_000, '{"type":"ping"}}', "\u202e\u0000",
    ]  # fmt: skip
    for start in range(0, len(frames), STRIKES - 2):
        for frame in frames[start : start + STRIKES - 2]:
            await peer.ws.send_str(frame)
            refused = await peer.expect("refused")
            assert refused["problem"]["type"] == "/problems/malformed", frame
            assert "Traceback" not in refused["problem"]["detail"]
        await peer.still_there()


@pytest.mark.parametrize("path", BOTH)
async def test_who_only_earns_refusals_is_closed(site: Site, path: str) -> None:
    peer = await opened(site, path)
    for _ in range(STRIKES):
        await peer.ws.send_str("nonsense")
    assert (await peer.closed()).code == 1008
    assert len([frame for frame in peer.frames if frame["type"] == "refused"]) == STRIKES


@pytest.mark.parametrize("path", BOTH)
async def test_binary_frame_closes(site: Site, path: str) -> None:
    for peer in (await opened(site, path), await upgrade(site, path)):
        await peer.ws.send_bytes(b'{"type":"ping"}')
        assert (await peer.closed()).code == 1003


@pytest.mark.parametrize("path", BOTH)
async def test_frame_beyond_the_limit_closes(site: Site, path: str) -> None:
    for peer in (await opened(site, path), await upgrade(site, path)):
        await peer.ws.send_str(json.dumps({"type": "message", "id": "m1", "text": "x" * (MAX_FRAME + 1)}))
        assert (await peer.closed()).code == 1009


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize(
    "changes",
    [
        {"type": "message"}, {"inbox": None, "business": None}, {"inbox": 7, "business": 7},
        {"token": "short", "business": []}, {"token": "x" * 44, "business": {}},
        {"inbox": "a" * 65, "business": "a" * 65}, {"inbox": "a\u0000b", "business": "a\u0000b"},
        {"last_seq": 10**30, "business": "\u202e"}, {"last_seq": -1, "business": "<script>"},
        {"user": 7, "business": True}, {"user": None, "business": 1.5}, {"user": "nobody's word", "business": ["a"]},
    ],
)  # fmt: skip
async def test_hello_that_is_not_one_closes(site: Site, path: str, changes: dict[str, Any]) -> None:
    peer = await upgrade(site, path)
    await peer.send(hello(site, path, **changes))
    closed = await peer.closed()
    assert closed.code == 1008 and peer.frames == []


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize("text", ["", "nonsense", "[" * 20_000, "null"])
async def test_first_frame_that_can_not_be_read_closes(site: Site, path: str, text: str) -> None:
    peer = await upgrade(site, path)
    await peer.ws.send_str(text)
    assert (await peer.closed()).code == 1008


@pytest.mark.parametrize("path", BOTH)
async def test_who_says_no_hello_is_closed(site: Site, path: str) -> None:
    site.node.sockets.hello_within = 0.05
    closed = await (await upgrade(site, path)).closed()
    assert (closed.code, closed.reason) == (1008, "no hello")


async def test_token_is_never_in_what_a_refused_hello_is_told(site: Site) -> None:
    token = secrets.token_urlsafe(33)
    peer = await upgrade(site, WIDGET)
    await peer.send(hello(site, WIDGET, token=token))
    assert token not in (await peer.closed()).reason


@pytest.mark.parametrize("path", BOTH)
async def test_flooding_socket_is_slowed_and_then_closed(sqlite_database: Database, tmp_path: Path, path: str) -> None:
    async with on_site(sqlite_database, tmp_path / "slow", frames_per_second=1.0) as site:
        peer = await opened(site, path)
        answer: Frame = {"type": "pong"}
        while answer["type"] != "refused":
            await peer.send({"type": "ping"})
            answer = await peer.receive()
        assert answer["problem"]["type"] == "/problems/too_many"
        assert (answer["problem"]["status"], answer["problem"]["after"]) == (429, 1)
        for _ in range(200):
            await peer.send({"type": "ping"})
        assert (await peer.closed()).code == 1008
        assert len([frame for frame in peer.frames if frame["type"] == "refused"]) == STRIKES


async def test_console_upgrade_without_a_session_or_from_elsewhere_is_refused(site: Site) -> None:
    good = site.headers()
    for headers, status in (
        ({"Origin": site.origin}, 401), ({**good, "Origin": "https://evil.example"}, 403),
        ({"Cookie": good["Cookie"]}, 403), ({**good, "Cookie": "switchboard_session=unknown"}, 401),
        ({"Origin": site.origin, "Authorization": f"Bearer {site.ours.tokens['operator']}"}, 401),
    ):  # fmt: skip
        with pytest.raises(WSServerHandshakeError) as refused:
            await site.http.ws_connect(site.origin + CONSOLE, headers=headers)
        assert refused.value.status == status, headers


@pytest.mark.parametrize("business", ["theirs", "no-such-business"])
async def test_console_of_a_foreign_business_is_closed_as_if_there_were_none(site: Site, business: str) -> None:
    peer = await upgrade(site, CONSOLE)
    name = site.theirs.business if business == "theirs" else business
    await peer.send(hello(site, CONSOLE, business=name))
    closed = await peer.closed()
    assert closed.code == 1008
    assert closed.reason == "not_found: There is no such business, or you don't work for it."


async def foreign_conversation(site: Site) -> tuple[Widget, str]:
    widget = await site.widget(origin=site.origin, inbox=site.theirs.inbox)
    conversation = (await widget.say("for the rival"))["conversation"]
    await widget.entry("bot_message")
    return widget, conversation


async def test_foreign_conversation_is_refused_by_every_console_frame_as_one_that_is_not(site: Site) -> None:
    widget, theirs = await foreign_conversation(site)
    console = await site.console("anna")
    for verb in site.node.verbs.table.values():
        answers = []
        for name in (theirs, "no-such-conversation"):
            answer = await console.command(name, verb.name, **valid_body(verb.body))
            answers.append({**answer, "id": ""})
        assert answers[0] == answers[1] and answers[0]["problem"]["status"] == 404, verb.name
        await console.still_there()
    for frame in ({"type": "follow"}, {"type": "read", "seq": 1}):
        answers = []
        for name in (theirs, "no-such-conversation"):
            await console.send({**frame, "conversation": name})
            answers.append(await console.expect("refused"))
        assert answers[0] == answers[1], frame
        await console.still_there()
    await console.send({"type": "typing", "conversation": theirs, "on": True})
    await console.still_there()
    await widget.still_there()
    assert [frame["type"] for frame in widget.frames if frame["type"] in ("signal", "mark")] == []
    assert not any(theirs in raw for raw in console.raw)


async def test_every_verb_by_socket_judges_its_body_as_by_http(site: Site) -> None:
    widget = await site.widget()
    conversation = (await widget.say("Hello"))["conversation"]
    await widget.entry("bot_message")
    console = await site.console("anna")
    before = await site.log(conversation)
    for verb in site.node.verbs.table.values():
        good = valid_body(verb.body)
        bodies: list[Any] = [[], "x", 1, None, {**good, "unknown_field": 1}]
        never: tuple[object, ...] = (None, [], {"a": {}}, -1)
        bodies += [{**good, name: value} for name in good for value in never]
        for body in bodies:
            await console.send(
                {"type": "command", "id": "c1", "verb": verb.name, "conversation": conversation, "body": body}
            )
            refused = await console.expect("refused", id="c1")
            assert refused["problem"]["type"] == "/problems/invalid", (verb.name, body)
            await console.still_there()
    assert await site.log(conversation) == before


async def test_unknown_verb_is_refused(site: Site) -> None:
    console = await site.console()
    for verb in ("", "drop", "take ", "__class__", "x" * 64):
        answer = await console.command("any", verb)
        assert answer["type"] == "refused" and answer["problem"]["status"] in (400, 404)


async def test_bad_messages_are_refused_and_nothing_is_stored(site: Site) -> None:
    widget = await site.widget()
    for text in ("", "   ", "\u202e\u2066", "\u0000\u0001", "\n\n"):
        await widget.send({"type": "message", "id": "m1", "text": text})
        assert (await widget.expect("refused", id="m1"))["problem"]["type"] == "/problems/invalid", text
    await widget.send({"type": "message", "id": "m1", "text": "x" * 4001})
    refused = await widget.expect("refused", id="m1")
    assert (refused["problem"]["status"], refused["problem"]["limit"]) == (413, 4000)
    for name in ("", "a" * 65, "with space", "слово", None, 7):
        await widget.send({"type": "message", "id": name, "text": "Hello"})
        assert (await widget.expect("refused"))["problem"]["type"] == "/problems/malformed", name
    again = await site.widget(token=widget.token)
    assert again.welcome["conversation"] is None


async def test_nasty_message_is_stored_as_inert_text(site: Site) -> None:
    widget = await site.widget(page={"url": "https://shop.example/\u202e", "title": "a\u0000b\u202ec", "referrer": ""})
    nasty = "<script>alert(1)</script>\u202e\u0000\u001b[31m\u0085 'DROP TABLE' 👨‍👩‍👧\nсвидетель"
    ack = await widget.say(nasty, choice="/x\u202e\u0000")
    message = (await widget.entry("customer_message"))["event"]
    assert message["text"] == "<script>alert(1)</script>[31m 'DROP TABLE' 👨‍👩‍👧\nсвидетель"
    assert message["choice"] == "/x"
    event = (await site.log(ack["conversation"]))[1].event
    assert event.page is not None and event.page.title == "abc"  # type: ignore[union-attr]


async def test_page_that_no_browser_shows_is_not_kept(site: Site) -> None:
    widget = await site.widget(page={"url": "javascript:alert(1)", "title": "x", "referrer": "y"})
    ack = await widget.say("Hello")
    assert (await site.log(ack["conversation"]))[1].event.page is None  # type: ignore[union-attr]


async def test_random_bytes_never_break_the_node(site: Site) -> None:
    chance = random.Random(7)
    for _ in range(40):
        peer: Peer | Console = await upgrade(site, chance.choice(BOTH))
        try:
            for _ in range(5):
                text = bytes(chance.randrange(256) for _ in range(chance.randrange(80))).decode("latin-1")
                await peer.ws.send_str(text)
            await peer.closed()
        except (Closed, ConnectionError):
            continue
    async with asyncio.timeout(10):
        await (await site.widget()).still_there()
