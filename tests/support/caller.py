"""A far end of a call, as light as it can be: it sends packets that are ready and keeps those that come, decoding nothing. With
it many callers fit into one process; how a real browser does is another test's matter."""

from __future__ import annotations

import asyncio
import re
import secrets

from channels.voice.jitter import FRAME_TICKS
from channels.voice.offer import Candidate, Secrets
from channels.voice.peer import Peer
from channels.voice.places import Places
from channels.voice.rtp import WRAP_16, WRAP_32, Rtp, is_rtcp, read, write

OPUS, EVENTS = 111, 126
LOOPBACK = Places(addresses=("127.0.0.1",))


class Caller:
    """One caller. ``offer`` first, then ``connect`` with the answer; ``say`` sends the next frame's packet."""

    def __init__(self, places: Places = LOOPBACK) -> None:
        self.heard: list[Rtp] = []
        self.reports = 0
        self.over = asyncio.Event()
        self._is_connected = False
        self._peer = Peer(places, self._datagram, over=self.over.set, controlling=True)
        self.ssrc = secrets.randbits(32)
        self._frame, self._sequence = 0, secrets.randbits(15)

    async def offer(self) -> str:
        candidates = await self._peer.gather()
        known = self._peer.secrets
        return "\r\n".join(
            (
                "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
                f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS} {EVENTS}", "c=IN IP4 0.0.0.0", "a=rtcp-mux", "a=mid:0", "a=sendrecv",
                f"a=rtpmap:{OPUS} opus/48000/2", f"a=rtpmap:{EVENTS} telephone-event/8000",
                f"a=ssrc:{self.ssrc} cname:caller", f"a=ice-ufrag:{known.name}", f"a=ice-pwd:{known.password}",
                *(f"a=candidate:{one.foundation} 1 udp {one.priority} {one.address} {one.port} typ {one.kind}" for one in candidates),
                *(f"a=fingerprint:{algorithm} {digest}" for algorithm, digest in known.fingerprints),
                "a=setup:actpass", "",
            )
        )  # fmt: skip

    async def connect(self, answer: str) -> bool:
        self._is_connected = await self._peer.connect(_secrets(answer), tuple(candidates(answer)))
        return self._is_connected

    def say(self, payload: bytes | None) -> None:
        """Sends a frame; None: it gets lost."""
        self._frame += 1
        self._sequence += 1
        if payload is not None:
            self._peer.send(write(Rtp(OPUS, self._sequence % WRAP_16, self._timestamp, self.ssrc, payload)))

    def press(self, event: int, *, packets: int = 5) -> None:
        """Presses a key, told by so many packets."""
        begin = self._timestamp
        for number in range(packets):
            self._sequence += 1
            payload = bytes(
                (event, 128 if number + 3 >= packets else 0, (number + 1) * 160 >> 8 & 255, (number + 1) * 160 & 255)
            )
            self._peer.send(write(Rtp(EVENTS, self._sequence % WRAP_16, begin, self.ssrc, payload, marker=number == 0)))
        self._frame += packets

    def send(self, packet: bytes, *, control: bool = False) -> None:
        """Sends whatever it is, as the caller's own."""
        self._peer.send(packet, control=control)

    async def aclose(self) -> None:
        await self._peer.aclose()

    @property
    def _timestamp(self) -> int:
        return self._frame * FRAME_TICKS % WRAP_32

    def _datagram(self, datagram: bytes) -> None:
        opened = self._peer.open_sound(datagram, control=is_rtcp(datagram)) if self._is_connected else None
        if opened is None:
            return
        if is_rtcp(datagram):
            self.reports += 1
        elif (packet := read(opened)) is not None:
            self.heard.append(packet)


def candidates(sdp: str) -> list[Candidate]:
    """The ways that a description names."""
    found = re.findall(r"a=candidate:(\S+) 1 udp (\d+) (\S+) (\d+) typ (\w+)", sdp)
    return [Candidate(address, int(port), kind, int(priority), name) for name, priority, address, port, kind in found]


def _secrets(sdp: str) -> Secrets:
    def one(name: str) -> str:
        return re.search(rf"a={name}:(\S+)", sdp)[1]  # type: ignore[index]

    return Secrets(one("ice-ufrag"), one("ice-pwd"), tuple(re.findall(r"a=fingerprint:(\S+) (\S+)", sdp)))
