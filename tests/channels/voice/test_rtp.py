"""RTP and RTCP: what is written is read, what is broken is none, and what a receiver tells is what came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.voice.rtp import (
    WRAP_16,
    Block,
    Reception,
    Rtp,
    Sent,
    is_rtcp,
    read,
    read_told,
    write,
    write_report,
)

PACKETS = st.builds(
    Rtp,
    st.integers(0, 127),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=200),
    st.booleans(),
)
PLAIN = Rtp(111, 7, 960, 42, b"sound")


@given(PACKETS)
def test_what_is_written_is_read(packet: Rtp) -> None:
    assert read(write(packet)) == packet


@given(st.binary(max_size=100))
def test_whatever_comes_raises_nothing(datagram: bytes) -> None:
    read(datagram), read_told(datagram), is_rtcp(datagram)


@given(st.binary(max_size=60))
def test_whatever_follows_a_header_raises_nothing(rest: bytes) -> None:
    for first in (0x80, 0x90, 0xA0, 0xBF, 0x8F):
        read(bytes([first]) + rest)
    for kind in (200, 201, 202, 203, 205):
        read_told(bytes([0x81, kind]) + rest)


def test_sources_extension_and_padding_are_no_sound() -> None:
    plain = write(PLAIN)
    sources = bytes([plain[0] | 2]) + plain[1:12] + bytes(8) + plain[12:]
    extended = bytes([plain[0] | 16]) + plain[1:12] + b"\xbe\xde\x00\x01abcd" + plain[12:]
    padded = bytes([plain[0] | 32]) + plain[1:] + b"\x00\x00\x03"
    assert [read(one) for one in (sources, extended, padded)] == [PLAIN] * 3


def test_broken_lengths_are_no_packet() -> None:
    plain = write(PLAIN)
    assert read(plain[:11]) is None
    assert read(bytes([plain[0] | 15]) + plain[1:]) is None
    assert read(bytes([plain[0] | 16]) + plain[1:12] + b"\xbe\xde\xff\xff") is None
    assert read(bytes([plain[0] | 32]) + plain[1:] + b"\xff") is None
    assert read(bytes([plain[0] | 32]) + plain[1:12] + b"\x00") is None
    assert read(b"\x00" + plain[1:]) is None


def test_report_is_read_as_it_was_written() -> None:
    block = Block(ssrc=9, lost=25, total=70_000, highest=70_001, jitter=48, last=0x12345678, since=65_536)
    told = read_told(write_report(5, "switchboard", Sent(0xAAAA1234_5678BBBB, 960, 3, 90), block))
    assert told is not None and told.sent == 0x12345678 and told.blocks == (block,)
    assert read_told(write_report(5, "nobody", Sent(0, 0, 0, 0), None)) is not None


def test_report_is_told_from_sound() -> None:
    assert is_rtcp(write_report(5, "switchboard", Sent(0, 0, 0, 0), None))
    assert not is_rtcp(write(PLAIN)) and not is_rtcp(write(Rtp(111, 7, 960, 42, b"", marker=True)))


def test_lost_share_is_of_the_time_since_the_last_report() -> None:
    reception = Reception()
    assert reception.block(jitter=0, at=0) is None
    for number in range(100):
        if number % 4:
            reception.add(Rtp(111, (WRAP_16 - 50 + number) % WRAP_16, number * 960, 1, b"x"))
    first = reception.block(jitter=2.5, at=2_000)
    assert first is not None and first.lost == (24 << 8) // 99 and first.total == 24
    assert first.highest == WRAP_16 + 49 and first.jitter == 120
    for number in range(100, 120):
        reception.add(Rtp(111, (WRAP_16 - 50 + number) % WRAP_16, number * 960, 1, b"x"))
    second = reception.block(jitter=0, at=4_000)
    assert second is not None and second.lost == 0 and second.total == 24


def test_duplicates_never_make_loss_negative() -> None:
    reception = Reception()
    for _ in range(5):
        reception.add(PLAIN)
    told = reception.block(jitter=0, at=0)
    assert told is not None and told.lost == 0 and told.total == 0


def test_another_stream_is_counted_from_its_begin() -> None:
    reception = Reception()
    reception.add(Rtp(111, 5, 0, 1, b"x"))
    reception.add(Rtp(111, 60_000, 0, 2, b"x"))
    told = reception.block(jitter=0, at=0)
    assert told is not None and told.ssrc == 2 and told.total == 0


def test_round_trip_is_told_by_when_the_report_came() -> None:
    reception = Reception()
    reception.add(PLAIN)
    reception.sent(77, 1_000)
    told = reception.block(jitter=0, at=1_500)
    assert told is not None and told.last == 77 and told.since == 32_768
