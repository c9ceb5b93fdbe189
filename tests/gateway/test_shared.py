from __future__ import annotations

from gateway.shared import Shared


def test_equal_values_of_a_name_are_one_object() -> None:
    shared: Shared[tuple[int, ...]] = Shared()
    first, same, other = tuple([1, 2]), tuple([1, 2]), tuple([3])

    assert shared.of("a", first) is first
    assert shared.of("a", same) is first
    assert shared.of("b", same) is same
    assert shared.of("a", other) is other
    assert shared.of("a", same) is same


def test_names_that_nobody_uses_any_more_are_forgotten() -> None:
    shared: Shared[tuple[int, ...]] = Shared(most=2)
    old, again = tuple([1]), tuple([1])

    shared.of("a", old)
    shared.of("b", (2,))
    shared.of("c", (3,))

    assert shared.of("a", again) is again
