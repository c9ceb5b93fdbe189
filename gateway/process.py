"""What a serving process sets for itself once it has started, and when it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import gc
import resource
from typing import Any

import structlog

log = structlog.get_logger(__name__)

MOST_OPEN = 65_536
"""Open files that a process asks for: each connection takes one."""
KEPT_OPEN = 200
"""Of those the ones that aren't sockets': the database's, files that come in, calls to others, and who asks by HTTP."""


def raise_open_files() -> int:
    """Takes as many open files as this process may have, ``MOST_OPEN`` at the most; how many it has now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # some systems have a lower bound that they don't tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN if soft == resource.RLIM_INFINITY else soft


def room_for_sockets(open_files: int) -> int:
    """How many sockets a process takes that may have so many open files; at least a half of them."""
    return max(open_files // 2, open_files - KEPT_OPEN)


def settle() -> None:
    """Takes what was loaded at the start out of the garbage collector's sight, and lets it look less often.

    Conversations make few cycles; looking through all objects every 700 allocations was a fifteenth of a turn's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def end_within(seconds: float) -> None:
    """Whatever keeps this process from ending keeps it no longer: then it is gone (exit code 1), as safely as if it were killed, and
    has said what its tasks waited for, and where its threads stood (on stderr). In a running loop."""
    asyncio.get_running_loop().call_later(seconds * 0.95, _tell_what_is_left)
    faulthandler.dump_traceback_later(seconds, exit=True)


def _tell_what_is_left() -> None:
    left = {task.get_name(): _waits_in(task.get_coro()) for task in asyncio.all_tasks()}
    log.error("does_not_end", tasks=left)


def _waits_in(work: Any) -> str:
    """The innermost coroutine that has a name, and its line."""
    place = ""
    while (frame := getattr(work, "cr_frame", None)) is not None:
        place = f"{work.__qualname__}:{frame.f_lineno}"
        work = work.cr_await
    return place
