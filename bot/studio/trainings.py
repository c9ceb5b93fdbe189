"""Trainings under way on this node, one for each business, and why the last one came to nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
import structlog

from gateway.errors import NotPossible, NotTrained
from gateway.faults import Fault, refusals, training
from gateway.ports import Progress
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

Stage = Literal["", "read", "learn", "measure", "test"]


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """How a training is. ``done``: of the whole, 0 to 1. ``version``: what the last one made. ``problem`` and ``fault``: why
    it failed, in English and as a code with its values."""

    state: Literal["idle", "running", "failed"] = "idle"
    stage: Stage = ""
    done: float = 0.0
    version: str = ""
    problem: str = ""
    fault: Fault | None = None


IDLE = Training()


class Trainings:
    """``begin`` starts one; ``of`` says how it is."""

    def __init__(self) -> None:
        self._known: dict[str, Training] = {}
        self._tasks = TaskSet("training")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def of(self, business: str) -> Training:
        return self._known.get(business, IDLE)

    def check_free(self, business: str) -> None:
        """Raises ``NotPossible`` while one runs."""
        if self.of(business).state == "running":
            raise NotPossible(refusals.TRAINING())

    def begin(
        self, business: str, train: Callable[[Progress], Awaitable[str]], *, told: Callable[[], None]
    ) -> None:  # fmt: skip
        """Runs ``train``, which returns the version it made; ``told`` is called at each step. Raises ``NotPossible``."""
        self.check_free(business)
        self._known[business] = Training(state="running", stage="read")
        self._tasks.start(self._run(business, train, told), name=f"train:{business}")

    async def _run(
        self, business: str, train: Callable[[Progress], Awaitable[str]], told: Callable[[], None]
    ) -> None:  # fmt: skip
        def progress(stage: str, done: float) -> None:
            self._known[business] = msgspec.convert({"state": "running", "stage": stage, "done": done}, Training)
            told()

        try:
            version = await train(progress)
            self._known[business] = Training(version=version)
        except Exception as error:
            log.error("training_failed", business=business, error=str(error))
            fault = _fault_of(error)
            self._known[business] = Training(state="failed", problem=fault.text, fault=fault)
        told()


def _fault_of(error: Exception) -> Fault:
    if isinstance(error, NotTrained):
        return error.fault
    return training.FAILED(said=str(error)[:500] or type(error).__name__)
