"""RTP and RTCP as far as one stream of sound each way needs them (RFC 3550, RFC 5761); no I/O, no clock.

What comes in was authenticated by SRTP, so its sender is our caller; what it says is still judged: whatever isn't well formed
is None, and never raises.
"""

from __future__ import annotations

from struct import Struct

import msgspec

HEADER = 12
_HEADER = Struct("!BBHLL")
_RTCP = Struct("!BBH")
_REPORT = Struct("!LBBHLLLL")
_SENDER = Struct("!LQLLL")
_VERSION = 2 << 6
_SENDER_REPORT, _RECEIVER_REPORT, _DESCRIPTION = 200, 201, 202
_CNAME = 1
WRAP_16, WRAP_32 = 1 << 16, 1 << 32


class Rtp(msgspec.Struct, frozen=True):
    """A packet; ``sequence`` of 16 bits and ``timestamp`` of 32 bits both wrap."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False


class Block(msgspec.Struct, frozen=True):
    """What a receiver tells about a stream (RFC 3550, 6.4.1). ``lost``: the share of the last packets, in 256ths; ``total``: all
    that are missing; ``highest``: the newest sequence number, with its wraps; ``jitter``: in ticks; ``last``, ``since``: when
    the last sender's report came, as it says and in 65,536ths of a second ago."""

    ssrc: int
    lost: int
    total: int
    highest: int
    jitter: int
    last: int
    since: int


class Told(msgspec.Struct, frozen=True):
    """What an RTCP packet says: ``sent``, the middle 32 bits of the sender's clock, where it sends; its ``blocks``."""

    sent: int | None
    blocks: tuple[Block, ...]


def is_rtcp(datagram: bytes) -> bool:
    """Whether it is RTCP, where both come at one port (RFC 5761, 4)."""
    return len(datagram) >= 2 and 192 <= datagram[1] <= 223


def read(datagram: bytes) -> Rtp | None:
    """An RTP packet."""
    if len(datagram) < HEADER:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    begin, end = HEADER + 4 * (first & 15), len(datagram)
    if first & 16:  # header extensions: we agree on none
        if end < begin + 4:
            return None
        begin += 4 + 4 * int.from_bytes(datagram[begin + 2 : begin + 4], "big")
    if first & 32:
        end -= datagram[-1] or end
    if first & 192 != _VERSION or begin > end:
        return None
    return Rtp(second & 127, sequence, timestamp, ssrc, datagram[begin:end], second > 127)


def write(packet: Rtp) -> bytes:
    """The datagram of an RTP packet."""
    second = packet.payload_type | (128 if packet.marker else 0)
    return _HEADER.pack(_VERSION, second, packet.sequence, packet.timestamp, packet.ssrc) + packet.payload


def read_told(datagram: bytes) -> Told | None:
    """What a compound RTCP packet says."""
    sent, blocks, at = None, list[Block](), 0
    while at + 8 <= len(datagram):
        first, kind, words = _RTCP.unpack_from(datagram, at)
        end = at + 4 + 4 * words
        if first & 192 != _VERSION or end > len(datagram):
            return None
        if kind in (_SENDER_REPORT, _RECEIVER_REPORT):
            begin = at + (28 if kind == _SENDER_REPORT else 8)
            if begin + _REPORT.size * (first & 31) > end:
                return None
            if kind == _SENDER_REPORT:
                sent = int.from_bytes(datagram[at + 10 : at + 14], "big")
            blocks += [_block(datagram, begin + _REPORT.size * number) for number in range(first & 31)]
        at = end
    return Told(sent, tuple(blocks)) if at == len(datagram) else None


def _block(datagram: bytes, at: int) -> Block:
    ssrc, lost, high, low, highest, jitter, last, since = _REPORT.unpack_from(datagram, at)
    return Block(ssrc, lost, high << 16 | low, highest, jitter, last, since)


class Sent(msgspec.Struct, frozen=True):
    """What a sender tells of its stream: its clock as NTP has it, the RTP timestamp of that instant, what it has sent."""

    ntp: int
    timestamp: int
    packets: int
    octets: int


def write_report(ssrc: int, name: str, sent: Sent, block: Block | None) -> bytes:
    """The compound RTCP packet that a sender owes now and then, with its canonical ``name``."""
    told = b"" if block is None else _report(block)
    body = _SENDER.pack(ssrc, sent.ntp, sent.timestamp % WRAP_32, sent.packets % WRAP_32, sent.octets % WRAP_32) + told
    chunk = ssrc.to_bytes(4, "big") + bytes((_CNAME, len(name))) + name.encode()
    chunk += bytes(4 - len(chunk) % 4)
    return _rtcp(_SENDER_REPORT, 1 if told else 0, body) + _rtcp(_DESCRIPTION, 1, chunk)


def _report(block: Block) -> bytes:
    return _REPORT.pack(
        block.ssrc,
        block.lost,
        block.total >> 16,
        block.total & 0xFFFF,
        block.highest,
        block.jitter,
        block.last,
        block.since,
    )


def _rtcp(kind: int, count: int, body: bytes) -> bytes:
    return _RTCP.pack(_VERSION | count, kind, len(body) // 4) + body


class Reception:
    """How one stream comes in, for the receiver's reports (RFC 3550, appendix A.3)."""

    def __init__(self) -> None:
        self.ssrc: int | None = None
        self._begin = self._highest = self._received = 0
        self._expected_before = self._received_before = 0
        self._sent: tuple[int, int] | None = None

    def add(self, packet: Rtp) -> None:
        """Counts a packet; those of another stream from its begin."""
        if packet.ssrc != self.ssrc:
            self.ssrc, self._sent = packet.ssrc, None
            self._begin = self._highest = packet.sequence
            self._received = self._expected_before = self._received_before = 0
        ahead = (packet.sequence - self._highest + WRAP_16 // 2) % WRAP_16 - WRAP_16 // 2
        self._highest = max(self._highest, self._highest + ahead)
        self._received += 1

    def sent(self, told: int, at: int) -> None:
        """A sender's report came at ``at`` (ms)."""
        self._sent = told, at

    def block(self, *, jitter: float, at: int) -> Block | None:
        """What is told of it at ``at``; ``jitter`` in milliseconds. Each tells of the time since the one before."""
        if self.ssrc is None:
            return None
        expected = self._highest - self._begin + 1
        lately, came = expected - self._expected_before, self._received - self._received_before
        self._expected_before, self._received_before = expected, self._received
        share = 0 if lately <= 0 or came >= lately else ((lately - came) << 8) // lately
        last, when = self._sent or (0, at)
        return Block(
            ssrc=self.ssrc, lost=min(share, 255), total=min(max(0, expected - self._received), 0x7FFFFF),
            highest=self._highest % WRAP_32, jitter=min(round(jitter * 48), WRAP_32 - 1), last=last,
            since=(max(0, at - when) * 65_536 // 1000) % WRAP_32,
        )  # fmt: skip
