"""Businesses from their folders, and the ways in to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway.commands.options import (
    BusinessOption,
    ConfigOption,
    DataOption,
    in_database,
    open_database,
    out,
    settings_of,
)
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store import directory
from gateway.store.opening import DataFolder, open_folder
from gateway.store.sql import Tx
from gateway.store.store import Store

if TYPE_CHECKING:
    from bot.studio.models import Models
    from gateway.admin.businesses import Loaded
    from gateway.ports import TrainingReport


def business_add(
    folder: Annotated[Path, typer.Argument(help="A folder with business.toml and the bot's content.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Add a business from its folder, train its bot and publish it."""
    from gateway.admin.businesses import load_business, read_business_file

    settings = settings_of(config, data=data)
    file = read_business_file(folder)
    with open_folder(Path(settings.data)) as held:  # first: a server that runs would not know of the new bot
        loaded, report = asyncio.run(
            _add(open_database(settings, held), load_business(file), folder, _models(settings, held))
        )
    out.print(f"The bot is published: {report.intents} intents, {report.examples} examples.")
    out.print(f"{file.slug}: {len(loaded.inboxes)} inboxes, {len(loaded.people)} people.")
    for inbox in loaded.inboxes:
        print_snippet(settings, inbox.id)


def _models(settings: Settings, held: DataFolder) -> Models:
    from bot.studio.models import Models
    from gateway.files import open_objects

    return Models(open_objects(settings.files, held.path), held.models)


async def _add(
    store: Store, unit: Callable[[Tx, int], Loaded], content: Path, models: Models
) -> tuple[Loaded, TrainingReport]:  # fmt: skip
    import bot
    from bot.studio.bots import Bots

    await store.start()
    try:
        loaded = await store.write("", unit)
        with Console(stderr=True).status("The bot learns …"):
            bots = Bots(store, bot.engine(), bot.trainer(), models=models)
            return loaded, await bots.train_and_publish(loaded.business.id, content)
    finally:
        await store.aclose()


def inbox_add(
    name: Annotated[str, typer.Argument(help='As operators see it: "Website".')],
    business: BusinessOption,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin", help="A page's origin that may use it, https://shop.example.com; may be given several times."
        ),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Add a web chat inbox, and print the line for the page."""
    settings = settings_of(config, data=data)
    origins = tuple(_origin(text) for text in origin or ())

    def unit(tx: Tx, now: int) -> str:
        chosen = directory.InboxSettings(origins=origins)
        return directory.add_inbox(tx, channel="webchat", name=name, settings=chosen, now=now).id

    print_snippet(settings, in_database(settings, unit, business=business))


def inbox_allow(
    inbox: Annotated[str, typer.Argument(help="The inbox's id, as `inbox list` shows it.")],
    origin: Annotated[str, typer.Argument(help="Where its pages are: https://shop.example.com.")],
    business: BusinessOption,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Let pages of another origin use an inbox."""
    from msgspec.structs import replace

    allowed = _origin(origin)

    def unit(tx: Tx, now: int) -> None:
        found = next((one for one in directory.read_inboxes(tx) if one.id == inbox), None)
        if found is None:
            raise StartupError(f"{business} has no inbox {inbox}. `switchboard inbox list` shows them.")
        origins = tuple(dict.fromkeys((*found.settings.origins, allowed)))
        directory.set_inbox(tx, inbox, replace(found.settings, origins=origins))

    in_database(settings_of(config, data=data), unit, business=business)
    out.print(f"Pages of {allowed} may use it.")


def inbox_list(config: ConfigOption = None, data: DataOption = None) -> None:
    """Show all inboxes with the pages that may use them."""

    def unit(tx: Tx, now: int) -> list[tuple[str, str, str, str]]:
        return [
            (business.slug, inbox.id, inbox.name, ", ".join(inbox.settings.origins) or "our own pages")
            for business in directory.read_businesses(tx)
            for inbox in directory.read_inboxes(tx.for_business(business.id))
        ]

    table = Table("Business", "Inbox", "Name", "Allowed origins", box=None)
    for row in in_database(settings_of(config, data=data), unit):
        table.add_row(*row)
    out.print(table)


def _origin(text: str) -> str:
    from gateway.http.peers import origin_of

    if not text.startswith(("http://", "https://")):
        raise StartupError(f"{text!r} isn't an origin. It looks like https://shop.example.com.")
    return origin_of(text)


def print_snippet(settings: Settings, inbox: str) -> None:
    base = settings.public_url.rstrip("/") or f"http://localhost:{settings.port}"
    out.print("Put this line before </body>:", soft_wrap=True)
    out.print(f'<script async src="{base}/widget.js" data-inbox="{inbox}"></script>', soft_wrap=True, markup=False)
