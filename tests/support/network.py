"""A network of the tests' own: servers run in a namespace, and are reached by lines that can be cut.

Nothing of it outlives the test run, however that ends: the namespace is its holder's, who ends with us, and the lines are the namespace's.
"""

from __future__ import annotations

import os
import subprocess

from tests.support.servers import end, find_program, tied_to_us

MOST_LINES = 4


class Network:
    """``lines`` to it, each with an address of its own inside. Needs root: anything else fails and says so."""

    def __init__(self, *, lines: int = 1) -> None:
        assert lines <= MOST_LINES
        self._lines = range(lines)
        self._holder: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert os.geteuid() == 0, "a cut network needs root (it makes a network namespace); CI runs as root"
        self._holder = subprocess.Popen(
            [*tied_to_us("KILL"), find_program("unshare"), "--net", "--", find_program("cat")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._holder.stdin is not None and self._holder.stdout is not None
        self._holder.stdin.write(b"there\n")
        self._holder.stdin.flush()
        assert self._holder.stdout.readline() == b"there\n", "no namespace could be made"
        self._ip("link", "set", "lo", "up", inside=True)
        for line in self._lines:
            ours, theirs = self._names(line)
            self._ip(
                "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", str(self._holder.pid)
            )  # fmt: skip
            for name, last, inside in ((ours, 1, False), (theirs, 2, True)):
                self._ip("address", "add", f"{self._address(line, last)}/30", "dev", name, inside=inside)
                self._ip("link", "set", name, "up", inside=inside)

    def stop(self) -> None:
        if self._holder is not None:
            assert self._holder.stdin is not None and self._holder.stdout is not None
            self._holder.stdin.close()
            end(self._holder)
            self._holder.stdout.close()

    def host(self, line: int = 0) -> str:
        """By which address a server inside is reached."""
        return self._address(line, 2)

    @property
    def inside(self) -> list[str]:
        """What stands before a command that runs inside."""
        assert self._holder is not None
        return [find_program("nsenter"), f"--net=/proc/{self._holder.pid}/ns/net"]

    def cut(self, *lines: int) -> None:
        """Whatever is sent by these lines is lost from now on, both ways; all of them where none is named. No connection is closed."""
        for line in lines or self._lines:
            self._ip("link", "set", self._names(line)[1], "down", inside=True)

    def heal(self) -> None:
        for line in self._lines:
            self._ip("link", "set", self._names(line)[1], "up", inside=True)

    def _ip(self, *order: str, inside: bool = False) -> None:
        command = [*(self.inside if inside else ()), find_program("ip", "/usr/sbin", "/sbin"), *order]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"

    def _names(self, line: int) -> tuple[str, str]:
        """Of the line's ends, ours and theirs."""
        assert self._holder is not None
        return f"sw{self._holder.pid}o{line}", f"sw{self._holder.pid}i{line}"

    def _address(self, line: int, last: int) -> str:
        """Of a part of 10.213.0.0/16 that is this line's alone."""
        assert self._holder is not None
        number = (self._holder.pid * MOST_LINES + line) * 4 % 65_536 + last
        return f"10.213.{number // 256}.{number % 256}"
