"""Who hears whom in a call, by what the log says of it. Pure.

The caller is one seat; each person of the business is another, by their account. Who has the conversation, barges in or confers
talks with the caller; a coach is heard by those, and whoever only listens by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from channels.voice.mixer import Row, Rows
from gateway.model.state import Conversation, Leg, Status

CALLER = "caller"
PROMPTS = "prompts"
MUSIC = "music"
_PERSON = "person:"


def seat_of(account: str) -> str:
    """The seat of somebody of the business."""
    return _PERSON + account


def account_of(seat: str) -> str:
    """Whose seat it is; "" for the caller's."""
    return seat.removeprefix(_PERSON) if seat.startswith(_PERSON) else ""


def takes_part(state: Conversation, account: str) -> bool:
    """Whether somebody of the business has a seat in the conversation's calls."""
    owner = state.owner is not None and state.owner.id == account
    return owner or any(one.operator.id == account for one in state.participants)


def talkers(state: Conversation) -> frozenset[str]:
    """The seats of those who talk with the caller."""
    if state.status not in (Status.OPEN, Status.WRAP_UP):
        return frozenset()
    owner = {seat_of(state.owner.id)} if state.owner is not None else set()
    return frozenset(owner | {seat_of(one.operator.id) for one in state.participants if one.role != "coach"})


def rows_of(state: Conversation, leg: Leg, seats: Iterable[str]) -> Rows:
    """The mixer's rows for the ``seats`` that are taken."""
    people = frozenset(seats) - {CALLER}
    talking = talkers(state) & people
    heard = frozenset[str]() if leg.held else people
    rows = {
        CALLER: Row(heard_by=heard),
        PROMPTS: Row(listens=False, heard_by=people | {CALLER}),
        MUSIC: Row(listens=False, heard_by=frozenset({CALLER})),
    }
    for seat in people:
        others = people - {seat}
        if seat not in talking:
            rows[seat] = Row(heard_by=talking - {seat})
        else:
            rows[seat] = Row(heard_by=others if leg.held else others | {CALLER})
    return rows


def wants_music(state: Conversation, leg: Leg, seats: Iterable[str]) -> bool:
    """Whether the caller waits: for somebody who is free, or for whoever put them on hold."""
    if state.status is Status.OPEN:
        return leg.held or not talkers(state) & frozenset(seats)
    return state.status in (Status.QUEUED, Status.SNOOZED)
