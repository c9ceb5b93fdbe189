"""Carrying a business's set-up between installations."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from gateway.commands.options import BusinessOption, ConfigOption, DataOption, in_database, out, settings_of
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store.sql import Tx


def export_config(
    business: BusinessOption,
    file: Annotated[Path | None, typer.Argument(help="Where to write it; without one it is printed.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Write a business's set-up as JSON: no secrets, no people, nothing that was said."""
    from gateway.admin.transfer import export_business

    found = in_database(settings_of(config, data=data), lambda tx, now: export_business(tx), business=business)
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    if file is None:
        print(text, end="")
        return
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise StartupError(f"{file} can't be written ({error.strerror}).") from error
    out.print(f"Wrote {file}.")


def import_config(
    file: Annotated[Path, typer.Argument(help="What export-config wrote.")],
    business: BusinessOption,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Set a business up as a file says. What is there by name is changed; nothing is removed."""
    from gateway.admin.transfer import Imported, import_business, read_export
    from gateway.store.audit import Actor

    by, settings = Actor("command-line", "Command line"), settings_of(config, data=data)
    try:
        wanted = read_export(file.read_bytes())
    except OSError as error:
        raise StartupError(f"{file} can't be read ({error.strerror}).") from error

    def unit(tx: Tx, now: int) -> tuple[str, Imported]:
        return tx.business, import_business(tx, wanted, by=by, now=now)

    identifier, done = in_database(settings, unit, business=business)
    for verb, names in (("added", done.added), ("changed", done.changed), ("left out", done.left_out)):
        for name in names:
            out.print(f"{verb:9} {name}", markup=False, soft_wrap=True)
    out.print(f"{len(done.added)} added, {len(done.changed)} changed, {done.same} as they were.")
    if done.added or done.changed:
        _tell_consoles(settings, identifier)


def _tell_consoles(settings: Settings, business: str) -> None:
    """Those that are open on nodes of the installation; without Redis there is no way to them from here."""
    from gateway.cluster.bus import tell_nodes
    from gateway.http.access import set_up_changed

    if settings.redis and not asyncio.run(tell_nodes(settings.redis, set_up_changed(business, "import"))):
        out.print("Redis can't be reached: consoles that are open see the change when they connect next.")
