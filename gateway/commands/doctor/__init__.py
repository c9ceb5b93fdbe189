"""``switchboard doctor``: what is as it must be, and what to do where it isn't.

A module for each area; what a database says of itself is read first and judged apart from it.
"""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.doctor import database, nodes, own_machine, reach, speech, traces
from gateway.commands.doctor.findings import Check, Finding, Level
from gateway.commands.options import ConfigOption, DataOption, out, settings_of
from gateway.settings import Settings

CHECKS: dict[str, Check] = {
    "Python": own_machine.check_python,
    "Front end": own_machine.check_front_end,
    "Data folder": own_machine.check_folder,
    "Open files": own_machine.check_open_files,
    "Database": database.check,
    "Secret key": nodes.check_key,
    "Files": nodes.check_files,
    "Redis": nodes.check_redis,
    "Public URL": reach.check,
    "Speech": speech.check,
    "Traces": traces.check,
}
"""By the area's name, which stands before a finding that has none of its own."""
_SHOWN = {Level.OK: "[green]ok[/green]", Level.WARN: "[yellow]warn[/yellow]", Level.MEND: "[red]mend[/red]"}


def doctor(config: ConfigOption = None, data: DataOption = None) -> None:
    """Look whether everything is as it must be, and say what to do where it isn't."""
    found = examine(settings_of(config, data=data))
    table = Table(show_header=False, box=None)
    for one in found:
        table.add_row(_SHOWN[one.level], one.name, escape(one.text))
    out.print(table)
    if any(one.level is Level.MEND for one in found):
        raise typer.Exit(1)


def examine(settings: Settings) -> list[Finding]:
    """What every check finds; one that fails is a finding, too."""
    found: list[Finding] = []
    for name, check in CHECKS.items():
        try:
            found += [one if one.name else one._replace(name=name) for one in check(settings)]
        except Exception as error:
            found.append(Finding(Level.MEND, str(error) or type(error).__name__, name))
    return found
