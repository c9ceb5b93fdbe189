"""How a node's calls are reached, by its settings."""

from __future__ import annotations

from channels.voice.places import IceServer, Places
from gateway.settings import Settings, call_ports, ice_servers


def places_of(settings: Settings) -> Places:
    """Where sound is sent from and to."""
    servers = tuple(IceServer(one.urls, one.username, one.credential) for one in ice_servers(settings))
    ports = call_ports(settings)
    return Places(addresses=settings.call_addresses, public=settings.call_public, ports=ports, servers=servers)
