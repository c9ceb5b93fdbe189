"""A node that serves, over each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.admin.browsers import Browser
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


@pytest.fixture
def anna(site: Site) -> Browser:
    """The administrator's browser."""
    return Browser(site, site.ours.sessions["anna"])


@pytest.fixture
def stranger(site: Site) -> Browser:
    """A browser that nobody signed in with."""
    return Browser(site, "")
