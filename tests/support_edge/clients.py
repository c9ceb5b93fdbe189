"""The two ends of a conversation as the protocol describes them: a widget and a console."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp

from tests.support_edge.waiting import WITHIN

Frame = dict[str, Any]


class Closed(Exception):
    """The server closed the socket."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class Peer:
    """A socket client that keeps every frame it was sent, in order."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.frames: list[Frame] = []
        self.raw: list[str] = []
        self._ids = itertools.count(1)
        self._looked_at = 0

    async def send(self, frame: Frame) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def receive(self) -> Frame:
        """The next frame. Raises ``Closed``."""
        async with asyncio.timeout(WITHIN):
            message = await self.ws.receive()
        if message.type is aiohttp.WSMsgType.CLOSE:
            raise Closed(message.data, str(message.extra or ""))
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise Closed(self.ws.close_code, str(message.extra or ""))
        self.raw.append(message.data)
        frame: Frame = json.loads(message.data)
        self.frames.append(frame)
        return frame

    async def expect(self, kind: str, **fields: object) -> Frame:
        """The next frame of ``kind`` with these fields; others before it are kept in ``frames``."""
        while True:
            frame = await self.receive()
            if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def entry(self, tag: str, **fields: object) -> Frame:
        """The next entry whose event is ``tag`` with these fields; it may have come before the last ``ack``."""
        while True:
            entries = self.entries
            while self._looked_at < len(entries):
                entry = entries[self._looked_at]
                self._looked_at += 1
                event = entry["event"]
                if event["type"] == tag and all(event.get(name) == value for name, value in fields.items()):
                    return entry
            await self.receive()

    async def closed(self) -> Closed:
        """Reads on until the server closes."""
        while True:
            try:
                await self.receive()
            except Closed as closed:
                return closed

    async def still_there(self) -> None:
        await self.send({"type": "ping"})
        await self.expect("pong")

    @property
    def entries(self) -> list[Frame]:
        return [entry for frame in self.frames if frame["type"] == "entries" for entry in frame["entries"]]

    @property
    def seqs(self) -> list[int]:
        return [entry["seq"] for entry in self.entries]

    @property
    def said(self) -> list[str]:
        return [entry["event"]["text"] for entry in self.entries if "text" in entry["event"]]

    async def close(self) -> None:
        await self.ws.close()

    async def hang_up(self) -> None:
        """Closes a line at whose other end nobody may be."""
        with contextlib.suppress(TimeoutError, ConnectionError, aiohttp.ClientError):
            async with asyncio.timeout(1):
                await self.close()


class Widget(Peer):
    """A visitor's page. ``token`` is theirs for good."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, token: str) -> None:
        super().__init__(ws)
        self.token = token
        self.welcome: Frame = {}

    async def say(self, text: str, *, id: str = "", choice: str = "", files: Sequence[str] = ()) -> Frame:
        """Sends a message and waits until it is stored; the ``ack``."""
        name = id or f"m{next(self._ids)}-{secrets.token_hex(4)}"
        await self.send({"type": "message", "id": name, "text": text, "choice": choice, "files": list(files)})
        return await self.expect("ack", id=name)


class Console(Peer):
    """An operator's console."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__(ws)
        self.welcome: Frame = {}

    async def command(self, conversation: str, verb: str, **body: object) -> Frame:
        """Runs a verb; the ``ack`` or the ``refused``."""
        name = f"c{next(self._ids)}"
        await self.send({"type": "command", "id": name, "verb": verb, "conversation": conversation, "body": body})
        while True:
            frame = await self.receive()
            if frame["type"] in ("ack", "refused") and frame["id"] == name:
                return frame


@asynccontextmanager
async def http_client(*, connector: aiohttp.BaseConnector | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A client without cookie jar: every test says itself which cookie a browser would send. ``connector``: by which way it goes.

    Sockets that a test left open are closed with it. The collector may find a connection before the response that
    would have given it back, and then aiohttp warns of it in whichever test runs just then.
    """
    upgraded: list[aiohttp.ClientResponse] = []

    async def keep(_session: object, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        if params.response.status == 101:
            upgraded.append(params.response)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(keep)
    connector = connector or aiohttp.TCPConnector(limit=0)  # a crowd of sockets, and still calls beside them
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar, trace_configs=[trace]) as http:
        try:
            yield http
        finally:
            for response in upgraded:
                response.close()


async def connect_widget(
    http: aiohttp.ClientSession, url: str, *, inbox: str, token: str, page_origin: str, **hello: object
) -> Widget:  # fmt: skip
    token = token or secrets.token_urlsafe(32)
    widget = Widget(await http.ws_connect(f"{url}/api/v1/widget/socket", headers={"Origin": page_origin}), token)
    try:
        await widget.send({"type": "hello", "inbox": inbox, "token": token, "locale": "en", **hello})
        widget.welcome = await widget.expect("welcome")
    except BaseException:
        await widget.hang_up()  # whoever waits no longer leaves nothing behind
        raise
    return widget


async def connect_console(
    http: aiohttp.ClientSession, url: str, *, business: str, session: str, origin: str = ""
) -> Console:
    """``origin``: where its browser got the page, if not from ``url``."""
    headers = {"Origin": origin or url, "Cookie": f"switchboard_session={session}"}
    console = Console(await http.ws_connect(f"{url}/api/v1/console/socket", headers=headers))
    await console.send({"type": "hello", "business": business})
    console.welcome = await console.expect("welcome")
    return console
