"""Fixtures that several folders share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.stores import Database
from tests.support_edge.site import Site, on_site


@pytest.fixture
async def site(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A node over one SQLite file."""
    async with on_site(sqlite_database, tmp_path / "data") as running:
        yield running


@pytest.fixture
async def site_on_postgresql(postgresql_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A node over PostgreSQL."""
    async with on_site(postgresql_database, tmp_path / "data") as running:
        yield running
