"""What can go wrong where nobody waits for an answer, and what a refusal says beside its code: a stable code with its
values, for whoever says it in the reader's language, and the English sentence for programs.

The modules beside this one are the whole list, by area. The front end's catalogues are checked against it
(``scripts/generate_types.py``): a code without its sentence in each language fails the check.
"""

from __future__ import annotations

import re

import msgspec

_PLACE = re.compile(r"\{(\w+)\}")

Value = str | int


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why something failed. ``code`` is stable, ``values`` belong to it; ``text`` says the same in English.

    ``file`` and ``line`` among the values: where in the business's own content it is.
    """

    code: str
    text: str
    values: dict[str, Value]

    def __str__(self) -> str:
        return self.text


class Kind:
    """One thing that can go wrong. ``text`` is its English sentence, with ``{name}`` in place of each value."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        self.names = tuple(dict.fromkeys(_PLACE.findall(text)))

    def __call__(self, **values: Value) -> Fault:
        """Raises ``KeyError`` where a value is missing."""
        return Fault(code=self.code, text=self.text.format_map(values), values=values)


def placed(fault: Fault, *, file: str, line: int) -> Fault:
    """The same, at its place in the business's content; the line counts from 1, 0 is unknown."""
    if not file:
        return fault
    where: dict[str, Value] = {"file": file, "line": line} if line else {"file": file}
    text = f"{file}:{line}: {fault.text}" if line else f"{file}: {fault.text}"
    return Fault(code=fault.code, text=text, values={**fault.values, **where})
