"""What the jitter buffer does with the packets that a network brings, and what holds whatever it brings."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.jitter import (
    CONCEALED,
    FRAME_MS,
    FRAME_TICKS,
    MAX_PAYLOAD,
    NOTHING,
    SLACK_MS,
    SPARE,
    Conceal,
    JitterBuffer,
    Packet,
    Play,
    Settings,
    Taken,
)

WAY_MS = 40
"""How long a packet takes where nothing is said."""
Arrival = tuple[int, Packet]


def name(frame: int) -> bytes:
    return b"frame %d" % frame


def number(payload: bytes) -> int:
    return int(payload.split()[1])


def packet(frame: int, *, sequence: int | None = None, ssrc: int = 1, first: int = 100, origin: int = 5_000) -> Packet:
    """The packet of a frame; the sequence number follows the frame's where none is told."""
    return Packet(
        ssrc=ssrc,
        sequence=(first + (frame if sequence is None else sequence)) % 2**16,
        timestamp=(origin + frame * FRAME_TICKS) % 2**32,
        payload=name(frame),
    )


def on_time(frames: Iterable[int], way: Callable[[int], int] = lambda frame: WAY_MS) -> list[Arrival]:
    return [(frame * FRAME_MS + way(frame), packet(frame)) for frame in frames]


def play(
    arrivals: Sequence[Arrival], *, until: int, buffer: JitterBuffer | None = None, silent: bool = False, start: int = 7
) -> list[tuple[int, Taken]]:
    """What is taken on the ticks until an instant, each tick after the arrivals up to it."""
    buffer = buffer or JitterBuffer()
    waiting = sorted(arrivals, key=lambda arrival: arrival[0])
    taken = []
    for at in range(start, until, FRAME_MS):
        while waiting and waiting[0][0] <= at:
            came, got = waiting.pop(0)
            buffer.put(got, came)
        taken.append((at, buffer.take(at, silent=silent)))
    return taken


def played(taken: Iterable[tuple[int, Taken]]) -> list[int]:
    return [number(frame.payload) for _, frame in taken if isinstance(frame, Play)]


def delays(taken: Iterable[tuple[int, Taken]]) -> list[int]:
    """How long after the fastest packet each frame was played, where packets take ``WAY_MS`` at least."""
    return [at - number(got.payload) * FRAME_MS - WAY_MS for at, got in taken if isinstance(got, Play)]


def test_even_stream_is_played_whole_at_the_floor() -> None:
    taken = play(on_time(range(100)), until=3_000)
    assert played(taken) == list(range(100))
    assert all(20 <= delay < 40 for delay in delays(taken))


def test_what_waits_can_be_looked_at_as_far_as_it_has_no_gap() -> None:
    buffer = JitterBuffer(Settings(floor=60))
    assert buffer.ahead() == []
    taken = play(on_time([0, 1, 2, 3, 5]), until=130, buffer=buffer)
    assert played(taken) == [0, 1]
    assert [number(payload) for payload in buffer.ahead()] == [2, 3]
    taken = play(on_time([5]), until=170, buffer=buffer, start=147)
    assert played(taken) == [2, 3] and buffer.waiting == 1, "5 has come, and 4 hasn't"
    assert buffer.ahead() == []


def test_nothing_is_taken_before_the_first_packet() -> None:
    assert JitterBuffer().take(20) is NOTHING


def test_lost_packet_is_made_up_from_the_next_one_and_leaves_no_delay() -> None:
    taken = play([arrival for arrival in on_time(range(100)) if number(arrival[1].payload) != 50], until=3_000)
    assert next(frame for _, frame in taken if isinstance(frame, Conceal)) == Conceal(name(51))
    assert played(taken) == [frame for frame in range(100) if frame != 50]
    assert delays(taken)[0] == delays(taken)[-1]


@pytest.mark.parametrize("share", [3, 10, 33])
def test_steady_loss_leaves_no_delay(share: int) -> None:
    kept = [frame for frame in range(2_000) if frame * 7919 % 100 >= share]
    taken = play(on_time(kept), until=41_000)
    assert played(taken) == kept
    assert set(delays(taken)) == {delays(taken)[0]}


