"""A Rasa server on a loopback port, for ``make rasa``, the tests and the benchmarks."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from scripts.rasa import building
from scripts.rasa.training import environment, trained

START_WITHIN = 300.0
STOP_WITHIN = 20.0
LOOPBACK = "127.0.0.1"


class CannotServe(Exception):
    """The end of the server's own words."""


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return int(found.getsockname()[1])


class RasaServer:
    """One server of one project. It keeps its port over ``stop`` and ``start``, and forgets its trackers.

    ``actions``: the action server's address, where the project has one. ``log``: where its output goes.
    """

    def __init__(
        self, project: Path, *, token: str = "", port: int = 0, actions: str = "", say: Callable[[str], None] = print
    ) -> None:
        self.project = project
        self.token = token or secrets.token_urlsafe(24)
        self.port = port or free_port()
        self._actions = actions
        self._say = say
        self._state = tempfile.TemporaryDirectory(prefix="rasa-server-")
        self.log = Path(self._state.name) / "rasa.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Trains where that is needed, starts, and returns when it answers. Raises ``CannotServe`` or what
        ``trained`` raises."""
        model = trained(self.project, self._say)
        folder = Path(self._state.name)
        (folder / "credentials.yml").write_text("rest:\n", "utf-8")
        endpoints = f"action_endpoint:\n  url: {self._actions}\n" if self._actions else "{}\n"
        (folder / "endpoints.yml").write_text(endpoints, "utf-8")
        command = [
            str(building.ensure(self._say)), "-m", "rasa", "run", "--enable-api", "--interface", LOOPBACK,
            "--port", str(self.port), "--auth-token", self.token, "--model", str(model),
            "--credentials", "credentials.yml", "--endpoints", "endpoints.yml",
        ]  # fmt: skip
        self._say(f"Starting Rasa on port {self.port} …")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wait()

    def _wait(self) -> None:
        assert self._process is not None
        until = time.monotonic() + START_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise CannotServe(f"Rasa did not start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.2)
        self._say("Rasa answers.")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/status?token={self.token}", timeout=5) as answer:
                return bool(json.load(answer)["model_file"])
        except (OSError, urllib.error.URLError, ValueError, KeyError):
            return False

    def stop(self) -> None:
        """Ends it: asked first, then by force."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """As a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wait(self) -> int:
        """Until it ends by itself."""
        assert self._process is not None
        return self._process.wait()

    def close(self) -> None:
        """Ends it and removes what it wrote."""
        self.stop()
        self._state.cleanup()

    def __enter__(self) -> RasaServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
