"""Which Node builds the front end."""

from __future__ import annotations

import pytest

from scripts.web import is_fit


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.1\n", "v22.12.0", "v24.0.0", "v25.1.0"])
def test_a_node_that_vite_runs_on_is_taken(version: str) -> None:
    assert is_fit(version)


@pytest.mark.parametrize("version", ["v18.20.0", "v20.18.1", "v21.7.0", "v22.11.0", "", "node", "v22", "vx.y.z"])
def test_another_one_is_passed_over(version: str) -> None:
    assert not is_fit(version)
