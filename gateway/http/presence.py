"""Who is on the line: what people chose, and whether a console of theirs is open, on this node or another.

Presence is an account's: whose console shows one business is there for every business that they answer for.

Liveness is told by signals and believed for a while; nothing of it is kept. A node that learns of a business's consoles
for the first time asks the others, which tell what they have.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec

from gateway.dispatcher.absence import note_absent
from gateway.dispatcher.following import Sink
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.routing import look_again
from gateway.errors import Invalid
from gateway.http.access import Principal, Signin
from gateway.http.routes import Call, Route
from gateway.http.texts import one_line
from gateway.model.alerts import ANSWER
from gateway.ports import Signal
from gateway.store import directory, presence
from gateway.store.presence import State
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

TELL_EVERY = 30.0
BELIEVED = 75.0
"""Seconds for which another node is believed that somebody is there."""
ANSWERED = 2.0
"""Seconds for which the other nodes may take to say whom they have; until then nobody knows, and nobody is sent away."""
ASKED_FOR = 600.0
"""Seconds for which a business's people are kept in mind for its customers, where none of its consoles is open here."""
Shown = Literal["online", "busy", "away", "offline"]
_encoder = msgspec.json.Encoder()


class PresenceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``reason``: of a break, in people's own words."""

    state: State
    reason: Annotated[str, msgspec.Meta(max_length=80)] = ""


