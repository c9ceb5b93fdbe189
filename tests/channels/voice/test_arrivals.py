"""What the arrivals of packets tell about their way."""

from __future__ import annotations

from channels.voice.arrivals import LEVEL, WINDOW_MS, Arrivals


def arrivals(*transits: int, start: int = 0) -> Arrivals:
    """Arrivals 20 ms apart."""
    measured = Arrivals(floor=20, ceiling=60)
    measured.restart(transits[0], start)
    for index, transit in enumerate(transits):
        measured.add(transit, start + index * 20)
    return measured


def test_jitter_is_the_smoothed_difference_of_transits() -> None:
    """RFC 3550, 6.4.1: J += (|D| - J) / 16."""
    assert arrivals(0, 16).jitter == 1.0
    assert arrivals(0, 16, 0).jitter == 1.0 + 15 / 16


def test_jitter_raises_the_target_before_packets_have_been_late() -> None:
    assert arrivals(*[0, 8] * 40).target > 20
    assert arrivals(*[0] * 80).target == 20


def test_lateness_that_is_not_rare_is_the_target() -> None:
    assert arrivals(*[0] * 10, *[45] * 2, *[0] * 80).target == 20
    assert arrivals(*[0] * 10, *[45] * 3, *[0] * 80).target == 45


def test_what_comes_beyond_the_ceiling_is_not_waited_for() -> None:
    late = [0] * 20 + [90]
    assert arrivals(*late * 4, *[0] * 16).target < 30


def test_target_forgets_after_two_windows_also_without_packets() -> None:
    measured = arrivals(*[0] * 10, *[45] * 3, *[0] * 80)
    measured.pass_to(WINDOW_MS)
    assert measured.target == 45
    measured.pass_to(2 * WINDOW_MS)
    assert measured.target == 20


def test_windows_pass_by_arrivals_alone() -> None:
    assert arrivals(*[0] * 10, *[45] * 3, *[0] * 300).target == 20


def test_base_falls_at_once_and_rises_after_two_windows() -> None:
    assert arrivals(*[50] * 10, 20).base == 20
    assert arrivals(*[20] * 10, *[50] * 100).base == 20
    assert arrivals(*[20] * 10, *[50] * 300).base == 50


def test_base_is_kept_while_nothing_comes() -> None:
    measured = arrivals(*[20] * 10)
    for at in range(1_000, 60_000, 1_000):
        measured.pass_to(at)
    assert measured.base == 20


def test_longer_way_is_believed_after_some_packets_in_a_row() -> None:
    measured = arrivals(0)
    told = [measured.is_new_level(300 + index, 20 * index) for index in range(LEVEL)]
    assert told == [False] * (LEVEL - 1) + [True]
    assert measured.base == 300


def test_burst_after_a_stall_is_no_longer_way() -> None:
    measured = arrivals(0)
    assert not any(measured.is_new_level(transit, 600) for transit in range(600, 0, -20))
    assert measured.base == 0


def test_single_packet_in_time_ends_the_row() -> None:
    measured = arrivals(0)
    assert not any(measured.is_new_level(transit, 600) for transit in [300] * 4 + [0] + [300] * 4)
