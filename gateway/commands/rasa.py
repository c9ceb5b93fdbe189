"""``switchboard rasa``: how the Rasa servers of the settings are, and teaching them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.table import Table

from gateway.commands.options import ConfigOption, out, settings_of
from gateway.errors import StartupError
from gateway.settings import Settings

if TYPE_CHECKING:
    from bot.rasa.models import Progress
    from bot.rasa.pool import Pool

T = TypeVar("T")
_SAID = {
    "training": "is being trained (minutes) …",
    "loading": "loads the model and answers nobody meanwhile …",
    "warming": "is being warmed …",
    "answering": "answers with the new model.",
}


def rasa_status(config: ConfigOption = None) -> None:
    """Tell of every Rasa server in the settings whether it answers, and what it runs."""
    settings = settings_of(config)
    if not settings.rasa:
        out.print("No business has a Rasa server in the settings (docs/rasa.md).")
        return
    table = Table(box=None)
    for title in ("", "business", "server", "Rasa", "model"):
        table.add_column(title)
    down = 0
    for slug in settings.rasa:
        for row in _with_pool(settings, slug, _look):
            down += row[0] != "ok"
            table.add_row(f"[green]{row[0]}[/green]" if row[0] == "ok" else f"[red]{row[0]}[/red]", slug, *row[1:])
    out.print(table)
    if down:
        raise typer.Exit(1)


async def _look(pool: Pool) -> list[tuple[str, str, str, str]]:
    from bot.rasa.errors import RasaError

    rows = []
    for server in pool.servers:
        try:
            version, status = await server.client.version(), await server.client.status()
            rows.append(("ok", server.client.shown, version, status.model_file))
        except RasaError as error:
            rows.append(("mend", server.client.shown, "", str(error)))
    return rows


def rasa_train(
    business: Annotated[str, typer.Argument(help="The business's short name, as in the settings.")],
    project: Annotated[Path, typer.Argument(help="The Rasa project: a folder with config.yml.", exists=True)],
    config: ConfigOption = None,
) -> None:
    """Train a Rasa project on the business's servers, one after another; the others answer meanwhile."""
    from bot.rasa.errors import RasaError
    from bot.rasa.models import replace
    from bot.rasa.project import merged

    settings = settings_of(config)
    if business not in settings.rasa:
        known = ", ".join(settings.rasa) or "none"
        raise StartupError(f"The settings name no Rasa servers for {business!r}. They do for: {known}.")

    def tell(progress: Progress) -> None:
        out.print(f"Server {progress.number} of {progress.count} {_SAID[progress.stage]}")

    try:
        content = merged(project)
        model = _with_pool(settings, business, lambda pool: replace(pool, content, tell))
    except RasaError as error:
        raise StartupError(str(error)) from error
    out.print(f"All servers of {business} run model {model}.")


def _with_pool(settings: Settings, slug: str, work: Callable[[Pool], Awaitable[T]]) -> T:
    import aiohttp

    from bot.rasa.pool import make_pool

    async def run() -> T:
        servers = settings.rasa[slug]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            return await work(make_pool(slug, servers.urls, token=servers.token, session=session, clock=time.monotonic))

    return asyncio.run(run())
