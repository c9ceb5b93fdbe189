"""How calls come in, by the settings."""

from __future__ import annotations

from channels.voice.peer import IceServer, Places
from channels.voice.webrtc import Settings as WebRtcSettings
from gateway.settings import Settings, call_ports, ice_servers


def webrtc_settings(settings: Settings) -> WebRtcSettings:
    """What WebRTC is told."""
    known = ice_servers(settings)
    servers = [IceServer(known.stun)] if known.stun else []
    if known.turn:
        servers.append(IceServer(known.turn, known.username, known.password))
    return WebRtcSettings(
        places=Places(
            addresses=settings.call_addresses,
            public=settings.call_public,
            ports=call_ports(settings),
            servers=tuple(servers),
        )
    )
