"""What a serving process takes of the machine, and what it says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from tests.support_edge.process import Serving

MB = 1024 * 1024


class Scales:
    """A process's resident memory, in bytes."""

    def __init__(self, serving: Serving) -> None:
        assert serving.process is not None
        self._place = Path("/proc") / str(serving.process.pid)

    @property
    def now(self) -> int:
        return self._read("VmRSS")

    @property
    def peak(self) -> int:
        """The most since ``forget``."""
        return self._read("VmHWM")

    def forget(self) -> None:
        (self._place / "clear_refs").write_text("5")

    def _read(self, name: str) -> int:
        found = re.search(rf"^{name}:\s+(\d+) kB$", (self._place / "status").read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024


async def figure(http: aiohttp.ClientSession, serving: Serving, name: str, **labels: str) -> float:
    """A figure of ``/metrics``; 0 where it has none yet."""
    wanted = name + ("{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}" if labels else "")
    async with http.get(serving.url + "/metrics") as response:
        assert response.status == 200
        lines = (await response.text()).splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.rpartition(" ")[0] == wanted), 0.0)
