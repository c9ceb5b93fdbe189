"""The legs of a conversation: its calls, as ``fold`` keeps them."""

from __future__ import annotations

from typing import Any, assert_never

from msgspec.structs import replace

from gateway.model.events import CallAnswered, CallEnded, CallHeld, CallResumed, CallStarted, Person, RecordingChanged
from gateway.model.state import MAX_LEGS, Conversation, Leg, Status

CallEvent = CallStarted | CallAnswered | CallHeld | CallResumed | CallEnded | RecordingChanged


def after_call(state: Conversation, event: CallEvent, *, at: int) -> dict[str, Any]:
    """What an event of a call changes of the state; replies follow the call, and go back where they went when it ends."""
    match event:
        case CallStarted():
            begun = Leg(id=event.leg, endpoint=event.endpoint, before=state.endpoint, started_at=at)
            waits = at if state.status is Status.OPEN and state.waiting_since is None else state.waiting_since
            return {"legs": (*state.legs, begun)[-MAX_LEGS:], "endpoint": event.endpoint, "waiting_since": waits}
        case CallAnswered():
            return {"legs": _with(state, event.leg, answered=event.by, held=False), "answered": state.last_input,
                    "waiting_since": None, "reminded_at": 0}  # fmt: skip
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
    """The legs of a conversation that is ``owner``'s now: whoever had their sound in it before talks there no more."""
    return tuple(
        leg
        if leg.answered is None or (owner is not None and leg.answered.id == owner.id)
        else replace(leg, answered=None, held=False)
        for leg in legs
    )
