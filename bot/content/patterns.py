"""Regular expressions that a business wrote, judged before they meet a customer's text.

Python's matcher tries one way after another without a limit of time, so how many ways a pattern has to match a text is
bounded from its parse tree; whatever can take exponential time is refused.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

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
    """The text says why."""


def check_pattern(pattern: str) -> None:
    """Raises ``PatternRefused`` unless the pattern is valid and its time is bounded."""
    if len(pattern) > MAX_PATTERN:
        raise PatternRefused(f"it is longer than {MAX_PATTERN} characters")
    try:
        tree = _parser.parse(pattern, re.IGNORECASE)
        re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternRefused(f"it isn't a valid regular expression ({error})") from error
    if tree.getwidth()[0] == 0:
        raise PatternRefused("it matches an empty text")
    if _ways(tree) > MAX_WAYS:
        raise PatternRefused("it can take very long; have at most three * or +, and none inside a repeated group")


def _ways(tree: Any) -> int:
    """An upper bound of the ways in which the tree can match one text; capped a little above ``MAX_WAYS``."""
    ways = 1
    for code, argument in tree:
        if code in _REFUSED:
            raise PatternRefused("references, look-around and possessive repeats aren't supported")
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
