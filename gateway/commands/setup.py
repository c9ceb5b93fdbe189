"""Before the first start: a settings file with every setting explained."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.options import out
from gateway.errors import StartupError
from gateway.settings import Settings

TEMPLATE_HEAD = """\
# Switchboard's settings. Every one may also come from the environment as SWITCHBOARD_<NAME>, which goes before this
# file. Lines that are commented out show the default. See docs/configuration.md.
"""


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("switchboard.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented settings file."""
    if path.exists() and not force:
        raise StartupError(f"{path} is there already. Edit it, or replace it with --force.")
    try:
        path.write_text(settings_template(), "utf-8")
    except OSError as error:
        raise StartupError(f"{path} can't be written ({error.strerror}).") from error
    out.print(f"Wrote {path}. Then: switchboard run, and open the link that it prints.")


def settings_template() -> str:
    """``switchboard.toml`` with every setting, its meaning and its default."""
    lines = [TEMPLATE_HEAD]
    for name, meaning in setting_docs().items():
        lines.append(f"# {meaning}")
        lines.append(f"# {name} = {_toml(getattr(Settings(), name))}\n")
    return "\n".join(lines)


def setting_docs() -> dict[str, str]:
    """What each setting means: the text below its field."""
    body = ast.parse(textwrap.dedent(inspect.getsource(Settings))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    name = ""
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and name:
            found[name] = " ".join(str(node.value.value).replace("``", "").split())
    return found


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
