"""Where webhooks and pushes may go: to public addresses, judged by what a name resolves to when the connection is made.

A name may resolve to another address at every look; so the resolver of the connection itself is what judges.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.faults import webhooks as faults

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_CARRIES_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""NAT64 (RFC 6052, RFC 8215): the last 32 bits are an IPv4 address."""


class AddressRefused(Exception):
    """The address isn't one that may be called; ``str(error)`` says so to whoever set the webhook up."""

    def __init__(self, host: str) -> None:
        super().__init__(faults.INSIDE(host=host).text)
        self.host = host


def refusal_of(error: BaseException | None) -> AddressRefused | None:
    """The guard's own word, which the client wraps into its errors."""
    while error is not None and not isinstance(error, AddressRefused):
        error = error.__cause__ or error.__context__
    return error


class Guard:
    """Lets public addresses pass, and those of ``allowed`` networks (the installation's own say)."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed: list[Network] = [ipaddress.ip_network(one, strict=False) for one in allowed]

    def session(self, agent: str) -> aiohttp.ClientSession:
        """A client whose every connection is judged; ``agent``: what it calls itself. It keeps no cookies and follows
        no proxy of the environment."""
        connector = aiohttp.TCPConnector(
            resolver=_Judging(self), ttl_dns_cache=0, use_dns_cache=False, limit=32, ssl=ssl.create_default_context()
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": agent},
            auto_decompress=False,
        )

    def check_url(self, url: str) -> None:
        """Judges an address that stands in the URL itself, which no resolver sees. Raises ``AddressRefused``."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host:
            raise AddressRefused(url[:100])
        address = _parsed(host)
        if address is not None and not self.allows(address):
            raise AddressRefused(host)

    def allows(self, address: IP) -> bool:
        """Whether it is public, or in an allowed network."""
        if any(address in network for network in self._allowed if network.version == address.version):
            return True
        inner = _inner(address)
        if inner is not None:
            return self.allows(inner)
        return address.is_global and not address.is_multicast


class _Judging(AbstractResolver):
    """Resolves as the system does, and hands on only what may be called."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        public = [one for one in found if self._guard.allows(ipaddress.ip_address(one["host"].partition("%")[0]))]
        if found and not public:
            raise OSError(0, "refused") from AddressRefused(host)
        return public

    async def close(self) -> None:
        await self._inner.close()


def _parsed(host: str) -> IP | None:
    """The address that ``host`` is, in whatever way of writing the system would connect to; ``None`` for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433
    except OSError:
        return None


def _inner(address: IP) -> IP | None:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _CARRIES_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
