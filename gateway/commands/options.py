"""What the commands share: their options, the settings they speak of, and the database behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from gateway.errors import FolderInUse, StartupError
from gateway.settings import Settings, load_settings
from gateway.store import directory
from gateway.store.opening import (
    DataFolder,
    migrate_sqlite,
    open_beside,
    open_folder,
    open_postgresql,
    open_sqlite,
    postgresql_url,
)
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")
out = Console(highlight=False)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="Settings file; default: switchboard.toml if there is one.")
]
DataOption = Annotated[
    Path | None, typer.Option("--data", "-d", help="The data folder; default: the settings', or switchboard-data.")
]
BusinessOption = Annotated[str, typer.Option("--business", "-b", help="The business's short name (its slug).")]
RoleOption = Annotated[
    str,
    typer.Option(
        "--role",
        help="operator (answers customers), supervisor (and looks after what others answer), administrator (and sets up)"
        " or client (sees reports alone).",
    ),
]


def settings_of(config: Path | None, **overrides: Any) -> Settings:
    """The settings of a command: ``--config``, or ``switchboard.toml`` where there is one."""
    if config is None and Path("switchboard.toml").exists():
        config = Path("switchboard.toml")
    values = {name: str(value) if isinstance(value, Path) else value for name, value in overrides.items()}
    return load_settings(file=config, overrides=values)


def in_database(settings: Settings, unit: Callable[[Tx, int], T], *, business: str = "") -> T:
    """Runs one unit on the installation's database, also while a server serves from it."""

    async def work(store: Store) -> T:
        await store.start()
        try:
            identifier = await store.read("", lambda tx, now: _business(tx, business)) if business else ""
            return await store.write(identifier, unit)
        finally:
            await store.aclose()

    try:
        with open_folder(Path(settings.data)) as folder:
            return asyncio.run(work(open_database(settings, folder)))
    except FolderInUse:
        if settings.database:
            return asyncio.run(work(open_postgresql(postgresql_url(settings.database))))
        return asyncio.run(work(open_beside(Path(settings.data))))


def open_database(settings: Settings, folder: DataFolder) -> Store:
    """The store of a folder that this process holds; a file is brought to the newest schema first."""
    if settings.database:
        return open_postgresql(postgresql_url(settings.database))
    migrate_sqlite(folder)
    return open_sqlite(folder)


def _business(tx: Tx, slug: str) -> str:
    found = directory.business_by_slug(tx, slug)
    if found is None:
        known = ", ".join(business.slug for business in directory.read_businesses(tx)) or "none yet"
        raise StartupError(f"There is no business {slug!r}. There are: {known}.")
    return found.id
