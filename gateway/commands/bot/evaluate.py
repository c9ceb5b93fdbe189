"""``switchboard bot evaluate``: how well a bot understands, in the terminal, as a page and as JSON."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.bot.shared import one_line, terminal, write
from gateway.commands.options import out
from gateway.errors import StartupError

if TYPE_CHECKING:
    from bot.evaluation.results import Evaluation, Figures
    from bot.evaluation.sets import Labelled

HOLDOUT = "tests/holdout.yml"
MOST_TOLD = 10


def bot_evaluate(
    what: Annotated[
        Path | None,
        typer.Argument(help="A bot's folder, or a CSV with the columns text and intent.", show_default=False),
    ] = None,
    holdout: Annotated[
        Path | None,
        typer.Option("--holdout", help="Messages to measure on (YAML with nlu:, or CSV); default: tests/holdout.yml."),
    ] = None,
    clinc: Annotated[
        Path | None, typer.Option("--clinc", help="CLINC150's data_full.json, in place of a folder.")
    ] = None,
    split: Annotated[str, typer.Option("--split", help="Which part of CLINC150 is measured: val or test.")] = "val",
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with all figures there.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write all figures there, as JSON.")] = None,
    locale: Annotated[str, typer.Option("--locale", help="The page's language: en or ru.")] = "en",
) -> None:
    """Measure how well a bot understands: cross-validation, and messages that it never saw."""
    if (what is None) == (clinc is None):
        raise StartupError("Give a bot's folder, a CSV, or --clinc FILE.")
    if locale not in ("en", "ru"):
        raise StartupError("A page's language is en or ru.")
    asked = what or clinc or Path()
    if not asked.exists():
        raise StartupError(f"There is no {escape(str(asked))}.")
    with one_line():
        public = clinc is not None or asked.suffix == ".json"
        given = _clinc(asked, split) if public else _given(asked, holdout)
        found = _evaluate(given)
    _print(found)
    if json is not None:
        write(json, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
        out.print(f"Wrote {json}.", markup=False, soft_wrap=True)
    if html is not None:
        from bot.evaluation.page import page

        write(html, page(found, locale).encode())
        out.print(f"Wrote {html}.", markup=False, soft_wrap=True)


class _Given(NamedTuple):
    name: str
    examples: Labelled
    held: Labelled
    held_name: str
    threshold: float


def _clinc(path: Path, split: str) -> _Given:
    from bot.content.types import Settings
    from bot.evaluation.sets import read_clinc

    found = read_clinc(path, split)
    return _Given("CLINC150", found.train, found.held, split, Settings().answer_from)


def _given(what: Path, holdout: Path | None) -> _Given:
    from bot.content import read_content
    from bot.content.types import Settings
    from bot.evaluation.sets import examples_of, read_messages

    if what.is_dir():
        content = read_content(what).content
        examples, threshold, name = examples_of(content), content.settings.answer_from, what.resolve().name
        holdout = holdout or (what / HOLDOUT if (what / HOLDOUT).is_file() else None)
    else:
        examples, threshold, name = read_messages(what), Settings().answer_from, what.stem
    held = read_messages(holdout) if holdout is not None else []
    return _Given(name, examples, held, holdout.name if holdout is not None else "", threshold)


def _evaluate(given: _Given) -> Evaluation:
    # Numerical libraries read it when they are imported; more threads gain nothing here.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from bot.evaluation.running import evaluate

    with terminal.status("Learning and measuring …"):
        return evaluate(
            given.name, given.examples, given.held, threshold=given.threshold, held_name=given.held_name
        )  # fmt: skip


def _print(found: Evaluation) -> None:
    table = Table("", box=None)
    columns = [
        ("cross-validation", found.crossed),
        *([(found.held_name, found.held)] if found.held is not None else []),
    ]
    for name, _ in columns:
        table.add_column(name, justify="right")
    for name, value in _ROWS.items():
        table.add_row(name, *(value(one) for _, one in columns))
    out.print(f"{found.name}: {found.intents} intents, {found.examples:,} examples, {found.seconds:g} s.", markup=False)
    out.print(table)
    _print_worst(found.held or found.crossed)


_ROWS: dict[str, Callable[[Figures], str]] = {
    "Messages": lambda one: f"{one.messages:,}",
    "Understood": lambda one: f"{one.accuracy:.1%}",
    "Answered rightly": lambda one: f"{one.answered:.1%}",
    "Answered wrongly": lambda one: f"{one.wrong:.1%}",
    "Asked or handed off": lambda one: f"{one.asked:.1%}",
    "Error of its confidence": lambda one: f"{one.ece:.1%}",
    "Out of scope, answered": lambda one: f"{one.foreign.answered:.1%}" if one.foreign is not None else "",
    "Out of scope, recognized at 5 % lost": lambda one: (
        f"{one.foreign.recall_at_5:.1%}" if one.foreign is not None else ""
    ),
    "Out of scope, told apart (AUROC)": lambda one: f"{one.foreign.auroc:.3f}" if one.foreign is not None else "",
}


def _print_worst(one: Figures) -> None:
    if not one.confusions:
        return
    table = Table("Meant", "Taken for", "Times", "For example", box=None)
    for confusion in one.confusions[:MOST_TOLD]:
        table.add_row(confusion.truth, confusion.taken_for, str(confusion.count), escape(confusion.examples[0]))
    out.print("\nWorst confusions")
    out.print(table)
