"""The bot's turns, decided: the fence says which of them still hold."""

from __future__ import annotations

from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.decisions.people import filled_by
from gateway.model.events import BotMessage, BotTurn, BotTurnDropped, BotTurnFailed, HandoffRequested
from gateway.model.evidence import evidence
from gateway.model.state import MAX_GUESSES, Conversation, Floor, Understood, bounded, bounded_memory


def finish_turn(state: Conversation, command: c.FinishTurn, circumstances: Circumstances) -> Events:
    dropped = _dropped(state, command)
    if dropped:
        return dropped
    turn = BotTurn(
        answered=command.answered, upto=command.upto, outcome=command.outcome, version=command.version,
        intents=command.intents, facts=bounded(command.facts), language=command.language, misses=command.misses,
        elapsed=command.elapsed, memory=bounded_memory(command.memory),
        unrecorded=command.unrecorded,
    )  # fmt: skip
    replies = tuple(
        BotMessage(
            text=reply.text,
            buttons=reply.buttons,
            cards=reply.cards,
            endpoint=state.endpoint,
            turn=command.upto,
            spoken=reply.spoken,
            quotes=reply.quotes,
            sound=reply.sound,
            files=reply.files,
        )
        for reply in command.replies
    )
    filled = tuple(filled_by(one) for one in command.records)
    if command.handoff is None:
        return (turn, *filled, *replies)
    # That a person was asked for, the reason says; what the card needs is what was understood before.
    seen = Understood(seq=command.upto, intents=command.intents[:MAX_GUESSES])
    shown = evidence(state, state.understood if command.handoff == "customer_asked" else seen)
    handoff = HandoffRequested(
        reason=command.handoff, by="bot", team=command.team or state.team, priority=command.priority, evidence=shown,
        cause=command.cause, why=command.why, skills=command.skills,
    )  # fmt: skip
    return (turn, *filled, *replies, handoff)


def holds(state: Conversation, command: c.FinishTurn) -> bool:
    """Whether the turn's result counts: what it draws or writes beside the log may be drawn and written."""
    return not _dropped(state, command)


def fail_turn(state: Conversation, command: c.FailTurn, circumstances: Circumstances) -> Events:
    dropped = _dropped(state, command)
    if dropped:
        return dropped
    failed = BotTurnFailed(upto=command.upto, attempts=command.attempts)
    return (failed, HandoffRequested(reason="bot_failed", by="system", team=state.team, evidence=evidence(state)))


def drop_turn(state: Conversation, command: c.FinishTurn | c.FailTurn, circumstances: Circumstances) -> Events:
    return _dropped(state, command)


def _dropped(state: Conversation, command: c.FinishTurn | c.FailTurn) -> Events:
    """The fence: a turn that saw another floor, or other answered inputs, is recorded and says nothing."""
    if state.floor is not Floor.BOT or state.floor_seq != command.floor_seq:
        return (BotTurnDropped(upto=command.upto, reason="floor_changed"),)
    if state.answered != command.answered or not state.answered < command.upto <= state.last_input:
        return (BotTurnDropped(upto=command.upto, reason="superseded"),)
    return ()
