"""Moving from SQLite to PostgreSQL: the same rows on both sides, whatever interrupts it, or one line that says why not."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from gateway.errors import StartupError
from gateway.store.migrations import HEAD
from gateway.store.moving import Moved, Step, check, move, setting_of, target_url
from gateway.store.moving.shapes import INSTEAD, SHAPES, Row, Shape, quoted
from gateway.store.moving.source import MOST_ROWS, MOST_SIZE, Source, batches
from gateway.store.moving.target import Target
from gateway.store.opening import (
    MOVING,
    DataFolder,
    migrate_postgresql,
    migrate_sqlite,
    open_folder,
    open_postgresql,
    postgresql_revision,
    sqlite_revision,
)
from gateway.store.schema import SCOPED, metadata
from tests.support.disks import small_disk
from tests.support.postgres import PostgresServer

DATABASES = Path(__file__).parents[2] / "fixtures" / "databases"
BY_NAME = {shape.name: shape for shape in SHAPES}
LINES = 2 * MOST_ROWS + 1_000
"""Of the audit log of ``long``: several batches."""


def silent(step: Step) -> None:
    """For those who don't look."""


def filled(folder: DataFolder, dump: str = HEAD) -> DataFolder:
    """The installation of a release's dump."""
    with closing(sqlite3.connect(folder.database)) as connection:
        connection.executescript((DATABASES / f"{dump}.sql").read_text("utf-8"))
    return folder


def execute(folder: DataFolder, sql: str, *params: object) -> list[Row]:
    with closing(sqlite3.connect(folder.database)) as connection, connection:
        return connection.execute(sql, params).fetchall()


