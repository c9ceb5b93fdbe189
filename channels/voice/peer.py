"""A way to one browser: ICE by aioice, encryption by aiortc's DTLS; RTP and RTCP go through without a task or a queue.

Of aiortc only its DTLS transport is used. ``RTCPeerConnection`` costs a decoder's thread, three tasks and a jitter buffer a
call that we replace, and its loops between socket and sound are most of what a call costs. That needs a few names which
aiortc and aioice keep to themselves; all of them stand in this file, in ``Way`` and ``Seal``, and
``tests/channels/voice/test_peer.py`` tells when a new version changes them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

import pylibsrtp
import structlog
from aioice import Candidate as IceCandidate
from aioice import Connection
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol, relayed_candidate, server_reflexive_candidate
from aiortc import RTCCertificate, RTCDtlsTransport
from aiortc.rtcconfiguration import RTCIceServer
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcicetransport import connection_kwargs

from channels.voice.offer import Candidate, Secrets
from channels.voice.places import Places

log = structlog.get_logger(__name__)

MAX_PAIRS = 64
"""So many ways are tried with one browser at most, those included from where its own checks come."""
MAX_WAITING = 64
"""So many datagrams of a handshake may wait; DTLS sends again what is lost."""
TRIES = 64
"""So many ports of a range are tried for one that is free."""
CLOSE_WITHIN = 3.0
"""Seconds that a relay's good-bye may take."""

Heard = Callable[[bytes], None]


class Way(Connection):
    """An ICE connection that binds where it is told to, and gives sound on as it comes."""

    def __init__(self, places: Places, heard: Heard, *, controlling: bool) -> None:
        super().__init__(ice_controlling=controlling, **connection_kwargs(_servers(places)))
        self._places = places
        self.heard = heard

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = 5
    ) -> list[IceCandidate]:
        """As ``Connection``; ``addresses`` and the ports are ours where we have some."""
        hosts = [found for one in self._places.addresses or addresses if (found := await self._bind(one)) is not None]
        self._protocols += hosts
        asked: list[asyncio.Task[tuple[IceCandidate, StunProtocol | None]]] = []
        if self.stun_server:
            asked += [
                asyncio.create_task(server_reflexive_candidate(host, self.stun_server))
                for host in hosts
                if ipaddress.ip_address(host.local_candidate.host).version == 4
            ]
        if self.turn_server:
            asked.append(asyncio.create_task(self._relayed(component)))
        candidates = [host.local_candidate for host in hosts]
        for candidate, protocol in await _within(self._places.gather_within, asked):
            candidates.append(candidate)
            if protocol is not None:
                self._protocols.append(protocol)
        return candidates

    def check_incoming(self, message: Any, addr: tuple[str, int], protocol: StunProtocol) -> None:
        """As ``Connection``, for so many addresses and no more: each is kept as long as the call."""
        if len(self._check_list) < MAX_PAIRS or self.knows(addr):
            super().check_incoming(message, addr, protocol)

    def data_received(self, data: bytes, component: int) -> None:
        """As ``Connection``, for encryption alone and so many datagrams: it waits for whoever reads it."""
        if 20 <= data[0] < 64 and self._queue.qsize() < MAX_WAITING:
            super().data_received(data, component)

    def knows(self, addr: tuple[str, int]) -> bool:
        """Whether an address was named in the offer, or has shown that it knows the call's password."""
        chosen = self._nominated.get(1)
        if chosen is not None and chosen.remote_addr == addr:
            return True
        return any(pair.remote_addr == addr for pair in self._check_list)

    def send_now(self, datagram: bytes) -> None:
        """Sends at once; nothing where there is no way."""
        pair = self._nominated.get(1)
        if pair is not None:
            pair.protocol.transport.sendto(datagram, pair.remote_addr)

    async def _bind(self, address: str) -> Socket | None:
        loop = asyncio.get_running_loop()
        for port in _ports(self._places.ports):
            try:
                _, protocol = await loop.create_datagram_endpoint(partial(Socket, self), local_addr=(address, port))
            except OSError:
                continue
            protocol.local_candidate = _host(protocol.transport.get_extra_info("sockname"))
            return protocol
        log.warning("call_address_unbound", address=address)
        return None

    async def _relayed(self, component: int) -> tuple[IceCandidate, StunProtocol | None]:
        assert self.turn_server is not None
        return await relayed_candidate(
            component=component, hide_related_address=False, protocol_factory=partial(Socket, self),
            turn_server=self.turn_server, turn_username=self.turn_username, turn_password=self.turn_password,
            turn_ssl=self.turn_ssl, turn_transport=self.turn_transport,
        )  # fmt: skip


class Socket(StunProtocol):
    """A socket of a way. It tells three kinds of datagrams apart by their first byte (RFC 7983): sound and encryption, from
    where we expect them; ICE, which judges by the call's password. Whatever else comes is nobody's."""

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        datagram, way = cast(bytes, data), cast(Way, self.receiver)
        first = datagram[0] if datagram else 255
        if first < 4:
            with suppress(Exception):  # aioice raises by what a check lacks: its sender's fault, and nobody else's
                super().datagram_received(datagram, addr)
        elif not way.knows((addr[0], addr[1])):
            return
        elif 128 <= first < 192:
            way.heard(datagram)
        elif 20 <= first < 64:
            way.data_received(datagram, self.local_candidate.component)


class _Under:
    """What aiortc's DTLS transport wants to know of an ICE transport."""

    def __init__(self, way: Way) -> None:
        self.role = "controlling" if way.ice_controlling else "controlled"
        self._recv = way.recv
        self._send = way.send


