"""Nodes over PostgreSQL and Redis: what a turn costs, on one node and on three, as the log grows, and with nothing to do.

``python -m benchmarks.scale [--quick] [--json] [--long]``. A turn is stored, answered by the example's bot, stored, and at the sockets of the
customer and of an operator; where there are three nodes, the operator's is at another node than the customer's. fsync is on.

``cpu_per_turn_postgresql_over_bare``: nodes, PostgreSQL and Redis together for a turn of one node at full load, over a bare psycopg connection that runs
the same statements, with PostgreSQL's share (``benchmarks.scale_bare``). ``cpu_per_turn_three_nodes_over_one``: the same conversations spread over three
nodes; ``…_over_three_apart``: over three nodes that don't know of one another, with a third of the conversations each, which is what cores shared by
more processes cost by themselves. ``cpu_per_turn_1e6_over_1e3``: on a log of a million events over one of a thousand, in databases of their own. ``--long`` goes on to ten million.
``idle_5000_rss_mb``: what a node with 5,000 silent widgets holds in memory. ``recover_s_…``: how long people wait after a fault, once each
(``benchmarks.recovery`` has more of it). Rounds are taken in turns; medians.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import filling, recovery
from benchmarks.report import arguments, report, say
from benchmarks.turn import Process, answered_texts, running, tree_cpu
from gateway.model.events import Person
from gateway.store import directory
from gateway.store.opening import open_postgresql
from gateway.vault import new_key
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer

CONVERSATIONS = 90
TURNS = 48
"""Questions and answers of one conversation that fills the log: about a hundred events."""
IDLE = 5_000
QUICK_FAULTS = ("node_restarted", "redis_killed")


@dataclass
class Services:
    """PostgreSQL and Redis of the benchmark's own."""

    postgres: PostgresServer
    redis: RedisServer
    folder: Path
    stack: ExitStack
    names: Any = field(default_factory=itertools.count)
    more: list[RedisServer] = field(default_factory=list)

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far: of PostgreSQL, and of Redis."""
        return tree_cpu(self.postgres.pid), sum(tree_cpu(one.pid) for one in (self.redis, *self.more))

    def another_redis(self) -> RedisServer:
        redis = RedisServer()
        redis.start()
        self.stack.callback(redis.stop)
        self.more.append(redis)
        return redis

    def installation(self, nodes: int, *, redis: RedisServer | None = None) -> Installation:
        url = "postgresql+psycopg://" + self.postgres.create().split("://", 1)[1]
        return Installation(self, url, nodes, redis=redis or self.redis)

    def apart(self, count: int, conversations: int) -> Clients:
        """As many conversations at so many installations of one node, each with a database and a Redis of its own: nobody hears of anybody."""
        made = [self.installation(1, redis=self.another_redis()) for _ in range(count)]
        clients = [one.clients(1, conversations // count) for one in made]
        for one in made:
            self.postgres.execute("ANALYZE", database=one.database)
        return Clients(self, [one.nodes[0] for one in made], [process for one in clients for process in one.processes])


class Installation:
    """So many nodes over one database."""

    def __init__(self, services: Services, url: str, nodes: int, *, redis: RedisServer) -> None:
        self.services, self.url = services, url
        secret, first = new_key(), self._folder()
        shared = ("--database", url, "--redis", redis.url, "--secret", secret)
        self.nodes = [self._start("benchmarks.node", str(first), *shared)]
        self.facts = self.nodes[0].read()
        self.ports = [self.facts["port"]]
        self.texts = answered_texts(next((first / "models").glob("*.bot")))
        for _ in range(nodes - 1):
            node = self._start("benchmarks.node", str(self._folder()), *shared, "--join", str(first / "files"))
            self.nodes.append(node)
            self.ports.append(node.read()["port"])

    @property
    def database(self) -> str:
        return self.url.rsplit("/", 1)[1]

    def _folder(self) -> Path:
        return self.services.folder / f"node-{next(self.services.names)}"

    def _start(self, *command: str) -> Process:
        return self.services.stack.enter_context(running(*command))

    def clients(self, nodes: int, conversations: int) -> Clients:
        """As many conversations, spread over so many of the nodes; operators are at the next one."""
        plans = [
            {
                **self.facts, "do": "turns", "texts": self.texts, "conversations": conversations // nodes,
                "port": self.ports[number], "desk_port": self.ports[(number + 1) % nodes],
            }
            for number in range(nodes)
        ]  # fmt: skip
        made = [self._start("benchmarks.load") for _ in plans]
        for one, plan in zip(made, plans, strict=True):
            one.ask(**plan)
        return Clients(self.services, self.nodes[:nodes], made)

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


class Clients:
    """Processes of customers and operators."""

    def __init__(self, services: Services, nodes: Sequence[Process], processes: Sequence[Process]) -> None:
        self._services, self._nodes, self.processes = services, nodes, processes
        self.made = 0
        """Turns of the last measurement, with what went before it to get warm."""

    def measure(self, seconds: float, *, per_s: float = 0) -> Taken:
        """What turns cost and took: at full load, or at a pace."""
        order = {"do": "paced", "per_s": per_s / len(self.processes)} if per_s else {"do": "measure"}
        warm: list[dict[str, Any]] = []
        if not per_s:
            self._tell(do="start")
            warm = self._tell(do="measure", seconds=min(1.0, seconds))
        before = self._cpu()
        seen = self._tell(**order, seconds=seconds)
        after = self._cpu()
        if not per_s:
            self._tell(do="stop")
        turns = max(1, sum(one["n"] for one in seen))
        self.made = turns + sum(one["n"] for one in warm)
        parts = [(now - then) / turns * 1e6 for then, now in zip(before, after, strict=True)]
        p50, p95, p99 = (max(float(one[name]) for one in seen) for name in ("p50_ms", "p95_ms", "p99_ms"))
        nodes, postgresql, redis = parts
        return Taken(nodes, postgresql, redis, per_s=turns / seconds, p50=p50, p95=p95, p99=p99)

    def _cpu(self) -> tuple[float, float, float]:
        return sum(node.cpu() for node in self._nodes), *self._services.cpu()

    def _tell(self, **command: Any) -> list[dict[str, Any]]:
        """All at once."""
        for one in self.processes:
            one.tell(**command)
        return [one.read() for one in self.processes]

    def stop(self) -> None:
        for one in self.processes:
            one.stop()


@dataclass(frozen=True)
class Taken:
    """CPU microseconds a turn by part, and how it went; the percentiles are those of the slowest client."""

    nodes: float
    postgresql: float
    redis: float
    per_s: float
    p50: float
    p95: float
    p99: float

    @property
    def cpu(self) -> float:
        return self.nodes + self.postgresql + self.redis

    def __str__(self) -> str:
        return (
            f"{self.cpu:.0f} µs (nodes {self.nodes:.0f}, PostgreSQL {self.postgresql:.0f}, Redis {self.redis:.0f}), {self.per_s:.0f} turns/s,"
            f" p50 {self.p50:.1f}, p95 {self.p95:.1f}, p99 {self.p99:.1f} ms"
        )


def middle(taken: Sequence[Taken], name: str) -> float:
    return float(statistics.median(getattr(one, name) for one in taken))


def bare_cpu(bare: Process, services: Services, seconds: float) -> float:
    before = bare.cpu() + services.cpu()[0]
    made = int(bare.ask(seconds=seconds)["n"])
    return (bare.cpu() + services.cpu()[0] - before) / made * 1e6


def over_nodes(services: Services, *, rounds: int, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """A bare turn, one node, two, three, one after the other, again and again."""
    installation = services.installation(3)
    bare_url = services.postgres.create()
    bare = services.stack.enter_context(running("benchmarks.scale_bare", bare_url))
    figures: dict[str, float] = {f"bare_{name}": value for name, value in bare.read().items()}
    clients = {number: installation.clients(number, CONVERSATIONS) for number in (1, 2, 3)}
    for database in (installation.database, bare_url.rsplit("/", 1)[1]):  # as after its first minutes, by autovacuum
        services.postgres.execute("ANALYZE", database=database)
    bares: list[float] = []
    taken: dict[int, list[Taken]] = {number: [] for number in clients}
    for number in range(rounds):
        bares.append(bare_cpu(bare, services, seconds))
        say(f"round {number + 1}: bare {bares[-1]:.0f} µs")
        for nodes, client in clients.items():
            taken[nodes].append(client.measure(seconds))
            say(f"  {nodes} node{'s' * (nodes > 1)}: {taken[nodes][-1]}")
    figures["bare_cpu_us"] = statistics.median(bares)
    for nodes, found in taken.items():
        for name in ("cpu", "nodes", "postgresql", "redis"):
            figures[f"{name}_us_{nodes}_nodes"] = middle(found, name)
        figures[f"turns_per_s_{nodes}_nodes"] = middle(found, "per_s")
    heard, before = sum(node.cpu() for node in installation.nodes[1:]), written(services)
    clients[1].measure(seconds)
    made = max(1, clients[1].made)
    figures["wal_bytes_a_turn"] = (written(services) - before) / made
    heard = sum(node.cpu() for node in installation.nodes[1:]) - heard
    figures["hearing_us_a_turn"] = heard / made / len(installation.nodes[1:]) * 1e6
    half = figures["turns_per_s_1_nodes"] / 2
    for nodes, client in clients.items():
        paced = client.measure(max(2.0, seconds), per_s=half)
        say(f"{nodes} node{'s' * (nodes > 1)} at {half:.0f} turns/s: {paced}")
        figures |= {f"{name}_ms_{nodes}_nodes": getattr(paced, name) for name in ("p50", "p95", "p99")}
    alone = over_apart(services, clients[3], rounds=rounds, seconds=seconds)
    for client in clients.values():
        client.stop()
    bare.stop()
    installation.stop()
    ratios = {
        "cpu_per_turn_postgresql_over_bare": figures["cpu_us_1_nodes"] / figures["bare_cpu_us"],
        "cpu_per_turn_three_nodes_over_one": figures["cpu_us_3_nodes"] / figures["cpu_us_1_nodes"],
        "cpu_per_turn_three_nodes_over_three_apart": alone,
    }
    return figures, ratios


def over_apart(services: Services, together: Clients, *, rounds: int, seconds: float) -> float:
    """Three nodes over three installations of one, in turns; last, for what merely stands by costs the others something, too."""
    apart = services.apart(3, CONVERSATIONS)
    taken: list[tuple[Taken, Taken]] = []
    for number in range(rounds):
        taken.append((together.measure(seconds), apart.measure(seconds)))
        say(f"round {number + 1}, 3 nodes: {taken[-1][0]}\n  apart: {taken[-1][1]}")
    apart.stop()
    ours, theirs = zip(*taken, strict=True)
    return middle(ours, "cpu") / middle(theirs, "cpu")


def written(services: Services) -> int:
    """Bytes of PostgreSQL's write-ahead log so far."""
    ((found,),) = services.postgres.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
    return int(found)


