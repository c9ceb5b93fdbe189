"""Keep a release's source in ``tests/fixtures/releases``, in place of the one before, so that tests start nodes of it beside those of
this tree: ``python -m scripts.keep_release [REVISION]``, once with each release.

It is what a node needs whose bot is scripted: the Python packages with their small data and templates, and the tests' own support of that
release, which starts a node as it was then. Models of speech and of meaning are left out. It is a file, for a checkout of CI has no history.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "fixtures" / "releases"
PARTS = (
    "gateway", "channels", "bot", "handoff", "knowledge", "speech", "examples/templates",
    "tests/__init__.py", "tests/support", "tests/support_edge",
)  # fmt: skip
LARGEST = 100_000
"""Bytes of a file that is no model."""


def keep(revision: str) -> Path:
    """Writes the archive of a revision, the only one then; where it is. The same revision gives the same bytes."""
    command = ["git", "archive", "--format=tar", revision, *PARTS]
    whole = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(whole)) as given:
        files = {one.name: given.extractfile(one) for one in given.getmembers() if one.isfile() and one.size <= LARGEST}
        contents = {name: file.read() for name, file in files.items() if file is not None}
    version = re.search(r'__version__ = "(.+)"', contents["gateway/__init__.py"].decode())
    if version is None:
        raise SystemExit(f"{revision} has no version.")
    path = FOLDER / f"switchboard-{version[1]}.tar.xz"
    FOLDER.mkdir(exist_ok=True)
    for older in FOLDER.glob("*.tar.xz"):
        older.unlink()
    with tarfile.open(path, "w:xz", preset=9, format=tarfile.USTAR_FORMAT) as kept:
        for name, content in sorted(contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            kept.addfile(entry, io.BytesIO(content))
    return path


if __name__ == "__main__":
    made = keep(sys.argv[1] if len(sys.argv) > 1 else "HEAD")
    print(f"{made.relative_to(ROOT)}, {made.stat().st_size >> 10} KiB")
