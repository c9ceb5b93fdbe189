"""A PostgreSQL server of the tests' own, and a fresh, migrated database for whoever asks."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psutil
import psycopg

from gateway.store.opening import migrate_postgresql
from tests.support.network import Network
from tests.support.servers import end, find_program, free_port, tied_to_us, wait_until

ROLE = "switchboard"
"""Owns every database and is no superuser, so that row-level security holds for it too."""
_TEMPLATE = "migrated"
_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
"""Bytes that are free there before a server is put there."""


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as its own user."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _place(*, durable: bool) -> Path | None:
    """Where a server's folder is. A database for each test is a thousand files made and removed: in memory that is a third of the work."""
    if durable or not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return None
    return _MEMORY


class PostgresServer:
    """A server on a free loopback port, in a folder of its own; ``durable`` only where its speed is measured; ``network``: inside which it
    runs."""

    def __init__(self, *, durable: bool = False, network: Network | None = None) -> None:
        self._durable = "on" if durable else "off"
        self._network = network
        self._folder = Path(tempfile.mkdtemp(prefix="switchboard-postgres-", dir=_place(durable=durable)))
        self._copying = ""
        self._account = _account()
        if self._account:
            os.chown(self._folder, self._account["user"], self._account["group"])
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        data = self._folder / "data"
        done = subprocess.run(
            [_program("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            cwd=self._folder, capture_output=True, **self._account,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        if self._network is not None:
            with (data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all 10.213.0.0/16 trust\n")
        while not self._serve(data):
            pass  # someone took the port in between: the next one
        ((version,),) = self.execute("SELECT current_setting('server_version_num')::int")
        if version >= 150000 and self._durable == "off":
            self._copying = "STRATEGY FILE_COPY"  # where no disk is waited for, half the work of the other, which older ones don't know
        self.execute(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
        migrate_postgresql(self.create(_TEMPLATE, template="template0"))

    def _serve(self, data: Path, *, port: int = 0) -> bool:
        self.port = port or free_port()
        log = self._folder / "log"
        options = {
            "listen_addresses": "127.0.0.1" if self._network is None else "*", "port": str(self.port),
            "unix_socket_directories": str(self._folder), "fsync": self._durable, "full_page_writes": self._durable,
            "max_connections": "60", "autovacuum": self._durable,
            "shared_buffers": "128MB" if self._durable == "on" else "32MB",
        }  # fmt: skip
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        inside: list[str] = []
        account = self._account
        if self._network is not None:  # who enters it is root, and becomes PostgreSQL's user there
            inside, account = [*self._network.inside, *_becoming(account)], {}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*inside, *tied_to_us("INT"), _program("postgres"), "-D", str(data), *arguments],
                cwd=self._folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **account,
            )  # fmt: skip
        if not wait_until(self._answers, process, log=log):
            text = log.read_text(errors="replace")
            assert "in use" in text or "could not bind" in text, text
            return False
        self._process = process
        return True

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str, *, role: str = ROLE, port: int | None = None, line: int = 0) -> str:
        """``line``: of its network, by which it is reached."""
        host = self._network.host(line) if self._network is not None else "127.0.0.1"
        return f"postgresql://{role}@{host}:{port or self.port}/{database}"

    def execute(self, sql: str, *, database: str = "postgres", params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Runs a statement as superuser, whom row-level security does not bind."""
        url = self.url(database, role="postgres")
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(sql.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def create(self, name: str = "", *, template: str = _TEMPLATE) -> str:
        """A database made from ``template``; its URL."""
        name = name or f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template} {self._copying}")
        return self.url(name)

    def create_encoded(self, encoding: str) -> str:
        """An empty database in another encoding than ours; its URL."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")

    @property
    def pid(self) -> int:
        """The postmaster's process id; its backends are its children."""
        assert self._process is not None
        return self._process.pid

    def pause(self) -> None:
        """All of it stands still, and closes no connection. A backend that is being started may get away."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        postmaster = psutil.Process(self.pid)
        for one in (postmaster, *postmaster.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(number)

    def halt(self) -> None:
        """As its supervisor stops it, clients or not; its data stays."""
        assert self._process is not None
        end(self._process, signal=signal.SIGINT)

    def mend(self) -> None:
        """It runs, whatever was done to it."""
        if self._process is not None and self._process.poll() is None:
            self.resume()
        else:
            self.go_on()

    def go_on(self) -> None:
        """Serves again what it had, on the same port."""
        assert self._serve(self._folder / "data", port=self.port), "someone took the port in between"

    def stop(self) -> None:
        if self._process is not None:
            end(self._process, signal=signal.SIGINT)  # "fast": does not wait for clients
        shutil.rmtree(self._folder, ignore_errors=True)


def _becoming(account: dict[str, Any]) -> list[str]:
    """What stands before a command that runs as this account."""
    return [find_program("setpriv"), f"--reuid={account['user']}", f"--regid={account['group']}", "--clear-groups"]


def _program(name: str) -> str:
    return find_program(name, "/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
