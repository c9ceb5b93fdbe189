"""Content to begin from: folders that come with the installation."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from gateway.http.texts import Locale

FILE = "template.toml"


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """Content to begin from, in a folder of its own. ``names`` and ``about`` by language."""

    names: dict[Locale, str]
    about: dict[Locale, str]
    locales: tuple[Locale, ...]


def read_templates(folder: Path) -> dict[str, Template]:
    """All templates of a folder, by the names of their folders."""
    found: dict[str, Template] = {}
    for file in sorted(folder.glob(f"*/{FILE}")):
        found[file.parent.name] = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Template)
    return found
