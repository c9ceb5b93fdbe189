"""The server: the Bot API, the files, and a control API for a test in another process."""

from __future__ import annotations

import asyncio
import base64
import inspect
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import msgspec
from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from tests.support_edge.telegram.errors import Refusal, bad_request
from tests.support_edge.telegram.faults import Fault, Record
from tests.support_edge.telegram.limits import SENDS
from tests.support_edge.telegram.methods import METHODS
from tests.support_edge.telegram.params import READERS, Object
from tests.support_edge.telegram.sending import Request, Upload
from tests.support_edge.telegram.stage import Stage
from tests.support_edge.telegram.webhooks import Webhooks
from tests.support_edge.telegram.world import BotAccount

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_JSON = "application/json"
BODY = 256 * 1024 * 1024
"""Bytes of the largest request body that is read whole."""
_PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body></html>"


class Server:
    """Serves ``stage`` on loopback from ``start`` to ``stop``. ``local`` is a local Bot API server's ``--local``."""

    def __init__(self, stage: Stage, *, local: bool = False) -> None:
        self.stage = stage
        self.local = local
        self.port = 0
        self._over = asyncio.Event()
        self._runner: web.ServerRunner | None = None
        self.webhooks = Webhooks(stage, self.answer_webhook)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        self._over.clear()
        self._runner = web.ServerRunner(
            web.Server(self._handle, request_factory=_request, handler_cancellation=True), shutdown_timeout=1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        await self.webhooks.start()

    async def stop(self) -> None:
        self._over.set()
        for bot in self.stage.world.bots.values():
            bot.updates.end_poll("close")
        await self.webhooks.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._method(request, token, method)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return await self._file(request, token, name)
        if path.startswith("/control/"):
            return await self._control(request, path[9:])
        return _answer(Refusal(404, "Not Found"))

    async def _method(self, request: web.BaseRequest, token: str, method: str) -> web.StreamResponse:
        bot = self.stage.world.bots.get(token)
        if bot is None:
            return _answer(Refusal(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refusal(404, "Not Found"))
        reader = READERS.get(method.lower())
        if reader is None:
            return _answer(Refusal(404, "Not Found: method not found"))
        call = Record(method, bot.id, self.stage.clock())
        self.stage.calls_made.append(call)
        try:
            return await self._record(request, bot, call)
        finally:
            call.done = True
            if method.lower() != "getupdates":
                self.stage.world.changed()

    async def _record(self, request: web.BaseRequest, bot: BotAccount, call: Record) -> web.StreamResponse:
        method = call.method
        faults = self.stage.faults_set
        if faults and (fault := faults.take_unread(method, bot.id)) is not None:
            return self._drop(request)
        try:
            given, uploads = await self._read(request, method.lower())
        except Refusal as refusal:
            call.code = refusal.code
            return _answer(refusal)
        call.given = given
        fault = faults.take(method, bot.id, _chat(given)) if faults else None
        if fault is None:
            return await self._run(bot, call, given, uploads)
        return await self._faulty(request, fault, bot=bot, call=call, given=given, uploads=uploads)

    async def _run(self, bot: BotAccount, call: Record, given: Object, uploads: Mapping[str, Upload]) -> web.Response:
        try:
            result = await self.perform(bot, call.method.lower(), given, uploads)
        except Refusal as refusal:
            call.code = refusal.code
            return _answer(refusal)
        call.code = 200
        if not isinstance(result, msgspec.Raw):
            call.result = result
        body = msgspec.json.encode({"ok": True, "result": result})
        return web.Response(body=body, content_type=_JSON)

    async def perform(self, bot: BotAccount, method: str, given: Object, uploads: Mapping[str, Upload]) -> Any:
        """Does what was asked. Raises ``Refusal``."""
        chat = _chat(given)
        if self.stage.limits.on and method in SENDS and chat is not None:
            self.stage.limits.pass_(bot.id, chat)
        result = METHODS[method](Request(self.stage.world, bot, uploads, self.local), given)
        return await result if inspect.isawaitable(result) else result

    async def answer_webhook(self, bot: BotAccount, body: bytes) -> None:
        """A method in the answer to a webhook: it is done, and its result is lost."""
        try:
            fields = msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.DecodeError:
            return
        method = str(fields.pop("method", ""))
        reader = READERS.get(method.lower())
        if reader is None:
            return
        call = Record(method, bot.id, self.stage.clock(), by_webhook=True)
        self.stage.calls_made.append(call)
        try:
            given = reader.from_json(msgspec.json.encode(fields))
            call.given = given
            call.result = await self.perform(bot, method.lower(), given, {})
            call.code = 200
        except Refusal as refusal:
            call.code = refusal.code
        call.done = True
        self.stage.world.changed()

    async def _read(self, request: web.BaseRequest, method: str) -> tuple[Object, Mapping[str, Upload]]:
        reader = READERS[method]
        query = dict(parse_qsl(request.query_string, keep_blank_values=True)) if request.query_string else {}
        kind = request.content_type
        if request.method not in ("GET", "POST"):
            raise Refusal(405, "Method Not Allowed")
        if kind == _JSON and request.can_read_body:
            body = await request.read()
            if query:
                raise bad_request("can't parse parameters: some are in the query, some in the body")
            return reader.from_json(body), {}
        if kind == "application/x-www-form-urlencoded":
            text = (await request.read()).decode("utf-8", "surrogatepass")
            return reader.from_form(query | dict(parse_qsl(text, keep_blank_values=True))), {}
        if kind != "multipart/form-data":
            return reader.from_form(query), {}
        fields, uploads = await _multipart(request)
        named = {name: name for name in uploads if name in reader.type.__struct_fields__}
        return reader.from_form(query | named | fields), uploads

    async def _faulty(
        self, request: web.BaseRequest, fault: Fault, *, bot: BotAccount, call: Record, given: Object,
        uploads: Mapping[str, Upload],
    ) -> web.StreamResponse:  # fmt: skip
        match fault.kind:
            case "lost":
                await self._run(bot, call, given, uploads)
                call.code = 0
                return self._drop(request)
            case "slow":
                answer = await self._run(bot, call, given, uploads)
                await self._pause(fault.seconds)
                return answer
        return await self._broken(request, fault, call)

    async def _broken(self, request: web.BaseRequest, fault: Fault, call: Record | None) -> web.StreamResponse:
        """An answer without anything done."""
        if fault.kind == "hang":
            await self._pause(None)
            return self._drop(request)
        if fault.kind in ("unread", "lost", "midway"):
            return self._drop(request)
        if call is not None:
            call.code = {"refuse": fault.code, "html": 502}.get(fault.kind, 200)
        if fault.kind == "html":
            return web.Response(status=502, body=_PAGE, content_type="text/html")
        if fault.kind == "garbage":
            return web.Response(body=b'{"ok":true,"result":{"mess', content_type=_JSON)
        return _answer(fault.refusal)

    async def _pause(self, seconds: float | None) -> None:
        """Real time, but never beyond the server's end."""
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            pass

    def _drop(self, request: web.BaseRequest) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _file(self, request: web.BaseRequest, token: str, path: str) -> web.StreamResponse:
        bot = self.stage.world.bots.get(token)
        if bot is None:
            return _answer(Refusal(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refusal(404, "Not Found"))
        file = self.stage.world.paths.get(path)
        self.stage.calls_made.append(Record("file", bot.id, self.stage.clock(), given={"path": path}, done=True))
        self.stage.world.changed()
        fault = self.stage.faults_set.take("file", bot.id, None)
        if fault is not None and fault.kind == "midway" and file is not None:
            response = web.StreamResponse(headers={"Content-Length": str(len(file.data))})
            await response.prepare(request)
            await response.write(file.data[: len(file.data) // 2])
            if request.transport is not None:
                request.transport.close()
            return response
        if fault is not None and fault.kind == "slow":
            await self._pause(fault.seconds)
        elif fault is not None:
            return await self._broken(request, fault, None)
        if file is None or self.local:
            return _answer(Refusal(404, "Not Found"))
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def _control(self, request: web.BaseRequest, name: str) -> web.Response:
        """``POST /control/<operation of Stage>`` with its arguments as a JSON object; the answer is its result."""
        operation = getattr(self.stage, name, None) if not name.startswith("_") else None
        if not inspect.ismethod(operation):
            return web.Response(status=404, text=name)
        arguments: dict[str, Any] = msgspec.json.decode(await request.read() or b"{}")
        if "data" in arguments and name in ("post", "picture"):
            arguments["data"] = base64.b64decode(arguments["data"])
        try:
            result = operation(**arguments)
            if inspect.isawaitable(result):
                result = await result
        except Exception as wrong:
            return web.Response(status=400, text=f"{type(wrong).__name__}: {wrong}")
        return web.Response(body=msgspec.json.encode(result), content_type=_JSON)


def _request(
    message: RawRequestMessage, payload: StreamReader, protocol: RequestHandler,
    writer: AbstractStreamWriter, task: asyncio.Task[None],
) -> web.BaseRequest:  # fmt: skip
    return web.BaseRequest(message, payload, protocol, writer, task, asyncio.get_running_loop(), client_max_size=BODY)


async def _multipart(request: web.BaseRequest) -> tuple[dict[str, str], dict[str, Upload]]:
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, aiohttp.BodyPartReader) or part.name is None:
            raise bad_request("can't parse multipart/form-data")
        data = bytes(await part.read(decode=False))
        if part.filename is None:
            fields[part.name] = data.decode()
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.filename, mime, data)
    return fields, uploads


def _chat(given: Object) -> int | None:
    chat = getattr(given, "chat_id", None)
    return chat if isinstance(chat, int) else None


def _answer(refusal: Refusal) -> web.Response:
    return web.Response(status=refusal.code, body=msgspec.json.encode(refusal.body), content_type=_JSON)
