"""The widget's socket: hello, replay, messages in, entries out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec
from aiohttp import WSCloseCode, web

from channels.webchat import codec
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.hub import Hub, Subscription
from gateway.errors import NotFound, OriginRefused
from gateway.http.peers import Peers
from gateway.http.socket import PONG, Closed, Session, Sockets, decode_frame, hello, receive
from gateway.model.state import Conversation
from gateway.model.visible import Audience
from gateway.ports import Capabilities, Signal
from gateway.settings import Settings
from gateway.store import directory, inbound, lists, log
from gateway.store.sql import Tx
from gateway.store.store import Store

TYPING_HOLDS = 4.0
"""Seconds for which a typing signal keeps the bot waiting."""


class Visitor(NamedTuple):
    """What is known of a visitor when they connect."""

    inbox: directory.Inbox
    business: directory.Business
    state: Conversation | None
    marks: dict[str, int]


class WebChat:
    """The channel ``webchat``."""

    name = codec.CHANNEL
    capabilities = Capabilities(pushed=False, buttons=True, typing=True)

    def __init__(
        self, store: Store, dispatcher: Dispatcher, hub: Hub, *, sockets: Sockets, peers: Peers, settings: Settings
    ) -> None:  # fmt: skip
        self._store = store
        self._dispatcher = dispatcher
        self._hub = hub
        self._sockets = sockets
        self._peers = peers
        self._settings = settings

    def mount(self, app: web.Application) -> None:
        """Registers the widget's socket."""
        app.router.add_get("/api/v1/widget/socket", self.serve)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        async def run(session: Session) -> None:
            first: codec.Hello = await hello(session, codec.hello_decoder)
            # Another tab of the same visitor may begin the conversation that this one must follow, too: watched
            # before it is read, so that nothing falls in between.
            moved: list[Signal] = []
            followed = followed_topic(first)
            stop = self._hub.watch_signals(followed, moved.append)
            try:
                visitor = await self._visitor(first)
                self._check_origin(request, visitor.inbox)
                talk = _Talk(self, session, first, visitor)
                talk.watch(followed, moved)
            finally:
                stop()
            try:
                await talk.run()
            finally:
                talk.leave()

        return await self._sockets.serve(request, audience="customer", run=run)

    async def _visitor(self, first: codec.Hello) -> Visitor:
        """The inbox, its business and the visitor's conversation; nothing is written for someone who only looks."""
        inbox = await self._store.read("", lambda tx, now: directory.find_inbox(tx, first.inbox))
        if inbox is None or inbox.channel != codec.CHANNEL:
            raise NotFound("There is no such inbox. Check data-inbox.")
        address = codec.address_of(first.token)

        def unit(tx: Tx, now: int) -> Visitor:
            business = directory.read_business(tx, inbox.business)
            assert business is not None
            identity = inbound.find_identity(tx, inbox.id, address)
            state = log.peek(tx, identity.conversation) if identity and identity.conversation else None
            return Visitor(inbox, business, state, lists.marks(tx, state.id) if state else {})

        return await self._store.read(inbox.business, unit)

    def _check_origin(self, request: web.Request, inbox: directory.Inbox) -> None:
        """A browser tells the page's origin; a page that isn't listed may not use the inbox."""
        origin = request.headers.get("Origin", "").lower()
        if origin and origin != self._peers.own_origin(request) and origin not in inbox.settings.origins:
            raise OriginRefused(f"Add {origin[:100]} to the inbox's allowed origins.")
        if not origin:
            raise OriginRefused("This socket is for web pages; programs use the API.")


def followed_topic(first: codec.Hello) -> str:
    """Where a visitor's tabs tell one another which conversation is theirs."""
    return f"visitor:{codec.address_of(first.token)}"


