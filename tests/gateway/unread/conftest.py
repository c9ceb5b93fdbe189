"""The desk, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.store.store import Store
from tests.gateway.unread.desk import Desk, on_desk
from tests.gateway.webhooks.receiver import Receiver, receiving
from tests.support.clock import VirtualClock
from tests.support.letters import Postbox, postbox
from tests.support.stores import Place
from tests.support_edge.times import Times


@pytest.fixture
async def box() -> AsyncIterator[Postbox]:
    async with postbox() as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


@pytest.fixture
async def desk(store: Store, place: Place, clock: VirtualClock, box: Postbox) -> AsyncIterator[Desk]:
    async with on_desk(store, place, Times(clock), box) as running:
        yield running
