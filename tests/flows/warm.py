"""Serving processes that have their imports behind them: forked from one that did nothing else.

What runs in them is ``python -m gateway …`` with its own arguments, environment and output, as its users start it; only the second and a half
that Python needs to read our modules is spent once for all journeys.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TextIO

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["gateway.commands", "gateway.app", "channels.telegram.channel", "tests.flows.warm"])


def start(arguments: Sequence[str], *, environment: Mapping[str, str], log: Path) -> tuple[ForkServerProcess, TextIO]:
    """A running process and its standard output; standard error is appended to ``log``."""
    reader, writer = _context.Pipe(duplex=False)
    process = _context.Process(target=_serve, args=(list(arguments), dict(environment), str(log), writer))
    process.start()
    writer.close()
    output = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
    reader.close()
    return process, output


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