class _Talk:
    """One visitor's open socket."""

    def __init__(self, channel: WebChat, session: Session, first: codec.Hello, visitor: Visitor) -> None:
        self._channel = channel
        self._hub = channel._hub
        self._session = session
        self._hello = first
        self._visitor = visitor
        self._business = visitor.business.id
        self._locale = codec.locale_of(first.locale, visitor.business.locales)
        self._conversation = visitor.state.id if visitor.state else ""
        self._subscription: Subscription | None = None
        self._stops: list[Callable[[], None]] = []
        self._stop_signals: Callable[[], None] = lambda: None
        self._followed = followed_topic(first)

    def watch(self, followed: str, missed: list[Signal]) -> None:
        """Follows what the visitor's other tabs do, from what was ``missed`` until now."""
        self._stops.append(self._hub.watch_signals(followed, self._elsewhere))
        for signal in missed:
            self._elsewhere(signal)

    async def run(self) -> None:
        self._session.tell(self._welcome())
        if self._conversation:
            same = self._hello.conversation == self._conversation
            last = (self._hello.last_seq, self._hello.last_event_id) if same else (0, "")
            if self._hello.conversation and not same:
                self._session.tell({"type": "resync", "conversation": self._hello.conversation})
            await self._follow(self._conversation, last)
        elif self._hello.conversation:
            self._session.tell({"type": "resync", "conversation": self._hello.conversation})
        await receive(self._session, self._handle)

    def leave(self) -> None:
        self._unfollow()
        for stop in self._stops:
            stop()

    def _welcome(self) -> codec.Welcome:
        visitor, locale = self._visitor, self._locale
        settings = visitor.inbox.settings
        state = visitor.state
        owner = state.owner if state else None
        return codec.Welcome(
            inbox=codec.InboxFace(
                name=visitor.inbox.name,
                business=visitor.business.named(locale),
                color=visitor.business.color,
                greeting=settings.greeting.get(locale, ""),
                starters=tuple(starter.button(locale) for starter in settings.starters),
                locales=visitor.business.locales,
            ),
            conversation=state.id if state else None,
            status=state.status.value if state else None,
            owner=codec.OwnerFace(name=owner.name) if owner else None,
            history=(),
            marks=visitor.marks,
        )

    async def _follow(self, conversation: str, last: tuple[int, str] = (0, "")) -> None:
        self._unfollow()
        self._conversation = conversation
        self._stop_signals = self._hub.watch_signals(conversation, self._signal)
        self._subscription = await self._hub.follow(
            self._business, conversation, audience=Audience.CUSTOMER, sink=self._session, last=last
        )

    def _unfollow(self) -> None:
        if self._subscription is not None:
            self._hub.unfollow(self._conversation, self._subscription)
            self._subscription = None
            self._stop_signals()

    def _elsewhere(self, signal: Signal) -> None:
        """The visitor's other tab moved to another conversation: this one reconnects and finds it."""
        if signal.body.get("conversation") != self._conversation:
            self._session.close(Closed(WSCloseCode.SERVICE_RESTART, "the conversation goes on elsewhere"))

    def _signal(self, signal: Signal) -> None:
        if signal.who == "customer":
            return
        if signal.kind == "typing":
            # Which of us types is not the customer's concern; that somebody does, is.
            who = "bot" if signal.who == "bot" else "people"
            on = bool(signal.body.get("on"))
            self._session.offer(_encode(codec.TypingSignal(conversation=signal.conversation, who=who, on=on)))
        elif signal.kind == "mark":
            seq = int(signal.body.get("seq", 0))
            self._session.offer(_encode(codec.Mark(conversation=signal.conversation, who="people", seq=seq)))

    async def _handle(self, text: str) -> None:
        frame: codec.ClientFrame = decode_frame(text, codec.frame_decoder)
        match frame:
            case codec.Message():
                await self._message(frame)
            case codec.Typing():
                self._typing(frame.on)
            case codec.Read():
                await self._read(frame.seq)
            case codec.Ping():
                self._session.send(PONG)

    async def _message(self, frame: codec.Message) -> None:
        item = codec.inbound_of(
            frame,
            self._hello,
            business=self._business,
            locale=self._locale,
            limit=self._channel._settings.message_limit,
        )
        receipt = await self._channel._dispatcher.receive(item)
        self._session.tell(codec.Ack(id=frame.id, conversation=receipt.conversation, seq=receipt.seq))
        if receipt.conversation != self._conversation and not receipt.repeated:
            await self._follow(receipt.conversation)
            self._hub.signal(
                Signal(
                    business=self._business,
                    conversation=self._followed,
                    kind="presence",
                    who="customer",
                    body={"conversation": receipt.conversation},
                )
            )

    def _typing(self, on: bool) -> None:
        if not self._conversation:
            return
        if on:
            self._channel._dispatcher.typing(self._conversation, seconds=TYPING_HOLDS)
        self._tell(kind="typing", body={"on": on})

    async def _read(self, seq: int) -> None:
        if not self._conversation:
            return
        conversation = self._conversation

        def unit(tx: Tx, now: int) -> int:
            head = log.head(tx, conversation)
            upto = min(seq, head[0] if head else 0)
            return upto if lists.mark_read(tx, conversation, "customer", upto) else 0

        marked = await self._channel._store.write(self._business, unit, key=conversation)
        if marked:
            self._tell(kind="mark", body={"seq": marked})

    def _tell(self, *, kind: Literal["typing", "mark"], body: dict[str, str | int | bool]) -> None:
        self._hub.signal(
            Signal(business=self._business, conversation=self._conversation, kind=kind, who="customer", body=body)
        )


def _encode(message: object) -> bytes:
    return msgspec.json.encode(message)
