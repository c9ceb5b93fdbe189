"""What a serving process sets for itself once it has started."""

from __future__ import annotations

import contextlib
import gc
import resource

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
