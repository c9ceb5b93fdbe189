"""A Rasa server as its HTTP API documentation has it, on loopback: strict about what it is asked, and as faulty as a test
wants it to be."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from bot.breaker import Breaker
from bot.rasa.client import RasaClient

TOKEN = "12345-TEST/TOKEN?&"
Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class RasaDouble:
    """``fault`` answers in place of everything, where a test sets it. ``asked``: method and path of every call."""

    def __init__(self) -> None:
        self.version = "3.6.21"
        self.model = "model-1"
        self.fault: Fault | None = None
        self.spoiled: dict[str, Fault] = {}
        self.asked: list[str] = []
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.loaded: list[str] = []
        self.trained: list[bytes] = []
        self.url = ""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._judged])
        app.router.add_get("/version", self._version)
        app.router.add_get("/status", self._status)
        app.router.add_get("/domain", self._domain)
        app.router.add_get("/conversations/{id}/tracker", self._tracker)
        app.router.add_post("/conversations/{id}/tracker/events", self._append)
        app.router.add_post("/webhooks/rest/webhook", self._webhook)
        app.router.add_post("/model/parse", self._parse)
        app.router.add_post("/model/train", self._train)
        app.router.add_put("/model", self._load)
        return app

    def spoil(self, path: str, fault: Fault) -> dict[str, Fault]:
        """Calls whose path begins so get this fault, until what is returned is cleared."""
        self.spoiled[path] = fault
        return self.spoiled

    @web.middleware
    async def _judged(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if self.fault is not None:
            return await self.fault(request)
        fault = next((one for path, one in self.spoiled.items() if request.path.startswith(path)), None)
        if fault is not None:
            return await fault(request)
        open_to_all = request.path in ("/version", "/webhooks/rest/webhook")
        if not open_to_all and request.query.get("token") != TOKEN:
            return problem(401, "NotAuthenticated")
        return await handler(request)

    async def _version(self, request: web.Request) -> web.Response:
        return web.json_response({"version": self.version, "minimum_compatible_version": "3.5.0"})

    async def _status(self, request: web.Request) -> web.Response:
        return web.json_response({"model_file": "m.tar.gz", "model_id": self.model, "num_active_training_jobs": 0})

    async def _domain(self, request: web.Request) -> web.Response:
        assert "application/json" in request.headers["Accept"]
        return web.json_response({
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
            "intents": ["greet", {"bye": {"use_entities": True}}], "slots": {"language": {"type": "text"}},
            "responses": {"utter_greet": [{"text": "Hello."}]},
        })  # fmt: skip

    async def _tracker(self, request: web.Request) -> web.Response:
        assert request.query["include_events"] == "ALL"
        return self._state(request.match_info["id"])

    def _state(self, conversation: str) -> web.Response:
        events = self.events.setdefault(conversation, [{"event": "session_started", "timestamp": 1.0}])
        slots = {one["name"]: one["value"] for one in events if one["event"] == "slot"}
        return web.json_response({"sender_id": conversation, "slots": slots, "events": events, "paused": False,
                                  "active_loop": {}, "latest_event_time": 1.0})  # fmt: skip

    async def _append(self, request: web.Request) -> web.Response:
        events = await request.json()
        if not isinstance(events, list) or not all(isinstance(one.get("event"), str) for one in events):
            return problem(400, "BadRequest")
        self.events.setdefault(request.match_info["id"], []).extend(events)
        return self._state(request.match_info["id"])

    async def _webhook(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert isinstance(body["sender"], str) and isinstance(body["message"], str)
        parsed = {"intent": {"name": "greet", "confidence": 0.9}, "intent_ranking": [], "entities": []}
        metadata = {**body["metadata"], "model_id": self.model}
        self.events.setdefault(body["sender"], []).extend(
            [
                {
                    "event": "user",
                    "text": body["message"],
                    "parse_data": parsed,
                    "metadata": metadata,
                    "timestamp": 2.0,
                },
                {"event": "action", "name": "utter_greet", "timestamp": 2.0},
                {"event": "bot", "text": "Hello.", "data": {}, "timestamp": 2.0},
                {"event": "action", "name": "action_listen", "timestamp": 2.0},
            ]
        )
        return web.json_response([{"recipient_id": body["sender"], "text": "Hello."}])

    async def _parse(self, request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({"text": body["text"], "intent": {"name": "greet", "confidence": 0.9},
                                  "intent_ranking": [], "entities": []})  # fmt: skip

    async def _train(self, request: web.Request) -> web.Response:
        if request.content_type != "application/yaml":
            return problem(400, "BadRequest")
        self.trained.append(await request.read())
        return web.Response(body=b"\x1f\x8b" + bytes(1000), headers={"filename": f"trained-{len(self.trained)}.tar.gz"})

    async def _load(self, request: web.Request) -> web.Response:
        file = (await request.json())["model_file"]
        self.loaded.append(file)
        self.model = f"model-of-{file}"
        return web.Response(status=204)


def problem(status: int, reason: str, message: str = "") -> web.Response:
    """An error as Rasa words it."""
    body = {
        "version": "3.6.21",
        "status": "failure",
        "message": message,
        "reason": reason,
        "details": {},
        "code": status,
    }
    return web.json_response(body, status=status)


def answers(body: bytes | str, *, status: int = 200, kind: str = "application/json") -> Fault:
    async def fault(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type=kind)

    return fault


def tells(value: Any) -> Fault:
    return answers(json.dumps(value))


async def hangs(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits that long")


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Half of an answer, and then the connection is cut."""
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"version": "3.')
    assert request.transport is not None
    request.transport.abort()
    return response


async def drips(request: web.Request) -> web.StreamResponse:
    """A byte now and then: never silent, never done."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def floods(request: web.Request) -> web.StreamResponse:
    """An answer that doesn't end."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(bytes(1 << 20))


@asynccontextmanager
async def serving(*, port: int = 0) -> AsyncIterator[RasaDouble]:
    """The double on loopback; ``port`` 0: a free one."""
    double = RasaDouble()
    runner = web.AppRunner(double.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    host, port = runner.addresses[0][:2]
    double.url = f"http://{host}:{port}"
    yield double
    await runner.cleanup()


@asynccontextmanager
async def calling(url: str, *, clock: Clock | None = None, timeout: float = 2.0) -> AsyncIterator[RasaClient]:
    async with aiohttp.ClientSession() as session:
        breaker = Breaker(clock or Clock())
        yield RasaClient(url, token=TOKEN, session=session, breaker=breaker, timeout=timeout)


async def main(port: int) -> None:
    """Serves until it is killed; tells its address in one line."""
    async with serving(port=port) as double:
        print(double.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
