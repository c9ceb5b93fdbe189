"""What a socket's queue writes, and when."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.http.socket import Session
from gateway.http.wire import Closed, Wire
from gateway.tasks import TaskSet
from tests.support_edge.site import settings_of
from tests.support_edge.waiting import until


class FarEnd(asyncio.Transport):
    """Each write as it came."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.writes.append(b"")

    def resume_reading(self) -> None:
        pass

    def abort(self) -> None:
        pass


def framed(*texts: str) -> bytes:
    """Short text frames of a server (RFC 6455, 5.2)."""
    return b"".join(bytes([0x81, len(text)]) + text.encode() for text in texts)


CLOSE = bytes([0x88, 2]) + (1001).to_bytes(2)
CLOSE_OF_A_CLIENT = bytes([0x88, 0x82, 0, 0, 0, 0]) + (1001).to_bytes(2)


@pytest.fixture
async def far() -> FarEnd:
    return FarEnd()


@pytest.fixture
async def session(far: FarEnd, tmp_path: Path) -> Session:
    wire = Wire()
    wire.connection_made(far)
    return Session(wire, audience="console", settings=settings_of(tmp_path), tasks=TaskSet("test"))


async def test_frames_of_one_moment_leave_in_one_write(session: Session, far: FarEnd) -> None:
    for text in ("a", "b", "c"):
        session.send(text.encode())
    await until(lambda: bool(far.writes), what="a write")
    assert far.writes == [framed("a", "b", "c")]


async def test_frame_in_no_hurry_leaves_with_the_next_one(session: Session, far: FarEnd) -> None:
    session.send_along(b"row")
    session.send(b"words")
    await until(lambda: bool(far.writes), what="a write")
    session.send_along(b"row")
    session.send(b"words")
    await until(lambda: len(far.writes) == 2, what="a second write")
    assert far.writes == [framed("row", "words")] * 2


async def test_frame_in_no_hurry_leaves_alone_where_no_other_comes(session: Session, far: FarEnd) -> None:
    session.send_along(b"row")
    session.send_along(b"another")
    await until(lambda: bool(far.writes), what="a write")
    assert far.writes == [framed("row", "another")]


async def test_nothing_is_said_to_who_has_said_goodbye(session: Session, far: FarEnd) -> None:
    """A page goes while frames wait for it: they would come behind the close frame, which RFC 6455 (5.5.1) forbids."""
    session.send(b"late")
    session.wire.data_received(CLOSE_OF_A_CLIENT)
    session.close(Closed(1000, "bye"))
    await asyncio.sleep(0)
    session.wire.connection_lost(None)
    await session.ended()
    assert far.writes == [CLOSE, b""]
