"""Who hears whom in a call, and that nothing clicks when it changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.mixer import EDGE, FRAME, SILENCE, Frame, Mixer, Row

CALLER, OPERATOR, PROMPT, MUSIC, LISTENER = "caller", "operator", "prompt", "music", "listener"
SOURCE = Row(listens=False)
STEP = 2 * 32_767 // EDGE
"""More than this from sample to sample is a click."""


def flat(value: int) -> Frame:
    return np.full(FRAME, value, dtype=np.int16)


def settled(mixer: Mixer, frames: dict[str, Frame]) -> dict[str, Frame]:
    """What is heard once every sound has come in."""
    mixer.mix(frames)
    return mixer.mix(frames)


def largest_step(*frames: Frame) -> int:
    return int(np.abs(np.diff(np.concatenate(frames).astype(np.int32))).max())


def test_each_hears_the_sum_of_the_others_and_never_itself() -> None:
    mixer = Mixer({CALLER: Row(), OPERATOR: Row(), LISTENER: Row()})
    heard = settled(mixer, {CALLER: flat(1), OPERATOR: flat(20), LISTENER: flat(300)})
    assert {name: int(frame[0]) for name, frame in heard.items()} == {CALLER: 320, OPERATOR: 301, LISTENER: 21}


def test_source_without_ears_is_given_nothing() -> None:
    assert set(Mixer({CALLER: Row(), PROMPT: SOURCE}).mix({PROMPT: flat(5)})) == {CALLER}


def test_listener_to_whom_nobody_speaks_is_given_silence_itself() -> None:
    mixer = Mixer({CALLER: Row(), OPERATOR: Row()})
    assert mixer.mix({CALLER: flat(5)})[CALLER] is SILENCE
    assert mixer.mix({})[CALLER] is SILENCE


def test_single_source_goes_through_untouched() -> None:
    mixer = Mixer({CALLER: Row(), OPERATOR: Row()})
    frame = flat(9)
    assert settled(mixer, {OPERATOR: frame})[CALLER] is frame


def test_monitor_hears_both_and_is_heard_by_nobody() -> None:
    mixer = Mixer({CALLER: Row(), OPERATOR: Row(), LISTENER: Row(heard_by=frozenset())})
    heard = settled(mixer, {CALLER: flat(1), OPERATOR: flat(20), LISTENER: flat(300)})
    assert [int(heard[name][0]) for name in (CALLER, OPERATOR, LISTENER)] == [20, 1, 21]


def test_coach_is_heard_by_the_operator_only() -> None:
    mixer = Mixer({CALLER: Row(), OPERATOR: Row(), LISTENER: Row(heard_by=frozenset({OPERATOR}))})
    heard = settled(mixer, {CALLER: flat(1), OPERATOR: flat(20), LISTENER: flat(300)})
    assert [int(heard[name][0]) for name in (CALLER, OPERATOR, LISTENER)] == [20, 301, 21]


def test_caller_on_hold_hears_music_while_two_operators_talk() -> None:
    colleagues = frozenset({OPERATOR, LISTENER})
    mixer = Mixer(
        {
            CALLER: Row(heard_by=frozenset()),
            OPERATOR: Row(heard_by=colleagues),
            LISTENER: Row(heard_by=colleagues),
            MUSIC: Row(listens=False, heard_by=frozenset({CALLER})),
        }
    )
    heard = settled(mixer, {CALLER: flat(1), OPERATOR: flat(20), LISTENER: flat(300), MUSIC: flat(4_000)})
    assert [int(heard[name][0]) for name in (CALLER, OPERATOR, LISTENER)] == [4_000, 300, 20]


def test_loud_sums_saturate_and_never_wrap() -> None:
    mixer = Mixer({CALLER: Row(), OPERATOR: Row(), PROMPT: SOURCE})
    assert set(settled(mixer, {OPERATOR: flat(30_000), PROMPT: flat(30_000)})[CALLER]) == {32_767}
    mixer = Mixer({CALLER: Row(), OPERATOR: Row(), PROMPT: SOURCE})
    assert set(settled(mixer, {OPERATOR: flat(-30_000), PROMPT: flat(-30_000)})[CALLER]) == {-32_768}


def test_gain_goes_to_its_new_value_over_one_frame() -> None:
    mixer = Mixer({CALLER: Row(), MUSIC: SOURCE})
    before = settled(mixer, {MUSIC: flat(20_000)})[CALLER]
    mixer.change({CALLER: Row(), MUSIC: Row(listens=False, gain=0.25)})
    ramp = mixer.mix({MUSIC: flat(20_000)})[CALLER]
    after = mixer.mix({MUSIC: flat(20_000)})[CALLER]
    assert largest_step(before, ramp, after) <= 15_000 // FRAME + 1
    assert set(after) == {5_000}


def test_takeover_is_one_step() -> None:
    """In the frame after the change the prompt has gone and the operator is there in full."""
    mixer = Mixer({CALLER: Row(), PROMPT: SOURCE})
    frames = {CALLER: flat(7), PROMPT: flat(1_000), OPERATOR: flat(-2_000)}
    before = settled(mixer, frames)[CALLER]
    mixer.change({CALLER: Row(), OPERATOR: Row()})
    between = mixer.mix(frames)
    after = mixer.mix(frames)
    assert set(after[CALLER]) == {-2_000}
    assert set(after[OPERATOR]) == {7}
    assert largest_step(before, between[CALLER], after[CALLER]) <= 3_000 // FRAME + 1


def test_of_two_changes_between_frames_the_later_holds() -> None:
    mixer = Mixer({CALLER: Row(), MUSIC: SOURCE})
    mixer.change({CALLER: Row()})
    mixer.change({CALLER: Row(), PROMPT: SOURCE})
    assert set(settled(mixer, {PROMPT: flat(3), MUSIC: flat(500)})[CALLER]) == {3}


def test_sound_that_breaks_off_fades_and_is_then_silence() -> None:
    mixer = Mixer({CALLER: Row(), PROMPT: SOURCE})
    before = settled(mixer, {PROMPT: flat(-32_768)})[CALLER]
    tail = mixer.mix({})[CALLER]
    assert largest_step(before, tail, SILENCE) <= STEP
    assert mixer.mix({})[CALLER] is SILENCE


def test_sound_that_breaks_off_with_its_row_fades_too() -> None:
    mixer = Mixer({CALLER: Row(), PROMPT: SOURCE})
    before = settled(mixer, {PROMPT: flat(32_767)})[CALLER]
    mixer.change({CALLER: Row()})
    assert largest_step(before, mixer.mix({})[CALLER], SILENCE) <= 2 * STEP
    assert mixer.mix({})[CALLER] is SILENCE


def test_sound_that_begins_loud_comes_in_within_five_milliseconds() -> None:
    mixer = Mixer({CALLER: Row(), PROMPT: SOURCE})
    first = mixer.mix({PROMPT: flat(32_767)})[CALLER]
    assert largest_step(SILENCE, first) <= STEP
    assert set(first[EDGE:]) == {32_767}


def test_frames_that_come_in_are_never_changed() -> None:
    mixer = Mixer({CALLER: Row(gain=0.5), OPERATOR: Row(), PROMPT: SOURCE})
    frames = {CALLER: flat(100), OPERATOR: flat(200), PROMPT: flat(300)}
    for frame in frames.values():
        frame.flags.writeable = False
    settled(mixer, frames)
    assert [int(frame[0]) for frame in frames.values()] == [100, 200, 300]


@pytest.mark.parametrize("gain", [-0.1, 8.1, float("nan")])
def test_gain_out_of_bounds_is_refused(gain: float) -> None:
    with pytest.raises(ValueError, match="gain"):
        Row(gain=gain)


names = st.sampled_from([CALLER, OPERATOR, PROMPT, MUSIC, LISTENER])
rows = st.builds(
    Row,
    listens=st.booleans(),
    heard_by=st.none() | st.frozensets(names),
    gain=st.sampled_from([0.0, 0.25, 1.0, 2.0]),
)
tables = st.dictionaries(names, rows)
levels = st.dictionaries(names, st.integers(-32_768, 32_767))


@given(st.lists(st.tuples(tables, levels), min_size=1, max_size=6))
def test_after_any_changes_each_hears_exactly_those_it_may_hear(
    steps: list[tuple[dict[str, Row], dict[str, int]]],
) -> None:
    mixer = Mixer({})
    for table, sounding in steps:
        mixer.change(table)
        mixer.mix({name: flat(level) for name, level in sounding.items()})
    table, sounding = steps[-1]
    heard = mixer.mix({name: flat(level) for name, level in sounding.items()})
    assert set(heard) == {name for name, row in table.items() if row.listens}
    for listener, frame in heard.items():
        exact = sum(
            row.gain * sounding.get(name, 0)
            for name, row in table.items()
            if name != listener and (row.heard_by is None or listener in row.heard_by)
        )
        assert (frame.dtype, frame.shape) == (np.dtype(np.int16), (FRAME,))
        assert np.abs(frame - min(32_767, max(-32_768, exact))).max() <= 1


@given(levels, st.lists(st.tuples(tables, st.frozensets(names)), min_size=1, max_size=8))
def test_nothing_clicks_whoever_comes_goes_or_changes(
    sounding: dict[str, int], steps: list[tuple[dict[str, Row], frozenset[str]]]
) -> None:
    """Each row has one flat sound, there or not: every step is the mixer's own, within frames and between them."""
    mixer = Mixer({})
    before: dict[str, Frame] = {}
    for table, there in steps:
        mixer.change(table)
        heard = mixer.mix({name: flat(level) for name, level in sounding.items() if name in there})
        for listener, frame in heard.items():
            assert largest_step(before.get(listener, SILENCE), frame) <= 4 * 2 * STEP
        before = heard