def test_long_loss_is_concealed_shortly_then_silent() -> None:
    kept = [*range(50), *range(75, 100)]
    taken = [frame for _, frame in play(on_time(kept), until=3_000)]
    gap = taken[taken.index(Play(name(49))) + 1 : taken.index(Play(name(75)))]
    assert gap == [Conceal(None)] * CONCEALED + [NOTHING] * (24 - CONCEALED) + [Conceal(name(75))]


def test_reordered_packets_are_played_in_order() -> None:
    order = [frame ^ 1 for frame in range(100)]
    taken = play([(index * FRAME_MS + WAY_MS, packet(frame)) for index, frame in enumerate(order)], until=3_000)
    assert played(taken) == list(range(100))


def test_duplicates_are_played_once_and_add_no_delay() -> None:
    twice = on_time(range(200)) + on_time(range(200), lambda frame: WAY_MS + frame % 130)
    buffer = JitterBuffer()
    taken = play(twice, until=5_000, buffer=buffer)
    assert played(taken) == list(range(200))
    assert max(delays(taken)) < 40
    assert buffer.counts.late == 200


def test_sequence_number_and_timestamp_wrap() -> None:
    origin = 2**32 - 50 * FRAME_TICKS
    arrivals = [(frame * FRAME_MS, packet(frame, first=2**16 - 30, origin=origin)) for frame in range(100)]
    assert played(play(arrivals, until=3_000)) == list(range(100))


def test_late_packets_are_played_and_the_delay_grows_at_once() -> None:
    late = on_time(range(100), lambda frame: WAY_MS + (45 if frame >= 50 else 0))
    buffer = JitterBuffer()
    taken = play(late, until=1_500, buffer=buffer)
    assert played(taken) == list(range(played(taken)[-1] + 1))
    assert buffer.target == 45
    assert 45 <= delays(taken)[51] <= 65
    assert len([got for _, got in taken if isinstance(got, Conceal)]) == 1


def test_late_packet_that_was_made_up_already_is_not_heard_again() -> None:
    taken = play(on_time(range(100), lambda frame: WAY_MS + (45 if frame == 50 else 0)), until=1_500)
    assert Conceal(name(51)) in [got for _, got in taken]
    assert 50 not in played(taken)


def test_rare_late_packets_are_taken_for_lost_and_delay_nobody() -> None:
    taken = play(on_time(range(2_000), lambda frame: WAY_MS + (90 if frame % 100 == 50 else 0)), until=41_000)
    assert len(played(taken)) == 1_980
    assert set(delays(taken)) == {delays(taken)[0]}


@pytest.mark.parametrize("frames", [54, 100])
def test_packets_beyond_the_ceiling_are_not_waited_for(frames: int) -> None:
    """Neither where others have come meanwhile, nor where none have."""
    buffer = JitterBuffer()
    way = on_time(range(frames), lambda frame: WAY_MS + (90 if 50 <= frame < 54 else 0))
    taken = play(way, until=2_500, buffer=buffer)
    assert set(range(frames)) - set(played(taken)) == {50, 51, 52, 53}
    assert max(delays(taken)) <= 60 + FRAME_MS
    assert (buffer.counts.late, buffer.counts.skipped) == (4, 0)


def spell(frame: int) -> int:
    """The way where ten packets come late, and all others in time."""
    return WAY_MS + (55 if 50 <= frame < 60 else 0)


def test_grown_delay_shrinks_while_somebody_speaks_by_single_frames_far_apart() -> None:
    taken = play(on_time(range(800), spell), until=16_000)
    left_out = sorted(set(range(played(taken)[-1])) - set(played(taken)))
    assert max(delays(taken)) >= 55
    assert delays(taken)[-1] < 20 + FRAME_MS + SLACK_MS
    assert 1 <= len(left_out) <= 3
    assert all(after - before >= SPARE for before, after in itertools.pairwise(left_out))


