"""Where calls' sound is sent from and to: addresses, ports, STUN and TURN servers. Nothing here needs aiortc, so that it can be
judged at the start."""

from __future__ import annotations

import ipaddress
import re

import msgspec

_HOST = r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?"
_SERVER = re.compile(rf"stun:{_HOST}|turn:{_HOST}(?:\?transport=(?:udp|tcp))?|turns:{_HOST}(?:\?transport=tcp)?")


class IceServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A STUN or TURN server, as browsers name it: ``turn:turn.example.com:3478?transport=udp`` (RFC 7064, 7065)."""

    url: str
    username: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        if _SERVER.fullmatch(self.url) is None:
            raise ValueError("A server is stun:host:port, turn:host:port?transport=udp (or tcp), or turns:host:port.")


class Places(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``addresses``: of this machine, all where there are none; ``public``: by which address browsers reach them where that is
    another one, over the same port (1:1 NAT); ``ports``: first and last port, any where there are none; ``servers``: the first
    STUN and the first TURN server are used; ``gather_within``: seconds that these may take."""

    addresses: tuple[str, ...] = ()
    public: str = ""
    ports: tuple[int, int] | None = None
    servers: tuple[IceServer, ...] = ()
    gather_within: float = 2.0

    def __post_init__(self) -> None:
        for address in (*self.addresses, *([self.public] if self.public else ())):
            ipaddress.ip_address(address)
        if self.ports is not None and not 0 < self.ports[0] <= self.ports[1] < 65_536:
            raise ValueError("Ports are the first and the last of a range, 1 to 65535.")
