"""The release before this tree, kept by ``scripts.keep_release`` as it was: its nodes and what starts them in tests."""

from __future__ import annotations

import tarfile
from pathlib import Path

KEPT = Path(__file__).parents[1] / "fixtures" / "releases"


def unpack_release_before(folder: Path) -> Path:
    """Its source, in ``folder``."""
    (archive,) = KEPT.glob("*.tar.xz")
    with tarfile.open(archive) as kept:
        kept.extractall(folder, filter="data")
    return folder
