"""What can be said about content, always with its place.

ContentError    the content can't be used; the text says what to do
Finding         it can be used, but this part of it isn't honoured
"""

from __future__ import annotations

import msgspec

from gateway.errors import NotTrained
from gateway.faults import Fault, placed


class ContentError(NotTrained):
    """Content that can't be read. ``str(error)`` is ``file:line: text``; the line counts from 1, 0 is unknown, and so is
    the file where it is "". ``fault`` knows its place, too, and ``what`` doesn't."""

    def __init__(self, fault: Fault, *, file: str, line: int = 0) -> None:
        super().__init__(placed(fault, file=file, line=line))
        self.what = fault
        self.file = file
        self.line = line


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something written that this engine doesn't honour, and what it does instead."""

    file: str
    line: int
    fault: Fault

    @property
    def text(self) -> str:
        """In English, without its place."""
        return self.fault.text
