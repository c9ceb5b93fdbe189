"""A press of a key is one key, however many packets tell it and however they come."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from channels.voice.keys import KEYS, Presses
from channels.voice.rtp import Rtp


def told(event: int, begin: int, *, ssrc: int = 1, packets: int = 8) -> list[Rtp]:
    """All packets of a press."""
    return [
        Rtp(126, number, begin % 2**32, ssrc, bytes((event, 128 if number > 4 else 10, number, 0)))
        for number in range(packets)
    ]


def keys(packets: list[Rtp]) -> str:
    presses = Presses()
    return "".join(key for packet in packets if (key := presses.key(packet)))


def test_each_key_is_told_once() -> None:
    assert keys([packet for event in range(12) for packet in told(event, 2**32 - 3_000 + event * 960)]) == KEYS


def test_same_key_twice_is_two_keys() -> None:
    assert keys(told(5, 0) + told(5, 2_400)) == "55"


def test_key_is_told_though_most_of_its_packets_are_lost() -> None:
    assert keys(told(3, 100)[-1:] + told(4, 5_000)[3:4]) == "34"


@given(st.randoms(use_true_random=False))
def test_late_and_repeated_packets_tell_nothing_more(dice: random.Random) -> None:
    first, second = told(1, 0), told(2, 4_800)
    again = [*first, *first, *second, *second]
    dice.shuffle(again)
    assert keys([first[0], second[0], *again]) == "12"


def test_other_stream_begins_anew() -> None:
    assert keys(told(1, 2**31, ssrc=1) + told(2, 5, ssrc=2)) == "12"


def test_what_is_no_key_is_none() -> None:
    flash, short = told(16, 0), [Rtp(126, 1, 0, 1, b"\x05")]
    assert keys([*flash, *short, Rtp(126, 1, 0, 1, b"")]) == ""
