"""Events of every type, made from the types themselves: a new event type is tested from the day it exists."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from gateway.model.events import Plain, Redacted

PLAIN: tuple[type[Plain], ...] = Plain.__args__


def full(kind: type[Plain], *, mark: str = "secret", choice: int = 0) -> Any:
    """An event with every field set. Each text holds ``mark`` and its own path, and nothing else of value.

    ``choice`` picks among the values of a closed list, so that 0, 1, 2, … go through them all.
    """
    return _Maker(mark, choice).struct(kind, kind.__name__)


def minimal(kind: type[Plain], *, mark: str = "secret") -> Any:
    """An event with only the fields that it can't be without."""
    return _Maker(mark, 0, required_only=True).struct(kind, kind.__name__)


def choices(kind: type[Plain]) -> int:
    """How many values of ``choice`` show every value of every closed list in ``kind``."""
    hints = get_type_hints(kind)
    return max((len(_literals(hint)) for hint in hints.values()), default=1) or 1


def texts(value: Any) -> list[str]:
    """Every text within an event, also the keys of its mappings."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts(one)]
    if isinstance(value, (tuple, list)):
        return [text for one in value for text in texts(one)]
    return []


class _Maker:
    def __init__(self, mark: str, choice: int, *, required_only: bool = False) -> None:
        self.mark = mark
        self.choice = choice
        self.required_only = required_only
        self.number = 10

    def struct(self, kind: Any, path: str) -> Any:
        hints = get_type_hints(kind)
        fields = [
            field for field in msgspec.structs.fields(kind)
            if not self.required_only or (field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT)
        ]  # fmt: skip
        return kind(**{field.name: self.value(hints[field.name], f"{path}.{field.name}") for field in fields})

    def value(self, hint: Any, path: str) -> Any:
        allowed = _literals(hint)
        if allowed:
            return allowed[self.choice % len(allowed)]
        if hint is str:
            return f"{self.mark} {path}"
        if hint is bool:
            return True
        if hint is int:
            self.number += 1
            return self.number
        if hint is float:
            return 0.5
        return self.compound(hint, path)

    def compound(self, hint: Any, path: str) -> Any:
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self.value(next(one for one in arguments if one is not type(None)), path)
        if origin is tuple:
            return (self.value(arguments[0], f"{path}[0]"), self.value(arguments[0], f"{path}[1]"))
        if origin is dict:
            return {f"{self.mark} {path}.key": self.value(arguments[1], f"{path}.value")}
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return self.struct(hint, path)
        raise TypeError(f"{path}: don't know how to make {hint}")


def _literals(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) is Literal else ()


def redacted(kind: type[Plain], *, mark: str = "secret") -> Redacted:
    return Redacted(shell=full(kind, mark=mark))
