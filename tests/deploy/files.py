"""Where what is under test lies."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def replaced(text: str, changes: dict[str, str]) -> str:
    """``text`` with each of these, all of which stand in it."""
    for old, new in changes.items():
        assert old in text, f"{old!r} isn't there any more"
        text = text.replace(old, new)
    return text
