"""The routes of what a business sets up: one set for every kind, each change judged, counted and noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from aiohttp import web

from gateway.admin.kinds import KINDS, MOST_OWN, Body, Kind
from gateway.errors import Forbidden, InUse, Invalid, NameTaken, NotFound
from gateway.http.changing import actor, conflict, write
from gateway.http.routes import Call, Route, strictly
from gateway.model.ids import new_id
from gateway.store import audit, configuration, directory
from gateway.store.audit import Actor
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")
BASE = "/api/v1/businesses/{business}"


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """Something set up. ``version`` counts its changes; 0: nobody has set it yet, and ``value`` is what holds then."""

    id: str
    version: int
    changed_at: int
    changed_by: str
    value: Any


class Things(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[Thing, ...]


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version that is to be removed."""

    version: Annotated[int, msgspec.Meta(ge=0)]


class Configuration:
    """Serves what businesses set up. ``changed``: told the business and the kind after each change."""

    def __init__(self, store: Store, *, changed: Callable[[str, str], None], kinds: tuple[Kind, ...] = KINDS) -> None:
        self._store = store
        self._changed = changed
        self._kinds = kinds

    def routes(self) -> list[Route]:
        return [route for kind in self._kinds for route in (self._single(kind) if kind.single else self._many(kind))]

    def _many(self, kind: Kind) -> list[Route]:
        path, summary, tags = f"{BASE}/{kind.path}", kind.summary, ("set-up",)
        item = f"{path}/{{item}}"
        change = _change_body(kind)

        async def read(call: Call) -> Things:
            def unit(tx: Tx, now: int) -> list[Thing]:
                return read_things(tx, kind, account=call.who.id)

            return Things(items=tuple(await self._store.read(call.business, unit)))

        async def add(call: Call) -> Thing:
            return await self._write(
                call, kind, lambda tx, now: add_thing(tx, kind, call.body, by=actor(call.who), now=now)
            )

        async def alter(call: Call) -> Thing:
            name, wanted, seen = call.param("item"), call.body.value, call.body.version

            def unit(tx: Tx, now: int) -> Thing:
                return change_thing(tx, kind, wanted, item=name, seen=seen, by=actor(call.who), now=now)

            return await self._write(call, kind, unit)

        async def remove(call: Call) -> web.Response:
            name, seen = call.param("item"), call.query.version

            def unit(tx: Tx, now: int) -> None:
                remove_thing(tx, kind, name, seen=seen, by=actor(call.who), now=now)

            await self._write(call, kind, unit)
            return web.Response(status=204)

        return [
            Route(method="GET", path=path, handler=read, summary=summary, access=kind.read, answer=Things, tags=tags),
            Route(method="POST", path=path, handler=add, summary=f"{summary}: add one", access=kind.write, status=201,
                  body=strictly(kind.body), answer=Thing, tags=tags),
            Route(method="PUT", path=item, handler=alter, summary=f"{summary}: change one", access=kind.write,
                  body=change, answer=Thing, tags=tags),
            Route(method="DELETE", path=item, handler=remove, summary=f"{summary}: remove one", access=kind.write,
                  query=Seen, status=204, tags=tags),
        ]  # fmt: skip

    def _single(self, kind: Kind) -> list[Route]:
        path, summary, tags = f"{BASE}/{kind.path}", kind.summary, ("set-up",)

        async def read(call: Call) -> Thing:
            return await self._store.read(call.business, lambda tx, now: read_single(tx, kind))

        async def alter(call: Call) -> Thing:
            wanted, seen = call.body.value, call.body.version

            def unit(tx: Tx, now: int) -> Thing:
                return change_single(tx, kind, wanted, seen=seen, by=actor(call.who), now=now)

            return await self._write(call, kind, unit)

        return [
            Route(method="GET", path=path, handler=read, summary=summary, access=kind.read, answer=Thing, tags=tags),
            Route(method="PUT", path=path, handler=alter, summary=f"{summary}: change", access=kind.write,
                  body=_change_body(kind), answer=Thing, tags=tags),
        ]  # fmt: skip

    async def _write(self, call: Call, kind: Kind, unit: Callable[[Tx, int], T]) -> T:
        done = await write(self._store, call, unit)
        self._changed(call.business, kind.name)
        return done


def _change_body(kind: Kind) -> type[msgspec.Struct]:
    """``version``: the one that was seen; ``value``: the body as it shall be."""
    return msgspec.defstruct(
        f"{kind.body.__name__}Change",
        [("version", Annotated[int, msgspec.Meta(ge=0)]), ("value", strictly(kind.body))],
        frozen=True, kw_only=True, forbid_unknown_fields=True,
    )  # fmt: skip


# --- units ---


def read_things(tx: Tx, kind: Kind, *, account: str) -> list[Thing]:
    """All of a kind that an account may see, by name."""
    found = (_shown(item, kind) for item in configuration.read(tx, kind.name))
    return [thing for thing in found if kind.sees(thing.value, account)]


