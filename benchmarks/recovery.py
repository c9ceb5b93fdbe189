"""How long people wait after a fault: three nodes with the product's own leases, ``python -m benchmarks.recovery [--quick] [--json]``.

24 conversations, half on pages and half in Telegram, ten messages a second. From the instant at which the fault is over (a node that was killed stays
away: from then on) until everything that was written is stored, answered, and seen by whom it is for; and then the checker of the fault tests holds it against
what is stored. A node that is killed takes turns with it that are made again when their leases end (8 s), and one of them the line of the bot that is fetched (15 s, and a look every five).
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from benchmarks.report import arguments, report, say
from channels.telegram.polling import LEASE
from gateway.store.store import PATIENCE
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.clients import http_client
from tests.support_edge.fleet import Crowd, Fleet, Servers, chance_of, on_fleet
from tests.support_edge.fleet.turns import begin_turn

RATE = 10.0
AWAY = 5.0
"""Seconds that a service is away."""
Fault = Callable[[Fleet, Crowd], Awaitable[None]]


async def kill_node(fleet: Fleet, crowd: Crowd) -> None:
    """With a turn in hand."""
    node = fleet.nodes[1]
    await begin_turn(fleet, crowd, node)
    await node.kill()


async def kill_fetcher(fleet: Fleet, crowd: Crowd) -> None:
    """The node that fetches a bot's updates; and everybody writes once more."""
    asked = "SELECT holder FROM leases WHERE name = %s AND until > extract(epoch FROM clock_timestamp()) * 1000000"
    ((holder,),) = await fleet.ask(asked, f"telegram:{fleet.polled.id}")
    await next(node for node in fleet.nodes if node.told["node"] == holder).kill()
    await crowd.say_each()


async def restart_node(fleet: Fleet, crowd: Crowd) -> None:
    assert await fleet.nodes[1].end() == 0


async def kill_redis(fleet: Fleet, crowd: Crowd) -> None:
    fleet.redis.kill()
    await asyncio.sleep(AWAY)
    fleet.redis.mend()


async def freeze_redis(fleet: Fleet, crowd: Crowd) -> None:
    fleet.redis.pause()
    await asyncio.sleep(AWAY)
    fleet.redis.mend()


async def stop_postgresql(fleet: Fleet, crowd: Crowd) -> None:
    fleet.postgres.halt()
    await asyncio.sleep(AWAY)
    fleet.postgres.go_on()


async def freeze_postgresql(fleet: Fleet, crowd: Crowd) -> None:
    fleet.postgres.pause()
    await asyncio.sleep(AWAY)
    fleet.postgres.resume()


FAULTS: dict[str, Fault] = {
    "node_killed": kill_node, "fetcher_killed": kill_fetcher, "node_restarted": restart_node, "redis_killed": kill_redis, "redis_frozen": freeze_redis,
    "postgresql_stopped": stop_postgresql, "postgresql_frozen": freeze_postgresql,
}  # fmt: skip


async def recovered(fleet: Fleet, name: str, fault: Fault) -> float:
    """Seconds from the fault's end until nobody waits."""
    await fleet.mend()
    crowd = await Crowd.gather(fleet, name, pages=12, called=6, polled=6)
    async with crowd.living():
        await crowd.say_each()
        await crowd.until_answered_once()
        async with crowd.writing(chance_of(name), rate=RATE):
            await asyncio.sleep(1.0)
            await fault(fleet, crowd)
            over = time.monotonic()
        await crowd.until_settled(within=180)
        took = time.monotonic() - over
        await crowd.check()
    return took


async def measure(folder: Path, *, rounds: int, names: Iterable[str] = FAULTS) -> dict[str, float]:
    """Seconds after each of the named faults, and the most of all."""
    postgres, redis = PostgresServer(durable=True), RedisServer()
    postgres.start()
    redis.start()
    took: dict[str, list[float]] = {name: [] for name in names}
    try:
        async with (
            http_client() as http,
            on_fleet(Servers(postgres, redis), folder, http, lease=LEASE, due_lease=0.0, patience=PATIENCE) as fleet,
        ):
            for number in range(rounds):
                for name, found in took.items():
                    found.append(await recovered(fleet, f"{name.title().replace('_', '')}{number}", FAULTS[name]))
                    say(f"{name}: {found[-1]:.1f} s")
            await fleet.mend()
    finally:
        redis.stop()
        postgres.stop()
    figures = {f"recover_s_{name}": statistics.median(found) for name, found in took.items()}
    return {**figures, "recover_s_max": max(max(found) for found in took.values())}


def main() -> None:
    chosen = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report(asyncio.run(measure(Path(folder), rounds=1 if chosen.quick else 3)), {}, as_json=chosen.json)


if __name__ == "__main__":
    main()
