"""What a call brings into the log: in the order in which it happened, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from channels.voice.recorder import About
from gateway.dispatcher import Dispatcher
from gateway.errors import Refused, StorageUnavailable
from gateway.model import commands as c
from gateway.ports import Inbound
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)


class Submissions:
    """Those of one leg. ``ended``: its end can't be written, so it must be over without; ``unheard``: what the caller said was not
    taken, and can't be sent again by them."""

    def __init__(
        self, dispatcher: Dispatcher, tasks: TaskSet, of: About, *, ended: Callable[[], None], unheard: Callable[[], None]
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._tasks = tasks
        self._of = of
        self._ended, self._unheard = ended, unheard
        self._last: asyncio.Task[None] | None = None

    def submit(self, command: c.AnyCommand) -> None:
        """After all that was submitted before."""
        self._last = self._tasks.start(self._submit(self._last, command), name="submit")

    def receive(self, item: Inbound) -> None:
        """What the caller said, after what was submitted before."""
        self._tasks.start(self._receive(self._last, item), name="said")

    def beside(self, command: c.AnyCommand) -> None:
        """Without waiting for anything."""
        self._tasks.start(self._try(command), name="beside")

    async def _submit(self, before: asyncio.Task[None] | None, command: c.AnyCommand) -> None:
        await _over(before)
        await self._try(command)

    async def _try(self, command: c.AnyCommand) -> None:
        """What the log refuses was decided by somebody else meanwhile."""
        try:
            await self._dispatcher.submit(self._of.business, self._of.conversation, command)
        except (Refused, StorageUnavailable) as error:
            log.info("call_refused", leg=self._of.leg, command=type(command).__name__, error=type(error).__name__)
            if isinstance(command, c.EndCall):
                self._ended()

    async def _receive(self, before: asyncio.Task[None] | None, item: Inbound) -> None:
        await _over(before)
        try:
            await self._dispatcher.receive(item)
        except (Refused, StorageUnavailable) as error:
            log.warning("speech_refused", leg=self._of.leg, error=type(error).__name__)
            self._unheard()


async def _over(task: asyncio.Task[None] | None) -> None:
    if task is not None and not task.done():
        await asyncio.wait({task})