class PresenceView(msgspec.Struct, frozen=True, kw_only=True):
    """``since``: the instant of the choice; 0 for who never made one. ``reason``: of a break; ``missed`` where offers passed
    by and somebody was set away for it."""

    state: State
    since: int
    reason: str = ""


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague and how they are shown."""

    id: str
    name: str
    state: Shown
    reason: str = ""


class PeopleFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="people"):
    """Who works for the business: all of them at first, then whoever changed."""

    people: tuple[Face, ...]


class _Joins(NamedTuple):
    """Whom a console that opens may be with: ``people`` of the business that it shows; ``elsewhere``: the other
    businesses that its person answers for; ``chosen``: what all of them chose."""

    people: list[directory.Membership]
    elsewhere: list[directory.Membership]
    chosen: dict[str, presence.Chosen]


class _Board:
    """A business whose people have consoles open on this node, or whose customers are. Instants are of the monotonic clock.
    ``here``: those consoles, whatever they show; ``watching``: those that show this business."""

    def __init__(self, now: float) -> None:
        self.began = self.asked = now
        self.names: dict[str, str] = {}
        self.states: dict[str, State] = {}
        self.reasons: dict[str, str] = {}
        self.here: dict[str, list[Sink]] = {}
        self.watching: list[Sink] = []
        self.elsewhere: dict[str, dict[str, float]] = {}
        self.told: dict[str, Face] = {}
        self.stop: Callable[[], None] = lambda: None

    def face(self, account: str) -> Face:
        state: Shown = self.states.get(account, presence.USUAL) if self.is_live(account) else "offline"
        reason = self.reasons.get(account, "") if state == "away" else ""
        return Face(id=account, name=self.names.get(account, ""), state=state, reason=reason)

    def know(self, one: directory.Membership, chosen: presence.Chosen) -> None:
        self.names[one.account], self.states[one.account] = one.name, chosen.state
        self.reasons[one.account] = chosen.reason

    def is_live(self, account: str) -> bool:
        return account in self.here or account in self.elsewhere

    def available(self) -> bool:
        """Whether somebody is there who answers."""
        return any(self.face(account).state in ("online", "busy") for account in {*self.here, *self.elsewhere})

    def tell(self) -> None:
        """Tells the consoles that show the business who changed."""
        faces = [self.face(account) for account in self.names]
        changed = tuple(face for face in faces if self.told.get(face.id) != face)
        if not changed:
            return
        self.told.update((face.id, face) for face in changed)
        frame = _encoder.encode(PeopleFrame(people=changed))
        for sink in self.watching:
            sink.send(frame)


class Presence:
    """The boards of this node, and the route by which people choose."""

    def __init__(self, store: Store, hub: Hub, *, hasten: Callable[[], None] = lambda: None) -> None:
        """``hasten`` is called where a due row may have been moved forward."""
        self._store = store
        self._hub = hub
        self._hasten = hasten
        self._node = secrets.token_hex(4)
        self._boards: dict[str, _Board] = {}
        self._tasks = TaskSet("presence")

    def start(self) -> None:
        self._tasks.start(self._keep_telling(), name="tell")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def routes(self) -> list[Route]:
        path = "/api/v1/me/presence"
        return [
            Route(method="GET", path=path, handler=self.read, access=Signin.ACCOUNT, answer=PresenceView,
                  summary="Whether you take conversations", tags=("session",)),
            Route(method="PUT", path=path, handler=self.choose, access=Signin.ACCOUNT, body=PresenceBody,
                  answer=PresenceView, summary="Say whether you take conversations", tags=("session",)),
        ]  # fmt: skip

    async def read(self, call: Call) -> PresenceView:
        found = await self._store.read("", lambda tx, now: presence.chosen(tx, call.who.id))
        return PresenceView(state=found.state, since=found.since, reason=found.reason)

    async def choose(self, call: Call) -> PresenceView:
        """Every console of every business that the account works for shows it."""
        account, state = call.who.id, call.body.state
        reason = one_line(call.body.reason) if state == "away" else ""
        if reason == presence.MISSED:
            raise Invalid("Say it in other words.", field="reason")

        def unit(tx: Tx, now: int) -> tuple[presence.Chosen, list[directory.Membership]]:
            chosen = presence.choose(tx, account, state, now=now, reason=reason)
            if state == "online":
                look_again(tx, account, now=now)
            return chosen, directory.memberships(tx, account)

        chosen, memberships = await self._store.write("", unit, key=account)
        self._hasten()
        self.tell(account, chosen, memberships)
        return PresenceView(state=chosen.state, since=chosen.since, reason=chosen.reason)

    def tell(self, account: str, chosen: presence.Chosen, memberships: Sequence[directory.Membership]) -> None:
        """Every console of every business of theirs shows what they chose, or what was chosen for them."""
        for one in memberships:
            body: dict[str, str | int | bool] = {"state": chosen.state, "reason": chosen.reason, "name": one.name}
            self._say(one.business, account, body)
            self._learn(one.business, account, state=chosen.state, name=one.name, reason=chosen.reason)

    def available(self, business: str, *, now: float | None = None) -> bool:
        """Whether somebody who answers is at a console of the business, on this node or another."""
        now = time.monotonic() if now is None else now
        board = self._board(business, now)
        board.asked = now
        return board.available() or (self._hub.has_peers and now - board.began < ANSWERED)

    def is_live(self, account: str, businesses: Sequence[str]) -> bool:
        """Whether they are there for one of these businesses, by a console on this node or another; as far as is known.
        Asks nobody, so that units of work may ask it from their threads."""
        boards = (self._boards.get(business) for business in businesses)
        return any(board is not None and board.is_live(account) for board in boards)

    def may_be_there(self, business: str, account: str) -> bool:
        """As ``is_live``; what isn't known (yet) may be."""
        board = self._boards.get(business)
        unsure = self._hub.has_peers and (board is None or time.monotonic() - board.began < ANSWERED)
        return unsure or (board is not None and board.is_live(account))

    def is_deserted(self, business: str) -> bool:
        """Whether it is certain that nobody who answers is at a console of the business, on any node. Asks nobody."""
        board = self._boards.get(business)
        unsure = self._hub.has_peers and (board is None or time.monotonic() - board.began < ANSWERED)
        return not (unsure or self._hub.doubtful) and (board is None or not board.available())

    def is_gone(self, account: str, businesses: Sequence[str]) -> bool:
        """Whether it is certain that none is. What other nodes can't be asked, or haven't answered yet, is not."""
        now = time.monotonic()
        boards = [self._asked(business) for business in businesses]
        unsure = self._hub.doubtful or (self._hub.has_peers and any(now - board.began < ANSWERED for board in boards))
        return not unsure and not any(board.is_live(account) for board in boards)

    def knows(self, businesses: Iterable[str]) -> bool:
        """Whether the other nodes have had the time to say whom they have at each of these; they are asked."""
        began = max((self._asked(business).began for business in businesses), default=0.0)
        return not self._hub.has_peers or time.monotonic() - began >= ANSWERED

    async def settle(self, businesses: Iterable[str]) -> None:
        """Waits until the other nodes have had the time to say whom they have at each of these."""
        wanted = list(businesses)
        if not self.knows(wanted):
            await asyncio.sleep(ANSWERED)

    def _asked(self, business: str) -> _Board:
        now = time.monotonic()
        board = self._board(business, now)
        board.asked = now
        return board

    def _board(self, business: str, now: float) -> _Board:
        """The business's board; a new one asks the other nodes whom they have."""
        board = self._boards.get(business)
        if board is None:
            board = self._boards[business] = _Board(now)
            board.stop = self._hub.watch_signals(_topic(business), self._hear)
            self._say(business, "", {"asks": True})
        return board

    # --- consoles ---

    async def join(self, who: Principal, sink: Sink) -> None:
        """A console has opened: it is told who is there, and the others of it, wherever its person works."""

        def unit(tx: Tx, now: int) -> _Joins:
            people = directory.read_operators(tx)
            chosen = presence.latest(tx, [who.id, *(one.account for one in people)])
            elsewhere = [one for one in directory.memberships(tx, who.id) if one.role in ANSWER]
            return _Joins(people, [one for one in elsewhere if one.business != who.business], chosen)

        joins = await self._store.read(who.business, unit)
        for one in (*joins.people, *joins.elsewhere):
            self._board(one.business, time.monotonic()).know(one, joins.chosen.get(one.account, presence.NEVER))
        for business in (who.business, *(one.business for one in joins.elsewhere)):
            board = self._board(business, time.monotonic())
            board.here.setdefault(who.id, []).append(sink)
            board.tell()
            self._tell_others(business, board, who.id)
        board = self._board(who.business, time.monotonic())
        board.watching.append(sink)
        sink.send(_encoder.encode(PeopleFrame(people=tuple(board.face(account) for account in board.names))))
        await self._arrived(who)

    async def _arrived(self, who: Principal) -> None:
        """Whoever waits may be offered to them."""
        await self._store.write(who.business, lambda tx, now: look_again(tx, who.id, now=now), key=who.id)
        self._hasten()

    def leave(self, who: Principal, sink: Sink) -> None:
        boards = [(business, board) for business, board in self._boards.items() if sink in board.here.get(who.id, ())]
        for business, board in boards:
            if sink in board.watching:
                board.watching.remove(sink)
            board.here[who.id].remove(sink)
            if not board.here[who.id]:
                del board.here[who.id]
                self._say(business, who.id, {"live": False})
                board.tell()
        if boards and not any(who.id in board.here for _, board in boards):
            self._tasks.start(self._left(who.business, who.id), name="left")

    async def _left(self, business: str, account: str) -> None:
        await self._store.write(business, lambda tx, now: note_absent(tx, account, now=now), key=account)

    # --- between nodes ---

    def _tell_others(self, business: str, board: _Board, account: str) -> None:
        state, reason = board.states.get(account, presence.USUAL), board.reasons.get(account, "")
        name = board.names.get(account, "")
        self._say(business, account, {"live": True, "state": state, "reason": reason, "name": name})

    def _say(self, business: str, account: str, body: dict[str, str | int | bool]) -> None:
        told = {"node": self._node, **body}
        self._hub.signal(
            Signal(business=business, conversation=_topic(business), kind="presence", who=account, body=told)
        )  # fmt: skip

    def _hear(self, signal: Signal) -> None:
        body, board = signal.body, self._boards.get(signal.business)
        node = str(body.get("node", ""))
        if board is None or node == self._node:
            return
        if body.get("asks"):
            for account in board.here:
                self._tell_others(signal.business, board, account)
            return
        if body.get("live") is True:
            board.elsewhere.setdefault(signal.who, {})[node] = time.monotonic() + BELIEVED
        elif body.get("live") is False:
            _forget(board, signal.who, node)
        state = body.get("state", "")
        self._learn(
            signal.business, signal.who, state=state if state in get_args(State) else None,
            name=str(body.get("name", "")), reason=str(body.get("reason", "")),
        )  # fmt: skip

    def _learn(self, business: str, account: str, *, state: object, name: str, reason: str) -> None:
        board = self._boards.get(business)
        if board is None:
            return
        if state is not None:
            board.states[account] = state  # type: ignore[assignment]
            board.reasons[account] = reason
        if name:
            board.names[account] = name
        board.tell()

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Tells the other nodes who is here, and forgets whom they have not told for long; where the other nodes can't
        be heard, that says nothing."""
        left: dict[str, str] = {}
        for business, board in list(self._boards.items()):
            for account in board.here:
                self._tell_others(business, board, account)
            for account, nodes in list(board.elsewhere.items()):
                for node, until in list(nodes.items()):
                    if until < now and not self._hub.doubtful:
                        _forget(board, account, node)  # its node told nobody that they left: it died
                        if not board.is_live(account):
                            left[account] = business  # looked at wherever they work, once
            board.tell()
            if not board.here and now - board.asked > ASKED_FOR:
                board.stop()
                del self._boards[business]
        for account, business in left.items():
            self._tasks.start(self._left(business, account), name="left")


def _topic(business: str) -> str:
    return f"presence:{business}"


def _forget(board: _Board, account: str, node: str) -> None:
    nodes = board.elsewhere.get(account, {})
    nodes.pop(node, None)
    if not nodes:
        board.elsewhere.pop(account, None)
