"""Redis servers of the tests' own, which they may kill and start again on the same port; and Sentinels that watch some."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.certificates import Certificate
from tests.support.network import Network
from tests.support.servers import end, find_program, free_port, tied_to_us, wait_until


class RedisServer:
    """A server on a free loopback port that keeps nothing on disk; by TLS alone where it has a ``certificate``."""

    def __init__(
        self, *further: str, certificate: Certificate | None = None, password: str = "", sentinel: Sequence[str] = (),
        network: Network | None = None,
    ) -> None:  # fmt: skip
        """``network``: inside which it runs."""
        self._folder = Path(tempfile.mkdtemp(prefix="switchboard-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._further = [*further, *(("--requirepass", password) if password else ())]
        self._certificate = certificate
        self._sentinel = sentinel
        self._network = network
        self.port = free_port()

    @property
    def url(self) -> str:
        return self.url_by(0)

    def url_by(self, line: int) -> str:
        """By this line of its network."""
        host = self._network.host(line) if self._network is not None else "127.0.0.1"
        return f"redis://{host}:{self.port}/0"

    def _connected(self, *, timeout: float) -> socket.socket:
        host = self._network.host() if self._network is not None else "127.0.0.1"
        return socket.create_connection((host, self.port), timeout=timeout)

    def start(self) -> None:
        log = self._folder / "log"
        inside = self._network.inside if self._network is not None else []
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*inside, *tied_to_us("KILL"), find_program("redis-server"), *self._orders()],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        assert wait_until(self._answers, self._process, log=log), log.read_text(errors="replace")

    def _orders(self) -> list[str]:
        if self._sentinel:  # it writes what it finds out into its file
            file = self._folder / "sentinel.conf"
            known = [f"port {self.port}", "bind 127.0.0.1", f"dir {self._folder}", *self._sentinel]
            file.write_text("\n".join(known) + "\n")
            return [str(file), "--sentinel"]
        bind = ["127.0.0.1"] if self._network is None else ["0.0.0.0", "--protected-mode", "no"]
        usual = ["--bind", *bind, "--save", "", "--appendonly", "no", "--dir", str(self._folder), *self._further]
        one = self._certificate
        if one is None:
            return ["--port", str(self.port), *usual]
        return [
            "--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no", "--tls-ca-cert-file", str(one.authority),
            "--tls-cert-file", str(one.path), "--tls-key-file", str(one.key), *usual,
        ]  # fmt: skip

    def _answers(self) -> bool:
        try:
            with self._connected(timeout=1) as connection:
                if self._certificate is not None:
                    return True
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def pause(self) -> None:
        """It answers nothing, and closes no connection."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """It forgets everything."""
        with self._connected(timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            assert connection.recv(16).startswith(b"+OK")

    def mend(self) -> None:
        """It runs, whatever was done to it."""
        if self._process is None:
            self.start()
        else:
            self.resume()

    def kill(self) -> None:
        """As a crash does: no goodbye to the clients."""
        if self._process is not None:
            end(self._process, signal=signal.SIGKILL)
            self._process = None

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


class Sentinels:
    """A primary, a replica of it, and three Sentinels that agree on which is which."""

    SERVICE = "main"

    def __init__(self) -> None:
        self._primary = RedisServer()
        self._servers = [self._primary]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self._servers[2:])
        return f"redis+sentinel://{hosts}/{self.SERVICE}/0"

    def start(self) -> None:
        self._primary.start()
        self._servers.append(RedisServer("--replicaof", "127.0.0.1", str(self._primary.port)))
        self._servers[1].start()
        watched = (
            f"sentinel monitor {self.SERVICE} 127.0.0.1 {self._primary.port} 2",
            f"sentinel down-after-milliseconds {self.SERVICE} 1000",
            f"sentinel failover-timeout {self.SERVICE} 5000",
        )
        for _ in range(3):
            self._servers.append(RedisServer(sentinel=watched))
            self._servers[-1].start()

    def kill_primary(self) -> None:
        self._primary.kill()

    def stop(self) -> None:
        for one in reversed(self._servers):
            one.stop()
