"""YAML as a row of events: libyaml's, by PyYAML, with YAML 1.2's meaning of characters.

libyaml keeps no more than it looks ahead (a key of 1,024 characters, a thousand brackets in each other), so whoever takes
the events can stop at a limit of their own. What a plain value means isn't its matter here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml import CBaseLoader, Event, Mark, MarkedYAMLError, ScalarEvent, parse

from bot.content.complaints import fault_of
from bot.content.errors import ContentError
from gateway.faults import content as faults

MAX_DEPTH = 30
"""Of values in each other. It holds for whoever takes the events; libyaml itself stops at a thousand."""
_DEEP = "exceeded maximum nesting depth"
_FORBIDDEN = re.compile("\\A\ufeff|[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters and lone surrogates; and a second mark of the encoding, which libyaml passes over uncounted."""
_NO_BREAKS = "\x85\u2028\u2029\ufeff"
"""Characters like others in YAML 1.2. To libyaml, which knows 1.1, they end a line, or are nothing where one begins."""
_HAS_NO_BREAKS = re.compile(f"[{_NO_BREAKS}]")


def events(name: str, text: str) -> Iterator[Event]:
    """The events of the file, one after another as they are read. Places are in characters of ``text``.

    Raises ``ContentError`` with the line of what is wrong.
    """
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        problem = f"the character U+{ord(forbidden[0]):04X} may not stand here; remove it"
        line = text.count("\n", 0, forbidden.start()) + 1
        raise ContentError(faults.NOT_YAML(problem=problem), file=name, line=line)
    try:
        yield from _with_no_breaks(text) if _HAS_NO_BREAKS.search(text) else parse(text, CBaseLoader)
    except MarkedYAMLError as error:
        fault = faults.DEEP(limit=MAX_DEPTH) if error.problem == _DEEP else fault_of(error, text)
        raise ContentError(fault, file=name, line=_line(error.problem_mark, text)) from error


def _line(mark: Mark | None, text: str) -> int:
    """Counted from 1. At the end of a file whose last line isn't ended libyaml is a line too far."""
    if mark is None:
        return 0
    return (mark.line if mark.index < len(text) else text.count("\n")) + 1


def _with_no_breaks(text: str) -> Iterator[Event]:
    """libyaml reads others in their place: noncharacters, or what else the text hasn't (a file within the limit of its
    size can't have all)."""
    used = set(text)
    spare = (code for code in range(0x10FFFF, 0xFFFF, -1) if chr(code) not in used)
    stand_ins = dict(zip(map(ord, _NO_BREAKS), spare, strict=False))
    meant = {stand_in: code for code, stand_in in stand_ins.items()}
    for event in parse(text.translate(stand_ins), CBaseLoader):
        if isinstance(event, ScalarEvent):
            event.value = event.value.translate(meant)
        yield event