def lengthen(folder: DataFolder) -> None:
    """An audit log of ``LINES`` more lines."""
    execute(
        folder,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO audit"
        " (business_id, id, at, action, kind)"
        " SELECT (SELECT min(id) FROM businesses), printf('line-%06d', i), i, 'changed', 'label' FROM n",
        LINES,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder with a small installation in it, locked by this process."""
    with open_folder(tmp_path / "data") as held:
        yield filled(held)


@pytest.fixture
def empty(postgres: PostgresServer) -> Iterator[str]:
    """An empty database."""
    made = postgres.create(template="template0")
    yield made
    postgres.drop(made)


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    """A database with tables and without rows, which is as good and sooner made."""
    made = postgres.create()
    yield made
    postgres.drop(made)


def name_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def in_sqlite(folder: DataFolder, shape: Shape) -> list[Row]:
    return execute(folder, f'SELECT {quoted(shape.columns)} FROM "{shape.name}"')


def assert_same(postgres: PostgresServer, folder: DataFolder, url: str) -> None:
    """All rows of all tables, read in the plainest way."""
    with psycopg.connect(postgres.url(name_of(url), role="postgres")) as connection:
        for shape in SHAPES:
            theirs = connection.execute(f'SELECT {quoted(shape.columns)} FROM "{shape.name}"').fetchall()
            assert sorted(in_sqlite(folder, shape), key=repr) == sorted(theirs, key=repr), shape.name


def tables(postgres: PostgresServer, url: str) -> set[str]:
    sql = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'S') AND relnamespace = 'public'::regnamespace"
    return {name for (name,) in postgres.execute(sql, database=name_of(url))}


def refused(folder: DataFolder, url: str, *, by: Callable[..., Moved] = move, **options: bool) -> str:
    """The one line that a person gets."""
    with pytest.raises(StartupError) as error:
        by(folder, url, tell=silent, **options)
    text = str(error.value)
    assert "\n" not in text
    return text


# --- what is moved ---


def test_every_row_is_there_and_the_file_is_as_it_was(postgres: PostgresServer, folder: DataFolder, empty: str) -> None:
    before = folder.database.read_bytes()
    steps: list[Step] = []

    moved = move(folder, empty, tell=steps.append)

    assert folder.database.read_bytes() == before
    assert_same(postgres, folder, empty)
    rows = sum(len(in_sqlite(folder, shape)) for shape in SHAPES)
    assert (moved.tables, moved.rows, moved.replaced) == (len(SHAPES), rows, {})
    assert rows > 70
    assert postgresql_revision(empty) == HEAD
    assert MOVING not in tables(postgres, empty)
    assert [step.rows for step in steps if step.act == "copying"][-1] == rows
    assert [step.rows for step in steps if step.act == "verifying"][-1] == rows
    assert {step.of for step in steps} == {rows}
    assert check(folder, empty, tell=silent) == moved


def test_the_schema_is_that_of_a_new_installation(postgres: PostgresServer, folder: DataFolder, empty: str) -> None:
    """Its indexes, search's among them, and what keeps businesses apart; no sequence could have been left behind."""
    move(folder, empty, tell=silent)

    engine = create_engine(empty.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        opts = {"compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), metadata) == []
    engine.dispose()
    secured = postgres.execute(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity", database=name_of(empty)
    )
    assert {name for (name,) in secured} == SCOPED
    assert postgres.execute("SELECT count(*) FROM pg_sequences", database=name_of(empty)) == [(0,)]
    fresh = postgres.create()
    counted = "SELECT relkind, count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1"
    assert postgres.execute(counted, database=name_of(empty)) == postgres.execute(counted, database=name_of(fresh))
    postgres.drop(fresh)


@pytest.mark.parametrize("dump", ["0001", "0017", "0024"])
def test_the_file_of_an_earlier_release_is_upgraded_first_with_its_backup(
    postgres: PostgresServer, tmp_path: Path, empty: str, dump: str
) -> None:
    with open_folder(tmp_path / "data") as folder:
        filled(folder, dump)

        move(folder, empty, tell=silent)

        assert_same(postgres, folder, empty)
        (backup,) = folder.backups.iterdir()
        assert (sqlite_revision(backup), sqlite_revision(folder.database)) == (dump, HEAD)


def test_a_migrated_database_without_rows_is_as_good_as_an_empty_one(
    postgres: PostgresServer, folder: DataFolder, url: str
) -> None:
    move(folder, url, tell=silent)

    assert_same(postgres, folder, url)


ODD = (
    "", " ", "\\N", "\\.", "a\tb\nc\rd", "'; DROP TABLE events; --", '"', "NULL", "\u2028\u202e\ufeff", "👩‍👩‍👧",
    "Ёжик", "\x01\x7f", "\U0010ffff", "x" * 100_000, json.dumps("a\0b"),
)  # fmt: skip
NUMBERS = (0, -1, 2**53 + 1, 2**63 - 1, -(2**63))


def test_values_arrive_as_they_are(postgres: PostgresServer, folder: DataFolder, url: str) -> None:
    (business,) = execute(folder, "SELECT min(id) FROM businesses")[0]
    every_byte = bytes(range(256)) * 30
    for number, text in enumerate(ODD):
        execute(folder, "INSERT INTO audit (business_id, id, at, action, kind, changes) VALUES (?, ?, 1, ?, ?, ?)",
                business, f"odd-{number}-{text[:100]}", text, text, text)  # fmt: skip
        execute(folder, "INSERT INTO contact_words VALUES (?, ?, 'c')", business, text[:100])
    for number in NUMBERS:
        execute(folder, "INSERT INTO cursors VALUES (?, 'c', ?, ?, ?)", business, str(number), number, number)
        execute(folder, "INSERT INTO stints (business_id, conversation_id, began_seq, account_id, began_at, replied_at)"
                " VALUES (?, 'c', ?, 'a', 1, NULL)", business, number)  # fmt: skip
    execute(folder, "INSERT INTO bot_drafts VALUES (?, 1, ?, NULL, '', '', 1)", business, every_byte)

    move(folder, url, tell=silent)

    assert_same(postgres, folder, url)
    assert (every_byte, None) in postgres.execute("SELECT source, before FROM bot_drafts", database=name_of(url))


def test_a_character_that_postgresql_lacks_is_replaced_and_told(
    postgres: PostgresServer, folder: DataFolder, url: str
) -> None:
    (business,) = execute(folder, "SELECT min(id) FROM businesses")[0]
    execute(folder, "UPDATE contacts SET name = 'An' || char(0) || 'n'")
    execute(folder, "INSERT INTO unanswered (business_id, locale, question, asked_at) VALUES (?, 'en', ?, 1)",
            business, "wh\0y\0")  # fmt: skip

    moved = move(folder, url, tell=silent)

    assert moved.replaced == {"contacts.name": 3, "unanswered.question": 1}
    names = postgres.execute("SELECT DISTINCT name FROM contacts", database=name_of(url))
    assert names == [(f"An{INSTEAD}n",)]
    questions = postgres.execute("SELECT question FROM unanswered", database=name_of(url))
    assert questions == [(f"wh{INSTEAD}y{INSTEAD}",)]
    assert check(folder, url, tell=silent) == moved


def test_batches_are_bounded_in_number_and_size() -> None:
    shape = BY_NAME["audit"]
    row: Row = ("b", "1", 1, "", "", "added", "label", "", "", "{}")
    wide: Row = (*row[:-1], "x" * (MOST_SIZE // 2 + 1))
    huge: Row = (*row[:-1], "x" * (MOST_SIZE * 2))

    assert [len(one) for one in batches(shape, [row] * (MOST_ROWS + 1))] == [MOST_ROWS, 1]
    assert [len(one) for one in batches(shape, [wide, wide, row, huge, row])] == [1, 2, 1, 1]
    assert list(batches(shape, [])) == []


def test_every_tables_columns_have_a_type_there() -> None:
    """A new kind of column would fail here, not at somebody's move."""
    assert {shape.name for shape in SHAPES} == set(metadata.tables)
    assert {kind for shape in SHAPES for kind in shape.kinds} == {"text", "int8", "int4", "bytea"}


# --- what interrupts it ---

CHILD = """
import sys
from pathlib import Path
from gateway.store.moving import move
from gateway.store.opening import open_folder

def tell(step):
    print(step.act, step.table, step.rows, flush=True)
    if sys.argv[3] == "wait" and step.table == "audit" and step.act == sys.argv[4]:
        sys.stdin.read()

with open_folder(Path(sys.argv[1])) as folder:
    move(folder, sys.argv[2], tell=tell)
"""


def killed(folder: DataFolder, url: str, how: str, act: str) -> int:
    """A move that is killed when it has told of the first rows of ``audit``; how many rows were told."""
    folder.close()
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder.path), url, how, act],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    with process.stdin, process.stdout as said:
        line = next(line for line in said if line.startswith(f"{act} audit"))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    return int(line.split()[2])


@pytest.mark.parametrize("how", ["wait", "go on"])
@pytest.mark.parametrize("act", ["copying", "verifying"])
def test_a_killed_move_is_gone_on_with(
    postgres: PostgresServer, folder: DataFolder, url: str, act: str, how: str
) -> None:
    """Between two batches, or wherever it is a moment later."""
    lengthen(folder)
    told = killed(folder, url, how, act)
    for step in (postgresql_revision, open_postgresql, migrate_postgresql):
        with pytest.raises(StartupError, match="isn't finished"):
            step(url)
    steps: list[Step] = []

    with open_folder(folder.path) as again:
        moved = move(again, url, tell=steps.append)

        assert_same(postgres, again, url)
        assert check(again, url, tell=silent) == moved
    resumed, copied = steps[0], [step for step in steps if step.act == "copying"]
    assert resumed.act == "resuming"
    if act == "verifying":
        assert (resumed.rows, copied) == (resumed.of, [])
    else:
        assert resumed.table == "audit" and resumed.rows >= told
        assert (how == "go on") or resumed.rows == told
        assert all(step.rows > resumed.rows for step in copied)
        assert "accounts" not in {step.table for step in copied}
    assert moved.rows == resumed.of


def test_a_move_that_died_before_it_made_its_schema_is_gone_on_with(
    postgres: PostgresServer, folder: DataFolder, empty: str
) -> None:
    with Target(empty) as target, Source(folder.database) as source:
        target.begin(source.fingerprint())

    move(folder, empty, tell=silent)

    assert_same(postgres, folder, empty)


def test_what_was_served_from_meanwhile_is_moved_anew(postgres: PostgresServer, folder: DataFolder, url: str) -> None:
    lengthen(folder)
    killed(folder, url, "wait", "copying")
    with open_folder(folder.path) as again:
        execute(again, "UPDATE accounts SET name = 'Renamed'")
        execute(again, "DELETE FROM audit WHERE id = 'line-000001'")
        half = postgres.execute("SELECT count(*) FROM audit", database=name_of(url))

        assert "--anew" in refused(again, url)
        assert postgres.execute("SELECT count(*) FROM audit", database=name_of(url)) == half
        steps: list[Step] = []
        move(again, url, anew=True, tell=steps.append)

        assert "resuming" not in {step.act for step in steps}
        assert_same(postgres, again, url)


def test_what_a_crash_left_in_the_write_ahead_log_is_moved_too(
    postgres: PostgresServer, folder: DataFolder, url: str
) -> None:
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        " c.execute('PRAGMA journal_mode=WAL'); c.execute(\"UPDATE accounts SET name = 'Late'\"); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(folder.database)]).returncode == 9
    assert folder.database.with_name("switchboard.db-wal").stat().st_size > 0

    move(folder, url, tell=silent)

    assert_same(postgres, folder, url)
    assert postgres.execute("SELECT DISTINCT name FROM accounts", database=name_of(url)) == [("Late",)]


def test_a_disk_that_fills_up_there_is_one_line_and_gone_on_with(
    postgres: PostgresServer, folder: DataFolder, tmp_path: Path
) -> None:
    """On a real, tiny file system."""
    with small_disk(postgres._folder / "small", size=24 * 1024 * 1024) as small:
        space = small / "space"
        space.mkdir()
        os.chown(space, postgres._account["user"], postgres._account["group"])
        postgres.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        postgres.execute("CREATE DATABASE small OWNER switchboard TEMPLATE template0 TABLESPACE small")
        url = postgres.url("small")
        (business,) = execute(folder, "SELECT min(id) FROM businesses")[0]
        noise = random.Random(1)
        for number in range(30):
            execute(folder, "INSERT INTO bot_versions (business_id, version, created_at, source) VALUES (?, ?, 1, ?)",
                    business, f"v{number:02}", noise.randbytes(1_000_000))  # fmt: skip

        text = refused(folder, url)

        assert "disk is full" in text and "bot_versions" in text and "goes on where it stopped" in text
        subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
        steps: list[Step] = []
        move(folder, url, tell=steps.append)
        assert steps[0].act == "resuming"
        assert_same(postgres, folder, url)
        postgres.drop(url)
        postgres.execute("DROP TABLESPACE small")


# --- what isn't the same ---

PLANTED = {
    "UPDATE events SET body = body || ' ' WHERE seq = 3": ("events (", ", 3)", "another body"),
    "UPDATE deliveries SET error = 'x'; UPDATE stints SET score = 7": ("stints (", "another score"),
    "UPDATE contacts SET name = 'Someone', knew = 'x' WHERE id = (SELECT max(id) FROM contacts)": (
        "contacts (", "another name, knew",
    ),
    "UPDATE sessions SET seen_at = 9007199254740993": ("sessions (", "another seen_at"),
    "UPDATE requests SET waited = 0": ("requests (", "another waited"),
    "DELETE FROM search_marks WHERE seq > 0": ("search_marks (", "isn't on PostgreSQL"),
    "DELETE FROM events WHERE seq = 2": ("events (", ", 2)", "isn't on PostgreSQL"),
    "INSERT INTO slots (account_id) VALUES ('stranger')": ("slots (stranger)", "on PostgreSQL alone"),
    "INSERT INTO unanswered (business_id, locale, question, asked_at) SELECT min(id), 'en', 'wh\ufffdat', 1"
    " FROM businesses": ("unanswered (", "wh\ufffdat", "on PostgreSQL alone"),
}  # fmt: skip


@pytest.mark.parametrize("sql", PLANTED)
def test_a_difference_is_named_by_table_and_key_and_changes_nothing(
    postgres: PostgresServer, folder: DataFolder, url: str, sql: str
) -> None:
    move(folder, url, tell=silent)
    before = folder.database.read_bytes()
    postgres.execute(sql, database=name_of(url))

    text = refused(folder, url, by=check)

    for words in PLANTED[sql]:
        assert words in text
    assert folder.database.read_bytes() == before
    assert refused(folder, url, by=check) == text


def test_a_move_that_finds_a_difference_is_not_done(postgres: PostgresServer, folder: DataFolder, url: str) -> None:
    def tell(step: Step) -> None:
        if (step.act, step.table) == ("verifying", "accounts"):
            postgres.execute("UPDATE events SET at = at + 1 WHERE seq = 4", database=name_of(url))

    with pytest.raises(StartupError, match=r"events \(.*, 4\) has another at .*--anew"):
        move(folder, url, tell=tell)

    with pytest.raises(StartupError, match="isn't finished"):
        open_postgresql(url)
    assert "isn't finished" in refused(folder, url, by=check)
    move(folder, url, anew=True, tell=silent)
    assert_same(postgres, folder, url)


def test_only_what_was_moved_is_compared(folder: DataFolder, empty: str) -> None:
    assert "Nothing was moved there" in refused(folder, empty, by=check)


# --- what is refused ---


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE TABLE recipes (name text)", "public.recipes"),
        ("CREATE VIEW today AS SELECT 1 AS one", "public.today"),
        ("CREATE SEQUENCE numbers", "public.numbers"),
        ("CREATE SCHEMA kitchen; CREATE TABLE kitchen.businesses (id text)", "kitchen.businesses"),
    ],
)
def test_a_database_with_something_else_in_it_is_left_alone(
    postgres: PostgresServer, folder: DataFolder, empty: str, made: str, named: str
) -> None:
    postgres.execute(made, database=name_of(empty))
    before = tables(postgres, empty)

    for anew in (False, True):
        text = refused(folder, empty, anew=anew)

        assert named in text and "CREATE DATABASE" in text
        assert tables(postgres, empty) == before


def test_a_database_that_is_served_from_is_left_alone(postgres: PostgresServer, folder: DataFolder, url: str) -> None:
    postgres.execute("INSERT INTO installation VALUES (1, 'theirs', 1)", database=name_of(url))

    for anew in (False, True):
        assert "installation of Switchboard already" in refused(folder, url, anew=anew)
    assert MOVING not in tables(postgres, url)
    assert postgres.execute("SELECT name FROM installation", database=name_of(url)) == [("theirs",)]


def test_a_node_that_started_in_the_last_moment_keeps_its_database(postgres: PostgresServer, url: str) -> None:
    with Target(url) as target:
        assert target.begun() is None
        postgres.execute("INSERT INTO installation VALUES (1, 'theirs', 1)", database=name_of(url))

        with pytest.raises(StartupError, match="installation of Switchboard already"):
            target.begin("a file's digest")
    assert MOVING not in tables(postgres, url)


def test_a_database_of_a_newer_release_is_left_alone(postgres: PostgresServer, folder: DataFolder, url: str) -> None:
    postgres.execute("UPDATE alembic_version SET version_num = '9999'", database=name_of(url))

    assert "newer Switchboard" in refused(folder, url)


def test_a_user_who_may_make_nothing_is_told_so(postgres: PostgresServer, folder: DataFolder, empty: str) -> None:
    postgres.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC, switchboard", database=name_of(empty))
    postgres.execute("ALTER SCHEMA public OWNER TO postgres", database=name_of(empty))
    postgres.execute("GRANT USAGE ON SCHEMA public TO PUBLIC", database=name_of(empty))

    assert "Make them the owner" in refused(folder, empty)


def test_a_database_of_another_encoding_is_refused(postgres: PostgresServer, folder: DataFolder) -> None:
    url = postgres.create_encoded("LATIN1")

    assert "LATIN1" in refused(folder, url)
    postgres.drop(url)


def test_what_cannot_be_reached_says_what_to_look_at(postgres: PostgresServer, folder: DataFolder) -> None:
    before = sqlite_revision(folder.database)

    assert "no_such_database" in refused(folder, postgres.url("no_such_database"))
    assert "Check the URL" in refused(folder, postgres.url("x", port=1))
    assert "no_such_role" in refused(folder, postgres.url("postgres", role="no_such_role"))
    assert sqlite_revision(folder.database) == before
    assert list(folder.backups.iterdir()) == []


def test_a_database_into_which_another_move_goes_is_left_to_it(folder: DataFolder, url: str) -> None:
    with Target(url):
        assert "Another move" in refused(folder, url)
    move(folder, url, tell=silent)


def test_a_connection_that_is_lost_is_one_line_and_gone_on_with(
    postgres: PostgresServer, folder: DataFolder, url: str
) -> None:
    lengthen(folder)

    def tell(step: Step) -> None:
        if step.table == "audit":
            postgres.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchboard move-to'"
            )

    with pytest.raises(StartupError, match=r"PostgreSQL was lost .*goes on where it stopped") as error:
        move(folder, url, tell=tell)
    assert "\n" not in str(error.value)
    steps: list[Step] = []
    move(folder, url, tell=steps.append)

    assert steps[0].act == "resuming"
    assert_same(postgres, folder, url)


