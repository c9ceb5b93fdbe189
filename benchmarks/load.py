"""The load client: a process of its own, raw WebSocket frames over asyncio streams, so that it isn't the limit.

Commands come as JSON lines on standard input, results go as JSON lines to standard output.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import struct
import sys
import time
from typing import Any, cast


def masked(payload: bytes) -> bytes:
    """A client's text frame (RFC 6455, 5.2). The mask is all zeros, which is allowed and costs nothing."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BBI", 0x81, 0x80 | size, 0) + payload
    return struct.pack("!BBHI", 0x81, 0x80 | 126, size, 0) + payload


class Socket(asyncio.Protocol):
    """A WebSocket client that hands each text frame to ``on_text``."""

    def __init__(self, host: str, path: str, headers: dict[str, str]) -> None:
        self._request = self._handshake(host, path, headers)
        self._buffer = bytearray()
        self._open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_text: Any = lambda text: None
        self.closed = False
        self.asked = 0
        """How often the server looked whether somebody is there."""
        self.code = 0
        """With which it closed."""

    @staticmethod
    def _handshake(host: str, path: str, headers: dict[str, str]) -> bytes:
        lines = [
            f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before the upgrade"))

    def send(self, payload: bytes) -> None:
        self.transport.write(masked(payload))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(bytes(buffer[:200]).decode(errors="replace")))
                self.transport.close()
                return
            del buffer[: end + 4]
            self._open = True
            self.opened.set_result(None)
        at = 0
        while len(buffer) - at >= 2:
            size, head = buffer[at + 1], 2
            if size == 126:
                if len(buffer) - at < 4:
                    break
                size, head = int.from_bytes(buffer[at + 2 : at + 4]), 4
            elif size == 127:
                if len(buffer) - at < 10:
                    break
                size, head = int.from_bytes(buffer[at + 2 : at + 10]), 10
            if len(buffer) - at < head + size:
                break
            if buffer[at] == 0x81:
                self.on_text(bytes(buffer[at + head : at + head + size]))
            elif buffer[at] == 0x88:
                self.code = int.from_bytes(buffer[at + head : at + head + 2])
                self.transport.write(struct.pack("!BBIH", 0x88, 0x82, 0, self.code))
            elif buffer[at] == 0x89:
                self.asked += 1
                self.transport.write(struct.pack("!BBI", 0x8A, 0x80 | size, 0) + buffer[at + head : at + head + size])
            at += head + size
        del buffer[:at]


async def connect(port: int, path: str, headers: dict[str, str] | None = None) -> Socket:
    loop = asyncio.get_running_loop()
    host = f"127.0.0.1:{port}"
    _, socket = await loop.create_connection(lambda: Socket(host, path, headers or {}), "127.0.0.1", port)
    await asyncio.wait_for(socket.opened, 20)
    return socket


