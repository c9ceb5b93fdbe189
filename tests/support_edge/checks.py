"""What must hold for every log, however its writers raced or died."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.model.events import BotMessage, BotTurn, CustomerMessage, Entry, tag_of
from gateway.model.fold import fold_all


def tags(entries: Sequence[Entry]) -> list[str]:
    return [tag_of(entry.event) for entry in entries]


def texts(entries: Sequence[Entry]) -> list[str]:
    """What was said, by whomever, in order."""
    return [entry.event.text for entry in entries if hasattr(entry.event, "text")]


def inputs(entries: Sequence[Entry]) -> list[int]:
    """The ``seq`` of every input that asks for an answer."""
    return [e.seq for e in entries if isinstance(e.event, CustomerMessage) and not e.event.closing]


def check_gapless(entries: Sequence[Entry]) -> None:
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert len({entry.id for entry in entries}) == len(entries)
    fold_all(entries, conversation="any")


def check_turns(entries: Sequence[Entry], *, replies: int = 1) -> None:
    """Every input is covered by exactly one turn, and every turn says its ``replies`` once."""
    turns = [entry.event for entry in entries if isinstance(entry.event, BotTurn)]
    covered = [seq for turn in turns for seq in inputs(entries) if turn.answered < seq <= turn.upto]
    assert covered == inputs(entries), f"inputs {inputs(entries)}, covered {covered}"
    said = [entry.event.turn for entry in entries if isinstance(entry.event, BotMessage)]
    assert said == [turn.upto for turn in turns for _ in range(replies)]
