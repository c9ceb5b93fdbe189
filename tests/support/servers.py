"""Starting a server for the tests: where its program is, which port is free, how it ends."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


class MissingProgram(AssertionError):
    """A program that the tests need is not installed: a failure, never a skip."""


def find_program(name: str, *folders: str) -> str:
    """The path of ``name`` in one of ``folders`` (patterns, the last match first) or on the PATH."""
    for pattern in folders:
        for folder in sorted(glob.glob(pattern), reverse=True):
            if os.access(Path(folder) / name, os.X_OK):
                return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        raise MissingProgram(f"{name} is not installed. Run `make deps`.")
    return found


def tied_to_us(signal: str) -> list[str]:
    """What stands before a server's command so that it ends with the test run, even one that was killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal] if setpriv else []


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, log: Path, seconds: float = 30) -> bool:
    """Waits for ``ready``; ``False`` where the process ended before. Fails with its log after ``seconds``."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if ready():
            return True
        if time.monotonic() > deadline:
            end(process)
            raise AssertionError(f"the server did not become ready:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)
    return False


def end(process: subprocess.Popen[bytes], *, signal: int | None = None) -> None:
    """Ends a server that a test started, and waits for it."""
    if process.poll() is None:
        process.terminate() if signal is None else process.send_signal(signal)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
