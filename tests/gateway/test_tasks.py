"""Owned tasks end with their owner, whatever they do."""

from __future__ import annotations

import asyncio

import pytest

import gateway.tasks
from gateway.tasks import TaskSet


async def test_task_that_swallows_its_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway.tasks, "AGAIN_AFTER", 0.01)
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 3:
                    raise

    tasks = TaskSet("test")
    tasks.start(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    await tasks.finish(within=0)
    assert swallowed == 3 and len(tasks) == 0


async def test_tasks_that_fail_or_have_ended_are_waited_for() -> None:
    async def fails() -> None:
        raise ValueError

    async def ends() -> None:
        await asyncio.sleep(0)

    tasks = TaskSet("test")
    for work in (fails(), ends()):
        tasks.start(work, name="one")
    await tasks.finish(within=1)
    assert len(tasks) == 0
    await tasks.finish(within=0)