def as_it_grows(
    services: Services, sizes: Sequence[int], *, rounds: int, seconds: float
) -> tuple[dict[str, float], dict[str, float]]:
    """CPU of a turn on logs of so many events, in turns; they grow by what is measured, all alike."""
    clients = {}
    figures: dict[str, float] = {}
    for size in sizes:
        installation = services.installation(1)
        began = time.monotonic()
        asyncio.run(fill(installation.url, size))
        services.postgres.execute("ANALYZE", database=installation.database)
        ((held,),) = services.postgres.execute("SELECT pg_database_size(%s)", params=(installation.database,))
        say(f"{size:,} events in {time.monotonic() - began:.0f} s, {held / 1e6:,.0f} MB")
        figures[f"database_mb_at_{named(size)}"] = held / 1e6
        clients[size] = installation.clients(1, CONVERSATIONS)
    services.postgres.execute("CHECKPOINT")
    taken: dict[int, list[Taken]] = {size: [] for size in sizes}
    for number in range(rounds):
        for size, client in clients.items():
            taken[size].append(client.measure(seconds))
            say(f"round {number + 1}, {size:,} events: {taken[size][-1]}")
    cpu = {size: middle(found, "cpu") for size, found in taken.items()}
    figures |= {f"cpu_us_at_{named(size)}": value for size, value in cpu.items()}
    least, *others = sizes
    return figures, {f"cpu_per_turn_{named(size)}_over_{named(least)}": cpu[size] / cpu[least] for size in others}


