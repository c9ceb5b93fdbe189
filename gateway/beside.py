"""Python processes of ours beside the server: what they may know of it, and how they end."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
# What a Python process needs to start; settings and secrets of the server stay out of it.
_PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
_PR_SET_PDEATHSIG = 1


async def start(module: str, *arguments: str, stdin: int = DEVNULL, **environment: str) -> Process:
    """``python -m MODULE ARGUMENTS``, with pipes from its output and its error output.

    Numerical libraries take one thread in it, unless ``environment`` says otherwise.
    """
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *arguments),
        cwd=_ROOT,
        env={**passed_on, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment},
        stdin=stdin,
        stdout=PIPE,
        stderr=PIPE,
    )


async def end(process: Process) -> None:
    """Kills the process unless it has ended, and waits for it even while being cancelled."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())


def end_with_parent() -> None:
    """Called in such a process: the kernel ends it as soon as whoever started it is gone, however that ended (prctl(2)).

    Where there is no such call, the end of its input has to do.
    """
    parent = os.getppid()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went before the kernel was told
            os._exit(0)
