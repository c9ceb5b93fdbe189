"""Time that only the test moves: the database's clock and the event loop's, together."""

from __future__ import annotations

import asyncio
import time

from tests.support.clock import VirtualClock


class Times:
    """The loop's own clock goes on (waiting for threads must end), ``advance`` lets both jump."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._ahead = 0.0
        loop = asyncio.get_running_loop()
        # The loop asks itself for the time.
        loop.time = self._time  # type: ignore[method-assign]

    def _time(self) -> float:
        return time.monotonic() + self._ahead

    async def advance(self, seconds: float) -> None:
        """Both clocks jump; timers that fell due run."""
        self.clock.advance(seconds)
        self._ahead += seconds
        await asyncio.sleep(0)
        await asyncio.sleep(0)
