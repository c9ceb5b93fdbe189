"""How long an Opus packet plays, and whether it ends speech: told by its first bytes (RFC 6716, section 3.1)."""

from __future__ import annotations

FRAME_MS = 20
LONGEST_MS = 120
"""The most that a packet may hold (RFC 6716, 3.4)."""
DTX_BYTES = 2
"""A packet this short says that nothing is sent until somebody speaks again (RFC 6716, 2.1.9; RFC 7587, 3.1.3)."""

_SILK_MS = (10, 20, 40, 60)
_HYBRID_MS = (10, 20)
_CELT_MS = (2.5, 5, 10, 20)


def frames_of(payload: bytes) -> int:
    """How many frames of 20 ms a packet plays, begun ones too; at least one. The packet has a byte at least."""
    lasting = min(LONGEST_MS, _count(payload) * _each_ms(payload[0] >> 3))
    return max(1, int(-(-lasting // FRAME_MS)))


def ends_speech(payload: bytes) -> bool:
    """Whether a packet says that a pause of discontinuous transmission begins or goes on."""
    return len(payload) <= DTX_BYTES


def _count(payload: bytes) -> int:
    code = payload[0] & 3
    if code == 3 and len(payload) > 1:
        return payload[1] & 63
    return 2 if code in (1, 2) else 1


def _each_ms(config: int) -> float:
    if config < 12:
        return _SILK_MS[config % 4]
    if config < 16:
        return _HYBRID_MS[config % 2]
    return _CELT_MS[config % 4]
