"""A node that serves, and time in the test's hand."""

from __future__ import annotations

import pytest

from tests.support.clock import VirtualClock
from tests.support_edge.fixtures import site, site_on_postgresql
from tests.support_edge.times import Times

__all__ = ["site", "site_on_postgresql"]


@pytest.fixture
async def times(clock: VirtualClock) -> Times:
    return Times(clock)
