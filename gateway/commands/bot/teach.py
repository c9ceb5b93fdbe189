"""``switchboard bot train`` and ``bot test``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gateway.commands.bot.shared import FolderArgument, ModelOption, bot_of, one_line, print_results, terminal, train
from gateway.commands.options import out
from gateway.errors import StartupError

if TYPE_CHECKING:
    from bot.testing.results import Results
    from bot.training import Trained

NO_TESTS = "There are no test conversations: they stand in tests/, or in files called test_….yml (docs/bot.md)."


def bot_train(
    folder: FolderArgument,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Where the trained bot goes; default: the folder's name with .bot, here."),
    ] = None,
) -> None:
    """Train a bot, measure it, and hold its test conversations."""
    target = to or Path(f"{folder.resolve().name}.bot")
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise StartupError(f"{target} can't be written: give a file's name in a folder that is there.")
    report = train(folder, target)
    out.print(_figures(report))
    if report.tests is not None:
        print_results(out, report.tests)
    for finding in report.findings:
        terminal.print(f"{finding.file}:{finding.line}: {finding.text}", markup=False, style="yellow", soft_wrap=True)
    out.print(f"Wrote {target}.", markup=False, soft_wrap=True)


def _figures(report: Trained) -> Table:
    table = Table(show_header=False, box=None)
    rows = {
        "Intents": f"{report.intents}",
        "Examples": f"{report.examples:,}",
        "Understood, by cross-validation": f"{report.accuracy:.1%}",
        "Trained in": f"{report.seconds:.1f} s",
        "Version": report.version,
    }
    if report.evaluation is not None:
        rows["Error of its confidence"] = f"{report.evaluation.ece:.1%}"
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def bot_test(folder: FolderArgument, model: ModelOption = None) -> None:
    """Hold a bot's test conversations, and show where one goes otherwise."""
    results = _tested(folder, model)
    if results is None:
        out.print(NO_TESTS)
        return
    print_results(out, results)
    if results.failed:
        raise typer.Exit(1)


def _tested(folder: Path, model: Path | None) -> Results | None:
    if model is None:
        with tempfile.TemporaryDirectory(prefix="switchboard-bot-") as made:
            return train(folder, Path(made) / "bot").tests
    from bot.testing.running import run_stories
    from bot.testing.stories import read_stories

    with one_line(), bot_of(folder, model) as bot, terminal.status("Holding its test conversations …"):
        stories, _ = read_stories(folder)
        return asyncio.run(run_stories(bot, stories)) if stories else None
