"""Ids: different at one instant, in the order of their instants."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.ids import new_id

INSTANTS = st.integers(min_value=0, max_value=1 << 57)


@given(st.lists(INSTANTS, min_size=2, unique=True))
def test_ids_sort_as_their_instants(instants: list[int]) -> None:
    assert sorted(instants, key=new_id) == sorted(instants)


@given(INSTANTS)
def test_ids_of_one_instant_differ_and_have_one_length(at: int) -> None:
    made = {new_id(at) for _ in range(50)}
    assert len(made) == 50
    assert {len(one) for one in made} == {26}
