"""Serving processes that have their imports behind them: forked from one that did nothing else.

What runs in them is ``python -m gateway …`` with its own arguments, environment and output, as its users start it; only the second and a half
that Python needs to read our modules is spent once for all journeys.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import IO

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["gateway.commands", "gateway.app", "channels.telegram.channel", "tests.flows.warm"])


def start(
    arguments: Sequence[str], *, environment: Mapping[str, str], log: Path
) -> tuple[ForkServerProcess | Cold, IO[str]]:
    """A running process and its standard output; standard error is appended to ``log``."""
    if environment.get("PYTHONPATH") != os.environ.get("PYTHONPATH"):
        cold = Cold(arguments, environment=environment, log=log)
        return cold, cold.output
    reader, writer = _context.Pipe(duplex=False)
    process = _context.Process(target=_serve, args=(list(arguments), dict(environment), str(log), writer))
    process.start()
    writer.close()
    output = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
    reader.close()
    return process, output


class Cold:
    """A process that begins from nothing, for whoever changes where our modules come from."""

    def __init__(self, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "gateway", *arguments], stdout=subprocess.PIPE, stderr=errors, text=True,
                env=dict(environment),
            )  # fmt: skip
        assert self._popen.stdout is not None
        self.pid: int | None = self._popen.pid
        self.output: IO[str] = self._popen.stdout

    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def join(self, timeout: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout)

    def kill(self) -> None:
        self._popen.kill()


def _serve(arguments: list[str], environment: dict[str, str], log: str, output: Connection) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(output.fileno(), 1)
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 2)
    output.close()
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
    sys.argv = ["gateway", *arguments]
    runpy.run_module("gateway", run_name="__main__", alter_sys=True)
