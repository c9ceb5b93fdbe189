"""Keys pressed during a call, as they come among the sound: telephone events (RFC 4733). No I/O, no clock.

A press is told by many packets, all with the timestamp of its begin, the last ones three times over. It is a key once, with
the first of them that comes.
"""

from __future__ import annotations

from channels.voice.rtp import WRAP_32, Rtp

KEYS = "0123456789*#"
"""By their event codes, 0 to 11 (RFC 4733, 3.2)."""
SIZE = 4


class Presses:
    """The keys of one stream."""

    def __init__(self) -> None:
        self._ssrc: int | None = None
        self._last = 0

    def key(self, packet: Rtp) -> str | None:
        """The key whose press this packet is the first to tell."""
        if len(packet.payload) < SIZE or packet.payload[0] >= len(KEYS):
            return None
        if packet.ssrc == self._ssrc and not 0 < (packet.timestamp - self._last) % WRAP_32 < WRAP_32 // 2:
            return None
        self._ssrc, self._last = packet.ssrc, packet.timestamp
        return KEYS[packet.payload[0]]
