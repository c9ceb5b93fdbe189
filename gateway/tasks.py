"""Tasks that somebody owns: named, logged when they fail, ended with their owner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)

AGAIN_AFTER = 5.0
"""Seconds that a task has to clean up once it is cancelled, before it is cancelled again."""


class TaskSet:
    """The background tasks of one owner."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=f"{self._name}.{name}")
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task_failed", task=task.get_name(), exc_info=error)

    async def finish(self, *, within: float) -> None:
        """Lets the tasks end by themselves for ``within`` seconds, then ends them, and those that they begin meanwhile."""
        if self._tasks and within > 0:
            await asyncio.wait(self._tasks, timeout=within)
        while left := [task for task in self._tasks if not task.done()]:
            await end(*left)


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancels them. One that has swallowed that is cancelled again, so that an owner always comes to its end: a library may, and
    so does ``gather`` where one of its own has failed in that instant."""
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        _, stubborn = await asyncio.wait(left, timeout=AGAIN_AFTER)
        for task in stubborn:
            log.warning("task_goes_on", task=task.get_name())
