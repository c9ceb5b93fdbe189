"""``switchboard move-to postgresql`` as a person meets it: an installation moves, is served from there, and lacks nothing."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import psycopg
import pytest

from gateway.app import Switchboard
from gateway.store.opening import open_folder
from tests.gateway.test_command_line import LIMIT, assert_one_clear_line, environment, switchboard
from tests.support.postgres import PostgresServer
from tests.support.stores import Database
from tests.support_edge.clients import Widget, connect_widget, http_client
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import PAGE_ORIGIN, PASSWORD, Party, on_node, on_site
from tests.support_edge.waiting import until

DUMP = Path(__file__).parents[1] / "fixtures" / "databases" / "0025.sql"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a small installation in it."""
    with open_folder(tmp_path / "data") as folder, closing(sqlite3.connect(folder.database)) as connection:
        connection.executescript(DUMP.read_text("utf-8"))
    return tmp_path / "data"


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database."""
    made = postgres.create(template="template0")
    yield made
    postgres.drop(made)


def move(data: Path, url: str, *more: str) -> subprocess.CompletedProcess[str]:
    return switchboard("move-to", "postgresql", url, "--data", data, *more, cwd=data.parent)


# --- the whole way ---


class Talked(NamedTuple):
    """What was there before the move."""

    ours: Party
    token: str
    conversation: str


async def talked(data: Path, database: Database) -> Talked:
    """A node over SQLite, with a conversation that was handed over, answered, and is found."""
    async with on_site(database, data) as site:
        widget = await site.widget()
        conversation = str((await widget.say("Where is my lantern, please?"))["conversation"])
        await widget.entry("bot_message")
        assert (await site.verb(conversation, "take"))[0] == 200
        state = (await site.log(conversation))[-1].seq
        status, _ = await site.verb(conversation, "reply", id="r1", text="It was sent yesterday", floor_seq=state)
        assert status == 200
        await site.node.indexer.index_some()
        await site.node.indexer.look()
        await site.node.indexer.index_some()
        return Talked(site.ours, widget.token, conversation)


class Served(NamedTuple):
    """A node over PostgreSQL, and somebody who signed in there with their password."""

    node: Switchboard
    http: aiohttp.ClientSession
    business: str
    session: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.node.port}"

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        address = f"{self.origin}/api/v1/businesses/{self.business}/{path}"
        async with self.http.get(
            address, params=query, headers={"Cookie": f"switchboard_session={self.session}"}
        ) as response:
            assert response.status == 200, await response.text()
            found: dict[str, Any] = await response.json()
            return found

    async def widget(self, talked: Talked, token: str = "") -> Widget:
        return await connect_widget(
            self.http, self.origin, inbox=talked.ours.inbox, token=token, page_origin=PAGE_ORIGIN
        )


@asynccontextmanager
async def served(talked: Talked, url: str, folder: Path, key: str) -> AsyncIterator[Served]:
    database = Database("postgresql", url)
    async with on_node(database, folder, engine=ScriptedEngine(), secret_key=key) as node, http_client() as http:
        there = Served(node, http, talked.ours.business, "")
        async with http.post(
            f"{there.origin}/api/v1/session", json={"email": "olga@lantern.example", "password": PASSWORD},
            headers={"Origin": there.origin},
        ) as response:  # fmt: skip
            assert response.status == 200, await response.text()
            session = response.cookies["switchboard_session"].value
        yield there._replace(session=session)


async def test_an_installation_is_served_from_where_it_moved(
    sqlite_database: Database, tmp_path: Path, url: str, postgres: PostgresServer
) -> None:
    data = Path(sqlite_database.location).parent
    before = await talked(data, sqlite_database)

    moved = await asyncio.to_thread(move, data, url)

    assert moved.returncode == 0, moved.stderr
    key = (data / "secret.key").read_text().strip()
    async with served(before, url, tmp_path / "node", key) as there:
        thread = await there.get(f"conversations/{before.conversation}/entries")
        said = [entry["event"].get("text") for entry in thread["entries"]]
        assert "Where is my lantern, please?" in said and "It was sent yesterday" in said
        found = await there.get("search", q="lantern")
        assert before.conversation in {hit["row"]["conversation"] for hit in found["hits"]}
        assert before.conversation in {
            hit["row"]["conversation"] for hit in (await there.get("search", q="yesterday "))["hits"]
        }

        old = await there.widget(before, before.token)
        assert old.welcome["conversation"] == before.conversation
        new = await there.widget(before)
        await new.say("Hello from a new place")
        assert (await new.entry("bot_message"))["event"]["text"] == "You said: Hello from a new place"
        again = str((await old.say("Is it here yet?"))["conversation"])
        assert again == before.conversation
        await there.node.indexer.index_some()
        assert (await there.get("search", q="new place "))["hits"]

    contact = f"SELECT contact_id FROM conversations WHERE id = '{before.conversation}'"
    for broken in (f"DELETE FROM contacts WHERE id = ({contact})", "DELETE FROM organizations"):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            postgres.execute(broken, database=url.rsplit("/", 1)[1])


async def test_a_node_with_another_key_does_not_start_there(
    sqlite_database: Database, tmp_path: Path, url: str
) -> None:
    data = Path(sqlite_database.location).parent
    await talked(data, sqlite_database)
    await asyncio.to_thread(move, data, url)
    other = {"SWITCHBOARD_DATABASE": url.replace("postgresql://", "postgresql+psycopg://"),
             "SWITCHBOARD_SECRET_KEY": "A" * 43}  # fmt: skip

    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "gateway", "run", "--data", str(tmp_path / "node"), "--port", "0"],
        capture_output=True, text=True, timeout=LIMIT, env=environment() | other, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert done.returncode == 2
    assert "secret key" in done.stderr.splitlines()[-1]


# --- what a person reads ---


def test_the_settings_to_go_on_with_are_printed_and_no_secret(data: Path, url: str) -> None:
    (data / "secret.key").write_text("k" * 43 + "\n")
    with_password = url.replace("switchboard@", "switchboard:hunter%202@")

    done = move(data, with_password)

    assert done.returncode == 0, done.stderr
    assert "read back row by row: 78 rows in 47 tables" in done.stdout
    exports = re.findall(r"^  export (.*)$", done.stdout, re.MULTILINE)
    host = url.partition("@")[2]
    assert exports == [
        f"SWITCHBOARD_DATABASE=postgresql+psycopg://switchboard:PASSWORD@{host}",
        f'SWITCHBOARD_SECRET_KEY="$(cat {data}/secret.key)"',
    ]
    for words in ("PASSWORD stands for", f"Files stay in {data}/files", "aws s3 sync", "SWITCHBOARD_FILES", "backup"):
        assert words in done.stdout
    for secret in ("k" * 43, "hunter"):
        assert secret not in done.stdout + done.stderr
    shell = subprocess.run(
        ["sh", "-c", f'export {exports[1]}; printf %s "$SWITCHBOARD_SECRET_KEY"'], capture_output=True, text=True
    )
    assert shell.stdout == "k" * 43


def test_what_the_settings_name_already_is_not_asked_for(data: Path, url: str) -> None:
    (data.parent / "switchboard.toml").write_text(f'secret_key = "{"k" * 43}"\nfiles = "s3://bucket/ours"\n')

    done = move(data, url)

    assert done.returncode == 0, done.stderr
    assert "SWITCHBOARD_SECRET_KEY" not in done.stdout and "secret_key stays as it is" in done.stdout
    assert "Files stay in s3://bucket/ours" in done.stdout and "aws s3" not in done.stdout
    assert "k" * 43 not in done.stdout


def test_a_folder_of_any_name_is_named_as_a_shell_takes_it(tmp_path: Path, data: Path, url: str) -> None:
    odd = data.rename(tmp_path / "it's [bold] our data")
    (odd / "secret.key").write_text("k" * 43 + "\n")

    done = move(odd, f"{url}?sslmode=prefer&connect_timeout=5")

    assert done.returncode == 0, done.stderr
    exports = "; ".join(re.findall(r"^  (export .*)$", done.stdout, re.MULTILINE))
    shown = 'printf "%s %s" "$SWITCHBOARD_DATABASE" "$SWITCHBOARD_SECRET_KEY"'
    shell = subprocess.run(["sh", "-c", f"{exports}; {shown}"], capture_output=True, text=True)
    address = f"postgresql+psycopg{url.removeprefix('postgresql')}?sslmode=prefer&connect_timeout=5"
    assert shell.stdout == f"{address} {'k' * 43}", shell.stderr


def test_an_installation_that_never_ran_is_told_to_make_a_key(data: Path, url: str) -> None:
    done = move(data, url)

    assert "switchboard secret-key" in done.stdout and "make one, once" in done.stdout


def test_check_says_whether_both_sides_are_the_same(data: Path, url: str, postgres: PostgresServer) -> None:
    move(data, url)
    (data.parent / "switchboard.toml").write_text(f'database = "postgresql+psycopg{url.removeprefix("postgresql")}"\n')

    same = move(data, url, "--check")
    postgres.execute("UPDATE contacts SET name = 'Someone'", database=url.rsplit("/", 1)[1])
    other = move(data, url, "--check")

    assert same.returncode == 0 and "Both sides are the same: 78 rows" in same.stdout
    assert "export" not in same.stdout
    assert_one_clear_line(other, "contacts (", "another name", "once one of them was served from")


def test_interrupted_by_control_c_it_says_how_to_go_on_and_does(data: Path, url: str, postgres: PostgresServer) -> None:
    stopped, said = interrupted(data, url, postgres, signal.SIGINT)
    again = move(data, url)

    assert stopped == 130, said
    assert "run the same command again" in said and "Traceback" not in said
    assert again.returncode == 0
    assert "Going on with the move that was begun" in again.stdout


def test_killed_in_the_midst_of_a_batch_it_goes_on(data: Path, url: str, postgres: PostgresServer) -> None:
    stopped, _ = interrupted(data, url, postgres, signal.SIGKILL)
    run = switchboard(
        "run", "--data", data.parent / "node", "--port", "0", "--config", settings(data, url), cwd=data.parent
    )
    again = move(data, url)

    assert stopped == -signal.SIGKILL
    assert_one_clear_line(run, "isn't finished", "move-to postgresql")
    assert again.returncode == 0, again.stderr
    assert "Going on" in again.stdout and move(data, url, "--check").returncode == 0


def settings(data: Path, url: str) -> Path:
    """Those of a node over the database."""
    file = data.parent / "node.toml"
    file.write_text(f'database = "postgresql+psycopg{url.removeprefix("postgresql")}"\nsecret_key = "{"k" * 43}"\n')
    return file


def interrupted(data: Path, url: str, postgres: PostgresServer, by: signal.Signals) -> tuple[int, str]:
    """Sends a signal while events are copied: they wait for somebody who holds their table. Exit code and what was said."""
    switchboard("migrate", "--config", settings(data, url), "--data", data.parent / "node", cwd=data.parent)
    with held(url) as waiting:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "move-to", "postgresql", url, "--data", str(data)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(), cwd=data.parent,
            preexec_fn=_heed_interrupts,
        )  # fmt: skip
        asyncio.run(until(waiting, what="a move that waits for the events"))
        process.send_signal(by)
        said, _ = process.communicate(timeout=LIMIT)
    return process.returncode, said


def _heed_interrupts() -> None:
    """What a shell starts in the background inherits that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def held(url: str) -> Iterator[Any]:
    """Events that nobody can write; whether somebody waits for that."""
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as looking:
        holder.execute("LOCK TABLE events IN SHARE MODE")

        def is_waited_for() -> bool:
            row = looking.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
            return row is not None and row[0] > 0

        yield is_waited_for
        holder.rollback()


