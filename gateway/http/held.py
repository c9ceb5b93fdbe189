"""What somebody has open over all their businesses, and who could take it: asked before they sign out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from gateway.dispatcher.routing import presence_of
from gateway.http.access import Signin
from gateway.http.elsewhere import LARGEST, OtherBusiness
from gateway.http.presence import Presence
from gateway.http.routes import Call, Route
from gateway.model.alerts import ANSWER
from gateway.model.rules import REACHES
from gateway.model.state import Status
from gateway.store import directory, lists, log
from gateway.store.lists import Row
from gateway.store.sql import Tx
from gateway.store.store import Store

MOST = 200
"""Conversations of a business that are told at once; whoever has more is told of the rest once these are gone."""
OPEN = (Status.OPEN, Status.WRAP_UP)

State = Literal["online", "busy", "after_call", "away", "offline"]


class Taker(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague. ``takes``: they can be passed a conversation now, by the rule of transfers."""

    id: str
    name: str
    state: State
    takes: bool


class HeldRow(msgspec.Struct, frozen=True, kw_only=True):
    row: Row
    floor_seq: int


class HeldAt(msgspec.Struct, frozen=True, kw_only=True):
    """What is theirs at a business. ``resting``: how many more sleep until their time, and stay as they are."""

    business: OtherBusiness
    conversations: tuple[HeldRow, ...]
    resting: int
    colleagues: tuple[Taker, ...]


class HeldView(msgspec.Struct, frozen=True, kw_only=True):
    """Only businesses where something is theirs."""

    businesses: tuple[HeldAt, ...]


class _Found(NamedTuple):
    business: OtherBusiness
    rows: tuple[HeldRow, ...]
    resting: int
    people: list[directory.Membership]


class Held:
    """The route of it."""

    def __init__(self, store: Store, presence: Presence) -> None:
        self._store = store
        self._presence = presence

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path="/api/v1/me/held", handler=self.read, access=Signin.ACCOUNT, answer=HeldView,
                  summary="What you have open over all your businesses, and who could take it", tags=("session",)),
        ]  # fmt: skip

    async def read(self, call: Call) -> HeldView:
        account = call.who.account
        assert account is not None
        found = await self._store.read("", lambda tx, now: _find(tx, account.id, account.locale))
        await self._presence.settle([one.business.id for one in found])
        live = {
            one.business.id: [
                person for person in one.people if self._presence.may_be_there(one.business.id, person.account)
            ]
            for one in found
        }

        def unit(tx: Tx, now: int) -> HeldView:
            return HeldView(
                businesses=tuple(
                    HeldAt(
                        business=one.business, conversations=one.rows, resting=one.resting,
                        colleagues=_colleagues(tx.for_business(one.business.id), one.people, live[one.business.id], now),
                    )
                    for one in found
                )
            )  # fmt: skip

        return await self._store.read("", unit)


def _find(tx: Tx, account: str, locale: str) -> list[_Found]:
    found = []
    for member in directory.memberships(tx, account)[:LARGEST]:
        if member.role not in ANSWER:
            continue
        scoped = tx.for_business(member.business)
        own = lists.read_rows(scoped, "mine", operator=account, limit=MOST)
        rows = tuple(_held(scoped, row) for row in own if row.status in OPEN)
        business = directory.read_business(scoped, member.business)
        if not own or business is None:
            continue
        face = OtherBusiness(id=business.id, name=business.named(locale), color=business.color)
        people = [one for one in directory.read_operators(scoped) if one.role in ANSWER and one.account != account]
        found.append(_Found(face, rows, len(own) - len(rows), people))
    return found


def _held(tx: Tx, row: Row) -> HeldRow:
    state = log.peek(tx, row.conversation)
    return HeldRow(row=row, floor_seq=state.floor_seq if state is not None else 0)


def _colleagues(
    tx: Tx, people: Sequence[directory.Membership], live: Sequence[directory.Membership], now: int
) -> tuple[Taker, ...]:  # fmt: skip
    """Who can take something first, by their names within that."""
    there = {one.account for one in live}
    made = [_taker(tx, one, now) if one.account in there else _gone(one) for one in people]
    return tuple(sorted(made, key=lambda one: not one.takes))


def _taker(tx: Tx, one: directory.Membership, now: int) -> Taker:
    state = presence_of(tx, one.account, now=now)
    return Taker(id=one.account, name=one.name, state=state, takes="transfer" in REACHES[state])


def _gone(one: directory.Membership) -> Taker:
    return Taker(id=one.account, name=one.name, state="offline", takes=False)
