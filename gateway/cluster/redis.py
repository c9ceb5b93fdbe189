"""Where Redis is: one server, by TLS or not, or a service whose primary Sentinels know. Imported only where it is used.

``redis://user:password@host:6379/0``, ``rediss://…`` by TLS, ``redis+sentinel://user:password@one:26379,two:26379/SERVICE/0`` and
``rediss+sentinel://…``. Behind a ``?`` stands what redis-py calls so: ``ssl_ca_certs``, ``ssl_certfile``, ``ssl_keyfile``,
``ssl_check_hostname``; for the Sentinels' own sign-in ``sentinel_username`` and ``sentinel_password``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from gateway.errors import StartupError

if TYPE_CHECKING:
    from redis.asyncio import Redis

CONNECT_WITHIN = 2.0
ANSWERS_WITHIN = 2.0
"""Seconds after which a server that says nothing is taken for gone."""
SENTINEL_PORT = 26_379
OPTIONS = frozenset(
    {
        "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname", "sentinel_username", "sentinel_password",
    }
)  # fmt: skip
_FORMS = "redis://host:6379/0, rediss://host:6379/0 (TLS) or redis+sentinel://host1:26379,host2:26379/service"


class Place(NamedTuple):
    """A judged URL. ``hosts``: of the server, or of the Sentinels of ``service``."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    database: int
    tls: bool
    sign_in: dict[str, str]
    options: dict[str, str]


def place_of(url: str) -> Place:
    """Raises ``StartupError``, which doesn't tell the URL: there may be a password in it."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or kind not in ("", "sentinel"):
        raise StartupError(f"`redis` is {_FORMS}.")
    options = dict(parse_qsl(parts.query))
    unknown = sorted(options.keys() - OPTIONS)
    if unknown:
        raise StartupError(
            f"`redis` has an option that isn't known: {unknown[0]}. There are {', '.join(sorted(OPTIONS))}."
        )
    path = [piece for piece in parts.path.split("/") if piece]
    service = path.pop(0) if kind and path else ""
    if (kind and not service) or len(path) > 1 or not all(piece.isdigit() for piece in path):
        raise StartupError(f"`redis` is {_FORMS}; behind the last slash stands the number of a database.")
    return Place(
        hosts=_hosts(parts, SENTINEL_PORT if kind else 6379), service=service, database=int(path[0]) if path else 0,
        tls=scheme == "rediss", sign_in=_sign_in(parts), options=options,
    )  # fmt: skip


def _hosts(parts: SplitResult, usual: int) -> tuple[tuple[str, int], ...]:
    hosts: list[tuple[str, int]] = []
    for one in parts.netloc.rpartition("@")[2].split(","):
        try:
            host = urlsplit(f"//{one}")
            hosts.append((host.hostname or "", host.port or usual))
        except ValueError:
            hosts.append(("", 0))
    if not all(host for host, _ in hosts) or (len(hosts) > 1 and usual != SENTINEL_PORT):
        raise StartupError(f"`redis` names no host that can be read. It is {_FORMS}.")
    return tuple(hosts)


def _sign_in(parts: SplitResult) -> dict[str, str]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    found = {"username": unquote(user), "password": unquote(password)}
    return {name: value for name, value in found.items() if value}


class Client:
    """Of the server, or of whichever is the service's primary at the time; it connects when it is used. ``async with`` gives ``redis``."""

    def __init__(self, url: str) -> None:
        import redis.asyncio as redis
        from redis.asyncio.sentinel import Sentinel

        place = place_of(url)
        bounds: dict[str, Any] = {
            "socket_connect_timeout": CONNECT_WITHIN,
            "socket_timeout": ANSWERS_WITHIN,
            "protocol": 2,  # in the third redis-py makes a text of everything that is published, for a log that nobody keeps
            **_tls(place),
        }
        told = {**bounds, **place.sign_in, "socket_keepalive": True, "db": place.database}
        told["retry"] = (
            None  # a client that connects anew by itself sleeps through what is said meanwhile, and doesn't say so
        )
        self._sentinels: list[Redis] = []
        if not place.service:
            ((host, port),) = place.hosts
            self.redis: Redis = redis.Redis(host=host, port=port, **told)
            return
        theirs = {**bounds, **_sentinels_sign_in(place)}
        sentinel = Sentinel(list(place.hosts), sentinel_kwargs=theirs, **told)  # type: ignore[no-untyped-call]
        self._sentinels = sentinel.sentinels
        self.redis = sentinel.master_for(place.service)

    async def aclose(self) -> None:
        for one in (self.redis, *self._sentinels):
            await one.aclose()

    async def __aenter__(self) -> Redis:
        return self.redis

    async def __aexit__(self, *ended: object) -> None:
        await self.aclose()


def _sentinels_sign_in(place: Place) -> dict[str, str]:
    known = place.options.items()
    return {name.removeprefix("sentinel_"): value for name, value in known if name.startswith("sentinel_")}


def _tls(place: Place) -> dict[str, Any]:
    if not place.tls:
        return {}
    options: dict[str, Any] = {name: value for name, value in place.options.items() if name.startswith("ssl_")}
    checks = options.pop("ssl_check_hostname", "true").lower() not in ("false", "no", "0")
    return {"ssl": True, "ssl_check_hostname": checks, **options}
