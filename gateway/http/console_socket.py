"""The console's socket: lists, threads and commands of one signed-in operator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec
from aiohttp import WSCloseCode, web

from gateway.dispatcher.following import Subscription
from gateway.dispatcher.hub import Hub
from gateway.errors import Forbidden, Invalid, NotFound, Refused, SignedOut
from gateway.http.access import COOKIE, Access, Principal, member_topic, mention_topic, session_topic, set_up_topic
from gateway.http.console_frames import (
    Ack,
    BusinessFace,
    ClientFrame,
    Command,
    Follow,
    Hello,
    ListFrame,
    Looking,
    MarkFrame,
    MeFace,
    Ping,
    Read,
    RowsSnapshot,
    Typing,
    Unfollow,
    Welcome,
    frame_of,
)
from gateway.http.elsewhere import Elsewhere, Onlooker
from gateway.http.presence import Presence
from gateway.http.reading import audience_of, read_cursor, write_cursor
from gateway.http.routes import EVERYONE
from gateway.http.rows import Console, Rows
from gateway.http.signin import read_me
from gateway.http.socket import PONG, Session, Sockets, decode_frame, hello, receive
from gateway.http.verbs import Verbs
from gateway.http.wire import Closed
from gateway.model.alerts import ANSWER
from gateway.ports import Signal
from gateway.store import directory, lists, log
from gateway.store.sql import Tx
from gateway.store.store import Store

MAX_FOLLOWED = 500
LOOK_EVERY = 60.0
"""Seconds between looks whether the session still stands, and the person's role: what tells of either may be lost."""
_hello_decoder = msgspec.json.Decoder(Hello)
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


class ConsoleSocket:
    """Serves ``/api/v1/console/socket``."""

    def __init__(
        self, store: Store, hub: Hub, *, rows: Rows, elsewhere: Elsewhere, presence: Presence, verbs: Verbs,
        access: Access, sockets: Sockets,
    ) -> None:  # fmt: skip
        self.store = store
        self.hub = hub
        self.rows = rows
        self.elsewhere = elsewhere
        self.presence = presence
        self.verbs = verbs
        self._access = access
        self._sockets = sockets
        self.file_limit = sockets.file_limit
        self.look_every = LOOK_EVERY

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/api/v1/console/socket", self.serve)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Origin and session are judged before the upgrade, the business at hello."""
        self._access.check_origin(request)
        token = request.cookies.get(COOKIE, "")
        account = await self._access.account_of(token)

        async def stands() -> bool:
            await self._access.account_of(token)
            return True

        async def run(session: Session) -> None:
            ended = Closed(WSCloseCode.POLICY_VIOLATION, "signed_out: Sign in again.")
            stop = self.hub.watch_signals(session_topic(token), lambda signal: session.close(ended))
            checking = asyncio.create_task(self._look(session, ended, stands), name="console.session")
            try:
                await serve(session)
            finally:
                stop()
                checking.cancel()

        async def serve(session: Session) -> None:
            first: Hello = await hello(session, _hello_decoder)
            # Another role, or none any more, here or elsewhere: whoever connects again is judged by what holds then.
            changed = Closed(WSCloseCode.SERVICE_RESTART, "member_changed: Connect again.")
            stop = self.hub.watch_signals(member_topic(account.id), lambda signal: session.close(changed))
            try:
                principal = await self._access.member(account, first.business, EVERYONE)
                places = await self._places(account.id)

                async def is_same() -> bool:
                    return await self._places(account.id) == places

                checking = asyncio.create_task(self._look(session, changed, is_same), name="console.member")
                desk = _Desk(self, session, principal, places)
                try:
                    await desk.run()
                finally:
                    desk.leave()
                    checking.cancel()
            finally:
                stop()

        return await self._sockets.serve(request, audience="console", run=run)

    async def _places(self, account: str) -> dict[str, str]:
        """Where somebody works, and as what."""
        found = await self.store.read("", lambda tx, now: directory.memberships(tx, account))
        return {one.business: one.role for one in found}

    async def _look(self, session: Session, over: Closed, holds: Callable[[], Awaitable[bool]]) -> None:
        """Closes the socket a minute at the latest after what it stands on holds no more, whatever ended that."""
        while session.closing is None:
            await asyncio.sleep(self.look_every)
            try:
                if not await holds():
                    session.close(over)
            except (SignedOut, NotFound, Forbidden):
                session.close(over)
            except Refused:
                continue  # the database is away: nothing is known


