"""A network between two ends that loses, delays, reorders and repeats datagrams, the same way each time: a UDP relay on loopback."""

from __future__ import annotations

import asyncio
import random
from typing import Any, cast

import msgspec


class Roughness(msgspec.Struct, frozen=True):
    """``loss``, ``twice``: shares; ``spread``: up to so many milliseconds more, mostly much less."""

    loss: float = 0.0
    spread: int = 0
    twice: float = 0.0
    seed: int = 5


class Relay:
    """Listens at ``port``; whoever sends there first reaches ``target``, and is reached from it. It is smooth until it is
    ``made_rough``."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._caller: tuple[str, int] | None = None
        self._rough = Roughness()
        self._dice = random.Random(0)
        self._waiting: set[asyncio.TimerHandle] = set()
        self.passed = self.lost = 0

    @property
    def port(self) -> int:
        return int(self._near.get_extra_info("sockname")[1])

    async def start(self) -> Relay:
        loop = asyncio.get_running_loop()
        self._near = (
            await loop.create_datagram_endpoint(lambda: _End(self._from_caller), local_addr=("127.0.0.1", 0))
        )[0]
        self._far = (await loop.create_datagram_endpoint(lambda: _End(self._from_target), local_addr=("127.0.0.1", 0)))[
            0
        ]
        return self

    def make_rough(self, rough: Roughness) -> None:
        self._rough, self._dice = rough, random.Random(rough.seed)

    def close(self) -> None:
        for handle in self._waiting:
            handle.cancel()
        self._near.close()
        self._far.close()

    def _from_caller(self, datagram: bytes, address: tuple[str, int]) -> None:
        self._caller = address
        self._pass(self._far, datagram, self._target)

    def _from_target(self, datagram: bytes, address: tuple[str, int]) -> None:
        if self._caller is not None:
            self._pass(self._near, datagram, self._caller)

    def _pass(self, end: asyncio.DatagramTransport, datagram: bytes, to: tuple[str, int]) -> None:
        if self._dice.random() < self._rough.loss:
            self.lost += 1
            return
        self.passed += 1
        way = self._rough.spread * self._dice.random() ** 3 / 1000
        self._later(way, end, datagram, to)
        if self._dice.random() < self._rough.twice:
            self._later(way + 0.015, end, datagram, to)

    def _later(self, way: float, end: asyncio.DatagramTransport, datagram: bytes, to: tuple[str, int]) -> None:
        if not way:
            end.sendto(datagram, to)
            return
        handle = asyncio.get_running_loop().call_later(way, end.sendto, datagram, to)
        self._waiting.add(handle)
        self._waiting = {
            one for one in self._waiting if one.when() > asyncio.get_running_loop().time() or one is handle
        }


class _End(asyncio.DatagramProtocol):
    def __init__(self, came: Any) -> None:
        self._came = came

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._came(data, cast("tuple[str, int]", addr[:2]))
