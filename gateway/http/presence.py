"""Who is on the line: what people chose, and whether a console of theirs is open, on this node or another.

Liveness is told by signals and believed for a while; nothing of it is kept. A node that learns of a business's consoles
for the first time asks the others, which tell what they have.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from gateway.dispatcher.following import Sink
from gateway.dispatcher.hub import Hub
from gateway.http.access import Principal, Signin
from gateway.http.routes import Call, Route
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
    state: State


class PresenceView(msgspec.Struct, frozen=True, kw_only=True):
    """``since``: the instant of the choice; 0 for who never made one."""

    state: State
    since: int


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague and how they are shown."""

    id: str
    name: str
    state: Shown


class PeopleFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="people"):
    """Who works for the business: all of them at first, then whoever changed."""

    people: tuple[Face, ...]


class _Board:
    """A business whose consoles are open on this node, or whose customers are. Instants are of the monotonic clock."""

    def __init__(self, now: float) -> None:
        self.began = self.asked = now
        self.names: dict[str, str] = {}
        self.states: dict[str, State] = {}
        self.here: dict[str, list[Sink]] = {}
        self.elsewhere: dict[str, dict[str, float]] = {}
        self.told: dict[str, Face] = {}
        self.stop: Callable[[], None] = lambda: None

    def face(self, account: str) -> Face:
        live = account in self.here or account in self.elsewhere
        state: Shown = self.states.get(account, presence.USUAL) if live else "offline"
        return Face(id=account, name=self.names.get(account, ""), state=state)

    def available(self) -> bool:
        """Whether somebody is there who answers."""
        return any(self.face(account).state in ("online", "busy") for account in {*self.here, *self.elsewhere})

    def tell(self) -> None:
        """Tells this node's consoles who changed."""
        faces = [self.face(account) for account in self.names]
        changed = tuple(face for face in faces if self.told.get(face.id) != face)
        if not changed:
            return
        self.told.update((face.id, face) for face in changed)
        frame = _encoder.encode(PeopleFrame(people=changed))
        for sinks in self.here.values():
            for sink in sinks:
                sink.send(frame)


class Presence:
    """The boards of this node, and the route by which people choose."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
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
        return PresenceView(state=found.state, since=found.since)

    async def choose(self, call: Call) -> PresenceView:
        """Every console of every business that the account works for shows it."""
        account, state = call.who.id, call.body.state

        def unit(tx: Tx, now: int) -> tuple[presence.Chosen, list[directory.Membership]]:
            return presence.choose(tx, account, state, now=now), directory.memberships(tx, account)

        chosen, memberships = await self._store.write("", unit, key=account)
        for one in memberships:
            self._say(one.business, account, {"state": state, "name": one.name})
            self._learn(one.business, account, state=state, name=one.name)
        return PresenceView(state=chosen.state, since=chosen.since)

    def available(self, business: str, *, now: float | None = None) -> bool:
        """Whether somebody who answers is at a console of the business, on this node or another."""
        now = time.monotonic() if now is None else now
        board = self._board(business, now)
        board.asked = now
        return board.available() or (self._hub.has_peers and now - board.began < ANSWERED)

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
        """A console has opened: it is told who is there, and the others of it."""

        def unit(tx: Tx, now: int) -> list[tuple[directory.Membership, State]]:
            return [(one, presence.chosen(tx, one.account).state) for one in directory.read_operators(tx)]

        people = await self._store.read(who.business, unit)
        board = self._board(who.business, time.monotonic())
        for one, state in people:
            board.names[one.account], board.states[one.account] = one.name, state
        board.here.setdefault(who.id, []).append(sink)
        board.tell()
        sink.send(_encoder.encode(PeopleFrame(people=tuple(board.face(account) for account in board.names))))
        self._tell_others(who.business, board, who.id)

    def leave(self, who: Principal, sink: Sink) -> None:
        board = self._boards.get(who.business)
        sinks = board.here.get(who.id) if board is not None else None
        if board is None or sinks is None or sink not in sinks:
            return
        sinks.remove(sink)
        if sinks:
            return
        del board.here[who.id]
        self._say(who.business, who.id, {"live": False})
        board.tell()

    # --- between nodes ---

    def _tell_others(self, business: str, board: _Board, account: str) -> None:
        state = board.states.get(account, presence.USUAL)
        self._say(business, account, {"live": True, "state": state, "name": board.names.get(account, "")})

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
            signal.business, signal.who, state=state if state in get_args(State) else None, name=str(body.get("name", ""))
        )  # fmt: skip

    def _learn(self, business: str, account: str, *, state: object, name: str) -> None:
        board = self._boards.get(business)
        if board is None:
            return
        if state is not None:
            board.states[account] = state  # type: ignore[assignment]
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
        for business, board in list(self._boards.items()):
            for account in board.here:
                self._tell_others(business, board, account)
            for account, nodes in list(board.elsewhere.items()):
                for node, until in list(nodes.items()):
                    if until < now and not self._hub.doubtful:
                        _forget(board, account, node)
            board.tell()
            if not board.here and now - board.asked > ASKED_FOR:
                board.stop()
                del self._boards[business]


def _topic(business: str) -> str:
    return f"presence:{business}"


def _forget(board: _Board, account: str, node: str) -> None:
    nodes = board.elsewhere.get(account, {})
    nodes.pop(node, None)
    if not nodes:
        board.elsewhere.pop(account, None)