class _Desk:
    """One open console."""

    def __init__(
        self, owner: ConsoleSocket, session: Session, principal: Principal, places: Mapping[str, str]
    ) -> None:  # fmt: skip
        """``places``: the businesses of its operator, with their roles."""
        self._owner = owner
        self._session = session
        self._who = principal
        self._business = principal.business
        self._audience = audience_of(principal.role)
        self._console = Console(session, principal.id)
        self._followed: dict[str, tuple[Subscription, Callable[[], None]]] = {}
        self._looked_at: set[str] = set()
        answers = tuple(one for one, role in places.items() if role in ANSWER)
        others = tuple(one for one in answers if one != self._business)
        locale = principal.account.locale if principal.account is not None else ""
        self._onlooker = Onlooker(session, principal.id, locale, others)
        topics = [mention_topic(one, principal.id) for one in (self._business, *others)] + [
            set_up_topic(self._business)
        ]
        self._stops = [owner.hub.watch_signals(topic, self._hear) for topic in topics]

    async def run(self) -> None:
        self._session.tell(await self._welcome())
        self._owner.rows.watch(self._business, self._console)
        await self._owner.rows.tell_joined(self._business, self._console)
        await self._owner.presence.join(self._who, self._session)
        await self._owner.elsewhere.watch(self._onlooker)
        await receive(self._session, self._handle)

    def leave(self) -> None:
        for stop in self._stops:
            stop()
        for conversation in list(self._followed):
            self._unfollow(conversation)
        self._owner.elsewhere.unwatch(self._onlooker)
        self._owner.presence.leave(self._who, self._session)
        self._owner.rows.unwatch(self._business, self._console)

    async def _welcome(self) -> Welcome:
        account = self._who.account
        assert account is not None

        def unit(tx: Tx, now: int) -> Welcome:
            business = directory.read_business(tx, self._business)
            assert business is not None
            return Welcome(
                business=BusinessFace(id=business.id, name=business.named(account.locale), locales=business.locales),
                businesses=read_me(tx, account).businesses,
                me=MeFace(id=account.id, name=self._who.name, role=self._who.role, locale=account.locale),
                now=now,
                file_limit=self._owner.file_limit,
            )

        return await self._owner.store.read(self._business, unit)

    async def _handle(self, text: str) -> None:
        frame = decode_frame(text, _decoder)
        match frame:
            case Command():
                await self._command(frame)
            case Follow():
                await self._follow(frame)
            case Unfollow():
                self._unfollow(frame.conversation)
            case ListFrame():
                await self._list(frame)
            case Typing():
                self._signal("typing", frame.conversation, {"on": frame.on, "name": self._who.name})
            case Looking():
                self._look(frame.conversation, on=frame.on)
            case Read():
                await self._read(frame)
            case Ping():
                self._session.send(PONG)

    async def _command(self, frame: Command) -> None:
        answer = await self._owner.verbs.run_raw(self._who, frame.conversation, frame.verb, bytes(frame.body))
        self._session.tell(Ack(id=frame.id, conversation=answer.conversation, seq=answer.seq))

    async def _list(self, frame: ListFrame) -> None:
        after = read_cursor(frame.before)
        self._owner.rows.show(self._business, self._console, frame.view)

        def unit(tx: Tx, now: int) -> RowsSnapshot:
            rows = lists.read_rows(
                tx, frame.view, operator=self._who.id, after=after, limit=frame.limit + 1, only=frame.filter
            )
            counts = lists.counts_of(lists.tally(tx), operator=self._who.id)
            page = tuple(rows[: frame.limit])
            more = len(rows) > frame.limit
            return RowsSnapshot(
                view=frame.view, filter=frame.filter, before=frame.before, rows=page, next=write_cursor(page[-1], frame.view) if more else None,
                counts=counts,
            )  # fmt: skip

        self._session.tell(await self._owner.store.read(self._business, unit))

    async def _follow(self, frame: Follow) -> None:
        conversation = frame.conversation
        if len(self._followed) >= MAX_FOLLOWED and conversation not in self._followed:
            raise Invalid(f"A console follows at most {MAX_FOLLOWED} conversations. Close some.", limit=MAX_FOLLOWED)

        def unit(tx: Tx, now: int) -> dict[str, int] | None:
            return lists.marks(tx, conversation) if log.head(tx, conversation) else None

        marks = await self._owner.store.read(self._business, unit)
        if marks is None:
            raise NotFound("There is no such conversation in this business.")
        self._unfollow(conversation)
        stop = self._owner.hub.watch_signals(conversation, self._hear)
        subscription = await self._owner.hub.follow(
            self._business, conversation, audience=self._audience, sink=self._session,
            last=(frame.last_seq, frame.last_event_id), tail=frame.tail,
        )  # fmt: skip
        self._followed[conversation] = (subscription, stop)
        self._owner.rows.follow(self._business, self._console, conversation)
        for who, seq in marks.items():
            self._session.tell(MarkFrame(conversation=conversation, who=who, seq=seq))

    def _look(self, conversation: str, *, on: bool) -> None:
        if on:
            self._looked_at.add(conversation)
        else:
            self._looked_at.discard(conversation)
        self._signal("looking", conversation, {"on": on, "name": self._who.name})

    def _unfollow(self, conversation: str) -> None:
        if conversation in self._looked_at:
            self._look(conversation, on=False)
        followed = self._followed.pop(conversation, None)
        if followed is not None:
            subscription, stop = followed
            self._owner.hub.unfollow(conversation, subscription)
            self._owner.rows.unfollow(self._business, self._console, conversation)
            stop()

    async def _read(self, frame: Read) -> None:
        conversation = frame.conversation

        def unit(tx: Tx, now: int) -> int:
            head = log.head(tx, conversation)
            if head is None:
                raise NotFound("There is no such conversation in this business.")
            upto = min(frame.seq, head[0])
            return upto if lists.mark_read(tx, conversation, "people", upto) else 0

        marked = await self._owner.store.write(self._business, unit, key=conversation)
        if marked:
            self._owner.rows.read(self._business, conversation)
            self._owner.elsewhere.read(self._business, conversation)
            self._signal("mark", conversation, {"seq": marked, "name": self._who.name})

    def _signal(
        self, kind: Literal["typing", "looking", "mark"], conversation: str, body: dict[str, str | int | bool]
    ) -> None:  # fmt: skip
        """Tells a signal of a conversation that this console follows; of another it would be a foreign one."""
        if conversation in self._followed:
            self._owner.hub.signal(
                Signal(business=self._business, conversation=conversation, kind=kind, who=self._who.id, body=body)
            )

    def _hear(self, signal: Signal) -> None:
        if signal.who == self._who.id:
            return
        frame = frame_of(signal, me=self._who.id, business=self._business)
        if frame is not None:
            self._session.offer(msgspec.json.encode(frame))
