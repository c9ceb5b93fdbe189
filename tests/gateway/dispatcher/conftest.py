"""A dispatcher with its store, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.stores import Place
from tests.support_edge.bench import Bench, on_bench
from tests.support_edge.times import Times


@pytest.fixture
async def times(clock: VirtualClock) -> Times:
    return Times(clock)


@pytest.fixture
async def bench(store: Store, place: Place, times: Times) -> AsyncIterator[Bench]:
    async with on_bench(store, place, times) as running:
        yield running
