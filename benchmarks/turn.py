"""A stored turn against a bare echo: CPU, throughput, latency, memory.

A turn: the customer's message is on disk, the bot's reply is on disk, and both are at the customer's socket and at an
operator's. Measured in rounds, echo and turn one after the other, so that both see the same machine; medians.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

import bot
from benchmarks.report import arguments, report, say
from bot.content.draft import Draft
from bot.content.nlu import read_nlu
from bot.content.source import parse, read_text
from gateway.ports import TurnInput, TurnRequest
from tests.support.postgres import PostgresServer

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "lantern"


class Process:
    """A child process that speaks JSON lines."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid

    def read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a process of the benchmark ended early ({self._process.wait()})")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def tell(self, **command: Any) -> None:
        """What it answers is to be ``read``."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def ask(self, **command: Any) -> dict[str, Any]:
        self.tell(**command)
        return self.read()

    def cpu(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def rss(self) -> int:
        return int(psutil.Process(self.pid).memory_info().rss)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()


@contextmanager
def running(*command: str) -> Iterator[Process]:
    process = Process(*command)
    try:
        yield process
    finally:
        process.stop()


def saturated(client: Process, seconds: float, *cpus: Callable[[], float]) -> tuple[list[float], dict[str, float]]:
    """CPU microseconds that each of ``cpus`` spent for one round trip, and what the client saw, both at full load."""
    client.ask(do="start")
    client.ask(do="measure", seconds=min(1.0, seconds))
    before = [cpu() for cpu in cpus]
    seen = client.ask(do="measure", seconds=seconds)
    spent = [cpu() - then for cpu, then in zip(cpus, before, strict=True)]
    client.ask(do="stop")
    return [one / max(1, seen["n"]) * 1e6 for one in spent], seen


def answered_texts(trained: Path, *, most: int = 100) -> list[str]:
    """What the customers write: of the example's held-out messages, which training never saw, those that the bot
    answers by itself (a handoff would end the conversation's part in the benchmark), in at most ``most`` messages."""
    path = EXAMPLE / "tests" / "holdout.yml"
    draft = Draft()
    read_nlu(draft, parse(path.name, read_text(path.name, path)).fields("The held-out messages")["nlu"])
    held = [example.text for examples in draft.examples.values() for example in examples]
    return asyncio.run(_answered(trained, held, most))


async def _answered(trained: Path, held: list[str], most: int) -> list[str]:
    engine = bot.engine()
    await engine.load("", trained)
    kept = []
    for number, text in enumerate(held):
        inputs = (TurnInput(seq=number, text=text),)
        request = TurnRequest(
            id=str(number), business="", conversation="", inputs=inputs, locale="ru", misses=0, facts={}, now=0
        )
        result = await engine.turn(request)
        if result.outcome == "answered" and 0 < len(result.replies) <= most:
            kept.append(text)
    return kept


class Node:
    """The product under load by so many conversations."""

    def __init__(self, stack: ExitStack, data: Path, *, database: str = "") -> None:
        extra = ["--database", database] if database else []
        self.server = stack.enter_context(running("benchmarks.node", str(data), *extra))
        self.facts = self.server.read()
        self.texts = answered_texts(next((data / "models").glob("*.bot")))
        self.stack = stack

    def client(self, conversations: int) -> Process:
        client = self.stack.enter_context(running("benchmarks.load"))
        client.ask(do="turns", conversations=conversations, texts=self.texts, **self.facts)
        return client


def compare(stack: ExitStack, node: Node, *, rounds: int, seconds: float) -> dict[str, float]:
    """Echo and turn interleaved, at 100 of each."""
    echo = stack.enter_context(running("benchmarks.echo"))
    echo_client = stack.enter_context(running("benchmarks.load"))
    echo_client.ask(do="echo", count=100, port=echo.read()["port"])
    turn_client = node.client(100)
    echo_cpu, turn_cpu, rate = [], [], []
    for number in range(rounds):
        [cpu], _ = saturated(echo_client, seconds, echo.cpu)
        echo_cpu.append(cpu)
        [cpu], seen = saturated(turn_client, seconds, node.server.cpu)
        turn_cpu.append(cpu)
        rate.append(seen["per_s"])
        say(f"round {number + 1}: echo {echo_cpu[-1]:.1f} µs, turn {cpu:.0f} µs, {seen['per_s']:.0f} turns/s,"
            f" p99 {seen['p99_ms']:.1f} ms")  # fmt: skip
    per_s = statistics.median(rate)
    say(f"half load: {per_s / 2:.0f} turns/s")
    half = turn_client.ask(do="paced", per_s=per_s / 2, seconds=max(2.0, seconds))
    turn_client.stop()
    return {
        "echo_cpu_us": statistics.median(echo_cpu),
        "turn_cpu_us": statistics.median(turn_cpu),
        "turns_per_s": per_s,
        "p50_ms_at_half_load": half["p50_ms"],
        "p99_ms_at_half_load": half["p99_ms"],
    }


def at_size(node: Node, conversations: int, seconds: float) -> tuple[float, float]:
    """CPU a turn and turns per second at another number of conversations."""
    client = node.client(conversations)
    [cpu], seen = saturated(client, seconds, node.server.cpu)
    client.stop()
    say(f"{conversations} conversations: {cpu:.0f} µs, {seen['per_s']:.0f} turns/s, p99 {seen['p99_ms']:.1f} ms")
    return cpu, seen["per_s"]


def on_postgresql(data: Path, *, rounds: int, seconds: float) -> float:
    """CPU of the node and of PostgreSQL together for a turn, at 100 conversations, with fsync on."""
    server = PostgresServer(durable=True)
    server.start()
    try:
        with ExitStack() as stack:
            url = "postgresql+psycopg://" + server.create().split("://", 1)[1]
            node = Node(stack, data, database=url)
            client = node.client(100)
            found = []
            for _ in range(rounds):
                [ours, its], seen = saturated(client, seconds, node.server.cpu, lambda: tree_cpu(server.pid))
                found.append(ours + its)
                say(f"postgresql: node {ours:.0f} µs, the database {its:.0f} µs,"
                    f" {seen['per_s']:.0f} turns/s")  # fmt: skip
            return statistics.median(found)
    finally:
        server.stop()


def tree_cpu(pid: int) -> float:
    """CPU seconds of a process and its children that live."""
    root = psutil.Process(pid)
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def idle_bytes(node: Node, sockets: int) -> float:
    """Resident bytes of one more silent widget."""
    before = node.server.rss()
    client = node.stack.enter_context(running("benchmarks.load"))
    client.ask(do="idle", sockets=sockets, **node.facts)
    grown = node.server.rss() - before
    client.stop()
    return grown / sockets


def demo_start(data: Path) -> tuple[float, float]:
    """Seconds until ``switchboard demo`` prints its links, and its resident megabytes after an answer."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "demo", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "administrator" in line:
                break
        else:
            raise RuntimeError(f"the demo ended early ({process.wait()})")
        took = time.monotonic() - began
        time.sleep(1.0)
        return took, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> None:
    chosen = arguments(__doc__ or "").parse_args()
    quick = chosen.quick
    figures: dict[str, float] = {}
    ratios: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder) / "data"
        node = Node(stack, data)
        say("idle sockets")
        figures["idle_socket_bytes"] = idle_bytes(node, 500 if quick else 2000)
        figures |= compare(stack, node, rounds=3 if quick else 7, seconds=1.0 if quick else 4.0)
        ratios["turn_cpu_over_echo"] = figures["turn_cpu_us"] / figures["echo_cpu_us"]
        if not quick:
            for size in (1, 1000):
                cpu, per_s = at_size(node, size, 4.0)
                figures[f"turn_cpu_us_at_{size}"], figures[f"turns_per_s_at_{size}"] = cpu, per_s
        figures["loaded_rss_mb"] = node.server.rss() / 1e6
        node.server.stop()
        say("PostgreSQL")
        figures["turn_cpu_us_postgresql"] = on_postgresql(
            Path(folder) / "pg", rounds=1 if quick else 3, seconds=1.0 if quick else 4.0
        )
        ratios["turn_cpu_postgresql_over_sqlite"] = figures["turn_cpu_us_postgresql"] / figures["turn_cpu_us"]
        say("demo")
        figures["demo_ready_s"], figures["demo_rss_mb"] = demo_start(data)
    report(figures, ratios, as_json=chosen.json)


if __name__ == "__main__":
    main()
