"""The double as a process: prints its address, writes its port to a file if asked, serves until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

import uvloop

from tests.support_edge.telegram.server import Server
from tests.support_edge.telegram.stage import Stage


async def serve(port: int, port_file: Path | None, local: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = Server(Stage(folder=local), local=local is not None)
    await server.start(port)
    if port_file is not None:
        whole = port_file.with_name(f".{port_file.name}")
        whole.write_text(f"{server.port}\n")
        whole.replace(port_file)
    print(server.url, flush=True)
    await stop.wait()
    await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support_edge.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", type=Path)
    parser.add_argument("--local", type=Path, help="a folder: serve as a local Bot API server")
    given = parser.parse_args()
    uvloop.run(serve(given.port, given.port_file, given.local))


if __name__ == "__main__":
    main()
