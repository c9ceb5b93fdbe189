"""What the YAML reader complains of, as a fault that says what to do; its own words where it is something rare."""

from __future__ import annotations

from yaml import Mark, MarkedYAMLError

from gateway.faults import Fault
from gateway.faults import content as faults

_AS_IT_BEGINS = ("while scanning an a", "while scanning a tag", "while parsing a tag", "while scanning a directive")
"""It took a text for an alias, an anchor, a tag or a directive, for the character that the text begins with."""
_NO_BEGINNING = ("found character that cannot start any token", "did not find expected node content")
_FAULTS: tuple[tuple[str, Fault], ...] = (
    ("found a tab character", faults.YAML_TAB()),
    ("mapping values are not allowed", faults.YAML_COLON()),
    ("found unexpected ':'", faults.YAML_COLON()),
    ("block sequence entries are not allowed", faults.YAML_DASH()),
    ("found unexpected end of stream", faults.YAML_OPEN()),
    ("did not find expected ',' or ", faults.YAML_OPEN()),
    ("did not find expected key", faults.YAML_INDENT()),
    ("did not find expected '-' indicator", faults.YAML_INDENT()),
)


def fault_of(error: MarkedYAMLError, text: str) -> Fault:
    """``text``: what was read."""
    problem, context = error.problem or "", error.context or ""
    if context.startswith(_AS_IT_BEGINS):
        return _no_value_begins(text, error.context_mark)
    if problem in _NO_BEGINNING:
        return _no_value_begins(text, error.problem_mark)
    return next((fault for words, fault in _FAULTS if problem.startswith(words)), faults.NOT_YAML(problem=problem))


def _no_value_begins(text: str, mark: Mark | None) -> Fault:
    character = text[mark.index : mark.index + 1] if mark is not None else ""
    if character == "\t":
        return faults.YAML_TAB()
    return faults.YAML_CHARACTER(character=character) if character.strip() else faults.YAML_OPEN()
