"""What the bot's commands share: the content that they are given, training with a bar, and what they say of faults."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.errors import NotTrained, StartupError

if TYPE_CHECKING:
    from bot.artifact import Bot
    from bot.testing.results import Results
    from bot.training import Trained

terminal = Console(stderr=True, highlight=False)
"""For what is no result: progress and complaints."""

FolderArgument = Annotated[Path, typer.Argument(help="The folder that holds domain.yml.", show_default=False)]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="A trained bot, as `bot train` wrote it; without it, it is trained first."),
]
_STAGES = {
    "read": "Reading …",
    "learn": "Learning …",
    "measure": "Measuring …",
    "test": "Holding its test conversations …",
}


@contextlib.contextmanager
def one_line() -> Iterator[None]:
    """What is wrong with content, a model or a training is one line, and exit code 2."""
    from bot.artifact import ArtifactUnreadable

    try:
        yield
    except (NotTrained, ArtifactUnreadable) as error:
        raise StartupError(escape(str(error))) from error


def train(folder: Path, target: Path) -> Trained:
    """Trains in a process of its own, with a bar. Ctrl-C ends that process, and the target is as it was."""
    from bot.training import WorkerTrainer

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with one_line(), Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task(_STAGES["read"], total=1.0)

        def tell(stage: str, done: float) -> None:
            bar.update(task, description=_STAGES.get(stage, "…"), completed=done)

        return asyncio.run(WorkerTrainer().train(str(folder), str(target), progress=tell))


@contextlib.contextmanager
def bot_of(folder: Path, model: Path | None) -> Iterator[Bot]:
    """The bot of ``model``, or of the folder, trained for this once."""
    from bot import artifact

    with one_line():
        if model is not None:
            if not model.is_file():
                raise StartupError(f"There is no file {escape(str(model))}.")
            yield artifact.read(model)
            return
        with tempfile.TemporaryDirectory(prefix="switchboard-bot-") as made:
            target = Path(made) / "bot"
            train(folder, target)
            trained = artifact.read(target)
        yield trained


def print_results(out: Console, results: Results) -> None:
    """The failures, each with what was said, expected and done; then how many there are."""
    for one in results.stories:
        if one.passed:
            break
        out.print(f"[red]failed[/red]  [bold]{escape(one.name)}[/bold]  {escape(one.file)}:{one.line}", soft_wrap=True)
        for name, text in (("said", one.said), ("expected", one.expected), ("got", one.got)):
            out.print(f"    {name:9}{escape(text)}", soft_wrap=True)
    told = sum(not one.passed for one in results.stories)
    if told < results.failed:
        out.print(f"… and {results.failed - told} more.")
    colour = "red" if results.failed else "green"
    out.print(f"[{colour}]{results.all - results.failed} of {results.all} test conversations pass.[/{colour}]")


def write(path: Path, body: bytes) -> None:
    """Raises ``StartupError`` where it can't be written."""
    try:
        path.write_bytes(body)
    except OSError as error:
        raise StartupError(f"{escape(str(path))} can't be written ({error.strerror}).") from error
