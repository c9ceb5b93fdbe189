"""What a turn saw, what the engine is asked, and what its answer means: no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec

from gateway.dispatcher.policy import Policy
from gateway.model import commands as c
from gateway.model.events import CustomerMessage, Entry
from gateway.model.hours import next_opening
from gateway.model.state import Conversation
from gateway.model.texts import as_they_are
from gateway.ports import TurnInput, TurnRequest, TurnResult

MAX_INPUTS = 50
"""Inputs that one turn reads; a longer burst is answered by its last ones."""


class Turn(msgspec.Struct, frozen=True):
    """A turn that is being made, and what it saw. ``since``: when it was first tried, 0 where this is the first time."""

    business: str
    state: Conversation
    inputs: tuple[Entry, ...]
    fence: int
    attempts: int
    since: int = 0


Recall = Callable[[str, str, int], Coroutine[Any, Any, Sequence[Entry]]]
"""Reads the entries of a business's conversation behind a ``seq``."""


def inputs_of(entries: Iterable[Entry], waiting: tuple[Entry, ...] = ()) -> tuple[Entry, ...]:
    """What asks for an answer, behind what is ``waiting``, each as it was changed meanwhile."""
    known = as_they_are((*waiting, *entries))
    return tuple(e for e in known if isinstance(e.event, CustomerMessage) and not e.event.closing)


def request_of(turn: Turn, policy: Policy, *, now: int, recall: Recall) -> TurnRequest:
    """What the engine is asked."""
    state = turn.state
    inputs = tuple(
        TurnInput(seq=e.seq, text=_words(e.event), choice=e.event.choice)
        for e in turn.inputs[-MAX_INPUTS:]
        if isinstance(e.event, CustomerMessage)
    )
    known = policy.set_ups.known(turn.business)
    return TurnRequest(
        id=f"{state.id}:{turn.inputs[-1].seq}", business=turn.business, conversation=state.id, inputs=inputs,
        locale=state.locale, misses=state.misses, facts=state.facts, now=now, channel=state.endpoint.channel,
        memory=state.memory, attributes=state.attributes, recall=partial(recall, turn.business, state.id),
        at=dt.datetime.fromtimestamp(now / 1e6, known.zone) if known else None,
        open=known is None or next_opening(known.hours, known.zone, now) == now,
        labels=tuple(known.labels[one] for one in state.labels if one in known.labels) if known else (),
    )  # fmt: skip


def _words(event: CustomerMessage) -> str:
    """What the bot reads of a message."""
    if event.text or event.phone is None:
        return event.text
    return event.phone.number


def command_of(state: Conversation, result: TurnResult, *, upto: int, elapsed: int) -> c.FinishTurn:
    """What a turn has brought, for the log. ``elapsed``: microseconds."""
    handoff = result.handoff
    return c.FinishTurn(
        floor_seq=state.floor_seq, answered=state.answered, upto=upto, outcome=result.outcome,
        replies=tuple(
            c.Reply(
                text=one.text, buttons=one.buttons, cards=one.cards, spoken=one.spoken, quotes=one.quotes,
                sound=one.sound,
            )
            for one in result.replies
        ),
        handoff=handoff.reason if handoff else None, version=result.version, intents=result.intents, facts=result.facts,
        language=result.language, misses=result.misses, elapsed=elapsed, memory=result.memory,
        unrecorded=any(one.unrecorded for one in result.replies),
        team=handoff.team if handoff else "", priority=handoff.priority if handoff else 0,
        cause=handoff.cause if handoff else "", why=handoff.why if handoff else "",
        skills=handoff.skills if handoff else {},
        answered_forms=tuple(
            c.Answered(form=one.form, name=one.name, answers=one.answers, said=one.said) for one in result.filled
        ),
    )  # fmt: skip
