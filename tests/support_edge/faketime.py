"""A process whose clock is wrong: libfaketime stands between it and the kernel. Its monotonic clock is the kernel's."""

from __future__ import annotations

import glob
from pathlib import Path

PATTERN = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def clock_that_is_off(by: str) -> dict[str, str]:
    """The environment of such a process. ``by``: as libfaketime writes it, ``+1d`` or ``-1d``."""
    return {**_preloaded(), "FAKETIME": by}


def clock_that_is_set(by: Path) -> dict[str, str]:
    """As ``clock_that_is_off``; what stands in the file holds from the moment it stands there."""
    return {**_preloaded(), "FAKETIME_TIMESTAMP_FILE": str(by), "FAKETIME_CACHE_DURATION": "1"}


def _preloaded() -> dict[str, str]:
    found = glob.glob(PATTERN)
    assert found, "libfaketime is not installed. Run `make deps`."
    return {
        "LD_PRELOAD": found[0], "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
        # A mend for old C libraries, which makes threads that wait for one another spin.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }  # fmt: skip
