"""Switchboard as its users start it: a process, a folder, and the links that it prints."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Mapping
from itertools import chain
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import IO, NamedTuple

from tests.flows import warm

READY_WITHIN = 30.0
TRAINED_WITHIN = 120.0
_LINK = re.compile(r"https?://\S+")


class Links(NamedTuple):
    page: str
    operator: str
    administrator: str

    @property
    def origin(self) -> str:
        return self.page.split("/lantern/")[0]


class Server:
    """A serving command on a folder; it may be killed and started again on the same folder and port.

    ``command``: its name; ``ready``: words that it prints after its links; ``settings``: its settings file.
    """

    command = ""
    ready = ""

    settings: Path | None = None

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        self._environment = dict(environment or {})
        self._process: ForkServerProcess | warm.Cold | None = None
        self._lines: list[str] = []
        self._heard = threading.Condition()
        self._port = 0

    def _start(self) -> list[str]:
        """Starts the process and waits for its links; they are new ones at each start."""
        # A list for each process: the end of a killed one is no news of the next.
        lines: list[str] = []
        self._lines = lines
        self._process, output = warm.start(
            [
                self.command,
                "--data",
                str(self.folder),
                "--port",
                str(self._port),
                *(("--config", str(self.settings)) if self.settings is not None else ()),
            ],
            environment={**os.environ, "SWITCHBOARD_BURST_PAUSE": "0.2", **self._environment},
            log=self.log,
        )
        threading.Thread(target=self._listen, args=(output, lines), name="server.stdout", daemon=True).start()
        self._wait_for(self.ready, READY_WITHIN)
        found = [match[0] for line in self._lines if (match := _LINK.search(line))]
        self._port = int(found[0].split("/")[2].rsplit(":", 1)[1])
        return found

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it as its user does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.pid is None or not process.is_alive():
            return
        os.kill(process.pid, how)
        process.join(timeout=15)
        if process.is_alive():
            process.kill()
            process.join(timeout=15)

    def _listen(self, output: IO[str], lines: list[str]) -> None:
        """Notes what the process says; an empty line is its end."""
        with output:
            for line in chain(output, [""]):
                with self._heard:
                    lines.append(line)
                    self._heard.notify_all()

    def _wait_for(self, words: str, seconds: float) -> None:
        def said() -> bool:
            return any(words in line or line == "" for line in self._lines)

        with self._heard:
            self._heard.wait_for(said, timeout=seconds)
            if not any(words in line for line in self._lines):
                raise AssertionError(
                    f"the server did not say {words!r}:\n{self.log.read_text(errors='replace')[-3000:]}"
                )


class DemoServer(Server):
    """``switchboard demo``."""

    command, ready = "demo", "sign-in links work once"

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(folder, environment)
        self.links = Links("", "", "")

    def start(self) -> Links:
        self.links = Links(*self._start()[:3])
        return self.links

    def restart(self) -> Links:
        """Killed and up again, at the same address."""
        self.kill()
        return self.start()

    def wait_until_trained(self) -> None:
        self._wait_for("The bot is ready", TRAINED_WITHIN)


class NewServer(Server):
    """``switchboard run`` where nothing is set up: it prints the link to do so."""

    command, ready = "run", "until the first account is made"

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(folder, environment)
        self.link = ""

    def start(self) -> str:
        self.link = self._start()[0]
        return self.link

    @property
    def origin(self) -> str:
        return self.link.split("/console/")[0]


def train_into(folder: Path) -> Path:
    """A data folder whose bot is trained, to be copied by whoever wants a fresh one."""
    server = DemoServer(folder)
    try:
        server.start()
        server.wait_until_trained()
    finally:
        server.stop()
    return folder


def copy_of(trained: Path, folder: Path) -> Path:
    shutil.copytree(trained, folder, ignore=shutil.ignore_patterns("lock", "backups"))
    return folder
