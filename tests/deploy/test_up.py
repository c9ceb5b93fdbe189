"""What ``deploy/compose.yaml`` starts, started: its commands with its settings, over a role that its script made."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.composing import FILLED_IN, filled_in
from tests.deploy.files import ROOT, replaced
from tests.deploy.test_role import make_role
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.servers import end, free_port, tied_to_us, wait_until


@pytest.fixture
def redis_with_password() -> Iterator[RedisServer]:
    server = RedisServer(password=FILLED_IN["REDIS_PASSWORD"])
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    name = f"up_{secrets.token_hex(4)}"
    assert make_role(postgres, name, FILLED_IN["DATABASE_PASSWORD"]).returncode == 0
    yield name
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
    postgres.execute(f"DROP ROLE {name}")


class Container:
    """A service of the file as a process: its environment with the hosts of this machine."""

    def __init__(self, service: dict[str, Any], folder: Path, places: dict[str, str]) -> None:
        self.port = free_port()
        self.log = folder / "log"
        self._folder = folder
        (folder / "settings").mkdir(parents=True)
        inside = {name: value for name, value in os.environ.items() if not name.startswith("SWITCHBOARD_")}
        own = dict(service["environment"])
        own["SWITCHBOARD_DATABASE"] = replaced(
            own["SWITCHBOARD_DATABASE"], {"switchboard:two@postgresql/switchboard": places["database"]}
        )
        own["SWITCHBOARD_REDIS"] = replaced(own["SWITCHBOARD_REDIS"], {"@redis:6379": places["redis"]})
        image = {"SWITCHBOARD_DATA": str(folder / "data"), "SWITCHBOARD_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self._environment = {**inside, **image, **own, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway", *command], cwd=self._folder / "settings", env=self._environment,
            capture_output=True, text=True, timeout=90,
        )  # fmt: skip

    def up(self) -> None:
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [*tied_to_us("KILL"), sys.executable, "-m", "gateway", "run"], cwd=self._folder / "settings",
                env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def wait(self) -> None:
        """Until it is healthy."""
        assert self._process is not None
        assert wait_until(self.is_ready, self._process, log=self.log, seconds=60), self.log.read_text()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=4) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def down(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def close(self) -> None:
        if self._process is not None:
            end(self._process)


def test_nodes_come_up_together_are_well_and_end_in_time(
    postgres: PostgresServer, redis_with_password: RedisServer, database: str, tmp_path: Path
) -> None:
    places = {
        "database": f"{database}:two@127.0.0.1:{postgres.port}/{database}",
        "redis": f"@127.0.0.1:{redis_with_password.port}",
    }
    services = filled_in()["services"]
    migrate = Container(services["migrate"], tmp_path / "migrate", places)
    done = migrate.run(*services["migrate"]["command"])
    assert (done.returncode, done.stderr) == (0, "") and "newest schema" in done.stdout

    with ExitStack() as stack:
        nodes = [Container(services[name], tmp_path / name, places) for name in ("node-1", "node-2")]
        for node in nodes:
            stack.callback(node.close)
            node.up()
        for node in nodes:
            node.wait()
        links = [line for node in nodes for line in node.log.read_text().splitlines() if "#set-up=" in line]
        assert links and all(line.strip().startswith("https://chat.example.com/console/") for line in links)

        said = nodes[0].run("doctor").stdout
        lines = {
            line.split()[1]: line.split()[0] for line in said.splitlines() if line.startswith((" ok", " warn", " mend"))
        }
        expected = {
            "Database": "ok",
            "Role": "ok",
            "Clock": "ok",
            "Connections": "ok",
            "Secret": "ok",
            "Redis": "ok",
            "Public": "ok",
        }
        assert expected.items() <= lines.items(), said
        assert lines["Files"] == "warn"  # no volume is mounted here
        assert [node.down() for node in nodes] == [0, 0]
