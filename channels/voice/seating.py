"""Who hears whom in a call, by what the log says of it. Pure.

The caller is one seat; each person of the business is another, by their account. Who has the conversation, barges in or confers
talks with the caller; a coach is heard by those, and whoever only listens by nobody. Who is asked about a caller talks with those
people alone: the caller is on hold meanwhile, and neither hears nor is heard.
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
    return owner or any(one.id == account for one in state.beside)


def talkers(state: Conversation) -> frozenset[str]:
    """The seats of those who talk with the caller."""
    if state.status not in (Status.OPEN, Status.WRAP_UP):
        return frozenset()
    owner = {seat_of(state.owner.id)} if state.owner is not None else set()
    return frozenset(owner | {seat_of(one.operator.id) for one in state.participants if one.role != "coach"})


def is_private(leg: Leg) -> bool:
    """Whether people are among themselves: what they say is neither for the caller nor kept."""
    return leg.held or leg.consult is not None


def rows_of(state: Conversation, leg: Leg, seats: Iterable[str]) -> Rows:
    """The mixer's rows for the ``seats`` that are taken."""
    people = frozenset(seats) - {CALLER}
    private = is_private(leg)
    talking = (talkers(state) | _colleague(leg)) & people
    heard = frozenset[str]() if private else people
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
            rows[seat] = Row(heard_by=others if private else others | {CALLER})
    return rows


def _colleague(leg: Leg) -> frozenset[str]:
    asked = leg.consult.colleague if leg.consult is not None else None
    return frozenset((seat_of(asked.id),)) if asked is not None else frozenset()


def wants_music(state: Conversation, leg: Leg, seats: Iterable[str]) -> bool:
    """Whether the caller waits: for somebody who is free, or for whoever put them on hold."""
    if state.status is Status.OPEN:
        return is_private(leg) or not talkers(state) & frozenset(seats)
    return state.status in (Status.QUEUED, Status.SNOOZED)
