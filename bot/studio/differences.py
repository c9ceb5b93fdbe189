"""What two versions of a bot differ in. Pure."""

from __future__ import annotations

import difflib

import msgspec

from bot.content.project import Project

MOST = 2_000
"""Lines of a difference that are told."""


class FileDiff(msgspec.Struct, frozen=True, kw_only=True):
    """``lines`` begin with ``+``, ``-``, a blank or ``@@``, as a unified difference has them."""

    file: str
    lines: tuple[str, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """From one version to another; ``cut``: there is more than is told."""

    files: tuple[FileDiff, ...]
    cut: bool


def difference(older: Project, newer: Project) -> Difference:
    """What ``newer`` has otherwise than ``older``, file by file."""
    files: list[FileDiff] = []
    left = MOST
    for name in sorted({*older.files, *newer.files}):
        before, after = older.files.get(name, b""), newer.files.get(name, b"")
        if before == after:
            continue
        lines = [
            line.rstrip("\n")
            for line in difflib.unified_diff(
                before.decode(errors="replace").splitlines(), after.decode(errors="replace").splitlines(), n=2
            )
        ][2:]
        files.append(FileDiff(file=name, lines=tuple(lines[: max(left, 0)])))
        left -= len(lines)
    return Difference(files=tuple(files), cut=left < 0)
