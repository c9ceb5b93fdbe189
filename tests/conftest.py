"""Servers and databases of the whole suite, and how hard hypothesis looks."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings

from gateway.store.opening import migrate_sqlite, open_folder
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.stores import Database, Kind, Place, copy_sqlite, make_place

_CHECKS = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile(
    "short", max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=_CHECKS
)
settings.register_profile(
    "unshrunk", settings.get_profile("short"), phases=(Phase.explicit, Phase.generate)
)  # quick answers while something is broken
settings.register_profile("thorough", max_examples=2000, deadline=None, print_blob=True, suppress_health_check=_CHECKS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))


# Servers are started by the hundred here: what one has compiled, the next one need not.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also the long proofs (make test-long)")


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
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server with a migrated template."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without rows."""
    with open_folder(tmp_path_factory.mktemp("migrated")) as folder:
        migrate_sqlite(folder)
        return folder.database


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Database:
    return copy_sqlite(migrated_file, tmp_path / "data")


@pytest.fixture
def postgresql_database(postgres: PostgresServer) -> Iterator[Database]:
    url = postgres.create()
    yield Database("postgresql", url)
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database of each kind."""
    return cast(Database, request.getfixturevalue(f"{cast(Kind, request.param)}_database"))


@pytest.fixture
async def store(database: Database, clock: VirtualClock) -> AsyncIterator[Store]:
    """A store on each kind of database, started, under the virtual clock."""
    async with database.opened(clock) as opened:
        yield opened


@pytest.fixture
async def place(store: Store) -> Place:
    """A business with an inbox in ``store``."""
    return await make_place(store)
