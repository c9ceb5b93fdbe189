"""How calls come in, by the settings."""

from __future__ import annotations

from channels.voice.peer import IceServer, Places
from channels.voice.webrtc import Settings as WebRtcSettings
from gateway.settings import Settings, call_ports, ice_servers


def webrtc_settings(settings: Settings) -> WebRtcSettings:
    """What WebRTC is told."""
    servers = tuple(IceServer(one.urls, one.username, one.credential) for one in ice_servers(settings))
    ports = call_ports(settings)
    places = Places(addresses=settings.call_addresses, public=settings.call_public, ports=ports, servers=servers)
    return WebRtcSettings(places=places)
