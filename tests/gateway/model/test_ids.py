"""Ids: different at one instant, in the order of their instants."""

from __future__ import annotations

import random
import subprocess
import sys

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


def test_seeding_the_common_generator_repeats_no_id() -> None:
    random.seed(1)
    first = new_id(0)
    random.seed(1)
    assert new_id(0) != first


def test_forked_process_goes_on_with_ids_of_its_own() -> None:
    source = "import os; from gateway.model.ids import new_id; os.fork(); os.write(1, (new_id(0) + ' ').encode())"
    printed = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert len(set(printed.stdout.split())) == 2
