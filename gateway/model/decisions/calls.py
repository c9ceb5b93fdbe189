"""What becomes of calls, decided."""

from __future__ import annotations

from gateway.errors import NotOwner, NotPossible
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.decisions.customer import reopening
from gateway.model.decisions.people import SECOND
from gateway.model.events import (
    CallAnswered,
    CallEnded,
    CallHeld,
    CallRecorded,
    CallResumed,
    CallStarted,
    ConsultEnded,
    LanguageSet,
    Person,
    PromptHeard,
    RecordingChanged,
    Reopened,
    Resolved,
    WrapUpStarted,
)
from gateway.model.state import MAX_LEGS, Conversation, Leg, Status


def start_call(state: Conversation, command: c.StartCall, circumstances: Circumstances) -> Events:
    """A customer has one call at a time: a leg of theirs that is still there was lost, and nobody has noticed yet."""
    if state.leg(command.leg) is not None:
        raise NotPossible(desk.CALL_GOES_ON())
    stale = tuple(
        CallEnded(leg=one.id, why="lost") for one in state.legs if one.endpoint.identity == command.endpoint.identity
    )
    if len(state.legs) - len(stale) >= MAX_LEGS:
        raise NotPossible(desk.CALLS_FULL())
    return (*stale, *_opened(state, circumstances), CallStarted(leg=command.leg, endpoint=command.endpoint))


def _opened(state: Conversation, circumstances: Circumstances) -> Events:
    """What rests is opened by a call as it is by a message."""
    if state.status in (Status.RESOLVED, Status.SNOOZED):
        return (reopening(state, circumstances),)
    if state.status is Status.WRAP_UP and state.owner is not None:
        return (Reopened(to="owner", owner=state.owner),)
    return ()


def answer_call(state: Conversation, command: c.AnswerCall, circumstances: Circumstances) -> Events:
    leg = _leg(state, command.leg)
    colleague = leg.consult.colleague if leg.consult is not None else None
    if colleague is not None and colleague.id == command.operator.id:
        return ()  # they talk with the owner alone
    _takes_part(state, command.operator)
    if leg.answered is not None and leg.answered.id == command.operator.id:
        return ()
    came = CallAnswered(leg=leg.id, by=command.operator)
    # The customer isn't told that a colleague is asked: that they hear music still, they are.
    return (came,) if leg.consult is None else (came, CallHeld(leg=leg.id, by=leg.consult.by))


def hold_call(state: Conversation, command: c.HoldCall, circumstances: Circumstances) -> Events:
    leg = _leg(state, command.leg)
    _takes_part(state, command.operator)
    return () if leg.held else (CallHeld(leg=leg.id, by=command.operator),)


def resume_call(state: Conversation, command: c.ResumeCall, circumstances: Circumstances) -> Events:
    leg = _leg(state, command.leg)
    _takes_part(state, command.operator)
    if leg.consult is not None:
        if state.owner is None or state.owner.id != command.operator.id:
            raise NotPossible(desk.CONSULT_PRIVATE(name=leg.consult.by.name))
        back = ConsultEnded(leg=leg.id, why="back", by=command.operator)
        return (back, CallResumed(leg=leg.id, by=command.operator))
    return (CallResumed(leg=leg.id, by=command.operator),) if leg.held else ()


def end_call(state: Conversation, command: c.EndCall, circumstances: Circumstances) -> Events:
    """Ending what has ended changes nothing: both ends hang up at the same moment all the time."""
    leg = state.leg(command.leg)
    if leg is None:
        return ()
    if command.operator is not None:
        _takes_part(state, command.operator)
    asked = (ConsultEnded(leg=leg.id, why="over"),) if leg.consult is not None else ()
    ended = CallEnded(leg=leg.id, why=command.why, by=command.operator)
    return (*asked, ended, *_after(state, leg, circumstances))


def _after(state: Conversation, leg: Leg, circumstances: Circumstances) -> Events:
    """The talk is over where it was the call: its owner notes what came of it; whoever can be reached nowhere else is gone."""
    if state.endpoint != leg.endpoint or len(state.legs) > 1:
        return ()
    rules = circumstances.wrap_up
    if (
        state.status is Status.OPEN
        and state.owner is not None
        and leg.answered is not None
        and rules.mode == "required"
    ):
        until = circumstances.now + rules.seconds * SECOND
        return (
            WrapUpStarted(by=state.owner, until=until, code=rules.code, seconds=rules.seconds, more=rules.more),
        )  # fmt: skip
    if leg.before != leg.endpoint:
        return ()
    if state.status is Status.QUEUED:
        return (Resolved(by="customer", ending="lost", reason="left"),)
    return (Resolved(by="customer", ending="answered"),) if state.status is Status.PENDING else ()


def note_heard(state: Conversation, command: c.NoteHeard, circumstances: Circumstances) -> Events:
    """Also of a call that has just ended."""
    if not 0 < command.seq <= state.seq:
        raise NotPossible(desk.NO_SUCH_MESSAGE())
    heard = max(0, min(command.heard, command.characters))
    return (PromptHeard(leg=command.leg, seq=command.seq, heard=heard, characters=command.characters),)


def set_language(state: Conversation, command: c.SetLanguage, circumstances: Circumstances) -> Events:
    leg = _leg(state, command.leg)
    return (LanguageSet(leg=leg.id, locale=command.locale, by=command.by),)


def change_recording(state: Conversation, command: c.ChangeRecording, circumstances: Circumstances) -> Events:
    """People may let it rest and go on; that it begins is decided where the caller is told."""
    leg = _leg(state, command.leg)
    if command.operator is not None:
        _takes_part(state, command.operator)
        if leg.recording is None:
            raise NotPossible(desk.NOT_RECORDED())
    if leg.recording == command.to:
        return ()
    return (RecordingChanged(leg=leg.id, to=command.to, by=command.operator),)


def keep_recording(state: Conversation, command: c.KeepRecording, circumstances: Circumstances) -> Events:
    return (
        CallRecorded(
            leg=command.leg, file=command.file, seconds=command.seconds, since=command.since, broken=command.broken
        ),
    )  # fmt: skip


def _leg(state: Conversation, leg: str) -> Leg:
    found = state.leg(leg)
    if found is None:
        raise NotPossible(desk.CALL_OVER())
    return found


def _takes_part(state: Conversation, operator: Person) -> None:
    owner = state.owner
    if owner is not None and owner.id == operator.id:
        return
    if all(one.operator.id != operator.id for one in state.participants):
        name = owner.name if owner is not None else ""
        raise NotOwner(f"{name or 'Nobody'} has this conversation.", owner=name)
