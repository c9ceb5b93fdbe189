"""The role and the database that ``deploy/postgresql/role.sh`` makes, on a real server; and a backup of what stands in them."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gateway.commands.doctor import examine
from gateway.commands.doctor.findings import Level
from gateway.settings import Settings
from gateway.store import accounts
from gateway.store.migrations import HEAD
from gateway.store.opening import migrate_postgresql, open_postgresql
from gateway.vault import new_key
from tests.deploy.files import DEPLOY
from tests.support.postgres import PostgresServer
from tests.support.servers import find_program

PASSWORD = 'it\'s "quoted" $HOME \\ and long'
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")


def program(name: str) -> str:
    return find_program(name, *FOLDERS)


@pytest.fixture
def name(postgres: PostgresServer) -> Iterator[str]:
    """Of a role and a database that aren't there yet."""
    name = f"desk_{secrets.token_hex(4)}"
    yield name
    for database in (name, f"{name}_again"):
        postgres.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    postgres.execute(f"DROP ROLE IF EXISTS {name}")


def environment(postgres: PostgresServer, **further: str) -> dict[str, str]:
    folder = str(Path(program("psql")).parent)
    own = {"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port), "PGUSER": "postgres"}
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", **own, **further}


def make_role(postgres: PostgresServer, name: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    further = {"DATABASE_ROLE": name, "DATABASE_NAME": name, "DATABASE_PASSWORD": password}
    return subprocess.run(
        [DEPLOY / "postgresql" / "role.sh"], env=environment(postgres, **further), capture_output=True, text=True
    )


def findings(url: str, folder: Path) -> dict[str, Level]:
    settings = Settings(
        data=str(folder), database="postgresql+psycopg://" + url.split("://", 1)[1], secret_key=new_key()
    )
    return {one.name: one.level for one in examine(settings)}


def test_role_is_what_the_doctor_wants(postgres: PostgresServer, name: str, tmp_path: Path) -> None:
    done = make_role(postgres, name)
    assert (done.returncode, done.stderr) == (0, "") and name in done.stdout
    url = postgres.url(name, role=name)
    found = findings(url, tmp_path)
    assert (found["Database"], found["Role"]) == (Level.OK, Level.OK) and "Encoding" not in found
    migrate_postgresql(url)
    found = findings(url, tmp_path)
    assert (found["Database"], found["Role"]) == (Level.OK, Level.OK)
    ((attributes,),) = postgres.execute(
        "SELECT array[rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication] FROM pg_roles WHERE rolname = %s",
        params=(name,),
    )
    assert not any(attributes)


def test_it_may_run_again_and_sets_the_password_anew(postgres: PostgresServer, name: str) -> None:
    assert make_role(postgres, name).returncode == 0
    of_first = _stored(postgres, name)
    done = make_role(postgres, name, "another")
    assert (done.returncode, done.stderr) == (0, "")
    assert _stored(postgres, name) != of_first
    assert make_role(postgres, name, "").returncode != 0


def _stored(postgres: PostgresServer, name: str) -> str:
    ((stored,),) = postgres.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", params=(name,))
    assert str(stored).startswith("SCRAM-SHA-256$")
    return str(stored)


def test_nobody_else_is_let_in(postgres: PostgresServer, name: str) -> None:
    assert make_role(postgres, name).returncode == 0
    postgres.execute(f"CREATE ROLE {name}_other LOGIN")
    try:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(postgres.url(name, role=f"{name}_other"))
    finally:
        postgres.execute(f"DROP ROLE {name}_other")


async def test_backup_by_the_superuser_holds_everything(postgres: PostgresServer, name: str, tmp_path: Path) -> None:
    """As docs/deploying.md has it. The role itself sees no business's rows, so it can't make one."""
    assert make_role(postgres, name).returncode == 0
    url = postgres.url(name, role=name)
    migrate_postgresql(url)
    store = open_postgresql(url)
    await store.start()
    try:
        await store.write("", lambda tx, now: accounts.claim_key(tx, "fingerprint", now=now))
    finally:
        await store.aclose()
    file, env = tmp_path / "switchboard.dump", environment(postgres)

    refused = subprocess.run(
        [program("pg_dump"), "-U", name, "-Fc", "-f", file, name], env=env, capture_output=True, text=True
    )
    assert refused.returncode != 0 and "row-level security" in refused.stderr
    subprocess.run([program("pg_dump"), "-Fc", "-f", file, name], env=env, check=True)
    postgres.execute(f"CREATE DATABASE {name}_again OWNER {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    subprocess.run([program("pg_restore"), "--exit-on-error", "-d", f"{name}_again", file], env=env, check=True)

    again = postgres.url(f"{name}_again", role=name)
    assert (await asyncio.to_thread(findings, again, tmp_path))["Role"] is Level.OK
    with psycopg.connect(again) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        row = connection.execute("SELECT count(*) FROM installation WHERE name = 'fingerprint'").fetchone()
        assert row == (1,)
