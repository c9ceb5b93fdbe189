"""This machine: its Python, the front end, the data folder."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.commands.doctor.findings import Finding, mend, ok, warn
from gateway.errors import FolderInUse
from gateway.files import RESERVE
from gateway.process import raise_open_files, room_for_sockets
from gateway.settings import Settings
from gateway.store.opening import open_folder

FEW_SOCKETS = 9_000
"""What a node shouldn't have room for less than."""


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
    if free < RESERVE:
        yield mend(f"Only {free // 1_000_000} MB are free on the disk of {path}. Make room.")
        return
    yield ok(f"{path}, {free // 1_000_000_000} GB free")


def check_open_files(settings: Settings) -> Iterator[Finding]:
    """A node raises the bound of its own as far as it may; the hard one is the system's."""
    room = room_for_sockets(raise_open_files())
    if room < FEW_SOCKETS:
        yield warn(
            f"A process here may open so few files that a node takes {room} sockets, and sends whoever comes then to another."
            " Raise LimitNOFILE (systemd), ulimits.nofile (compose), or nofile in /etc/security/limits.conf to 65536."
        )
        return
    yield ok(f"room for {room} sockets")
