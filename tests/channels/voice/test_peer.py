"""What of aioice and aiortc we count on though they don't promise it: a new version that changes it fails here, by name."""

from __future__ import annotations

import asyncio
import inspect

import aioice.ice
import aiortc.rtcdtlstransport
from aioice import Candidate, Connection
from aioice.ice import StunProtocol

from channels.voice.peer import MAX_WAITING, Peer, Seal, Socket, Way
from channels.voice.places import IceServer, Places
from tests.support.caller import LOOPBACK


def nobody(datagram: bytes) -> None:
    """Hears nothing."""


def over() -> None:
    """Is told nothing."""


def peer(places: Places = LOOPBACK, *, controlling: bool = False) -> Peer:
    return Peer(places, nobody, over=over, controlling=controlling)


async def test_aioice_still_has_what_we_lean_on() -> None:
    way = Way(LOOPBACK, nobody, controlling=False)
    assert (way._protocols, way._check_list, way._nominated, way._queue.qsize()) == ([], [], {}, 0)
    assert list(inspect.signature(Connection.get_component_candidates).parameters) == [
        "self", "component", "addresses", "timeout",
    ]  # fmt: skip
    assert list(inspect.signature(Connection.check_incoming).parameters) == ["self", "message", "addr", "protocol"]
    assert list(inspect.signature(Connection.data_received).parameters) == ["self", "data", "component"]
    assert list(inspect.signature(StunProtocol.datagram_received).parameters) == ["self", "data", "addr"]
    assert list(inspect.signature(aioice.ice.server_reflexive_candidate).parameters) == ["protocol", "stun_server"]
    assert "self.get_component_candidates(" in inspect.getsource(Connection.gather_candidates)
    assert "self.check_incoming(" in inspect.getsource(Connection.request_received)
    await way.close()


async def test_aiortc_still_has_what_we_lean_on() -> None:
    seal = Seal(Way(LOOPBACK, nobody, controlling=False), over)
    assert {"_rx_srtp", "_tx_srtp", "_task"} <= set(vars(seal)) and seal.state == "new"
    source = inspect.getsource(aiortc.rtcdtlstransport.RTCDtlsTransport)
    assert set(_attributes(source, "self.transport.")) == {"_recv", "_send", "role"}


async def test_two_peers_connect_and_speak() -> None:
    came: asyncio.Queue[bytes] = asyncio.Queue()
    ended = asyncio.Event()
    one, two = peer(controlling=True), Peer(LOOPBACK, came.put_nowait, over=ended.set)
    ways = [await each.gather() for each in (one, two)]
    assert all(await asyncio.gather(one.connect(two.secrets, ways[1]), two.connect(one.secrets, ways[0])))
    packet = b"\x80\x6f\x00\x01" + bytes(8) + b"sound"
    one.send(packet)
    async with asyncio.timeout(10):
        closed = await came.get()
    assert closed != packet and two.open_sound(closed, control=False) == packet
    assert two.open_sound(closed, control=False) is None, "a packet that comes again is none"
    assert two.open_sound(closed[:-1] + b"x", control=False) is None
    await one.aclose()
    async with asyncio.timeout(10):
        await ended.wait()
    await two.aclose()
    await two.aclose()


async def test_wrong_certificate_doesn_t_connect() -> None:
    one, two, other = peer(controlling=True), peer(), peer()
    ways = [await each.gather() for each in (one, two)]
    wrong = type(one.secrets)(one.secrets.name, one.secrets.password, other.secrets.fingerprints)
    connecting = asyncio.create_task(one.connect(two.secrets, ways[1]))
    async with asyncio.timeout(20):
        assert not await two.connect(wrong, ways[0])
    connecting.cancel()
    await asyncio.wait([connecting])
    for each in (one, two, other):
        await each.aclose()


async def test_ports_are_those_of_the_range_each_for_one_call() -> None:
    first = await _free_ports(2)
    places = Places(addresses=("127.0.0.1",), ports=(first, first + 1))
    peers = [peer(places) for _ in range(3)]
    found = [await each.gather() for each in peers]
    assert sorted(way.port for ways in found for way in ways) == [first, first + 1]
    assert [len(ways) for ways in found] == [1, 1, 0]
    await peers[0].aclose()
    again = peer(places)
    assert len(await again.gather()) == 1
    for each in (*peers[1:], again):
        await each.aclose()


async def test_public_address_is_told_with_the_same_port() -> None:
    one = peer(Places(addresses=("127.0.0.1",), public="203.0.113.5"))
    host, public = await one.gather()
    assert (host.kind, public.kind) == ("host", "srflx")
    assert (public.address, public.port, public.base) == ("203.0.113.5", host.port, ("127.0.0.1", host.port))
    assert public.priority < host.priority
    await one.aclose()


async def test_silent_stun_server_costs_no_more_than_its_time() -> None:
    servers = (IceServer(url="stun:127.0.0.1:9"),)
    one = peer(Places(addresses=("127.0.0.1",), servers=servers, gather_within=0.05))
    assert [way.kind for way in await one.gather()] == ["host"]
    await one.aclose()


async def test_strangers_at_the_port_reach_neither_sound_nor_encryption() -> None:
    came: list[bytes] = []
    way = Way(LOOPBACK, came.append, controlling=False)
    way.remote_username, way.remote_password = "them", "t" * 22
    await way.gather_candidates()
    socket = way._protocols[0]
    assert isinstance(socket, Socket)
    hello = bytes([22]) + bytes(40)
    sound = b"\x80" * 30
    junk = (b"", b"\x00", bytes(20), b"\x00\x01\xff\xff" + bytes(16), b"\x05" * 30, b"\xff" * 1_400)
    for datagram in (*junk, hello, sound):
        socket.datagram_received(datagram, ("127.0.0.1", 5))
    assert way._queue.empty() and came == []
    connecting = asyncio.create_task(way.connect())
    await way.add_remote_candidate(Candidate("f", 1, "udp", 1, "127.0.0.1", 5, "host"))
    for datagram in (*junk, sound, *[hello] * 100):
        socket.datagram_received(datagram, ("127.0.0.1", 5))
    assert way._queue.qsize() == MAX_WAITING and came == [sound]
    connecting.cancel()
    await asyncio.wait([connecting])
    await way.close()


def _attributes(source: str, of: str) -> list[str]:
    return [part.split("(")[0].split()[0].strip(",.)") for part in source.split(of)[1:]]


async def _free_ports(many: int) -> int:
    """The first of so many ports in a row that are free."""
    loop = asyncio.get_running_loop()
    for first in range(42_000, 60_000, many):
        bound = []
        try:
            for port in range(first, first + many):
                bound.append(
                    (await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", port)))[0]
                )
        except OSError:
            continue
        finally:
            for transport in bound:
                transport.close()
        return first
    raise AssertionError("no port is free")
