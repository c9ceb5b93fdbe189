"""Callback data is short, and nothing but what we signed for the chat is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.pressing import Pressed, data_of, pressed_of

KEY, OTHER = b"TEST-key-of-the-buttons-32-bytes", b"TEST-another-key-of-32-bytes-000"
NUMBERS = st.integers(0, (1 << 63) - 1)
CHATS = st.integers(-(1 << 52), 1 << 52).map(str)


@given(NUMBERS, NUMBERS, CHATS)
def test_data_fits_and_comes_back(seq: int, place: int, chat: str) -> None:
    data = data_of(Pressed(seq, place), key=KEY, chat=chat)
    assert len(data.encode()) <= 64
    assert pressed_of(data, key=KEY, chat=chat) == Pressed(seq, place)
    assert pressed_of(data, key=OTHER, chat=chat) is None
    assert pressed_of(data, key=KEY, chat=chat + "1") is None


@given(NUMBERS, st.integers(0, 20), st.data())
def test_no_other_data_is_taken(seq: int, place: int, data: st.DataObject) -> None:
    signed = data_of(Pressed(seq, place), key=KEY, chat="5")
    at = data.draw(st.integers(0, len(signed) - 1))
    other = signed[:at] + data.draw(st.characters()) + signed[at + 1 :]
    assert (pressed_of(other, key=KEY, chat="5") is None) == (other != signed)


@given(st.text(max_size=70))
def test_foreign_data_is_none_of_ours(data: str) -> None:
    assert pressed_of(data, key=KEY, chat="5") is None


@pytest.mark.parametrize("pressed", [Pressed(-1, 0), Pressed(0, -1), Pressed(1 << 63, 0)])
def test_numbers_out_of_range_are_refused(pressed: Pressed) -> None:
    with pytest.raises(ValueError, match="from 0"):
        data_of(pressed, key=KEY, chat="5")


def test_a_zero_before_a_number_is_another_data() -> None:
    data = data_of(Pressed(1, 2), key=KEY, chat="5")
    assert pressed_of("10" + data[1:], key=KEY, chat="5") is None
