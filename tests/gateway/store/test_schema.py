"""The schema: migrations make what the metadata says, and every statement is a business's own."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
from contextlib import closing

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import bindparam, create_engine, delete, insert, inspect, select, update

import gateway.store
from gateway.store.migrations import HEAD, KNOWN
from gateway.store.migrations.run import alembic_config
from gateway.store.migrations.versions import __path__ as versions
from gateway.store.schema import SCOPED, businesses, contacts, conversations, events, metadata
from gateway.store.sql import Query, Unscoped
from tests.support.stores import Database

QUERIES = [
    pytest.param(found, id=f"{module.name}.{name}")
    for module in pkgutil.iter_modules(gateway.store.__path__)
    for name, value in vars(importlib.import_module(f"gateway.store.{module.name}")).items()
    for found in (value.values() if isinstance(value, dict) else [value])
    if isinstance(found, Query)
]


def in_metadata(name: str | None, kind: str, parents: object) -> bool:
    """SQLite's table of words, and what it keeps for it, are made by their migration alone."""
    return not (kind == "table" and name is not None and name.startswith("search_words"))


def engine_url(database: Database) -> str:
    if database.kind == "sqlite":
        return f"sqlite:///{database.location}"
    return database.location.replace("postgresql://", "postgresql+psycopg://")


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite can't tell them; the lists' test reads the plan
def test_the_migrations_make_what_the_metadata_says(database: Database) -> None:
    engine = create_engine(engine_url(database))
    try:
        with engine.connect() as connection:
            opts = {"compare_server_default": True, "include_name": in_metadata}
            context = MigrationContext.configure(connection, opts=opts)
            assert compare_metadata(context, metadata) == []
            found = inspect(connection)
            for table in metadata.tables.values():
                keys = {
                    (tuple(key["constrained_columns"]), key["referred_table"])
                    for key in found.get_foreign_keys(table.name)
                }
                assert keys == {
                    (tuple(key.column_keys), key.referred_table.name) for key in table.foreign_key_constraints
                }
                assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
    finally:
        engine.dispose()


def test_the_server_knows_the_newest_revision() -> None:
    script = ScriptDirectory.from_config(alembic_config())

    assert script.get_current_head() == HEAD
    assert tuple(sorted(one.revision for one in script.walk_revisions())) == KNOWN
    assert len(list(pkgutil.iter_modules(versions))) == len(KNOWN)


def test_the_migrations_row_level_security_is_the_schemas_scope() -> None:
    found = [
        importlib.import_module(f"gateway.store.migrations.versions.{one.name}")
        for one in pkgutil.iter_modules(versions)
    ]

    assert {table for migration in found for table in getattr(migration, "SCOPED", ())} == SCOPED


def test_what_belongs_to_a_business_has_it_first_in_its_key() -> None:
    above = {
        "installation", "organizations", "accounts", "sessions", "sign_in_links", "presences", "slots", "push_subscriptions",
        "pictures", "businesses",
    }  # fmt: skip

    assert {table.name for table in metadata.tables.values()} - above == SCOPED
    for name in SCOPED:
        assert next(iter(metadata.tables[name].primary_key)).name == "business_id"


def test_the_suite_found_the_queries() -> None:
    assert len(QUERIES) > 60


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("query", QUERIES)
def test_every_query_compiles(query: Query, dialect: str) -> None:
    compiled = query.compiled(dialect)

    assert compiled.sql
    assert "business_id" not in compiled.fixed, "the business is always an argument"


def test_every_database_understands_every_query(database: Database) -> None:
    """Planned, not run: a column or a function that isn't there would show."""
    explain = "EXPLAIN "
    with closing(
        sqlite3.connect(database.location) if database.kind == "sqlite" else psycopg.connect(database.location)
    ) as connection:
        for query in {id(param.values[0]): param.values[0] for param in QUERIES}.values():
            assert isinstance(query, Query)
            compiled = query.compiled(database.kind)
            connection.execute(explain + compiled.sql, [None] * len(compiled.names))


UNSCOPED = {
    "select": select(contacts.c.id),
    "select by another column": select(contacts.c.id).where(contacts.c.id == bindparam("contact_id")),
    "join": select(events.c.id).join(conversations, conversations.c.id == events.c.conversation_id),
    "subquery": select(businesses.c.id).where(businesses.c.id.in_(select(contacts.c.business_id))),
    "update": update(contacts).values(name="x"),
    "delete": delete(contacts).where(contacts.c.id == bindparam("contact_id")),
    "insert from": insert(businesses).from_select(["id"], select(contacts.c.business_id)),
}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("name", UNSCOPED)
def test_a_query_without_its_business_is_refused(name: str, dialect: str) -> None:
    with pytest.raises(Unscoped):
        Query(UNSCOPED[name]).compiled(dialect)


def test_a_query_above_businesses_or_across_them_needs_none() -> None:
    assert Query(select(businesses.c.id)).compiled("sqlite")
    assert Query(select(contacts.c.id), across=True).compiled("sqlite")
