"""Disks of the tests' own, small enough to be filled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(place: Path, *, size: int) -> Iterator[Path]:
    """A file system of ``size`` bytes at ``place``, which is made. Needs root: anything else fails and says so."""
    assert os.geteuid() == 0, "a small disk needs root (it mounts a tmpfs); CI runs as root"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
