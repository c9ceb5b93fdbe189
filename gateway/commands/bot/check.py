"""``switchboard bot check``: what is wrong with content, what of it isn't honoured, and what will make the bot waver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.bot.shared import FolderArgument
from gateway.commands.options import out

if TYPE_CHECKING:
    from bot.content import Content, Finding, Intent

FEWEST_EXAMPLES = 10
MOST_HINTS = 50
_COLOURS = {"error": "red", "finding": "yellow", "hint": "blue", "note": "dim"}
# What is no shortcoming of the content, but of interest.
_NOTES = frozenset({"content_rasa_only", "content_secrets", "content_fills_unseen"})


class Line(NamedTuple):
    kind: Literal["error", "finding", "hint", "note"]
    file: str
    line: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


def bot_check(
    folder: FolderArgument,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail where anything isn't honoured or should be mended.")
    ] = False,
) -> None:
    """Look through a bot's content: mistakes, what isn't honoured, and what makes a bot waver."""
    found = list(_look(folder))
    _print(found)
    kinds = {line.kind for line in found}
    if "error" in kinds or (strict and kinds - {"note"}):
        raise typer.Exit(1)


def _look(folder: Path) -> Iterator[Line]:
    from bot.content import ContentError, read_content
    from bot.testing.stories import read_stories

    try:
        loaded = read_content(folder)
        stories, passed_over = read_stories(folder)
    except ContentError as error:
        yield Line("error", error.file, error.line, error.what.text)
        return
    for finding in (*loaded.findings, *passed_over):
        yield Line(_kind(finding), finding.file, finding.line, finding.text)
    yield from _hints(folder, loaded.content)
    examples = sum(len(intent.examples) for intent in loaded.content.intents)
    out.print(
        f"{len(loaded.content.intents)} intents, {examples} examples, {len(loaded.content.responses)} responses,"
        f" {len(loaded.content.forms)} forms, {len(stories)} test conversations."
    )


def _kind(finding: Finding) -> Literal["finding", "note"]:
    return "note" if finding.fault.code in _NOTES else "finding"


def _hints(folder: Path, content: Content) -> Iterator[Line]:
    from bot.studio.alike import pairs

    places, entries = _places(folder)
    few = [(intent.name, count) for intent in content.intents if 0 < (count := _count(intent)) < FEWEST_EXAMPLES]
    for name, count in few[:MOST_HINTS]:
        text = f"“{name}” has {count} {'examples' if count > 1 else 'example'}; give it {FEWEST_EXAMPLES} at least, better twenty."
        yield Line("hint", *entries[name], text)
    if len(few) > MOST_HINTS:
        yield Line("hint", "", 0, f"{len(few) - MOST_HINTS} more intents have fewer than {FEWEST_EXAMPLES} examples.")
    found = pairs(content.intents)
    for pair in found[:MOST_HINTS]:
        file, line = places[pair.other]
        also = f"{file}:{line}"
        text = (
            f"“{pair.one[1]}” ({pair.one[0]}) is nearly “{pair.other[1]}” ({pair.other[0]}, {also}). Keep one of them."
        )
        yield Line("hint", *places[pair.one], text)
    if len(found) > MOST_HINTS:
        yield Line("hint", "", 0, f"{len(found) - MOST_HINTS} more pairs of examples are nearly the same.")


def _count(intent: Intent) -> int:
    return len({example.text for example in intent.examples})


Places = dict[tuple[str, str], tuple[str, int]]


def _places(folder: Path) -> tuple[Places, dict[str, tuple[str, int]]]:
    """Where each example stands, by intent and text; and where each intent's first one does."""
    from bot.content import is_test
    from bot.content.nlu import places
    from bot.content.source import parsed, read_text, yaml_files

    found: Places = {}
    first: dict[str, tuple[str, int]] = {}
    for name, path in yaml_files(folder):
        if is_test(name):
            continue
        for intent, text, node in places(parsed(name, read_text(name, path))):
            found.setdefault((intent, text), (node.file, node.line))
            first.setdefault(intent, (node.file, node.line))
    return found, first


def _print(found: list[Line]) -> None:
    """A table for people; a line each where another program reads."""
    ordered = sorted(found, key=lambda line: (list(_COLOURS).index(line.kind), line.file, line.line))
    if not out.is_terminal:
        for line in ordered:
            out.print(f"{line.place}: {line.kind}: {line.text}", markup=False, soft_wrap=True)
    elif ordered:
        table = Table("", "Where", "What", box=None)
        for line in ordered:
            colour = _COLOURS[line.kind]
            table.add_row(f"[{colour}]{line.kind}[/{colour}]", escape(line.place), escape(line.text))
        out.print(table)
    if all(line.kind == "note" for line in found):
        out.print("Nothing to mend.")
