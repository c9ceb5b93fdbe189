"""Custom actions over HTTP: a real rasa-sdk answer is taken as it is meant, and a bad server costs one turn at most."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.actions import ActionCall, ActionFailed
from bot.actions.calls import Utter
from bot.actions.server import ActionServers
from bot.actions.wire import answer_of, request_of
from bot.content import Content, Slot
from bot.content.types import Aim
from gateway.model.events import Button
from gateway.settings import ActionServer

CALL = ActionCall(
    id="c:7:1", business="b", conversation="c", name="action_look", slots={"order": "7", "paid": "true", "price": "12.5"},
    text="where is it", intent="order", confidence=0.9, form="order_form", asks="phone", steps=("order", ">utter_a"),
    channel="telegram", language="en", entities=({"entity": "order", "value": "7", "start": 0, "end": 1},),
)  # fmt: skip
CONTENT = Content(
    slots=(Slot(name="order"), Slot(name="paid", type="bool"), Slot(name="price", type="float"), Slot(name="tags", type="list")),
)  # fmt: skip

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """An action server on loopback that does what a test says."""

    def __init__(self) -> None:
        self.handler: Handler = self._nothing
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def _nothing(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"events": [], "responses": []})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(json.loads(await request.read()))
        self.headers.append(dict(request.headers))
        return await self.handler(request)


@asynccontextmanager
async def served() -> AsyncIterator[Server]:
    """One on a free port, which does nothing yet."""
    found = Server()
    app = web.Application()
    app.router.add_post("/webhook", found.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    try:
        yield found
    finally:
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as running:
        yield running


async def slug_of(business: str) -> str:
    return "lantern"


@pytest.fixture
async def actions(server: Server) -> AsyncIterator[ActionServers]:
    servers = ActionServers(
        {"lantern": ActionServer(url=server.url, token="secret")}, slug_of=slug_of, clock=lambda: 0.0, within=0.4
    )
    yield servers
    await servers.aclose()


# --- the wire ---


def test_request_is_what_rasa_sdk_reads() -> None:
    body = json.loads(request_of(CALL, CONTENT))
    assert body["next_action"] == "action_look" and body["sender_id"] == "c"
    tracker = body["tracker"]
    assert tracker["slots"] == {"order": "7", "paid": True, "price": 12.5, "tags": None, "requested_slot": "phone"}
    assert tracker["latest_message"]["text"] == "where is it"
    assert tracker["latest_message"]["intent"] == {"name": "order", "confidence": 0.9}
    assert tracker["active_loop"]["name"] == "order_form"
    assert tracker["latest_action_name"] == "utter_a"
    assert tracker["latest_input_channel"] == "telegram"
    assert body["domain"]["slots"].keys() == {"order", "paid", "price", "tags"}


def test_answer_is_taken_as_it_is_meant() -> None:
    events = [
        {"event": "slot", "name": "order", "value": "8", "timestamp": None},
        {"event": "slot", "name": "paid", "value": False},
        {"event": "slot", "name": "tags", "value": ["a"]},
        {"event": "slot", "name": "gone", "value": None},
        {"event": "slot", "name": "requested_slot", "value": "phone"},
        {"event": "followup", "name": "utter_b"},
        {"event": "undo"},
    ]
    responses = [
        {"text": "Hello", "buttons": [{"title": "Yes", "payload": "/yes"}], "image": "https://example.org/a.png"},
        {"response": "utter_found", "courier": "bike", "text": None, "buttons": []},
        {"text": None, "custom": {"handoff": {"team": "Couriers", "priority": 3, "reason": "late"}}},
    ]
    done = answer_of(json.dumps({"events": events, "responses": responses}).encode())
    assert done.slots == {"order": "8", "paid": "false", "tags": '["a"]', "gone": ""}
    assert (done.asks, done.following, done.handoff) == (
        "phone",
        "utter_b",
        Aim(team="Couriers", priority=3, reason="late"),
    )
    first, second = done.says
    assert not isinstance(first, Utter) and first.text == "Hello"
    assert first.buttons[0].payload == "/yes" and first.cards[0].image == "https://example.org/a.png"
    assert second == Utter(name="utter_found", values={"courier": "bike"})


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        (["German"], {"German": 1}),
        ({"German": 4}, {"German": 4}),
        ({"German": 9, "Cars": True, "Bikes": "2"}, {}),
        ("German", {}),
        (None, {}),
    ],
)
def test_an_actions_handoff_may_ask_for_skills(given: object, asked: dict[str, int]) -> None:
    responses = [{"custom": {"handoff": {"skills": given}}}]
    done = answer_of(json.dumps({"events": [], "responses": responses}).encode())
    assert done.handoff == Aim(skills=asked)


def test_paused_conversation_is_a_handoff_and_a_restart_forgets() -> None:
    done = answer_of(b'{"events": [{"event": "pause"}, {"event": "restart"}], "responses": []}')
    assert done.handoff == Aim() and done.restart


LIES = [
    b"", b"<html>hello</html>", b"[]", b'"text"', b"{", b'{"events": 1}', b'{"events": [1]}', b'{"events": [{"event": "slot"}]}',
    b'{"responses": [{"buttons": 5}]}', b'{"responses": [{"custom": 7}]}', b"\xff\xfe", b"null",
    b'{"events": [{"event": "slot", "name": "a"}], "responses": "none"}',
]  # fmt: skip


@pytest.mark.parametrize("body", LIES)
def test_answer_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ActionFailed):
        answer_of(body)


def test_floods_are_bounded_and_addresses_judged() -> None:
    responses = [{"text": "x" * 100_000, "buttons": [{"title": "t"}] * 500, "image": "javascript:alert(1)"}] * 500
    done = answer_of(json.dumps({"events": [], "responses": responses}).encode())
    assert len(done.says) == 10
    first = done.says[0]
    assert not isinstance(first, Utter)
    assert (len(first.text), len(first.buttons), first.cards) == (4_000, 20, ())


# --- the call ---


async def test_call_carries_token_and_key_and_is_made_once(server: Server, actions: ActionServers) -> None:
    await actions.run(CALL, CONTENT)
    assert len(server.asked) == 1
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert server.headers[0]["Idempotency-Key"] == "c:7:1"


async def refuses(request: web.Request) -> web.StreamResponse:
    return web.json_response({"error": "no", "action_name": "action_look"}, status=400)


async def hangs(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def lies(request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>", content_type="text/html")


async def floods(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"x" * 2_000_000)


async def moves(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://127.0.0.1:9/elsewhere")


async def breaks_off(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize("handler", [refuses, hangs, lies, floods, moves, breaks_off])
async def test_server_that_fails_is_called_once_and_told_without_its_address(
    server: Server, actions: ActionServers, handler: Handler
) -> None:
    server.handler = handler
    with pytest.raises(ActionFailed) as caught:
        await actions.run(CALL, CONTENT)
    assert len(server.asked) == 1
    assert "127.0.0.1" not in str(caught.value) and "secret" not in str(caught.value)


async def test_server_that_fails_again_and_again_is_left_alone(server: Server, actions: ActionServers) -> None:
    server.handler = refuses
    for _ in range(5):
        with pytest.raises(ActionFailed):
            await actions.run(CALL, CONTENT)
    assert len(server.asked) == 3
    assert actions.degraded() == ["actions lantern: open"]


async def test_business_without_a_server_has_no_actions(server: Server) -> None:
    with pytest.raises(ActionFailed):
        await ActionServers({}, slug_of=slug_of).run(CALL, CONTENT)
    assert not server.asked


def test_texts_are_taken_without_what_steers_a_line() -> None:
    events = [{"event": "slot", "name": "order", "value": "8\x00"}]
    responses = [
        {"text": "Soup\x00 \u202etoday\u202c", "buttons": [{"title": "Ta\x1bke", "payload": "/yes\x00"}]},
        {"response": "utter_found", "courier": "bi\x00ke"},
    ]
    done = answer_of(json.dumps({"events": events, "responses": responses}).encode())
    first, second = done.says
    assert not isinstance(first, Utter) and first.text == "Soup today"
    assert first.buttons == (Button(title="Take", payload="/yes"),)
    assert (done.slots, second) == ({"order": "8"}, Utter(name="utter_found", values={"courier": "bike"}))


async def test_server_that_is_not_there_is_a_failure_like_any_other(server: Server) -> None:
    dead = ActionServers({"lantern": ActionServer(url="http://127.0.0.1:9/webhook")}, slug_of=slug_of)
    try:
        with pytest.raises(ActionFailed, match="can't be reached"):
            await dead.run(CALL, CONTENT)
    finally:
        await dead.aclose()
