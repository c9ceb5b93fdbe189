"""Questions from node to node, over the bus: for what one node alone can do, a call's sound above all.

The bus may lose a question or its answer, so whoever asks waits no longer than ``WITHIN`` and says then that nobody answered. What the
other node refuses is refused here in the same words.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from gateway.cluster.bus import Bus
from gateway.errors import Overloaded, Refused, refused_as
from gateway.faults import Fault
from gateway.ports import Answer, Question
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

WITHIN = 3.0
"""Seconds in which another node answers, or is taken not to."""

Answering = Callable[[str], Awaitable[str]]
"""From a question's body to its answer's. May raise ``Refused``."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ``Refused`` on its way to another node."""

    code: str
    detail: str
    fields: dict[str, str | int | None] = {}
    fault: Fault | None = None


class Asks:
    """Those of one node."""

    def __init__(self, bus: Bus, *, node: str) -> None:
        self._bus = bus
        self._node = node
        self._answering: dict[str, Answering] = {}
        self._awaited: dict[str, asyncio.Future[str]] = {}
        self._tasks = TaskSet("asks")

    def reaches(self, node: str) -> bool:
        """Whether there may be such a node beside this one, and a way to it."""
        return self._bus.reaches and node not in ("", self._node)

    def answer(self, about: str, answering: Answering) -> None:
        """Questions about this are answered so, from now on."""
        self._answering[about] = answering

    async def ask(self, node: str, about: str, body: str) -> str:
        """Raises what the other node refuses, and ``Overloaded`` where it doesn't answer."""
        id = secrets.token_hex(8)
        self._awaited[id] = asyncio.get_running_loop().create_future()
        try:
            self._bus.publish(Question(id=f"{self._node}.{id}", to=node, about=about, body=body))
            async with asyncio.timeout(WITHIN):
                return await self._awaited[id]
        except TimeoutError as error:
            raise Overloaded("The server that this is at doesn't answer. Try again in a moment.") from error
        finally:
            del self._awaited[id]

    def tell(self, node: str, about: str, body: str) -> None:
        """As ``ask``, where nobody waits for what comes of it."""
        self._bus.publish(Question(id="", to=node, about=about, body=body))

    def heard(self, message: Question | Answer) -> None:
        """The bus brought one that is meant for this node."""
        if isinstance(message, Question):
            self._tasks.start(self._answer(message), name=message.about)
            return
        awaited = self._awaited.get(message.id.rpartition(".")[2])
        if awaited is None or awaited.done():
            return  # it came too late
        if message.refused:
            refusal = msgspec.json.decode(message.refused, type=Refusal)
            awaited.set_exception(refused_as(refusal.code, refusal.fault or refusal.detail, **refusal.fields))
        else:
            awaited.set_result(message.body)

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    async def _answer(self, question: Question) -> None:
        answering = self._answering.get(question.about)
        body, refused = "", ""
        if answering is None:
            return  # a newer node's question
        try:
            body = await answering(question.body)
        except Refused as error:
            told = Refusal(code=error.code, detail=error.detail, fields=error.fields, fault=error.fault)
            refused = msgspec.json.encode(told).decode()
        if question.id:
            asker = question.id.partition(".")[0]
            self._bus.publish(Answer(id=question.id, to=asker, body=body, refused=refused))
