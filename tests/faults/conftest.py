"""Faults: a process that is killed, a disk that is full, a backup that is put in place of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.postgres import PostgresServer
from tests.support_edge.clients import http_client
from tests.support_edge.process import Serving


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """A serving process, started."""
    running = Serving(tmp_path / "data")
    await running.start()
    try:
        yield running
    finally:
        await running.aclose()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with http_client() as session:
        yield session


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server that may be frozen and stopped: nobody else stands on it."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()
