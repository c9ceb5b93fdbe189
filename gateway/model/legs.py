"""The legs of a conversation: its calls, as ``fold`` keeps them."""

from __future__ import annotations

from typing import Any, assert_never

from msgspec.structs import replace

from gateway.model.events import (
    CallAnswered,
    CallEnded,
    CallHeld,
    CallResumed,
    CallStarted,
    ConsultAnswered,
    ConsultDeclined,
    ConsultEnded,
    ConsultStarted,
    Person,
    RecordingChanged,
)
from gateway.model.state import MAX_LEGS, Consult, Conversation, Leg, Status

CallEvent = CallStarted | CallAnswered | CallHeld | CallResumed | CallEnded | RecordingChanged
ConsultEvent = ConsultStarted | ConsultAnswered | ConsultDeclined | ConsultEnded


def after_call(state: Conversation, event: CallEvent, *, at: int) -> dict[str, Any]:
    """What an event of a call changes of the state; replies follow the call, and go back where they went when it ends."""
    match event:
        case CallStarted():
            begun = Leg(id=event.leg, endpoint=event.endpoint, before=state.endpoint, started_at=at)
            waits = at if state.status is Status.OPEN and state.waiting_since is None else state.waiting_since
            return {"legs": (*state.legs, begun)[-MAX_LEGS:], "endpoint": event.endpoint, "waiting_since": waits}
        case CallAnswered():
            return {"legs": _answered(state, event), "answered": state.last_input, "waiting_since": None,
                    "reminded_at": 0}  # fmt: skip
        case CallHeld():
            return {"legs": _with(state, event.leg, held=True)}
        case CallResumed():
            return {"legs": _with(state, event.leg, held=False)}
        case RecordingChanged():
            return {"legs": _with(state, event.leg, recording=event.to)}
        case CallEnded():
            return _ended(state, event)
        case _:
            assert_never(event)


def after_consult(state: Conversation, event: ConsultEvent) -> dict[str, Any]:
    """What an event of a consultation changes of the state."""
    leg = state.leg(event.leg)
    match event:
        case ConsultStarted():
            begun = Consult(by=event.by, asked=event.asked, team=event.team, until=event.until)
            return {"legs": _with(state, event.leg, consult=begun)}
        case ConsultEnded():
            return {"legs": _with(state, event.leg, consult=None)}
        case ConsultAnswered() | ConsultDeclined():
            if leg is None or leg.consult is None:
                return {}
            return {"legs": _with(state, event.leg, consult=_answer(leg.consult, event))}
        case _:
            assert_never(event)


def _answer(consult: Consult, event: ConsultAnswered | ConsultDeclined) -> Consult:
    if isinstance(event, ConsultAnswered):
        return replace(consult, asked=(), colleague=event.by)
    return replace(consult, asked=tuple(one for one in consult.asked if one.id != event.by.id))


def _answered(state: Conversation, event: CallAnswered) -> tuple[Leg, ...]:
    """Whose sound comes in takes the customer from a hold of whoever talked before, but where that is for a colleague to be asked. Before
    anybody talked it is their own: they were quicker than their sound."""
    leg = state.leg(event.leg)
    held = leg is not None and leg.held and (leg.consult is not None or leg.answered is None)
    return _with(state, event.leg, answered=event.by, held=held)


def _ended(state: Conversation, event: CallEnded) -> dict[str, Any]:
    ended = state.leg(event.leg)
    if ended is None:
        return {}
    left = tuple(leg for leg in state.legs if leg.id != event.leg)
    here = state.endpoint == ended.endpoint
    return {"legs": left, "endpoint": ended.before if here else state.endpoint}


def _with(state: Conversation, leg: str, **changes: Any) -> tuple[Leg, ...]:
    return tuple(replace(one, **changes) if one.id == leg else one for one in state.legs)


def passed_on(legs: tuple[Leg, ...], owner: Person | None) -> tuple[Leg, ...]:
    """The legs of a conversation that is ``owner``'s now: whoever had their sound in it before talks there no more, and asks
    nobody about it."""
    return tuple(_kept_by(leg, owner.id if owner is not None else "") for leg in legs)


def _kept_by(leg: Leg, owner: str) -> Leg:
    if leg.consult is not None and leg.consult.by.id != owner:
        leg = replace(leg, consult=None, held=False)
    if leg.answered is None or leg.answered.id == owner:
        return leg
    return replace(leg, answered=None, held=False)
