"""The database's own commands: its schema, its copies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.options import ConfigOption, DataOption, out, settings_of
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store.opening import (
    backup_sqlite,
    migrate_postgresql,
    migrate_sqlite,
    open_folder,
    postgresql_url,
    restore_sqlite,
)


def migrate(config: ConfigOption = None, data: DataOption = None) -> None:
    """Bring the database to this release's schema; a file is backed up first."""
    settings = settings_of(config, data=data)
    if settings.database:
        migrate_postgresql(postgresql_url(settings.database))
        out.print("The database is at the newest schema.")
        return
    with open_folder(Path(settings.data)) as folder:
        backup = migrate_sqlite(folder)
    out.print(f"Backed up to {backup}, then migrated." if backup else "The database is at the newest schema.")


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Copy the database while it is in use."""
    settings = settings_of(config, data=data)
    _only_sqlite(settings, "pg_dump")
    backup_sqlite(Path(settings.data) / "switchboard.db", target)
    out.print(f"Wrote {target} ({target.stat().st_size:,} bytes), checked.")


def restore(
    source: Annotated[Path, typer.Argument(help="A file that `switchboard backup` wrote.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Put a backup in place of the database, which is kept. The server must be stopped."""
    settings = settings_of(config, data=data)
    _only_sqlite(settings, "pg_restore")
    with open_folder(Path(settings.data)) as folder:
        kept = restore_sqlite(folder, source)
    out.print(f"Restored. What was there is kept as {kept}." if kept else "Restored.")


def _only_sqlite(settings: Settings, other: str) -> None:
    if settings.database:
        raise StartupError(f"This installation is on PostgreSQL: use {other}.")
