"""The load client of ``benchmarks.console``: customers and operators who write to each other, each at a socket of their
own. Commands come as JSON lines on standard input, results go as JSON lines to standard output.

A relay: the customer's message is on disk and at the screen of its operator, whose reply is on disk and at the
customer's. Every operator has as many conversations as fall to them, all of them followed; one in twenty looks at the
list of all, the others at their own.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from dataclasses import dataclass
from typing import Any

import uvloop

from benchmarks.load import Rounds, Socket, connect

ASK = "/switchboard.operator"
WITHIN = 120.0
OVERSEERS = 20
TEXT = "Спасибо, а сколько это будет стоить с июля?"
ANSWER = "Столько же: цена не меняется до конца года."


@dataclass(slots=True)
class Talk:
    """A conversation: its two ends and where it stands."""

    customer: Socket
    operator: Socket
    name: str = ""
    floor_seq: int = 0
    began: float = 0.0
    answered: float = 0.0


class RelayLoad:
    """``in_flight`` relays at once, going round all conversations; or a steady pace."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.rounds = Rounds()
        self.legs = Rounds()
        self.talks: list[Talk] = []
        self.by_name: dict[bytes, Talk] = {}
        self.next = 0
        self.busy: set[int] = set()
        self.running = False

    async def open(self) -> None:
        operators = [await self._console(number, token) for number, token in enumerate(self.plan["sessions"])]
        headers = {"Origin": f"http://127.0.0.1:{self.plan['port']}"}
        for number in range(self.plan["conversations"]):
            customer = await connect(self.plan["port"], "/api/v1/widget/socket", headers)
            talk = Talk(customer, operators[number % len(operators)])
            customer.on_text = lambda text, talk=talk: self._customer_hears(talk, text)
            token = secrets.token_urlsafe(32)
            hello = {"type": "hello", "inbox": self.plan["inbox"], "token": token, "locale": "ru"}
            self._send(customer, hello)
            self._send(customer, {"type": "message", "id": _id(), "text": "Человека", "choice": ASK})
            self.talks.append(talk)
            if number % 50 == 49:
                await self._until(lambda: all(talk.name for talk in self.talks))
        await self._until(lambda: all(talk.name for talk in self.talks))
        for start in range(0, len(self.talks), 100):
            for talk in self.talks[start : start + 100]:
                self._send(talk.operator, {"type": "command", "id": _id(), "verb": "take", "conversation": talk.name})
                self._send(talk.operator, {"type": "follow", "conversation": talk.name})
            await self._until(lambda start=start: all(talk.floor_seq for talk in self.talks[: start + 100]))

    async def _console(self, number: int, token: str) -> Socket:
        port = self.plan["port"]
        cookie = {"Origin": f"http://127.0.0.1:{port}", "Cookie": f"switchboard_session={token}"}
        socket = await connect(port, "/api/v1/console/socket", cookie)
        socket.on_text = self._operator_hears
        self._send(socket, {"type": "hello", "business": self.plan["business"]})
        view = "all" if number % OVERSEERS == OVERSEERS - 1 else "mine"
        self._send(socket, {"type": "list", "view": view, "limit": 100})
        return socket

    def _send(self, socket: Socket, frame: dict[str, Any]) -> None:
        socket.send(json.dumps(frame).encode())

    async def _until(self, condition: Any) -> None:
        deadline = time.monotonic() + WITHIN
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("the server did not answer")
            await asyncio.sleep(0.01)

    # --- what they hear ---

    def _customer_hears(self, talk: Talk, text: bytes) -> None:
        if text.startswith(b'{"type":"entries"') and b'"operator_message"' in text and talk.answered:
            now = time.perf_counter()
            if self.legs.keep:
                self.legs.latencies.append(now - talk.answered)
            self.rounds.finish(talk.began)
            talk.answered = 0.0
            self._next_one(talk)
        elif not talk.name and text.startswith(b'{"type":"ack"'):
            talk.name = json.loads(text)["conversation"]
            self.by_name[talk.name.encode()] = talk
        elif text.startswith(b'{"type":"refused"'):
            raise SystemExit(f"refused: {text.decode()}")

    def _operator_hears(self, text: bytes) -> None:
        if text.startswith(b'{"type":"entries"'):
            at = text.index(b'"conversation":"') + 16
            talk = self.by_name[text[at : text.index(b'"', at)]]
            if talk.began and b'"customer_message"' in text and b'"operator_message"' not in text:
                self._answer(talk)
            elif not talk.floor_seq:
                taken = [one for one in json.loads(text)["entries"] if one["event"]["type"] == "taken"]
                talk.floor_seq = taken[0]["seq"] if taken else 0
        elif text.startswith(b'{"type":"refused"'):
            raise SystemExit(f"refused: {text.decode()}")

    def _answer(self, talk: Talk) -> None:
        talk.answered = time.perf_counter()
        if self.legs.keep:
            self.legs.latencies.append(talk.answered - talk.began)
        body = {"id": _id(), "text": ANSWER, "floor_seq": talk.floor_seq}
        self._send(
            talk.operator,
            {"type": "command", "id": body["id"], "verb": "reply", "conversation": talk.name, "body": body},
        )

    # --- what they write ---

    def _ask(self) -> None:
        talk = self.talks[self.next % len(self.talks)]
        self.next += 1
        talk.began = time.perf_counter()
        self._send(talk.customer, {"type": "message", "id": _id(), "text": TEXT})

    def _next_one(self, talk: Talk) -> None:
        talk.began = 0.0
        if self.running:
            self._ask()

    def start(self, in_flight: int) -> None:
        self.running = True
        for _ in range(min(in_flight, len(self.talks))):
            self._ask()

    def stop(self) -> None:
        self.running = False

    async def paced(self, per_second: float, seconds: float) -> dict[str, float]:
        """So many messages of customers a second, each answered; the latency of every message on its way to the other
        side's screen."""
        measuring = asyncio.create_task(self.legs.measure(seconds))
        began, sent = time.perf_counter(), 0
        while not measuring.done():
            while sent < int((time.perf_counter() - began) * per_second):
                if not self.talks[self.next % len(self.talks)].began:
                    self._ask()
                sent += 1
            await asyncio.sleep(0.001)
        return await measuring


def _id() -> str:
    return secrets.token_hex(10)


async def main() -> None:
    """Runs commands until the end of standard input."""
    loop = asyncio.get_running_loop()
    load: RelayLoad | None = None
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        answer: dict[str, Any] = {}
        if command["do"] == "open":
            load = RelayLoad(command)
            await load.open()
        assert load is not None
        match command["do"]:
            case "start":
                load.start(100)
            case "measure":
                answer = await load.rounds.measure(command["seconds"])
            case "paced":
                answer = await load.paced(command["per_s"], command["seconds"])
            case "stop":
                load.stop()
                await asyncio.sleep(0.5)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
