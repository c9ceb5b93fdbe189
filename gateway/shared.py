"""One object for equal values: what thousands of open pages have in common is in memory once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 4_096


class Shared(Generic[T]):
    """Keeps the latest value of each name, of as many names as were used last."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[str, T] = OrderedDict()

    def of(self, name: str, value: T) -> T:
        """``value``, or the equal one that others under this name have."""
        held = self._held.get(name)
        if held != value:
            held = self._held[name] = value
        self._held.move_to_end(name)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return held
