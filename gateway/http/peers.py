"""Who is at the other end, behind the proxies that we trust, and by which origin they reach us."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from gateway.settings import Settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Peers:
    """Reads ``X-Forwarded-For`` and ``-Proto`` only where the sender is a trusted proxy."""

    def __init__(self, settings: Settings) -> None:
        self._trusted: list[Network] = [ipaddress.ip_network(n, strict=False) for n in settings.trusted_proxies]
        self._origin = origin_of(settings.public_url) if settings.public_url else ""

    def address(self, request: web.Request) -> str:
        """The client's address: the last one that no trusted proxy vouches for."""
        peer = request.remote or ""
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        while chain and self._is_trusted(peer):
            peer = chain.pop()
        return peer

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)

    def own_origin(self, request: web.Request) -> str:
        """The origin under which the client sees this server."""
        if self._origin:
            return self._origin
        scheme = request.scheme
        if self._is_trusted(request.remote or ""):
            scheme = request.headers.get("X-Forwarded-Proto", scheme)
        return f"{scheme}://{request.host}".lower()


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` of a URL, in lower case, without a default port."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    return f"{parts.scheme}://{host}{port}".lower()
