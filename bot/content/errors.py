"""What can be said about content, always with its place.

ContentError    the content can't be used; the text says what to do
Finding         it can be used, but this part of it isn't honoured
"""

from __future__ import annotations

import msgspec


class ContentError(Exception):
    """Content that can't be read. ``str(error)`` is ``file:line: text``; the line counts from 1, 0 is unknown."""

    def __init__(self, text: str, *, file: str, line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {text}" if line else f"{file}: {text}")
        self.text = text
        self.file = file
        self.line = line


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something written that this engine doesn't honour, and what it does instead."""

    file: str
    line: int
    text: str
