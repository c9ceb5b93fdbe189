"""The environment: Python 3.10 and what ``requirements-rasa.lock`` names, in the user's cache folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = "3.6.21"
LOCK = Path(__file__).resolve().parents[2] / "requirements-rasa.lock"
READY = "ready"
"""Written last: an environment without it was never finished, and is built anew."""
ROOM = 6 * 1024**3
"""Bytes that must be free to build: the environment takes 2.7 GB, its packages as they arrive about as much."""
FIRST = ("setuptools", "wheel")
"""Installed before the rest, which has three packages that come as source and are built with these very versions."""
_FIT = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))"
_BESIDE = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONNOUSERSITE": "1"}

HELP = f"""\
Rasa {VERSION} needs Python 3.10 with venv, and none was found on the path, among pyenv's versions or uv's.
One of these gets it; then run the same again:

    pyenv install 3.10
    uv python install 3.10        (where uv may fetch a prebuilt one)
    apt install python3.10-venv   (Ubuntu 22.04; Debian 12 has no Python 3.10)
"""


class CannotBuild(Exception):
    """What is missing, in words for the person at the terminal."""


def cache() -> Path:
    """Where environments and trained models are kept."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "switchboard"


def home() -> Path:
    """The environment's folder; another lock is another folder."""
    return cache() / f"rasa-{VERSION}-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def interpreter() -> Path | None:
    """A Python 3.10 that can make environments. Each is asked: a shim may stand for a version that isn't there."""
    return next((found for found in _candidates() if _is_fit(found)), None)


def _candidates() -> Iterator[Path]:
    for name in ("python3.10", "python3", "python"):
        found = shutil.which(name)
        if found:
            yield Path(found)
    for root in filter(None, (os.environ.get("PYENV_ROOT"), str(Path.home() / ".pyenv"))):
        yield from sorted(Path(root).glob("versions/3.10*/bin/python3.10"), reverse=True)
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    uv = os.environ.get("UV_PYTHON_INSTALL_DIR") or f"{data}/uv/python"
    yield from sorted(Path(uv).glob("cpython-3.10*/bin/python3.10"), reverse=True)


def _is_fit(python: Path) -> bool:
    try:
        done = subprocess.run([python, "-c", _FIT], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def built() -> Path | None:
    """The environment's Python, where one is ready."""
    return home() / "bin" / "python" if (home() / READY).is_file() else None


def ensure(say: Callable[[str], None] = print) -> Path:
    """The environment's Python; builds the environment where there is none. Raises ``CannotBuild``."""
    python = built()
    if python is not None:
        return python
    with only_one(home()):
        return built() or _build(say)


@contextmanager
def only_one(target: Path) -> Iterator[None]:
    """One process at a time makes ``target``; the others wait. The system lets go of the lock when a maker dies."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(say: Callable[[str], None]) -> Path:
    base = interpreter()
    if base is None:
        raise CannotBuild(HELP)
    target = home()
    free = shutil.disk_usage(target.parent).free
    if free < ROOM:
        raise CannotBuild(
            f"Rasa's environment needs {ROOM >> 30} GB free to be built in {target.parent}; {free / 1024**3:.1f} GB are."
        )
    say(f"Building Rasa {VERSION} with {base} in {target} (once; some minutes, 2.7 GB) …")
    shutil.rmtree(target, ignore_errors=True)
    _run([str(base), "-m", "venv", str(target)])
    python = target / "bin" / "python"
    wanted = [line for line in LOCK.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    _install(python, [line for line in wanted if line.split("==")[0] in FIRST], say=_quiet)
    arguments = ["--no-build-isolation", "--prefer-binary", "--no-compile", "--no-deps", "-r", str(LOCK)]
    _install(python, arguments, say=_counting(say, len(wanted)))
    _run([str(python), "-c", f"import importlib.metadata as m; assert m.version('rasa') == {VERSION!r}"])
    (target / READY).write_text(f"{VERSION}\n", "utf-8")
    say("Rasa is ready.")
    return python


def _quiet(line: str) -> None:
    """Two packages are no news."""


def _counting(say: Callable[[str], None], total: int) -> Callable[[str], None]:
    seen = 0

    def told(line: str) -> None:
        nonlocal seen
        if line.startswith("Collecting "):
            seen += 1
            if seen % 20 == 0 or seen == total:
                say(f"  {seen} of {total} packages found")
        elif line.startswith("Installing collected"):
            say("  all are here; unpacking (a minute or two)")

    return told


def _install(python: Path, arguments: list[str], *, say: Callable[[str], None]) -> None:
    command = [str(python), "-m", "pip", "install", "--progress-bar", "off", *arguments]
    last: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | _BESIDE
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            say(line.strip())
            last = [*last[-14:], line.rstrip()]
    if process.returncode:
        raise CannotBuild("\n".join(["Rasa's packages could not be installed:", *last]))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"{' '.join(command[:3])} failed:\n{(done.stdout + done.stderr)[-2000:]}")
