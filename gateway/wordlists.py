"""Words listed in the code as one text each, which is how a person reads and mends them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


def listed(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


def by_word(table: Mapping[Value, str]) -> dict[str, Value]:
    """Each word of the texts with what its text stands for."""
    return {word: value for value, words in table.items() for word in words.split()}
