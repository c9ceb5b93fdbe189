"""How much machine so many conversations a day need: arithmetic on what ``benchmarks.scale`` measured.

``python -m benchmarks.capacity --conversations 1000000``. Every number that it uses is an option; the costs of a turn are those of the machine that
they were measured on (docs/scaling.md), so measure yours and put them in. No call is in it: those are counted by core (docs/performance.md).
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, fields

DAY = 86_400
EVENTS_A_TURN = 3
"""The message, the turn with its scores, the answer."""
MOST_NODES = 1_000
HINTS_A_TURN = 2
"""One for each commit: the message, and the answer with its turn."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What customers do. ``peak``: the busiest second over the mean of the busiest hour."""

    conversations: float = 1e6
    turns: float = 6
    busy_hour: float = 0.12
    peak: float = 1.5
    open_minutes: float = 12
    kept_days: float = 365

    @property
    def turns_per_s(self) -> float:
        return self.conversations * self.busy_hour / 3600 * self.turns * self.peak

    @property
    def sockets(self) -> float:
        """Widgets that are open at once, in the busiest hour."""
        return self.conversations * self.busy_hour * self.open_minutes / 60


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What a turn takes, in microseconds of a core, and a node holds. ``hint_us``: of a node, to hear of another node's commit."""

    node_us: float = 2_350
    postgresql_us: float = 860
    redis_us: float = 20
    hint_us: float = 80
    wal_bytes: float = 11_000
    event_bytes: float = 900
    socket_bytes: float = 11_200
    node_rss_mb: float = 135


@dataclass(frozen=True, kw_only=True)
class House:
    """The machines. ``full``: to which share of a core they are loaded at the peak; ``primary_cores``: of the largest PostgreSQL that one wants to run."""

    full: float = 0.6
    primary_cores: float = 32
    wal_mb_per_s: float = 200


@dataclass(frozen=True)
class Need:
    """What one cell of so many needs. A node is a process, and uses one core."""

    cells: int
    nodes: int
    postgresql_cores: float
    redis_cores: float
    wal_mb_per_s: float
    sockets_gb: float
    disk_gb: float
    first: str


def need(load: Load, costs: Costs, house: House) -> Need:
    """Of each cell; they share the businesses, so each has its part of all."""
    cells = 1
    while True:
        one = _cell(load, costs, house, cells)
        fits = one.postgresql_cores <= house.primary_cores and one.wal_mb_per_s <= house.wal_mb_per_s
        if fits and one.redis_cores <= 1 and one.nodes < MOST_NODES:
            return one
        cells += 1


def _cell(load: Load, costs: Costs, house: House, cells: int) -> Need:
    per_s = load.turns_per_s / cells
    nodes = _nodes(per_s, costs, house)
    postgresql = per_s * costs.postgresql_us / 1e6 / house.full
    redis = per_s * (costs.redis_us + HINTS_A_TURN * nodes) / 1e6 / house.full  # some microsecond for each that listens
    wal = per_s * costs.wal_bytes / 1e6
    shares = {
        "PostgreSQL's cores": postgresql / house.primary_cores,
        "PostgreSQL's log": wal / house.wal_mb_per_s,
        "Redis, which has one core": redis,
        "what nodes hear of one another": per_s * HINTS_A_TURN * costs.hint_us / 1e6 / house.full,
    }
    return Need(
        cells=cells, nodes=nodes, postgresql_cores=postgresql, redis_cores=redis, wal_mb_per_s=wal,
        sockets_gb=(load.sockets / cells * costs.socket_bytes + nodes * costs.node_rss_mb * 1e6) / 1e9,
        disk_gb=load.conversations / cells * load.turns * EVENTS_A_TURN * costs.event_bytes * load.kept_days / 1e9,
        first=max(shares, key=lambda name: shares[name]),
    )  # fmt: skip


def _nodes(per_s: float, costs: Costs, house: House) -> int:
    """As many as carry the turns beside what each of them hears of all others; three at least, of which one may die."""
    heard = per_s * HINTS_A_TURN * costs.hint_us / 1e6
    left = house.full - heard
    if left <= 0.05:
        return MOST_NODES  # one more brings nothing: the cell is too large
    return max(3, math.ceil(per_s * costs.node_us / 1e6 / left))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in (Load, Costs, House):
        for one in fields(kind):
            parser.add_argument(f"--{one.name.replace('_', '-')}", type=float, default=one.default)
    chosen = vars(parser.parse_args())
    load = Load(**_of(Load, chosen))
    costs, house = Costs(**_of(Costs, chosen)), House(**_of(House, chosen))
    found = need(load, costs, house)
    print(
        f"{load.conversations:,.0f} conversations a day: {load.turns_per_s:,.0f} turns/s at the peak, {load.sockets:,.0f} widgets open"
    )
    print(f"{found.cells} cell{'s' * (found.cells > 1)}, each with")
    print(f"  {found.nodes} nodes (a core each), {found.sockets_gb:,.1f} GB of memory for them and their sockets")
    print(
        f"  PostgreSQL with {math.ceil(found.postgresql_cores)} cores, {found.wal_mb_per_s:,.1f} MB/s of write-ahead log, {found.disk_gb:,.0f} GB of disk"
    )
    print(f"  Redis at {found.redis_cores * house.full:.0%} of a core")
    print(f"what is full first: {found.first}")


def _of(kind: type[Load | Costs | House], chosen: dict[str, float]) -> dict[str, float]:
    return {one.name: chosen[one.name] for one in fields(kind)}


if __name__ == "__main__":
    main()
