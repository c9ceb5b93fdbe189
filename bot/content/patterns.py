"""Regular expressions that a business wrote, judged before they meet a customer's text.

Python's matcher tries one way after another without a limit of time, so how many ways a pattern has to match a text is
bounded from its parse tree; whatever can take exponential time is refused.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from gateway.faults import Fault
from gateway.faults import content as faults

MAX_PATTERN = 300
# The longest text a pattern is matched against, and how many ways through it a pattern may have: three open repeats.
MAX_MATCHED = 200
MAX_WAYS = 10_000_000
_parser: Any = importlib.import_module("re._parser")
_codes: Any = importlib.import_module("re._constants")
_REPEATS = (_codes.MAX_REPEAT, _codes.MIN_REPEAT)
_REFUSED = (
    _codes.GROUPREF,
    _codes.GROUPREF_EXISTS,
    _codes.ASSERT,
    _codes.ASSERT_NOT,
    _codes.POSSESSIVE_REPEAT,
    _codes.ATOMIC_GROUP,
)


class PatternRefused(ValueError):
    """``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


def check_pattern(pattern: str) -> None:
    """Raises ``PatternRefused`` unless the pattern is valid and its time is bounded."""
    if len(pattern) > MAX_PATTERN:
        raise PatternRefused(faults.LONG_PATTERN(limit=MAX_PATTERN))
    try:
        tree = _parser.parse(pattern, re.IGNORECASE)
        re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternRefused(faults.PATTERN(problem=str(error))) from error
    if tree.getwidth()[0] == 0:
        raise PatternRefused(faults.EMPTY_PATTERN())
    if _ways(tree) > MAX_WAYS:
        raise PatternRefused(faults.SLOW_PATTERN())


def _ways(tree: Any) -> int:
    """An upper bound of the ways in which the tree can match one text; capped a little above ``MAX_WAYS``."""
    ways = 1
    for code, argument in tree:
        if code in _REFUSED:
            raise PatternRefused(faults.RICH_PATTERN())
        if code in _REPEATS:
            lowest, highest = int(argument[0]), min(int(argument[1]), MAX_MATCHED)
            inner = _ways(argument[2])
            ways *= (max(highest - lowest, 0) + 1) * (1 if inner == 1 else min(inner, MAX_WAYS) ** highest)
        elif code is _codes.SUBPATTERN:
            ways *= _ways(argument[-1])
        elif code is _codes.BRANCH:
            ways *= sum(_ways(branch) for branch in argument[1])
        ways = min(ways, MAX_WAYS + 1)
    return ways
