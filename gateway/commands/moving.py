"""``switchboard move-to postgresql``: an installation leaves its SQLite file for a server that many nodes share."""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from gateway.commands.options import ConfigOption, DataOption, out, settings_of
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store.opening import DATABASE_FILE, open_folder
from gateway.vault import KEY_FILE

if TYPE_CHECKING:
    from gateway.store.moving import Act, Moved, Step

_ACTS: dict[Act, str] = {"resuming": "", "copying": "Copying", "verifying": "Verifying"}
_INTERRUPTED = 130
_LINE_EVERY = 10.0
"""Seconds between lines where there is no terminal to draw a bar on."""


def move_to_postgresql(
    url: Annotated[str, typer.Argument(help="An empty database: postgresql+psycopg://user@host:5432/switchboard.")],
    check: Annotated[bool, typer.Option("--check", help="Only compare both sides, row by row.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Empty what an unfinished move copied there, and begin again.")
    ] = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Move the installation from its SQLite file to PostgreSQL. The server must be stopped; the file stays as it is.

    Run again after whatever interrupted it, it goes on where it stopped. A password may come from PGPASSWORD.
    """
    from gateway.store import moving

    settings = settings_of(config, data=data)
    target = moving.target_url(url)
    if settings.database and not check:
        raise StartupError(
            "The settings name PostgreSQL already (database): this moves an installation that is on its SQLite file."
            " Take that setting out until it has been moved."
        )
    path = Path(settings.data)
    if not (path / DATABASE_FILE).exists():
        raise StartupError(f"There is no database at {path / DATABASE_FILE}. Name the data folder with --data.")
    _say(f"Looking through {path / DATABASE_FILE} …")
    with open_folder(path) as folder, _interruptible(check=check), _Told(out) as told:
        moved = (
            moving.check(folder, target, tell=told) if check else moving.move(folder, target, anew=anew, tell=told)
        )  # fmt: skip
    _print_moved(moved, check=check)
    if not check:
        _print_next(settings, *moving.setting_of(target))


@contextlib.contextmanager
def _interruptible(*, check: bool) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        out.print(
            "Stopped; nothing was changed."
            if check
            else "Stopped. What was copied stays there: run the same command again, and it goes on."
        )
        raise typer.Exit(_INTERRUPTED) from None


class _Told:
    """What a person sees of the steps: a bar with tables, rows and rate; a line now and then where there is no terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(), console=console, disable=not console.is_terminal,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, tuple[float, int]] = {}
        self._next_line = time.monotonic() + _LINE_EVERY

    def __enter__(self) -> _Told:
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def __call__(self, step: Step) -> None:
        if step.act == "resuming":
            self._console.print(
                f"Going on with the move that was begun: {step.rows:,} of {step.of:,} rows are copied, up to {step.table}."
            )
            return
        rate = self._rate(step)
        doing = f"{_ACTS[step.act]} {step.table}"
        if step.act not in self._tasks:
            self._tasks[step.act] = self._bar.add_task(doing, total=step.of, rate="")
        self._bar.update(
            self._tasks[step.act], completed=step.rows, description=f"{doing:32}", rate=f"{rate:,.0f} rows/s"
        )
        if not self._console.is_terminal and (time.monotonic() >= self._next_line or step.rows == step.of):
            self._next_line = time.monotonic() + _LINE_EVERY
            self._console.print(f"{doing}: {step.rows:,} of {step.of:,} rows, {rate:,.0f} a second")

    def _rate(self, step: Step) -> float:
        now = time.monotonic()
        since, rows = self._began.setdefault(step.act, (now, step.rows))
        return (step.rows - rows) / (now - since) if now > since else 0.0


def _print_moved(moved: Moved, *, check: bool) -> None:
    what = "Both sides are the same" if check else "Moved, and read back row by row"
    out.print(f"[bold]{what}[/bold]: {moved.rows:,} rows in {moved.tables} tables.")
    for where, count in sorted(moved.replaced.items()):
        out.print(
            f"  {where}: {count:,} with the character U+0000, which PostgreSQL's text can't have; U+FFFD is there instead."
        )


def _print_next(settings: Settings, database: str, has_password: bool) -> None:
    """The settings to go on with. Secrets are named, never shown."""
    data = Path(settings.data).resolve()
    key = data / KEY_FILE
    out.print("\nStart every node with these settings, beside those that there are:\n")
    _say(f"  export SWITCHBOARD_DATABASE={shlex.quote(database)}")
    if not settings.secret_key:
        made = f"cat {shlex.quote(str(key))}" if key.exists() else "switchboard secret-key"
        _say(f'  export SWITCHBOARD_SECRET_KEY="$({made})"')
    out.print()
    for line in _notes(settings, data, has_password=has_password):
        _say(f"- {line}")


def _notes(settings: Settings, data: Path, *, has_password: bool) -> Iterator[str]:
    if has_password:
        yield "PASSWORD stands for the password that you gave."
    if settings.secret_key:
        yield "secret_key stays as it is set, the same on every node."
    elif (data / KEY_FILE).exists():
        yield f"The key is the content of {data / KEY_FILE}: every node needs the same."
    else:
        yield "There was no key yet: make one, once, and set the same on every node."
    if settings.files:
        yield f"Files stay in {settings.files}."
    else:
        from gateway.files import FOLDER  # it brings the object stores along

        folder = data / FOLDER
        yield (
            f"Files stay in {folder}. A node on this machine goes on with them; before there are more, share that folder"
            f" or copy it to S3: aws s3 sync {shlex.quote(str(folder))} s3://BUCKET/PREFIX, then"
            " SWITCHBOARD_FILES='s3://BUCKET/PREFIX' on every node."
        )
    yield "With more than one node, set SWITCHBOARD_REDIS, so that they tell one another at once."
    yield f"{data / DATABASE_FILE} is as it was. Keep it as a backup, and don't serve from it."


def _say(line: str) -> None:
    """A line as it is, for a path or an address to be copied whole."""
    out.print(line, markup=False, soft_wrap=True)
