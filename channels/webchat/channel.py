"""The widget's channel: where its socket, its uploads and its inbox's face are served."""

from __future__ import annotations

from aiohttp import web

from channels.webchat import codec
from channels.webchat.call_page import CallPages
from channels.webchat.face import WidgetFace
from channels.webchat.files import WidgetFiles
from channels.webchat.origins import check_origin, whence
from channels.webchat.queue import Available, QueueBoard
from channels.webchat.signing import Signing
from channels.webchat.talk import Parts, Talk, Visitor
from channels.webchat.users import User, Users
from gateway.cluster.counters import Counters
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.continuing import TELEGRAM, way_on
from gateway.dispatcher.hub import Hub, identity_topic
from gateway.errors import NotFound
from gateway.http.limits import Limit, Limiter
from gateway.http.peers import Peers
from gateway.http.socket import Session, Sockets, hello
from gateway.ports import Calls, Capabilities, Signal
from gateway.settings import Settings
from gateway.shared import Shared
from gateway.store import blocks, contacts, directory, inbound, lists, log
from gateway.store.sql import Tx
from gateway.store.store import Store

WAYS_ON = 6.0
"""Links into a messenger that one visitor may ask for, and links from there that they may open, in a minute."""
LETTERS = 3.0
"""Transcripts by e-mail in an hour: of one visitor, and to one address."""


class WebChat:
    """The channel ``webchat``."""

    name = codec.CHANNEL
    capabilities = Capabilities(pushed=False, buttons=True, typing=True)

    def __init__(
        self, store: Store, dispatcher: Dispatcher, hub: Hub, *, sockets: Sockets, files: WidgetFiles, users: Users,
        peers: Peers, settings: Settings, available: Available, calls: Calls,
        counters: Counters,
    ) -> None:  # fmt: skip
        self._store = store
        self._hub = hub
        self._users = users
        self._signing = Signing(store, dispatcher, hub)
        self._sockets = sockets
        self._files = files
        self._peers = peers
        self.queue = QueueBoard(store, hub, available)
        self._face = WidgetFace(store, peers)
        self._call_pages = CallPages(store)
        letters = Limiter(Limit(name="letters", rate=LETTERS / 3600, burst=LETTERS), counters)
        ways_on = Limiter(Limit(name="ways_on", rate=WAYS_ON / 60, burst=WAYS_ON), counters)
        self._inboxes: Shared[directory.Inbox] = Shared()
        self._businesses: Shared[directory.Business] = Shared()
        self._parts = Parts(store, dispatcher, hub, files, self.queue, available, letters, ways_on, settings, calls)

    def mount(self, app: web.Application) -> None:
        """Registers the widget's socket, and where it uploads."""
        app.router.add_get("/api/v1/widget/socket", self.serve)
        self._files.mount(app)
        self._face.mount(app)
        self._call_pages.mount(app)

    async def aclose(self) -> None:
        await self.queue.aclose()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        came = whence(request, self._peers)

        async def run(session: Session) -> None:
            first: codec.Hello = await hello(session, codec.hello_decoder)
            inbox = await self._inbox(first)
            check_origin(came, inbox)
            user = await self._users.check(first.user, inbox) if first.user else None
            address = user.address if user else codec.address_of(first.token)
            # Another tab of the same visitor may begin the conversation that this one must follow, too: watched
            # before it is read, so that nothing falls in between.
            moved: list[Signal] = []
            followed = identity_topic(inbox.id, address)
            stop = self._hub.watch_signals(followed, moved.append)
            try:
                if user is not None:
                    await self._signing.sign_in(inbox, codec.address_of(first.token), user)
                # Held by the talk alone, which lets go of what it has told.
                talk = Talk(self._parts, session, first, await self._visitor(inbox, address, user))
                talk.watch(followed, moved)
            finally:
                stop()
            try:
                await talk.run()
            finally:
                talk.leave()

        return await self._sockets.serve(request, audience="customer", run=run)

    async def _inbox(self, first: codec.Hello) -> directory.Inbox:
        inbox = await self._store.read("", lambda tx, now: directory.find_inbox(tx, first.inbox))
        if inbox is None or inbox.channel != codec.CHANNEL:
            raise NotFound("There is no such inbox. Check data-inbox.")
        return self._inboxes.of(inbox.id, inbox)

    async def _visitor(self, inbox: directory.Inbox, address: str, user: User | None) -> Visitor:
        """The inbox, its business and the visitor's conversation; nothing is written for someone who only looks."""

        def unit(tx: Tx, now: int) -> Visitor:
            business = directory.read_business(tx, inbox.business)
            assert business is not None
            identity = inbound.find_identity(tx, inbox.id, address)
            state = log.peek(tx, identity.conversation) if identity and identity.conversation else None
            marks = lists.marks(tx, state.id) if state else {}
            agreed = ""
            if identity is not None and inbox.settings.consent is not None:
                contact = contacts.read(tx, identity.contact)
                agreed = contact.known.consents.get(inbox.id, "") if contact else ""
            telegram = way_on(tx, TELEGRAM) is not None
            blocked = None
            if identity is not None and identity.is_blocked(now):
                until = identity.blocked_until
                blocked = codec.BlockFace(until=until if until < blocks.FOREVER else None)
            return Visitor(inbox, address, user, business, state, marks, agreed, telegram, blocked)

        visitor = await self._store.read(inbox.business, unit)
        return visitor._replace(business=self._businesses.of(inbox.business, visitor.business))
