"""What the YAML reader complains of, as a fault that says what to do; its own words where it is something rare."""

from __future__ import annotations

import re

from gateway.faults import Fault
from gateway.faults import content as faults

_CHARACTER = re.compile(r"found character '(?P<character>.+)' that cannot start any token")


def fault_of(problem: str) -> Fault:
    """``problem``: the reader's words."""
    found = _CHARACTER.fullmatch(problem)
    if found and found["character"] == r"\t":
        return faults.YAML_TAB()
    if found:
        return faults.YAML_CHARACTER(character=found["character"])
    if problem.startswith("mapping values are not allowed"):
        return faults.YAML_COLON()
    if problem.startswith("sequence entries are not allowed"):
        return faults.YAML_DASH()
    if problem == "found unexpected end of stream" or problem.startswith(
        ("expected ',' or ']'", "expected ',' or '}'")
    ):
        return faults.YAML_OPEN()
    if problem.startswith("expected <block end>"):
        return faults.YAML_INDENT()
    return faults.NOT_YAML(problem=problem)
