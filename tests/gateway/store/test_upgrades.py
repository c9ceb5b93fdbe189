"""What an installation holds survives the upgrade of its schema, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from gateway.store.migrations.run import upgrade
from tests.support.postgres import PostgresServer

BEGIN = "SELECT set_config('switchboard.business', 'b', false)"
BEFORE = (
    "INSERT INTO organizations (id, name, created_at) VALUES ('o', 'O', 1)",
    "INSERT INTO businesses (id, organization_id, slug, name, created_at) VALUES ('b', 'o', 'lantern', 'Lantern', 1)",
    "INSERT INTO inboxes (business_id, id, channel, name, created_at) VALUES ('b', 'i', 'webchat', 'Website', 1)",
    "INSERT INTO contacts (business_id, id, name, created_at) VALUES ('b', 'c', 'Ann', 1)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'file.db'}")
    else:
        postgres: PostgresServer = request.getfixturevalue("postgres")
        url = postgres.create(template="template0")
        made = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    yield made
    made.dispose()


def test_release_0_1_becomes_this_one(engine: Engine) -> None:
    upgrade(engine, "0001")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(BEGIN))
        for statement in BEFORE:
            connection.execute(text(statement))

    upgrade(engine)

    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(BEGIN))
        inboxes = connection.execute(text("SELECT id, name, secret FROM inboxes")).all()
        people = connection.execute(text("SELECT name, merged_into FROM contacts")).all()
    assert [tuple(row) for row in inboxes] == [("i", "Website", "")]
    assert [tuple(row) for row in people] == [("Ann", "")]
