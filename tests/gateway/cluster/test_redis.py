"""Where Redis is: what its URL may say, and real servers by TLS and behind Sentinels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import redis
from prometheus_client import REGISTRY

from gateway.cluster.bus import RedisBus
from gateway.cluster.redis import Client, place_of
from gateway.errors import StartupError
from gateway.ports import Hint
from tests.gateway.cluster.test_bus import HINT, Ear
from tests.support.certificates import Authority
from tests.support.redis import RedisServer, Sentinels
from tests.support_edge.waiting import until


def test_urls_that_can_be_read() -> None:
    assert place_of("redis://cache.example")[:4] == ((("cache.example", 6379),), "", 0, False)
    assert place_of("rediss://:secret@cache.example:7000/2").sign_in == {"password": "secret"}
    place = place_of("rediss+sentinel://me:p%40ss@one,two:26380/main/3?ssl_ca_certs=/etc/ca.pem")
    assert place.hosts == (("one", 26379), ("two", 26380)) and (place.service, place.database) == ("main", 3)
    assert place.tls and place.sign_in == {"username": "me", "password": "p@ss"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://cache.example", "redis://host"),
        ("redis+cluster://cache.example", "redis://host"),
        ("redis://", "no host"),
        ("redis://one,two/0", "no host"),
        ("redis://cache.example:port/0", "no host"),
        ("redis://:hush@cache.example/first", "number of a database"),
        ("redis+sentinel://:hush@one:26379", "number of a database"),
        ("rediss://:hush@cache.example?ssl_ca=/etc/ca.pem", "ssl_ca. There are"),
    ],
)
def test_urls_that_can_not_be_read_are_refused_and_not_told(url: str, said: str) -> None:
    with pytest.raises(StartupError, match=said) as refused:
        place_of(url)
    assert "hush" not in str(refused.value)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def secured(authority: Authority) -> Iterator[RedisServer]:
    """A server that speaks TLS alone, and wants a password."""
    server = RedisServer(certificate=authority.certificate("localhost"), password="s3cret")
    server.start()
    yield server
    server.stop()


async def test_server_by_tls(secured: RedisServer, authority: Authority) -> None:
    url = f"rediss://:s3cret@localhost:{secured.port}/0?ssl_ca_certs={authority.path}"
    bus, ear = RedisBus(url, node="a"), Ear()
    other = RedisBus(url, node="b")
    await bus.start(ear)
    await until(lambda: not bus.doubtful)
    await other.start(Ear())
    other.publish(HINT)
    assert await ear.next() == HINT
    await bus.aclose()
    await other.aclose()


async def test_server_that_nobody_vouches_for_is_refused(secured: RedisServer, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    async with Client(f"rediss://:s3cret@localhost:{secured.port}/0?ssl_ca_certs={stranger.path}") as client:
        with pytest.raises(redis.ConnectionError, match=r"(?i)certificate"):
            await client.ping()


@pytest.fixture
def sentinels() -> Iterator[Sentinels]:
    running = Sentinels()
    running.start()
    yield running
    running.stop()


async def test_next_primary_is_found_when_the_first_one_dies(sentinels: Sentinels) -> None:
    async with AsyncExitStack() as stack:
        ear = Ear()
        buses = [RedisBus(sentinels.url, node=name) for name in ("a", "b")]
        for bus in buses:
            stack.push_async_callback(bus.aclose)
            await bus.start(ear if bus is buses[0] else Ear())
        await until(lambda: not any(bus.doubtful for bus in buses))
        buses[1].publish(HINT)
        assert await ear.next() == HINT
        sentinels.kill_primary()
        await until(lambda: buses[0].doubtful)
        await until(lambda: not any(bus.doubtful for bus in buses), within=60)
        again = Hint(business="b1", conversation="c1", seq=8)
        buses[1].publish(again)
        assert await ear.next() == again


async def test_server_that_falls_silent_makes_the_bus_doubtful(redis_server: RedisServer) -> None:
    bus = RedisBus(redis_server.url, node="a")
    await bus.start(Ear())
    await until(lambda: not bus.doubtful)
    redis_server.pause()
    try:
        await until(lambda: bus.doubtful)
        assert REGISTRY.get_sample_value("switchboard_redis_lost") == 1
    finally:
        redis_server.resume()
    await until(lambda: not bus.doubtful)
    assert REGISTRY.get_sample_value("switchboard_redis_lost") == 0
    await bus.aclose()
