"""What a check says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import NamedTuple

from gateway.settings import Settings


class Level(Enum):
    """``WARN``: it serves, and not as well or as safely as it could. ``MEND``: it doesn't, or not for long."""

    OK = "ok"
    WARN = "warn"
    MEND = "mend"


class Finding(NamedTuple):
    """``text`` says what is, and what to do where that isn't as it should be. ``name``: "" for the check's own."""

    level: Level
    text: str
    name: str = ""


Check = Callable[[Settings], Iterable[Finding]]
"""May raise ``StartupError``, which is a finding to be mended."""


def ok(text: str, *, name: str = "") -> Finding:
    return Finding(Level.OK, text, name)


def warn(text: str, *, name: str = "") -> Finding:
    return Finding(Level.WARN, text, name)


def mend(text: str, *, name: str = "") -> Finding:
    return Finding(Level.MEND, text, name)
