"""``switchboard bot export``: a project as one file, for another installation, for Rasa, or for a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.bot.shared import FolderArgument, one_line, terminal, write
from gateway.commands.options import out
from gateway.errors import StartupError


def bot_export(
    folder: FolderArgument,
    to: Annotated[Path, typer.Option("--to", help="FILE.zip: the project; FILE.csv: its questions and answers.")],
) -> None:
    """Write a bot's content as one file: a project (ZIP), or a table of questions and answers (CSV)."""
    from bot.content import judge_project
    from bot.content.project import read_folder
    from bot.content.table import write_table

    if to.suffix not in (".zip", ".csv"):
        raise StartupError(f"{to.name} is neither a .zip nor a .csv; its ending says what is written.")
    with one_line():
        project, left_out = read_folder(folder)
        content = judge_project(project).content
    body = project.archive() if to.suffix == ".zip" else ("\ufeff" + write_table(content)).encode()
    write(to, body)
    for finding in left_out:
        terminal.print(f"{finding.file}: {finding.text}", markup=False, style="yellow", soft_wrap=True)
    out.print(f"Wrote {to}.", markup=False, soft_wrap=True)
