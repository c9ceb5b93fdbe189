"""How long Opus packets play, by their first byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.toc import ends_speech, frames_of


def toc(config: int, code: int, rest: bytes = b"....") -> bytes:
    return bytes([config << 3 | code]) + rest


@pytest.mark.parametrize(
    ("payload", "frames"),
    [
        (toc(9, 0), 1),  # SILK, wide, 20 ms
        (toc(8, 0), 1),  # SILK, wide, 10 ms
        (toc(10, 0), 2),
        (toc(11, 0), 3),
        (toc(13, 0), 1),  # hybrid, 20 ms
        (toc(15, 1), 2),
        (toc(12, 2), 1),
        (toc(31, 0), 1),  # CELT, full band, 20 ms
        (toc(28, 0), 1),  # 2.5 ms
        (toc(31, 3, b"\x06..."), 6),
        (toc(11, 3, b"\x3f..."), 6),  # says more than a packet may hold
        (toc(31, 3, b"\x00"), 1),
        (toc(31, 3, b""), 1),
    ],
)
def test_packet_lasts_as_long_as_its_first_bytes_say(payload: bytes, frames: int) -> None:
    assert frames_of(payload) == frames


@given(st.binary(min_size=1, max_size=8))
def test_no_packet_lasts_less_than_a_frame_or_more_than_six(payload: bytes) -> None:
    assert 1 <= frames_of(payload) <= 6


def test_packet_of_a_byte_or_two_ends_speech() -> None:
    assert [ends_speech(toc(9, 0, b"." * size)) for size in (0, 1, 2)] == [True, True, False]
