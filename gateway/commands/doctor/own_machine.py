"""This machine: its Python, the front end, the data folder."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.commands.doctor.findings import Finding, mend, ok
from gateway.errors import FolderInUse
from gateway.settings import Settings
from gateway.store.opening import open_folder

ROOM = 256 * 1024 * 1024
"""Bytes that must be free in the data folder."""


def check_python(settings: Settings) -> Iterator[Finding]:
    if sys.version_info < (3, 11):  # noqa: UP036 (it is told to those whose wrapper picked another)
        yield mend("Python 3.11 or newer is needed.")
        return
    yield ok(sys.version.split()[0])


def check_front_end(settings: Settings) -> Iterator[Finding]:
    from gateway.http.static import STATIC

    if not (STATIC / "console" / "index.html").exists():
        yield mend("Not built. `make web` builds it; a wheel brings it along.")
        return
    yield ok(str(STATIC))


def check_folder(settings: Settings) -> Iterator[Finding]:
    path = Path(settings.data)
    if not path.exists():
        yield ok(f"{path} (made at the first start)")
        return
    with contextlib.suppress(FolderInUse):
        open_folder(path).close()
    free = shutil.disk_usage(path).free
    if free < ROOM:
        yield mend(f"Only {free // 1_000_000} MB are free on the disk of {path}. Make room.")
        return
    yield ok(f"{path}, {free // 1_000_000_000} GB free")