def test_grown_delay_shrinks_sooner_in_silence() -> None:
    speaking = delays(play(on_time(range(400), spell), until=8_000))
    silent = delays(play(on_time(range(400), spell), until=8_000, silent=True))
    assert sum(silent) < sum(speaking) - 40 * FRAME_MS
    assert silent[-1] < 20 + FRAME_MS + SLACK_MS


def test_jitter_raises_the_target_and_its_end_lowers_it_to_the_floor() -> None:
    buffer = JitterBuffer()
    waves = on_time(range(1_000), lambda frame: WAY_MS + (frame * 7919 % 50 if frame < 300 else 0))
    play([arrival for arrival in waves if arrival[0] < 5_900], until=5_900, buffer=buffer)
    assert 40 <= buffer.target <= 60
    assert buffer.jitter > 10
    taken = play([arrival for arrival in waves if arrival[0] >= 5_900], until=20_000, buffer=buffer, start=5_907)
    assert buffer.target == 20
    assert delays(taken)[-1] < 20 + FRAME_MS + SLACK_MS


def test_burst_after_a_stall_leaves_no_delay() -> None:
    taken = play(on_time(range(400), lambda frame: max(WAY_MS, 2_500 - frame * FRAME_MS)), until=8_500)
    stalled = play(
        on_time(range(400), lambda frame: max(WAY_MS, 2_500 - frame * FRAME_MS) if frame >= 100 else WAY_MS),
        until=8_500,
    )
    for run in (taken, stalled):
        assert max(delays(run)) <= 80
        assert delays(run)[-1] < 20 + FRAME_MS + SLACK_MS
        assert played(run)[-270:][-1] == 399


def test_longer_way_costs_a_moment_only() -> None:
    taken = play(on_time(range(400), lambda frame: WAY_MS + (300 if frame >= 100 else 0)), until=9_000)
    assert set(range(105, 400)) <= set(played(taken))


def test_shorter_way_leaves_no_delay() -> None:
    taken = play(on_time(range(400), lambda frame: WAY_MS + (300 if frame < 100 else 0)), until=9_000)
    assert delays(taken)[-1] < 20 + FRAME_MS + SLACK_MS