def test_a_file_that_somebody_writes_to_is_not_moved(postgres: PostgresServer, folder: DataFolder, empty: str) -> None:
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert "Another program is using" in refused(folder, empty)
    assert tables(postgres, empty) == set()


def test_nobody_writes_to_the_file_meanwhile(folder: DataFolder, url: str) -> None:
    kept: list[str] = []

    def tell(step: Step) -> None:
        with closing(sqlite3.connect(folder.database, isolation_level=None, timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                kept.append(str(error))

    move(folder, url, tell=tell)

    assert set(kept) == {"database is locked"} and len(kept) > 40


@pytest.mark.parametrize("what", ["stray", "page", "type", "foreign", "missing"])
def test_a_file_that_is_not_whole_is_not_moved(
    postgres: PostgresServer, folder: DataFolder, empty: str, what: str
) -> None:
    if what == "stray":
        execute(folder, "INSERT INTO sign_in_links VALUES ('h', 'nobody', 1)")
        named = "sign_in_links"
    elif what == "page":
        (page,) = execute(folder, "SELECT rootpage FROM sqlite_master WHERE name = 'events'")[0]
        with folder.database.open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(random.Random(1).randbytes(2048))
        named = "Restore a backup"
    elif what == "type":
        execute(folder, "UPDATE stints SET score = 'much'")
        named = "score what isn't int8"
    elif what == "foreign":
        folder.database.unlink()
        execute(folder, "CREATE TABLE recipes (name TEXT)")
        named = "not one of Switchboard's"
    else:
        folder.database.unlink()
        named = "no database"

    assert named in refused(folder, empty)
    if what != "type":
        assert tables(postgres, empty) == set()


def test_a_value_that_an_index_there_cannot_hold_is_named_by_its_table(folder: DataFolder, url: str) -> None:
    (business,) = execute(folder, "SELECT min(id) FROM businesses")[0]
    word = random.Random(1).randbytes(9000).hex()
    execute(folder, "INSERT INTO contact_words VALUES (?, ?, 'c')", business, word)

    text = refused(folder, url)

    assert "refused what was copied (contact_words)" in text and "index row" in text


def test_a_value_of_another_type_that_was_mended_does_not_keep_it_from_going_on(
    postgres: PostgresServer, folder: DataFolder, url: str
) -> None:
    execute(folder, "UPDATE stints SET score = 'much'")
    refused(folder, url)
    execute(folder, "UPDATE stints SET score = 1")

    move(folder, url, anew=True, tell=silent)

    assert_same(postgres, folder, url)


# --- how it is named ---


@pytest.mark.parametrize(
    "given",
    ["postgresql+psycopg://u@h/d", "postgresql://u@h/d", "postgres://u@h/d"],
)
def test_every_usual_form_of_the_url_is_taken(given: str) -> None:
    assert target_url(given) == "postgresql://u@h/d"


@pytest.mark.parametrize("given", ["", "u@h/d", "mysql://u@h/d", "postgresql://u@h", "postgresql://", "sqlite:///d",
                                   "postgresql://u@h/d?nonsense=1", "postgresql+psycopg2://u@h/d"])  # fmt: skip
def test_what_is_no_url_of_a_database_is_refused(given: str) -> None:
    with pytest.raises(StartupError, match="must be like"):
        target_url(given)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u@h:5433/d", ("postgresql+psycopg://u@h:5433/d", False)),
        ("postgresql://u:p%40ss@h/d", ("postgresql+psycopg://u:PASSWORD@h/d", True)),
        ("postgresql://h/d?user=u&password=p&sslmode=require",
         ("postgresql+psycopg://h/d?user=u&password=PASSWORD&sslmode=require", True)),
        ("postgresql:///d?host=/run/postgresql", ("postgresql+psycopg:///d?host=/run/postgresql", False)),
    ],
)  # fmt: skip
def test_the_setting_to_go_on_with_hides_the_password(url: str, shown: tuple[str, bool]) -> None:
    assert setting_of(url) == shown


def test_connections_do_not_see_rows_of_all_businesses_afterwards(folder: DataFolder, url: str) -> None:
    """What a move may see ends with its transactions."""
    move(folder, url, tell=silent)
    with Target(url) as target:
        assert target.count(BY_NAME["events"]) > 0
        left: Any = target._connection.execute("SELECT count(*) FROM events").fetchone()
        assert left == (0,)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


def test_the_migrated_file_of_a_new_installation_is_moved(tmp_path: Path, empty: str) -> None:
    with open_folder(tmp_path / "data") as folder:
        migrate_sqlite(folder)

        assert move(folder, empty, tell=silent) == Moved(len(SHAPES), 0)