def named(size: int) -> str:
    """1e6 for a million."""
    return f"{size:.0e}".replace("e+0", "e")


async def fill(url: str, events: int) -> None:
    """Conversations of people, with about a hundred events each."""
    store = open_postgresql(url.replace("+psycopg", ""))
    await store.start()
    try:
        business = await store.read("", lambda tx, now: directory.read_businesses(tx)[0].id)
        people = await store.read(business, lambda tx, now: directory.read_operators(tx))
        inboxes = await store.read(business, lambda tx, now: directory.read_inboxes(tx))
        owner = Person(id=people[0].account, name=people[0].name)
        each = 2 * TURNS + 4
        numbers = range(max(1, events // each))
        for start in range(0, len(numbers), filling.BATCH):
            units = [
                filling.Conversation(inboxes[0].id, number, owner, age=number + 1, turns=TURNS)
                for number in numbers[start : start + filling.BATCH]
            ]
            await asyncio.gather(*(store.write(business, unit, key=str(unit.number)) for unit in units))
    finally:
        await store.aclose()


def idle(services: Services, sockets: int) -> dict[str, float]:
    """A node with nothing but open widgets."""
    installation = services.installation(1)
    node = installation.nodes[0]
    before = node.rss()
    client = services.stack.enter_context(running("benchmarks.load"))
    client.ask(do="idle", sockets=sockets, **installation.facts)
    rss = node.rss()
    client.stop()
    installation.stop()
    figures = {f"idle_{sockets}_rss_mb": rss / 1e6, "idle_socket_bytes": (rss - before) / sockets}
    return {**figures, "sockets_per_gb": 1e9 / figures["idle_socket_bytes"]}


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--long", action="store_true", help="goes on to ten million events; some hours")
    chosen = parser.parse_args()
    quick = chosen.quick
    rounds, seconds = (2, 1.0) if quick else (7, 4.0)
    sizes = [1_000, 10_000] if quick else [1_000, 1_000_000, *([10_000_000] if chosen.long else [])]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        services = Services(PostgresServer(durable=True), RedisServer(), Path(folder), stack)
        for server in (services.postgres, services.redis):
            server.start()
            stack.callback(server.stop)
        figures, ratios = over_nodes(services, rounds=rounds, seconds=seconds)
        say("idle sockets")
        figures |= idle(services, 500 if quick else IDLE)
        grown, over = as_it_grows(services, sizes, rounds=rounds, seconds=seconds)
        figures |= grown
        ratios |= over
        folder_of_nodes = Path(folder) / "recovery"
        folder_of_nodes.mkdir()
        faults = QUICK_FAULTS if quick else tuple(recovery.FAULTS)
        figures |= asyncio.run(recovery.measure(folder_of_nodes, rounds=1, names=faults))
    report(figures, ratios, as_json=chosen.json)


if __name__ == "__main__":
    main()