class Rounds:
    """Counts finished round trips of many senders; each sends its next as soon as one is finished, or at a pace."""

    def __init__(self) -> None:
        self.finished = 0
        self.latencies: list[float] = []
        self.keep = False

    def finish(self, began: float) -> None:
        self.finished += 1
        if self.keep:
            self.latencies.append(time.perf_counter() - began)

    async def measure(self, seconds: float) -> dict[str, float]:
        self.finished, self.latencies, self.keep = 0, [], True
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        took = time.perf_counter() - began
        self.keep = False
        ordered = sorted(self.latencies)
        p99 = ordered[int(len(ordered) * 0.99)] if ordered else 0.0
        p95 = ordered[int(len(ordered) * 0.95)] if ordered else 0.0
        p50 = ordered[len(ordered) // 2] if ordered else 0.0
        return {
            "per_s": self.finished / took, "p99_ms": p99 * 1000, "p95_ms": p95 * 1000, "p50_ms": p50 * 1000, "n": self.finished,
        }  # fmt: skip


class EchoLoad:
    """Senders against a bare echo."""

    def __init__(self, port: int, count: int) -> None:
        self.port, self.count = port, count
        self.rounds = Rounds()
        self.sockets: list[Socket] = []

    async def open(self) -> None:
        for _ in range(self.count):
            socket = await connect(self.port, "/echo")
            self.sockets.append(socket)

    def start(self) -> None:
        payload = json.dumps({"type": "message", "id": "x" * 22, "text": "какие у вас тарифы"}).encode()
        for socket in self.sockets:
            began = [time.perf_counter()]

            def on_text(text: bytes, socket: Socket = socket, began: list[float] = began) -> None:
                self.rounds.finish(began[0])
                began[0] = time.perf_counter()
                if not self.stopping:
                    socket.send(payload)

            socket.on_text = on_text
        self.stopping = False
        for socket in self.sockets:
            socket.send(payload)

    def stop(self) -> None:
        self.stopping = True


class TurnLoad:
    """Customers and operators. A round is finished when the bot's reply is at the customer's AND an operator's socket."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.rounds = Rounds()
        self.customers: list[dict[str, Any]] = []
        self.by_conversation: dict[str, dict[str, Any]] = {}
        self.stopping = True
        self.pace = 0.0

    async def open(self) -> None:
        port = self.plan["port"]
        headers = {"Origin": f"http://127.0.0.1:{port}"}
        for number in range(self.plan["conversations"]):
            socket = await connect(port, "/api/v1/widget/socket", headers)
            customer: dict[str, Any] = {
                "socket": socket,
                "n": 0,
                "place": number,
                "began": 0.0,
                "seen": 0,
                "conversation": "",
            }
            socket.on_text = lambda text, customer=customer: self.customer_text(customer, text)
            token = secrets.token_urlsafe(32)
            hello = {"type": "hello", "inbox": self.plan["inbox"], "token": token, "locale": "ru"}
            socket.send(json.dumps(hello).encode())
            self.customers.append(customer)
        self.send_all()
        await self.until(lambda: all(c["conversation"] for c in self.customers))
        await self.open_operators(self.plan.get("desk_port", port))

    async def open_operators(self, port: int) -> None:
        cookie = {"Origin": f"http://127.0.0.1:{port}", "Cookie": f"switchboard_session={self.plan['session']}"}
        names = [c["conversation"] for c in self.customers]
        for start in range(0, len(names), 100):
            socket = await connect(port, "/api/v1/console/socket", cookie)
            socket.on_text = self.operator_text
            socket.send(json.dumps({"type": "hello", "business": self.plan["business"]}).encode())
            for place, name in enumerate(names[start : start + 100]):
                socket.send(json.dumps({"type": "follow", "conversation": name}).encode())
                if place % 20 == 19:
                    await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)

    async def until(self, condition: Any) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("the server did not answer")
            await asyncio.sleep(0.02)

    def send_all(self) -> None:
        for customer in self.customers:
            self.send(customer)

    def send(self, customer: dict[str, Any]) -> None:
        customer["began"] = time.perf_counter()
        customer["seen"] = 0
        customer["n"] += 1
        texts = self.plan["texts"]
        text = texts[(customer["n"] * 31 + customer["place"]) % len(texts)]
        customer["socket"].send(
            json.dumps({"type": "message", "id": f"m{secrets.token_hex(10)}", "text": text}).encode()
        )

    def customer_text(self, customer: dict[str, Any], text: bytes) -> None:
        if b'"bot_message"' in text and text.startswith(b'{"type":"entries"'):
            if not customer["conversation"]:
                name = json.loads(text)["conversation"]
                customer["conversation"] = name
                self.by_conversation[name] = customer
                return
            self.half(customer)
        elif text.startswith(b'{"type":"refused"'):
            raise SystemExit(f"refused: {text.decode()}")

    def operator_text(self, text: bytes) -> None:
        if text.startswith(b'{"type":"entries"') and b'"bot_message"' in text:
            at = text.index(b'"conversation":"') + 16
            customer = self.by_conversation.get(text[at : text.index(b'"', at)].decode())
            if customer is not None:
                self.half(customer)

    def half(self, customer: dict[str, Any]) -> None:
        customer["seen"] += 1
        if customer["seen"] != 2:
            return
        self.rounds.finish(customer["began"])
        if not self.stopping and not self.pace:
            self.send(customer)

    def start(self) -> None:
        self.stopping = False
        self.pace = 0.0
        self.send_all()

    async def paced(self, per_second: float, seconds: float) -> dict[str, float]:
        """A steady rate, spread over the conversations, whatever the answers take."""
        self.pace, self.stopping = per_second, False
        measuring = asyncio.create_task(self.rounds.measure(seconds))
        began, sent = time.perf_counter(), 0
        while not measuring.done():
            target = int((time.perf_counter() - began) * per_second)
            while sent < target:
                customer = self.customers[sent % len(self.customers)]
                if customer["seen"] == 2 or not customer["began"]:
                    self.send(customer)
                sent += 1
            await asyncio.sleep(0.002)
        self.stopping = True
        return await measuring

    def stop(self) -> None:
        self.stopping = True


class IdleLoad:
    """Widgets that are open and silent."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.sockets: list[Socket] = []

    async def open(self) -> None:
        port = self.plan["port"]
        for _ in range(self.plan["sockets"]):
            socket = await connect(port, "/api/v1/widget/socket", {"Origin": f"http://127.0.0.1:{port}"})
            hello = {"type": "hello", "inbox": self.plan["inbox"], "token": secrets.token_urlsafe(32), "locale": "ru"}
            socket.send(json.dumps(hello).encode())
            self.sockets.append(socket)
        await asyncio.sleep(1.0)


async def main() -> None:
    """Runs commands until the end of standard input."""
    loop = asyncio.get_running_loop()
    load: Any = None
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        answer: dict[str, Any] = {}
        match command["do"]:
            case "echo":
                load = EchoLoad(command["port"], command["count"])
                await load.open()
            case "turns":
                load = TurnLoad(command)
                await load.open()
            case "idle":
                load = IdleLoad(command)
                await load.open()
            case "start":
                load.start()
            case "measure":
                answer = await load.rounds.measure(command["seconds"])
            case "paced":
                answer = await load.paced(command["per_s"], command["seconds"])
            case "stop":
                load.stop()
                await asyncio.sleep(0.3)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    try:
        import uvloop

        uvloop.run(main())
    except ImportError:
        asyncio.run(main())
