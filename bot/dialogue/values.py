"""An answer as the field keeps it, or why it is none. Pure.

What people write is read by ``bot.nlu.values``; of a question of the business's form, ``gateway.model.forms`` has the last word.
"""

from __future__ import annotations

import re
from decimal import Decimal

from bot.content.types import Field
from bot.nlu.entities import Here
from bot.nlu.values import YES, Judged, Limits, Problem, judge_value
from gateway.errors import Invalid
from gateway.faults import forms as faults
from gateway.language import clean, words
from gateway.model import forms

_BETWEEN = re.compile(r"[,;\n]|\s(?:и|and)\s", re.IGNORECASE)
_PROBLEMS: dict[str, Problem] = {faults.LEAST.code: "small", faults.MOST.code: "large", faults.LONG.code: "large"}
_UNREAD = Judged(problem="unread")


def judged(one: Field, text: str, here: Here) -> Judged:
    """What the text says as a value of the field."""
    if one.question is None:
        return judge_value(one.kind, text, here=here, limits=limits_of(one))
    read = _read(one, one.question, text, here)
    if read.problem:
        return read
    try:
        kept = forms.judge_answer(one.question, read.value)
    except Invalid as error:
        return Judged(problem=_PROBLEMS.get(error.fault.code, "unread") if error.fault is not None else "unread")
    return Judged(kept) if kept else _UNREAD


def _read(one: Field, question: forms.Field, text: str, here: Here) -> Judged:
    """The text as an answer that the question can be judged by."""
    if question.kind in ("text", "long_text") and one.kind == "text":
        return Judged(text) if any(mark.isalnum() for mark in text) else _UNREAD
    if question.kind == "choices":
        return _several(one, text, here)
    read = judge_value(one.kind, text, here=here, limits=limits_of(one))
    if read.problem:
        return read
    if question.kind == "boolean":
        return Judged("yes" if read.value == YES else "no")
    return Judged(read.value.partition(" ")[0] if question.kind == "money" else read.value)


def _several(one: Field, text: str, here: Here) -> Judged:
    """The choices that are named by their own words, and those that pieces of the rest come near to."""
    rest = f" {' '.join(words(clean(text)))} "
    spoken = {choice: f" {' '.join(words(clean(choice)))} " for choice in one.choices}
    found: list[str] = []
    for choice in sorted(spoken, key=lambda choice: -len(spoken[choice])):  # "green tea" goes before "tea"
        if spoken[choice].strip() and spoken[choice] in rest:
            found.append(choice)
            rest = rest.replace(spoken[choice], " , ")
    limits = limits_of(one)
    pieces = _BETWEEN.split(rest if found else text)
    judged = [judge_value("choice", piece, here=here, limits=limits) for piece in pieces if piece.strip()]
    found += [piece.value for piece in judged if not piece.problem]
    if found:
        return Judged("\n".join(found))
    return next((piece for piece in judged if piece.problem == "several"), _UNREAD)


def limits_of(one: Field) -> Limits:
    """A field's bounds in the terms of values."""
    return Limits(
        least=Decimal(str(one.least)) if one.least is not None else None,
        most=Decimal(str(one.most)) if one.most is not None else None,
        choices={choice: () for choice in one.choices},
        longest=500,
    )