def add_thing(tx: Tx, kind: Kind, body: Body, *, by: Actor, now: int) -> Thing:
    """Raises ``Invalid``, ``NameTaken``, ``Forbidden``."""
    directory.lock_business(tx)
    _may_share(kind, body, by)
    judged = kind.judge(tx, body, by)
    _fits(tx, kind, judged)
    item = Item(
        kind.name, kind.name if kind.single else new_id(now), kind.key(judged), _encoded(judged), "", 1, now,
        by.name,
    )  # fmt: skip
    if not configuration.add(tx, item):
        raise NameTaken(f"There is a {judged.name} already. Choose another name.", field="name")
    if not kind.owner(judged):
        audit.note(
            tx, by, "added", kind=kind.name, subject=item.id, name=judged.name, now=now,
            changes=audit.differences(None, judged),
        )  # fmt: skip
    kind.after(tx, now)
    return _shown(item, kind)


def change_thing(tx: Tx, kind: Kind, body: Body, *, item: str, seen: int, by: Actor, now: int) -> Thing:
    """Raises ``NotFound``, ``Conflict`` where it isn't any more as it was seen, ``Invalid``, ``NameTaken``."""
    directory.lock_business(tx)
    found = _found(tx, kind, item, by=by)
    if found.version != seen:
        raise conflict(found.changed_by, found.version)
    before = msgspec.json.decode(found.body, type=kind.body)
    for one in (before, body):
        _may_share(kind, one, by)
    judged = kind.judge(tx, body, by)
    namesake = configuration.named(tx, kind.name, kind.key(judged))
    if namesake is not None and namesake.id != item:
        raise NameTaken(f"There is a {judged.name} already. Choose another name.", field="name")
    configuration.change(tx, found, name=kind.key(judged), body=_encoded(judged), by=by.name, now=now)
    if not (kind.owner(before) and kind.owner(judged)):
        audit.note(
            tx, by, "changed", kind=kind.name, subject=item, name=judged.name, now=now,
            changes=audit.differences(before, judged),
        )  # fmt: skip
    kind.after(tx, now)
    return Thing(id=item, version=seen + 1, changed_at=now, changed_by=by.name, value=judged)


def _may_share(kind: Kind, body: Any, by: Actor) -> None:
    """Raises ``Forbidden``. Whoever sets up from the command line has no role."""
    if by.role and by.role not in kind.shares and not kind.owner(body):
        raise Forbidden("This is shared with others. Ask a supervisor to change it, or make one of your own.")


def _fits(tx: Tx, kind: Kind, body: Body) -> None:
    """Raises ``Invalid``: there are enough."""
    known, owner = configuration.read(tx, kind.name), kind.owner(body)
    if len(known) >= configuration.MOST:
        raise Invalid(f"There are {configuration.MOST} already; remove some.", limit=configuration.MOST)
    if owner:
        own = sum(kind.owner(msgspec.json.decode(item.body, type=kind.body)) == owner for item in known)
        if own >= MOST_OWN:
            raise Invalid(f"You have {MOST_OWN} of your own already; remove some.", limit=MOST_OWN)


def _found(tx: Tx, kind: Kind, item: str, *, by: Actor) -> Item:
    found = configuration.find(tx, kind.name, item)
    if found is None or not kind.sees(msgspec.json.decode(found.body, type=kind.body), by.id):
        raise NotFound("It was removed meanwhile. Look again.")
    return found


def remove_thing(tx: Tx, kind: Kind, item: str, *, seen: int, by: Actor, now: int) -> None:
    """Raises ``NotFound``, ``Conflict``, ``InUse``."""
    directory.lock_business(tx)
    found = _found(tx, kind, item, by=by)
    if found.version != seen:
        raise conflict(found.changed_by, found.version)
    needed = kind.needed_by(tx, item)
    if needed:
        raise InUse(needed)
    before = msgspec.json.decode(found.body, type=kind.body)
    _may_share(kind, before, by)
    configuration.remove(tx, found)
    if not kind.owner(before):
        audit.note(tx, by, "removed", kind=kind.name, subject=item, name=before.name, now=now,
                   changes=audit.differences(before, None))  # fmt: skip


def read_single(tx: Tx, kind: Kind) -> Thing:
    """What holds: as it was set, or as it is where nobody did."""
    found = configuration.find(tx, kind.name, kind.name)
    if found is not None:
        return _shown(found, kind)
    return Thing(id=kind.name, version=0, changed_at=0, changed_by="", value=kind.body())  # type: ignore[call-arg]


def change_single(tx: Tx, kind: Kind, body: Body, *, seen: int, by: Actor, now: int) -> Thing:
    """As ``change_thing``; the first change makes it."""
    if configuration.find(tx, kind.name, kind.name) is not None:
        return change_thing(tx, kind, body, item=kind.name, seen=seen, by=by, now=now)
    if seen:
        raise NotFound("It was removed meanwhile. Look again.")
    return add_thing(tx, kind, body, by=by, now=now)


def _shown(item: Item, kind: Kind) -> Thing:
    value = msgspec.json.decode(item.body, type=kind.body)
    return Thing(
        id=item.id, version=item.version, changed_at=item.changed_at, changed_by=item.changed_by, value=value
    )  # fmt: skip


def _encoded(body: Body) -> str:
    return msgspec.json.encode(body).decode()
