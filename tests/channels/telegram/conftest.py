"""A node with a bot on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.stores import Database
from tests.support_edge.telegram_site import Lines, on_lines


@pytest.fixture
async def lines(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lines]:
    async with on_lines(sqlite_database, tmp_path / "data") as found:
        yield found
