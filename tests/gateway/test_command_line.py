"""The command line as a person meets it: real processes, exit codes, one clear line."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.opening import migrate_sqlite, open_folder
from gateway.vault import new_key

LIMIT = 90.0


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SWITCHBOARD_")}


def switchboard(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=LIMIT, env=environment(), stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an empty database."""
    with open_folder(tmp_path / "data") as folder:
        migrate_sqlite(folder)
    return tmp_path / "data"


@contextlib.contextmanager
def serving(data: Path, *, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    """The demo, once it serves."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "gateway", "demo", "--data", str(data), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "administrator" in line:
                break
        else:
            pytest.fail("the demo ended before it served")
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.stdout.close()
        process.wait(timeout=LIMIT)


def assert_one_clear_line(done: subprocess.CompletedProcess[str], *told: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for words in told:
        assert words in done.stderr


def test_help_names_every_command(tmp_path: Path) -> None:
    done = switchboard("--help", cwd=tmp_path)

    assert done.returncode == 0
    for command in ("demo", "run", "init", "migrate", "backup", "restore", "doctor", "user", "inbox", "business"):
        assert command in done.stdout


@pytest.mark.parametrize("command", ["demo", "run"])
def test_a_taken_port_is_one_line_and_exit_code_2(tmp_path: Path, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = switchboard(command, "--data", tmp_path / "data", "--port", str(port), cwd=tmp_path)

    assert_one_clear_line(done, str(port), "--port")


def test_an_unwritable_folder_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    done = switchboard("demo", "--data", tmp_path / "file" / "data", "--port", "0", cwd=tmp_path)

    assert_one_clear_line(done, "can't be written", "--data")


def test_a_locked_folder_is_one_line_and_exit_code_2(data: Path, tmp_path: Path) -> None:
    with open_folder(data):
        done = switchboard("run", "--data", data, "--port", "0", cwd=tmp_path)

    assert_one_clear_line(done, "in use", "--data")


def test_a_newer_database_is_one_line_and_exit_code_2(data: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "switchboard.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    done = switchboard("run", "--data", data, "--port", "0", cwd=tmp_path)

    assert_one_clear_line(done, "newer", "9999")


def test_another_secret_key_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data):
        pass
    (tmp_path / "switchboard.toml").write_text(f'secret_key = "{new_key()}"\n')

    done = switchboard("run", "--data", data, "--port", "0", cwd=tmp_path)

    assert_one_clear_line(done, "secret key", "secret.key")

    (tmp_path / "switchboard.toml").unlink()
    with serving(data) as process:
        assert process.poll() is None, "its own key still opens it"


def test_init_writes_a_file_once_and_never_over_another(tmp_path: Path) -> None:
    assert switchboard("init", cwd=tmp_path).returncode == 0
    (tmp_path / "switchboard.toml").write_text("port = 4444\n")

    assert_one_clear_line(switchboard("init", cwd=tmp_path), "--force")
    assert (tmp_path / "switchboard.toml").read_text() == "port = 4444\n"


def test_doctor_says_what_to_mend(data: Path, tmp_path: Path) -> None:
    (tmp_path / "switchboard.toml").write_text('public_url = "https://chat.example.com"\n')

    done = switchboard("doctor", "--data", data, cwd=tmp_path)

    assert done.returncode == 1
    assert "trusted_proxies" in done.stdout


def test_doctor_tells_what_is_in_brackets(tmp_path: Path) -> None:
    done = switchboard("doctor", "--data", "in[bold]", cwd=tmp_path)

    assert "in[bold]/files" in done.stdout


def test_user_of_an_unknown_business_is_told_which_there_are(data: Path, tmp_path: Path) -> None:
    done = switchboard("user", "add", "ann@example.com", "--name", "Ann", "-b", "nowhere", "--data", data, cwd=tmp_path)

    assert_one_clear_line(done, "nowhere")


def test_the_demo_serves_drains_and_lets_people_be_added_meanwhile(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as process:
        added = switchboard(
            "user", "add", "ann@example.com", "--name", "Ann Example", "-b", "lantern", "--data", data, cwd=tmp_path
        )
        copied = switchboard("backup", tmp_path / "copy.db", "--data", data, cwd=tmp_path)
        listed = switchboard("user", "list", "--data", data, cwd=tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=LIMIT) == 0

    assert "/console/#sign-in=" in added.stdout
    assert "ann@example.com" in listed.stdout
    assert copied.returncode == 0
    restored = switchboard("restore", tmp_path / "copy.db", "--data", data, cwd=tmp_path)
    assert "kept as" in restored.stdout


def test_a_new_installation_prints_a_link_to_set_it_up_until_somebody_has_an_account(tmp_path: Path) -> None:
    data = tmp_path / "data"

    def said() -> str:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "run", "--data", str(data), "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        assert process.stderr is not None and process.stdout is not None
        with process.stderr as told:
            next(line for line in told if "serving" in line)
            process.send_signal(signal.SIGTERM)
        with process.stdout as printed:
            words = printed.read()
        assert process.wait(timeout=LIMIT) == 0
        return words

    first, second = said(), said()
    assert "/console/#set-up=" in first
    assert "/console/#set-up=" in second and first != second

    with serving(data):
        pass
    assert "set-up" not in said()


def test_a_token_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data):
        made = switchboard("token", "add", "reports", "-b", "lantern", "--data", data, cwd=tmp_path)
    token = made.stdout.split()[0]

    assert len(token) == 43
    assert all(token.encode() not in file.read_bytes() for file in data.rglob("*") if file.is_file())


def test_an_inboxes_secret_is_shown_once_and_kept_sealed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data):
        listed = switchboard("inbox", "list", "--data", data, cwd=tmp_path)
        inbox = listed.stdout.splitlines()[1].split()[1]
        made = [switchboard("inbox", "secret", inbox, "-b", "lantern", "--data", data, cwd=tmp_path) for _ in range(2)]
        unknown = switchboard("inbox", "secret", "nowhere", "-b", "lantern", "--data", data, cwd=tmp_path)
    secrets = [one.stdout.split()[0] for one in made]

    assert len(set(secrets)) == 2 and all(len(secret) == 43 for secret in secrets)
    assert_one_clear_line(unknown, "nowhere", "inbox list")
    for secret in secrets:
        assert all(secret.encode() not in file.read_bytes() for file in data.rglob("*") if file.is_file())


def test_a_secret_is_not_sealed_with_another_key_than_the_servers(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data):
        inbox = switchboard("inbox", "list", "--data", data, cwd=tmp_path).stdout.splitlines()[1].split()[1]
        (data / "secret.key").unlink()
        done = switchboard("inbox", "secret", inbox, "-b", "lantern", "--data", data, cwd=tmp_path)

    assert_one_clear_line(done, "isn't the server's")


def test_an_erasure_asked_for_beside_a_server_is_done_by_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data):
        slug = "lantern"
        with contextlib.closing(sqlite3.connect(data / "switchboard.db")) as database, database:
            (business,) = database.execute("SELECT id FROM businesses WHERE slug = ?", (slug,)).fetchone()
            database.execute(
                "INSERT INTO contacts (business_id, id, name, created_at) VALUES (?, 'ann', 'Secretive Ann', 1)",
                (business,),
            )
        erased = switchboard("contact", "erase", "ann", "--yes", "-b", slug, "--data", data, cwd=tmp_path)
        unknown = switchboard("contact", "erase", "nobody", "--yes", "-b", slug, "--data", data, cwd=tmp_path)
        asked = switchboard("contact", "erase", "ann", "-b", slug, "--data", data, cwd=tmp_path)

    assert erased.returncode == 0 and "Old backups" in erased.stdout
    assert_one_clear_line(unknown, "no such contact")
    assert asked.returncode != 0  # nobody said yes
    with contextlib.closing(sqlite3.connect(data / "switchboard.db")) as database:
        assert database.execute("SELECT name FROM contacts WHERE id = 'ann'").fetchone() == ("",)
