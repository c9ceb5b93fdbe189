"""A colleague is asked while the caller is on hold, decided. Who is on hold stays so until somebody takes them back."""

from __future__ import annotations

from gateway.errors import Invalid, NotOwner, NotPossible
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.decisions.people import fence
from gateway.model.events import (
    CallHeld,
    CallResumed,
    ConsultAnswered,
    ConsultDeclined,
    ConsultEnded,
    ConsultStarted,
    OwnerLost,
    ParticipantJoined,
    Person,
    Taken,
    Transferred,
)
from gateway.model.state import MAX_INVITED, MAX_PARTICIPANTS, Consult, Conversation, Leg


def start_consult(state: Conversation, command: c.StartConsult, circumstances: Circumstances) -> Events:
    fence(state, command)
    leg = state.leg(command.leg)
    if leg is None:
        raise NotPossible(desk.CALL_OVER())
    if leg.consult is not None:
        raise NotPossible(desk.CONSULT_GOES_ON())
    here = {command.operator.id, *(one.operator.id for one in state.participants)}
    asked = tuple(one for one in command.asked if one.id not in here)[:MAX_INVITED]
    if not asked:
        raise Invalid(desk.CONSULT_NOBODY(), field="colleague")
    held = () if leg.held else (CallHeld(leg=leg.id, by=command.operator),)
    begun = ConsultStarted(leg=leg.id, by=command.operator, asked=asked, team=command.team, until=command.until)
    return (*held, begun)


def accept_consult(state: Conversation, command: c.AcceptConsult, circumstances: Circumstances) -> Events:
    """Of two who come at once one does."""
    leg, consult = _consult(state, command.leg)
    colleague = consult.colleague
    if colleague is not None and colleague.id == command.operator.id:
        return ()
    if colleague is not None or all(one.id != command.operator.id for one in consult.asked):
        raise NotPossible(desk.CONSULT_OVER())
    return (ConsultAnswered(leg=leg.id, by=command.operator),)


def decline_consult(state: Conversation, command: c.DeclineConsult, circumstances: Circumstances) -> Events:
    leg = state.leg(command.leg)
    consult = leg.consult if leg is not None else None
    if leg is None or consult is None or all(one.id != command.operator.id for one in consult.asked):
        return ()
    declined = ConsultDeclined(leg=leg.id, by=command.operator)
    if len(consult.asked) > 1:
        return (declined,)
    return (declined, ConsultEnded(leg=leg.id, why="declined", by=command.operator))


def end_consult(state: Conversation, command: c.EndConsult, circumstances: Circumstances) -> Events:
    """Ending what has ended changes nothing; nor does a time that is out when somebody has come."""
    leg = state.leg(command.leg)
    consult = leg.consult if leg is not None else None
    if leg is None or consult is None:
        return ()
    who = command.operator
    if who is None:
        stands = command.why == "unanswered" and consult.colleague is not None
        return () if stands else (ConsultEnded(leg=leg.id, why=command.why),)
    if consult.colleague is not None and consult.colleague.id == who.id:
        return (ConsultEnded(leg=leg.id, why="left", by=who),)
    _is_owner(state, who)
    return (ConsultEnded(leg=leg.id, why="back", by=who), CallResumed(leg=leg.id, by=who))


def complete_consult(state: Conversation, command: c.CompleteConsult, circumstances: Circumstances) -> Events:
    leg, consult = _consult(state, command.leg)
    colleague, owner = consult.colleague, state.owner
    if colleague is None or owner is None:
        raise NotPossible(desk.CONSULT_ALONE())
    if command.operator.id != colleague.id:
        _is_owner(state, command.operator)
    return (
        ConsultEnded(leg=leg.id, why="passed_on", by=command.operator),
        Transferred(by=owner, to=colleague, note=command.note),
        Taken(operator=colleague, via="transfer"),
    )


def confer(state: Conversation, command: c.Confer, circumstances: Circumstances) -> Events:
    leg, consult = _consult(state, command.leg)
    _is_owner(state, command.operator)
    if consult.colleague is None:
        raise NotPossible(desk.CONSULT_ALONE())
    if len(state.participants) >= MAX_PARTICIPANTS:
        raise NotPossible(f"At most {MAX_PARTICIPANTS} people can join a conversation.")
    return (
        ConsultEnded(leg=leg.id, why="together", by=command.operator),
        ParticipantJoined(operator=consult.colleague, role="conference"),
        CallResumed(leg=leg.id, by=command.operator),
    )


def after_owner(state: Conversation, lost: OwnerLost) -> Events:
    """Whoever was asked and is there has the caller then; nobody waits in a queue whom somebody knows about."""
    for leg in state.legs:
        colleague = leg.consult.colleague if leg.consult is not None else None
        if colleague is not None:
            ended = ConsultEnded(leg=leg.id, why="passed_on")
            return (ended, lost, Taken(operator=colleague, via="transfer"))
    return (lost,)


def _consult(state: Conversation, leg: str) -> tuple[Leg, Consult]:
    found = state.leg(leg)
    if found is None or found.consult is None:
        raise NotPossible(desk.CONSULT_OVER())
    return found, found.consult


def _is_owner(state: Conversation, operator: Person) -> None:
    owner = state.owner
    if owner is None or owner.id != operator.id:
        name = owner.name if owner is not None else ""
        raise NotOwner(f"{name or 'Nobody'} has this conversation.", owner=name)
