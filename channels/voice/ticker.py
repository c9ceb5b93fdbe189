"""One 20 ms ticker for all calls of a node: one task, whatever the number of calls, and none a frame.

The instants of the ticks lie on a grid that begins when the first call joins; a tick that comes late doesn't move the
next one, so that nothing drifts. After a pause of the process at most ``CATCH_UP`` ticks are made up for at once: what
is older is left out, and each call sees it by its ``at``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

PERIOD_MS = 20
PERIOD_NS = PERIOD_MS * 1_000_000
CATCH_UP = 3

Step = Callable[[int], None]
"""One frame of a call, at ``at`` milliseconds since the call joined. It returns soon, and awaits nothing."""


class Seat:
    """A call's place on the ticker."""

    def __init__(
        self,
        name: str,
        step: Step,
        *,
        prepare: Step | None,
        failed: Callable[[], None] | None,
        clock: Callable[[], int],
    ) -> None:
        self.name = name
        self._step = step
        self._prepare = prepare
        self._failed = failed
        self._clock = clock
        self._joined = clock()

    @property
    def at(self) -> int:
        """This instant, in milliseconds since the call joined: the clock of what arrives between two ticks."""
        return (self._clock() - self._joined) // 1_000_000

    def prepare(self, instant: int) -> bool:
        """Prepares the step at an instant of the ticker's clock, as ``run``."""
        return self._prepare is None or self._do(self._prepare, instant)

    def run(self, instant: int) -> bool:
        """Steps at an instant of the ticker's clock; false where the step raised, which is logged and told."""
        return self._do(self._step, instant)

    def _do(self, step: Step, instant: int) -> bool:
        if instant < self._joined:
            return True  # the tick is one that is made up for: the call wasn't there yet
        try:
            step((instant - self._joined) // 1_000_000)
        except Exception:
            log.exception("call_step_failed", call=self.name)
            self._tell()
            return False
        return True

    def _tell(self) -> None:
        try:
            if self._failed is not None:
                self._failed()
        except Exception:
            log.exception("call_end_failed", call=self.name)


class Ticker:
    """Steps every call that has joined once in 20 ms. ``run`` is the one task; its owner starts and cancels it.

    ``clock`` tells nanoseconds that never go back, ``sleep`` waits for seconds.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._seats: dict[Seat, None] = {}
        self._joined = asyncio.Event()
        self.late = 0
        """Ticks that came a whole period or more after their instant."""
        self.left_out = 0
        """Ticks that were never made up for."""

    @property
    def calls(self) -> int:
        """How many calls are stepped."""
        return len(self._seats)

    def join(
        self, name: str, step: Step, *, prepare: Step | None = None, failed: Callable[[], None] | None = None
    ) -> Seat:
        """Steps a call from the next tick on; all calls are prepared before the first is stepped. Where ``step`` or ``prepare``
        raises, that is logged, the call leaves the ticker and ``failed`` is called."""
        seat = Seat(name, step, prepare=prepare, failed=failed, clock=self._clock)
        self._seats[seat] = None
        self._joined.set()
        return seat

    def leave(self, seat: Seat) -> None:
        """Steps a call no more, from this instant on; one that has left already may leave again."""
        self._seats.pop(seat, None)

    async def run(self) -> None:
        """Ticks until cancelled, and sleeps while there are no calls."""
        while True:
            self._joined.clear()
            if not self._seats:
                await self._joined.wait()
            await self._tick_while_joined(self._clock())

    async def _tick_while_joined(self, start: int) -> None:
        due = start + PERIOD_NS
        while self._seats:
            wait = due - self._clock()
            if wait > 0:
                await self._sleep(wait / 1_000_000_000)
                continue  # a sleep may end early
            behind = -wait // PERIOD_NS
            if behind:
                self.late += behind
                await self._sleep(0)  # what came in meanwhile is read first, lest it be taken for lost
            left_out = max(0, behind + 1 - CATCH_UP)
            self.left_out += left_out
            due += left_out * PERIOD_NS
            for _ in range(behind + 1 - left_out):
                self._tick(due)
                due += PERIOD_NS

    def _tick(self, instant: int) -> None:
        for phase in (Seat.prepare, Seat.run):
            for seat in list(self._seats):
                if seat in self._seats and not phase(seat, instant):
                    self.leave(seat)