# --- refusals ---


def test_a_server_that_runs_is_not_moved_under_its_feet(data: Path, url: str) -> None:
    with open_folder(data):
        assert_one_clear_line(move(data, url), "in use", "Stop that one")


def test_an_installation_on_postgresql_is_told_so(data: Path, url: str) -> None:
    (data.parent / "switchboard.toml").write_text('database = "postgresql+psycopg://u@localhost/d"\n')

    assert_one_clear_line(move(data, url), "PostgreSQL already", "database")


def test_a_folder_without_a_database_stays_as_it_is(tmp_path: Path, url: str) -> None:
    assert_one_clear_line(move(tmp_path / "nowhere", url), "no database", "--data")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [("mysql://u@h/d", "must be like"), ("postgresql://u@127.0.0.1:1/d", "can't be reached")],
)
def test_a_url_that_leads_nowhere_is_one_line(data: Path, given: str, told: str) -> None:
    assert_one_clear_line(move(data, given), told)


def test_a_database_that_holds_something_is_one_line(data: Path, url: str, postgres: PostgresServer) -> None:
    postgres.execute("CREATE TABLE recipes (name text)", database=url.rsplit("/", 1)[1])

    assert_one_clear_line(move(data, url), "public.recipes", "isn't empty")


def test_a_terminal_sees_tables_rows_and_rate(data: Path, url: str) -> None:
    """Drawn by a terminal of eighty columns, as most are."""
    import pty

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "move-to", "postgresql", url, "--data", str(data)],
        stdin=follower, stdout=follower, stderr=follower, cwd=data.parent,
        env=environment() | {"TERM": "xterm", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(follower)
    seen = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
    os.close(leader)

    assert process.wait(timeout=LIMIT) == 0
    text = seen.decode()
    for words in ("Copying", "Verifying", "78/78", "rows/s"):
        assert words in text
