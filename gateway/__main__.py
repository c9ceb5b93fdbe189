"""The command line."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from gateway import __version__, commands
from gateway.commands.options import ConfigOption, DataOption, out, settings_of
from gateway.errors import Refused, StartupError
from gateway.settings import Settings

terminal = Console(stderr=True, highlight=False)

ENDS_WITHIN = 28.0
"""Seconds after which a process that was told to end is gone, whatever hangs; longer where it may drain for longer than it does by
itself."""

cli = typer.Typer(
    name="switchboard",
    help="Telegram, web chat and voice in one conversation: a bot answers what it can, a person takes over.\n\n"
    "To look around: [bold]switchboard demo[/bold]. To run it for a business: [bold]switchboard init[/bold],"
    " then [bold]switchboard run[/bold].",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
)

HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option("--port", "-p", help="Port to listen on; 0 takes a free one.")]


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs a command's coroutine on uvloop where there is one."""
    try:
        import uvloop

        return uvloop.run(work)
    except ImportError:
        return asyncio.run(work)


def stop_event(settings: Settings) -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM; a second Ctrl-C ends at once, and what hangs then doesn't keep the process."""
    from gateway.process import end_within

    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            raise SystemExit(130)
        end_within(max(ENDS_WITHIN, settings.drain_seconds * 1.4))
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    return stop


@cli.command()
def demo(data: DataOption = None, host: HostOption = None, port: PortOption = None) -> None:
    """Serve the example business, with a page to write from and a console to answer in."""
    from gateway.logs import set_up
    from gateway.store.opening import open_folder

    settings = settings_of(None, data=data or Path("switchboard-data"), host=host, port=port)
    set_up(level="warning", style=settings.log_format)
    with open_folder(Path(settings.data)) as folder:
        run_async(_demo(settings, folder))


async def _demo(settings: Settings, folder: Any) -> None:
    from gateway.app import Switchboard, open_store
    from gateway.demo import Demo
    from gateway.process import settle

    stop = stop_event(settings)
    with terminal.status("Opening the database …"):
        node = Switchboard(settings, folder, open_store(settings, folder))
        shown = Demo(node)
        await node.start()
    try:
        links = await shown.load()
        settle()
        out.print("\n[bold]Switchboard is serving.[/bold]\n")
        out.print("  The business's page   ", links.page, soft_wrap=True)
        out.print("  Console, operator     ", links.operator, soft_wrap=True)
        out.print("  Console, administrator", links.administrator, soft_wrap=True)
        out.print("  Its articles          ", links.articles, soft_wrap=True)
        out.print("\nThe sign-in links work once. Ctrl-C stops.\n")
        training = asyncio.create_task(_train(shown), name="demo.train")
        stopped = asyncio.create_task(stop.wait(), name="demo.stop")
        await asyncio.wait({training, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if training.done():
            training.result()
        await stopped
        training.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await training
    finally:
        with terminal.status("Finishing what was begun …"):
            await node.drain()


async def _train(shown: Any) -> None:
    if await shown.needs_training():
        with terminal.status("The bot learns its business; it answers in a moment …"):
            report = await shown.train()
        out.print(f"The bot is ready: it learnt {report.intents} intents from {report.examples:,} examples.\n")


@cli.command()
def run(
    config: ConfigOption = None,
    data: DataOption = None,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Serve. Behind a proxy that ends TLS, set public_url and trusted_proxies."""
    from gateway.app import serve
    from gateway.logs import set_up
    from gateway.store.opening import open_folder

    settings = settings_of(config, data=data, host=host, port=port)
    set_up(level=settings.log_level, style=settings.log_format)

    async def work() -> None:
        await serve(settings, folder, stop_event(settings), greet=_greet)

    with open_folder(Path(settings.data)) as folder:
        run_async(work())


async def _greet(node: Any) -> None:
    """On an empty database: the link by which somebody sets it up."""
    from gateway.admin.setup import setup_link

    if link := await setup_link(node.store, node.url):
        out.print("\n[bold]Nothing is set up yet.[/bold] Open this link in a browser:\n")
        out.print("  " + link, soft_wrap=True)
        out.print("\nIt works until the first account is made. Ctrl-C stops.\n")


@cli.command("secret-key")
def secret_key() -> None:
    """Print a new key for secret_key: it seals secrets at rest, and every node needs the same."""
    from gateway.vault import new_key

    out.print(new_key(), soft_wrap=True)


@cli.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


def main() -> None:
    """``switchboard``: exit code 2 and one line for what a person must mend."""
    commands.register(cli)
    try:
        cli(standalone_mode=True)
    except (StartupError, Refused) as error:
        terminal.print(f"[red]{error}[/red]", soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
