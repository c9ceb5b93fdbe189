"""A wire between us and PostgreSQL that a test may cut, just after a commit and before its acknowledgement, or hold."""

from __future__ import annotations

import contextlib
import socket
import threading

_COMMITTED = b"COMMIT\x00"
"""How the server's CommandComplete for COMMIT ends (PostgreSQL protocol, section 55.7)."""
_WELCOME = b"Z\x00\x00\x00\x05I"
"""ReadyForQuery, outside of a transaction: what a connection's greeting ends with."""


class Wire:
    """Forwards connections to ``port``. Armed, it cuts the next one when the server says that it has committed. While it is held, nothing
    comes through and nothing is closed: so it is with a server that stands still. ``welcomed``: it fell silent as it was told to."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._armed = threading.Event()
        self.cut = threading.Event()
        self._falls_silent = threading.Event()
        self.welcomed = threading.Event()
        self._flows = threading.Event()
        self._flows.set()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def arm(self) -> None:
        self.cut.clear()
        self._armed.set()

    def hold(self) -> None:
        self._flows.clear()

    def hold_once_welcomed(self) -> None:
        """As ``hold``, from the instant when the server has greeted the next connection."""
        self._falls_silent.set()

    def let_go(self) -> None:
        self._flows.set()

    def close(self) -> None:
        self.let_go()
        self._end(self._listener)
        self._listener.close()
        for one in self._sockets:
            self._end(one)
        for thread in self._threads:
            thread.join(timeout=10)
        for one in self._sockets:
            one.close()

    def _start(self, work: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets += [client, server]
            self._start(self._forward, client, server)
            self._start(self._answer, server, client)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                self._flows.wait()
                server.sendall(data)
        self._end(server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self._armed.is_set() and _COMMITTED in data:
                    self._armed.clear()
                    self.cut.set()
                    break
                self._flows.wait()
                if self._falls_silent.is_set() and _WELCOME in data:
                    self._falls_silent.clear()
                    self.hold()
                    client.sendall(data)
                    self.welcomed.set()
                    continue
                client.sendall(data)
        self._end(client)
        self._end(server)

    @staticmethod
    def _end(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