class Seal(RTCDtlsTransport):
    """Encryption over a way. We begin it where the browser has offered (RFC 8842: ``active``)."""

    def __init__(self, way: Way, over: Callable[[], None]) -> None:
        super().__init__(cast(Any, _Under(way)), [RTCCertificate.generateCertificate()])
        self._over = over
        self.on("statechange", self._look)

    def close_sound(self, packet: bytes, *, control: bool) -> bytes:
        """RTP or RTCP as it is sent; needs the handshake to be done."""
        return self._tx_srtp.protect_rtcp(packet) if control else self._tx_srtp.protect(packet)

    def open_sound(self, datagram: bytes, *, control: bool) -> bytes | None:
        """RTP or RTCP as it was sent; None where it isn't the browser's, or came before. Needs the handshake, too."""
        try:
            return self._rx_srtp.unprotect_rtcp(datagram) if control else self._rx_srtp.unprotect(datagram)
        except pylibsrtp.Error:
            return None

    async def end(self) -> None:
        """Says good-bye, and leaves no task."""
        task = self._task
        await self.stop()
        if task is not None:
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()

    def _look(self) -> None:
        if self.state in ("closed", "failed"):
            self._over()


class Peer:
    """The way to one browser and its encryption. ``heard`` gets each datagram of sound, still closed; ``over`` is called when a
    connection ends, because the browser said so or doesn't consent any more (RFC 7675), and when we end it."""

    def __init__(self, places: Places, heard: Heard, *, over: Callable[[], None], controlling: bool = False) -> None:
        self._places = places
        self._way = Way(places, heard, controlling=controlling)
        self._seal = Seal(self._way, over)
        self.open_sound = self._seal.open_sound

    @property
    def secrets(self) -> Secrets:
        """How we are known."""
        told = self._seal.getLocalParameters().fingerprints
        return Secrets(
            self._way.local_username, self._way.local_password, tuple((one.algorithm, one.value) for one in told)
        )

    async def gather(self) -> tuple[Candidate, ...]:
        """Binds; the ways to us, whole."""
        await self._way.gather_candidates()
        found = [_ours(one) for one in self._way.local_candidates]
        return tuple(found + [_public(one, self._places.public) for one in found if _hidden(one, self._places.public)])

    async def connect(self, secrets: Secrets, candidates: tuple[Candidate, ...]) -> bool:
        """Connects to who is known by ``secrets``; false where that failed. Its caller bounds it in time. That no further
        candidate will come isn't told to aioice, lest it give up before the browser's own checks arrive."""
        way = self._way
        way.remote_username, way.remote_password = secrets.name, secrets.password
        for one in candidates:
            await way.add_remote_candidate(
                IceCandidate(one.foundation, 1, "udp", one.priority, one.address, one.port, one.kind)
            )
        try:
            await way.connect()
        except ConnectionError:
            return False
        prints = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in secrets.fingerprints]
        await self._seal.start(RTCDtlsParameters(fingerprints=prints))
        return self._seal.state == "connected"

    def send(self, packet: bytes, *, control: bool = False) -> None:
        """Sends RTP or RTCP, closed, on a connection."""
        self._way.send_now(self._seal.close_sound(packet, control=control))

    async def aclose(self) -> None:
        """Ends all of it; may be called again."""
        self._way.heard = _nobody
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._seal.end()
                await self._way.close()
        except TimeoutError:
            log.warning("call_relay_slow_to_close")


def _nobody(datagram: bytes) -> None:
    """Hears what still comes when all is over."""


async def _within(
    seconds: float, asked: list[asyncio.Task[tuple[IceCandidate, StunProtocol | None]]]
) -> list[tuple[IceCandidate, StunProtocol | None]]:
    """What was answered in time."""
    if not asked:
        return []
    try:
        done, late = await asyncio.wait(asked, timeout=seconds)
    finally:
        for task in asked:
            task.cancel()  # those that are done don't mind
    if late:
        await asyncio.wait(late)
    failed = [task for task in done if task.exception() is not None]
    if failed or late:
        log.warning("call_servers_silent", failed=len(failed), late=len(late))
    return [task.result() for task in asked if task in done and task not in failed]


def _servers(places: Places) -> list[RTCIceServer]:
    return [RTCIceServer(one.url, one.username or None, one.password or None) for one in places.servers]


_turn = itertools.count()


def _ports(among: tuple[int, int] | None) -> list[int]:
    """Which ports to try, in this order: another one first each time, since the last one may still be in use."""
    if among is None:
        return [0]
    first, many = among[0], among[1] - among[0] + 1
    begin = next(_turn)
    return [first + (begin + step) % many for step in range(min(many, TRIES))]


def _host(place: tuple[Any, ...]) -> IceCandidate:
    return IceCandidate(
        candidate_foundation("host", "udp", place[0]),
        1,
        "udp",
        candidate_priority(1, "host"),
        place[0],
        place[1],
        "host",
    )


def _ours(one: IceCandidate) -> Candidate:
    base = (one.related_address, one.related_port) if one.related_address and one.related_port else None
    return Candidate(one.host, one.port, one.type, one.priority, one.foundation, base)


def _hidden(one: Candidate, public: str) -> bool:
    """Whether this address is reached by the public one."""
    return bool(public) and one.kind == "host" and (":" in one.address) == (":" in public) and one.address != public


def _public(one: Candidate, public: str) -> Candidate:
    return Candidate(
        public, one.port, "srflx", candidate_priority(1, "srflx"), candidate_foundation("srflx", "udp", one.address),
        (one.address, one.port),
    )  # fmt: skip
