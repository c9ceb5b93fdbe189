"""Who works for a business: their names, roles and skills, and how they leave."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.hub import Hub
from gateway.errors import Conflict, Invalid, NotFound, Refused
from gateway.http.access import member_topic
from gateway.http.changing import actor, conflict, write
from gateway.http.routes import ADMINISTRATORS, SUPERVISORS, Call, Route
from gateway.http.texts import ItemId, name_of
from gateway.model import commands as c
from gateway.model.events import Person
from gateway.model.rules import Level, Share
from gateway.ports import Signal
from gateway.store import audit, configuration, directory, lists, members
from gateway.store.audit import Actor
from gateway.store.directory import Role
from gateway.store.members import Member
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/businesses/{business}/members"


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """As ``gateway.store.members.Member`` has it."""

    id: str
    email: str
    name: str
    role: Role
    skills: dict[str, int]
    capacity: int
    version: int
    created_at: int


class Members(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[MemberView, ...]


class MemberChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version``: the one that was seen. ``skills``: levels from 1 to 5, by the skill's id. ``capacity``: how much of what
    they carry at once this business may take, in hundredths."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    role: Role
    skills: Annotated[dict[ItemId, Level], msgspec.Meta(max_length=100)] = {}
    capacity: Share = 100


class LastAdministrator(Conflict):
    code, title = "last_administrator", "Nobody else could set it up"


class People:
    """The routes of a business's members."""

    def __init__(self, store: Store, dispatcher: Dispatcher, hub: Hub) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._hub = hub

    def routes(self) -> list[Route]:
        tags = ("people",)
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="Who works for the business", access=SUPERVISORS,
                  answer=Members, tags=tags),
            Route(method="PUT", path=PATH + "/{member}", handler=self.change, summary="Change a name, role, skills or capacity",
                  access=ADMINISTRATORS, body=MemberChange, answer=MemberView, tags=tags),
            Route(method="DELETE", path=PATH + "/{member}", handler=self.remove, status=204,
                  summary="Somebody leaves the business", access=ADMINISTRATORS, tags=tags),
        ]  # fmt: skip

    async def read(self, call: Call) -> Members:
        found = await self._store.read(call.business, lambda tx, now: members.read(tx))
        return Members(items=tuple(_view(one) for one in found))

    async def change(self, call: Call) -> MemberView:
        name, wanted, by = call.param("member"), call.body, actor(call.who)
        changed = await write(self._store, call, lambda tx, now: change_member(tx, name, wanted, by=by, now=now))
        self._tell(call.business, name)
        return _view(changed)

    async def remove(self, call: Call) -> web.Response:
        """What they have open goes back to the queue first: no customer waits for somebody who left."""
        name, by = call.param("member"), actor(call.who)
        found = await self._store.read(call.business, lambda tx, now: _leaving(tx, name))
        while await self._release(call.business, Person(id=found.account, name=found.name)):
            pass
        await write(self._store, call, lambda tx, now: remove_member(tx, name, by=by, now=now))
        self._tell(call.business, name)
        await self._release(call.business, Person(id=found.account, name=found.name))
        return web.Response(status=204)

    async def _release(self, business: str, person: Person) -> int:
        """Queues a page of what ``person`` has; how many went."""

        def unit(tx: Tx, now: int) -> list[str]:
            return [row.conversation for row in lists.read_rows(tx, "mine", operator=person.id, limit=100)]

        gone = 0
        for conversation in await self._store.read(business, unit):
            try:
                await self._dispatcher.submit(business, conversation, c.LoseOwner(operator=person, reason="signed_out"))
                gone += 1
            except Refused:
                continue  # it is somebody else's, or resting: then it comes to the queue by itself
        return gone

    def _tell(self, business: str, account: str) -> None:
        """Their consoles look anew what they may do."""
        topic = member_topic(account)
        self._hub.signal(Signal(business=business, conversation=topic, kind="presence", who="member", body={}))


def _view(member: Member) -> MemberView:
    return MemberView(
        id=member.account, email=member.email, name=member.name, role=member.role, skills=member.skills,
        capacity=member.capacity, version=member.version, created_at=member.created_at,
    )  # fmt: skip


def _known(tx: Tx, account: str) -> Member:
    found = members.find(tx, account)
    if found is None:
        raise NotFound("Nobody of that name works for this business.")
    return found


def _leaving(tx: Tx, account: str) -> Member:
    found = _known(tx, account)
    _keep_an_administrator(tx, found)
    return found


def change_member(tx: Tx, account: str, wanted: MemberChange, *, by: Actor, now: int) -> Member:
    """Raises ``NotFound``, ``Conflict``, ``LastAdministrator``, ``Invalid``."""
    directory.lock_business(tx)
    found = _known(tx, account)
    if found.version != wanted.version:
        raise conflict("", found.version)
    if wanted.role != "administrator":
        _keep_an_administrator(tx, found)
    skills = {item.id for item in configuration.read(tx, "skill")}
    if not skills.issuperset(wanted.skills):
        raise Invalid("One of these skills was removed meanwhile.", field="skills")
    name = name_of(wanted.name)
    as_wanted = found._replace(name=name, role=wanted.role, skills=wanted.skills, capacity=wanted.capacity)
    members.change(tx, found, as_wanted)
    changed = _known(tx, account)
    kept = ("name", "role", "skills", "capacity")
    before, after = found._asdict(), changed._asdict()
    audit.note(
        tx, by, "changed", kind="member", subject=account, name=name, now=now,
        changes={field: (before[field], after[field]) for field in kept if before[field] != after[field]},
    )  # fmt: skip
    return changed


def remove_member(tx: Tx, account: str, *, by: Actor, now: int) -> None:
    """Raises ``NotFound``, ``LastAdministrator``."""
    directory.lock_business(tx)
    found = _leaving(tx, account)
    members.remove(tx, account)
    audit.note(
        tx, by, "removed", kind="member", subject=account, name=found.name, now=now,
        changes={"role": (found.role, None), "email": (found.email, None)},
    )  # fmt: skip


def _keep_an_administrator(tx: Tx, member: Member) -> None:
    if member.role == "administrator" and members.administrators(tx) == 1:
        raise LastAdministrator(
            f"{member.name} is the only administrator. Make somebody else one first.", by="", version=member.version
        )
