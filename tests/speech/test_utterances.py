"""A recording is cut where nobody speaks, into what a recognizer takes at one time."""

from __future__ import annotations

import numpy as np
import pytest

from speech.frames import FRAME_BYTES, RATE
from speech.utterances import LONGEST, utterances


def tone(seconds: float, level: int = 8000) -> bytes:
    at = np.arange(int(seconds * RATE))
    wave = (level * np.sin(at * 0.2)).astype(np.int16)
    return bytes(wave.tobytes())


def silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * RATE))


def seconds(sound: bytes) -> float:
    return len(sound) / 2 / RATE


def test_pauses_part_utterances_and_are_left_out() -> None:
    said = list(utterances(silence(3) + tone(2) + silence(2) + tone(1) + silence(5)))
    assert [seconds(one) for one in said] == pytest.approx([2.6, 1.6], abs=0.05)


def test_a_short_pause_is_none() -> None:
    assert len(list(utterances(tone(1) + silence(0.4) + tone(1)))) == 1


def test_who_never_pauses_is_cut_at_the_quietest_place() -> None:
    said = list(utterances(tone(5) + tone(0.1, 1000) + tone(10)))
    assert seconds(said[0]) == pytest.approx(5, abs=0.15)
    assert all(len(one) <= LONGEST * FRAME_BYTES for one in said)
    assert sum(map(seconds, said)) == pytest.approx(15.1, abs=0.1)


@pytest.mark.parametrize("sound", [b"", b"\1", silence(0.001), silence(60)])
def test_where_nothing_sounds_there_is_nothing_to_understand(sound: bytes) -> None:
    assert list(utterances(sound)) == []


def test_all_are_whole_frames() -> None:
    assert all(len(one) % FRAME_BYTES == 0 for one in utterances(tone(3.017)))