@pytest.mark.parametrize("parts_per_million", [-500, 500])
def test_clocks_that_run_apart_neither_gather_delay_nor_lose_words(parts_per_million: int) -> None:
    arrivals = [
        (frame * FRAME_MS + WAY_MS + frame * FRAME_MS * parts_per_million // 1_000_000, packet(frame))
        for frame in range(30_000)
    ]
    buffer = JitterBuffer()
    taken = play(arrivals, until=600_000, buffer=buffer)
    assert len(played(taken)) > 30_000 - 40
    assert 20 <= buffer.delay < 20 + FRAME_MS + SLACK_MS


def test_pause_of_discontinuous_transmission_is_no_loss() -> None:
    frames = [*range(20), *range(20, 100, 20), *range(100, 120)]
    arrivals = [(frame * FRAME_MS + WAY_MS, packet(frame, sequence=index)) for index, frame in enumerate(frames)]
    taken = play(arrivals, until=3_000)
    assert played(taken) == frames
    assert not [got for _, got in taken if isinstance(got, Conceal) and got.following is not None]
    assert set(delays(taken)) == {delays(taken)[0]}


def test_announced_pause_is_not_concealed() -> None:
    pause = Packet(ssrc=1, sequence=120, timestamp=5_000 + 20 * FRAME_TICKS, payload=b"\x08")
    taken = play([*on_time(range(20)), (20 * FRAME_MS + WAY_MS, pause)], until=2_000)
    after = [got for at, got in taken if at > 20 * FRAME_MS + WAY_MS + 2 * FRAME_MS]
    assert set(map(type, after)) == {type(NOTHING)}


def test_longer_packets_are_followed_by_nothing_while_they_last() -> None:
    long = [
        (frame * FRAME_MS + WAY_MS, Packet(1, frame // 3, frame * FRAME_TICKS, bytes([11 << 3]) + b"sixty ms"))
        for frame in range(0, 90, 3)
    ]
    taken = [type(got) for _, got in play(long, until=1_800)]
    first = taken.index(Play)
    assert taken[first : first + 81] == [Play, type(NOTHING), type(NOTHING)] * 27


def test_of_several_packets_within_20_ms_the_first_is_played() -> None:
    short = [(n * 10 + WAY_MS, Packet(1, n, n * FRAME_TICKS // 2, b"%d 10 ms" % n)) for n in range(100)]
    taken = play(short, until=2_000)
    assert [int(got.payload.split()[0]) for _, got in taken if isinstance(got, Play)] == list(range(0, 100, 2))


def test_other_stream_is_taken_up_with_its_second_packet_and_loses_none() -> None:
    other = [(2_000 + frame * FRAME_MS, packet(frame, ssrc=2, first=9, origin=77)) for frame in range(100)]
    buffer = JitterBuffer()
    taken = play([*on_time(range(90)), *other], until=5_000, buffer=buffer)
    assert played(taken) == [*range(90), *range(100)]
    assert buffer.counts.restarts == 1


def test_timestamps_that_jump_within_a_stream_begin_it_anew() -> None:
    jumped = [(2_000 + n * FRAME_MS, packet(1_000_000 + n, sequence=90 + n)) for n in range(100)]
    taken = play([*on_time(range(90)), *jumped], until=5_000)
    assert played(taken) == [*range(90), *range(1_000_000, 1_000_100)]


def test_timestamps_that_go_back_a_little_do_not_silence_the_stream() -> None:
    back = [(2_000 + n * FRAME_MS, packet(40 + n, sequence=100 + n)) for n in range(100)]
    again = played(play([*on_time(range(100)), *back], until=5_000))[100:]
    assert len(set(range(45, 140)) - set(again)) <= 1  # a frame is left out for the delay that this brought


def test_single_stray_packets_change_nothing() -> None:
    strays = [
        (1_000, Packet(ssrc=9, sequence=1, timestamp=1, payload=b"other source")),
        (1_100, packet(10_000, sequence=30_000)),
        (1_200, packet(60, sequence=40_000)),
        (1_300, packet(9_000_000, sequence=64)),
    ]
    buffer = JitterBuffer()
    assert played(play([*on_time(range(100)), *strays], until=3_000, buffer=buffer)) == list(range(100))
    assert buffer.counts.refused == 4


@pytest.mark.parametrize("payload", [b"", b"x" * (MAX_PAYLOAD + 1)])
def test_payload_that_is_no_sound_is_refused(payload: bytes) -> None:
    buffer = JitterBuffer()
    buffer.put(Packet(ssrc=1, sequence=1, timestamp=1, payload=payload), 0)
    assert (buffer.waiting, buffer.counts.refused) == (0, 1)


def test_thousands_of_packets_at_once_keep_the_newest_few() -> None:
    buffer = JitterBuffer()
    for frame in range(20_000):
        buffer.put(packet(frame), 0)
        assert buffer.waiting <= Settings().capacity
    taken = play(on_time(range(20_000, 20_100), lambda frame: WAY_MS - 20_000 * FRAME_MS), until=3_000, buffer=buffer)
    assert played(taken)[-1] == 20_099


def test_leap_of_the_ticker_is_caught_up_with() -> None:
    buffer = JitterBuffer()
    play(on_time(range(50)), until=1_000, buffer=buffer)
    for came, got in on_time(range(50, 100)):
        buffer.put(got, came)
    assert isinstance(buffer.take(1_807), Play)
    assert buffer.delay <= 80


def test_settings_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        Settings(floor=80)
    with pytest.raises(ValueError, match="capacity"):
        Settings(ceiling=400, capacity=8)


# What holds for every network.

networks = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 250)),  # lost one time in two at worst; copies; way
    min_size=1,
    max_size=120,
)
strange = st.builds(
    Packet,
    ssrc=st.integers(1, 2),
    sequence=st.integers(0, 2**16 - 1) | st.integers(90, 140),
    timestamp=st.integers(0, 2**32 - 1) | st.integers(0, 60).map(lambda frame: 5_000 + frame * FRAME_TICKS),
    payload=st.binary(max_size=4),
)


def through(network: list[tuple[bool, int, int]], *, wrap: int) -> list[Arrival]:
    arrivals = []
    for frame, (lost, copies, way) in enumerate(network):
        sent = packet(frame, first=2**16 - wrap, origin=2**32 - wrap * FRAME_TICKS)
        arrivals += [(frame * FRAME_MS + WAY_MS + way + 30 * copy, sent) for copy in range(copies + 1) if not lost]
    return arrivals


@given(networks, st.integers(0, 120), st.booleans())
def test_every_payload_is_played_at_most_once_and_in_order(
    network: list[tuple[bool, int, int]], wrap: int, silent: bool
) -> None:
    frames = played(play(through(network, wrap=wrap), until=4_000, silent=silent))
    assert frames == sorted(set(frames))


@given(networks, st.integers(0, 120))
def test_delay_is_bounded_by_the_settings(network: list[tuple[bool, int, int]], wrap: int) -> None:
    """It counts from the fastest way of the last seconds, which isn't faster than the slowest packet."""
    arrivals = through(network, wrap=wrap)
    slowest = max((came - number(got.payload) * FRAME_MS - WAY_MS for came, got in arrivals), default=0)
    buffer = JitterBuffer()
    taken = []
    for at in range(7, 4_000, FRAME_MS):
        taken += play([got for got in arrivals if at - FRAME_MS < got[0] <= at], start=at, until=at + 1, buffer=buffer)
        assert 0 <= buffer.delay <= 60 + FRAME_MS
        assert 20 <= buffer.target <= 60
    assert all(delay <= slowest + 60 + FRAME_MS for delay in delays(taken))


@given(networks)
def test_delay_returns_to_the_floor_within_ten_seconds_of_the_last_trouble(
    network: list[tuple[bool, int, int]],
) -> None:
    begin = len(network)
    calm = on_time(range(begin, begin + 650))
    buffer = JitterBuffer()
    taken = play([*through(network, wrap=0), *calm], until=begin * FRAME_MS + 13_000, buffer=buffer)
    late = [delay for (at, _), delay in zip(_plays(taken), delays(taken), strict=True) if at > begin * 20 + 10_000]
    assert late
    assert all(delay < 20 + FRAME_MS + SLACK_MS for delay in late)


def _plays(taken: list[tuple[int, Taken]]) -> list[tuple[int, Taken]]:
    return [(at, got) for at, got in taken if isinstance(got, Play)]


@given(st.lists(st.tuples(st.integers(0, 40), strange), max_size=200))
def test_strange_packets_raise_nothing_and_are_bounded(came: list[tuple[int, Packet]]) -> None:
    buffer = JitterBuffer(Settings(capacity=6))
    at = 0
    for wait, got in came:
        at += wait
        buffer.put(got, at)
        assert buffer.waiting <= 6
        if wait > 20:
            buffer.take(at)
            assert 0 <= buffer.delay <= 60 + FRAME_MS


@given(st.lists(st.tuples(st.integers(0, 40), strange), max_size=100))
def test_strange_packets_do_not_silence_the_stream_that_follows(came: list[tuple[int, Packet]]) -> None:
    buffer = JitterBuffer()
    for wait, got in came:
        buffer.put(got, wait)
    taken = play([(frame * FRAME_MS + 100, packet(frame)) for frame in range(300)], until=6_000, buffer=buffer)
    assert set(range(150, 250)) <= set(played_frames(taken))


def played_frames(taken: list[tuple[int, Taken]]) -> list[int]:
    return [number(got.payload) for _, got in taken if isinstance(got, Play) and got.payload.startswith(b"frame ")]
