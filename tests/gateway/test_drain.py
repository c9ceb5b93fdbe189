"""A node that ends gives a database up that says nothing, and no other: what it still has to store is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app import Switchboard
from tests.support.stores import Database
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.following import GatedStore
from tests.support_edge.site import on_node
from tests.support_edge.waiting import until


class Watched(GatedStore):
    """Notes that it was given up."""

    gave_up = False

    def give_up(self) -> None:
        self.gave_up = True


@pytest.fixture
async def node(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with on_node(sqlite_database, tmp_path, engine=ScriptedEngine()) as running:
        yield running


async def test_only_a_database_that_says_nothing_is_given_up(node: Switchboard) -> None:
    whole = node.store
    watched = Watched(whole)
    watched.patience = 30.0
    node.store = watched
    try:
        watching = asyncio.create_task(node._give_up_a_silent_database(after=0))
        await until(lambda: watched.reads >= 2, what="it is asked again and again")
        assert not watched.gave_up and not watching.done()
        watched.close("before the read")
        await asyncio.wait_for(watching, 30)
        assert watched.gave_up
    finally:
        node.store = whole


async def test_file_is_never_given_up(node: Switchboard) -> None:
    assert node.store.patience is None
    await asyncio.wait_for(node._give_up_a_silent_database(after=0), 30)
    assert await node.store.read("", lambda tx, now: now) > 0
