"""Faults: a process that is killed, a disk that is full, a backup that is put in place of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support_edge.clients import http_client
from tests.support_edge.process import Serving


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes minutes; runs with --long only (make test-long)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long", default=False) or "long" in str(config.option.markexpr):
        return
    long = [item for item in items if item.get_closest_marker("long") is not None]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


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
