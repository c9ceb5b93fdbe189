"""One node: its parts, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog
from aiohttp import web

import bot
import gateway
import handoff
import knowledge
from bot.studio.bots import Bots
from bot.studio.models import Models
from bot.studio.routes import StudioRoutes
from bot.studio.trying import Trials
from channels.telegram import Telegram, TelegramSetup, telegram_capabilities
from channels.voice import CallDesk
from channels.webchat import Users, WebChat
from channels.webchat.files import WidgetFiles
from gateway import __version__, tracing
from gateway.admin.importing import IMPORT, Importer
from gateway.admin.picture import Pictures
from gateway.admin.preview import Previews
from gateway.app.opening import example_folder, make_bus, make_counters, open_store
from gateway.app.set_up import set_up_routes
from gateway.cluster.asks import Asks
from gateway.cluster.codec import Message
from gateway.courier import Courier
from gateway.dispatcher import Dispatcher, Policy
from gateway.dispatcher.absence import ABSENT, note_everybody
from gateway.dispatcher.alerting import ALERT
from gateway.dispatcher.attaching import MEDIA
from gateway.dispatcher.consequences import DELIVERY
from gateway.dispatcher.erasing import ERASE
from gateway.dispatcher.erasures import Erasures
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.indexing import Indexer
from gateway.dispatcher.listening import LISTEN
from gateway.dispatcher.retention import RETENTION, Retention
from gateway.dispatcher.routing import ROUTE
from gateway.dispatcher.setup import HOURS, UNREAD, WAITING, WEBHOOK
from gateway.dispatcher.transcripts import TRANSCRIPT
from gateway.errors import StartupError, StorageUnavailable
from gateway.files import Files, open_objects
from gateway.files.links import Links
from gateway.files.sweep import Sweeper
from gateway.http.access import Access, Signin, set_up_changed
from gateway.http.calls import CallSound
from gateway.http.changing import CHANGED
from gateway.http.console_socket import ConsoleSocket
from gateway.http.contact_acts import ContactActs
from gateway.http.contacts import Contacts
from gateway.http.deliveries import Deliveries
from gateway.http.elsewhere import Elsewhere
from gateway.http.files import FileRoutes
from gateway.http.health import Health
from gateway.http.held import Held
from gateway.http.ledger import Ledger
from gateway.http.letters import LetterPages
from gateway.http.openapi import document
from gateway.http.patience import Patience
from gateway.http.peers import Peers
from gateway.http.presence import Presence
from gateway.http.problems import problems
from gateway.http.reading import Reading
from gateway.http.records import Records
from gateway.http.refusals import REFUSALS, Refusals
from gateway.http.routes import Call, Route, mount
from gateway.http.rows import Rows
from gateway.http.search import Search
from gateway.http.second_factor import SecondFactor
from gateway.http.signin import SignIn
from gateway.http.socket import Sockets
from gateway.http.static import StaticFiles, add_headers
from gateway.http.verbs import Verbs
from gateway.http.ways import Ways
from gateway.listening import VoiceMessages
from gateway.mail import Mailer
from gateway.media import MediaFetcher
from gateway.narrating import VoiceAnswers
from gateway.phrases import CataloguePhrases
from gateway.ports import Answer, BotEngine, BotPublisher, Channel, Question, Suggester
from gateway.process import raise_open_files, room_for_sockets, settle
from gateway.settings import Settings
from gateway.store import accounts, directory, due, leases
from gateway.store.housekeeping import Housekeeping
from gateway.store.opening import (
    DataFolder,
)
from gateway.store.store import Clock, Store
from gateway.tasks import end
from gateway.transcripts import Transcripts
from gateway.unread import SMS_TEST, Sms, Unread
from gateway.vault import Vault, open_vault
from gateway.webhooks import Webhooks
from gateway.webhooks.guard import Guard
from gateway.webpush import AGAIN, PUSH, Pushes
from gateway.webpush.service import PushService
from gateway.webpush.vapid import Vapid, contact_of
from gateway.writing import Writing

log = structlog.get_logger(__name__)

SECOND = 1_000_000
MAX_BODY = 64 * 1024
PUSHED_LINK = 7 * 24 * 3600 * SECOND
SILENT_AFTER = 2.0
"""Seconds after which a database that is asked nothing but whether it is there is taken for silent, by a node that ends."""


class Engine(BotEngine, BotPublisher, Protocol):
    """A bot that answers from what was published."""


class Switchboard:
    """One node: everything between a started store and an open port. ``templates``: another folder of bots to begin with.
    ``clock``: where it isn't the store's."""

    def __init__(
        self, settings: Settings, folder: DataFolder, store: Store, *, engine: Engine | None = None,
        templates: Path | None = None, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.store = store
        self.clock = clock = clock or store.clock
        self.vault: Vault = open_vault(settings, folder.path)
        self.node = secrets.token_hex(6)
        self._draining = False
        self._served = False
        self._runner: web.AppRunner | None = None
        self.port = settings.port
        self.files = Files(store, open_objects(settings.files, folder.path), limit=settings.file_limit)
        self.links = Links(self.vault, minutes=settings.link_minutes)
        self.file_routes = FileRoutes(store, self.files, self.links)
        self.bus = make_bus(settings, self.node)
        self.counters = make_counters(settings)
        self.hub = Hub(store, self.bus)
        self.asks = Asks(self.bus, node=self.node)
        shelf = knowledge.Shelf(store)
        self.library = knowledge.Library(store, shelf, url=lambda: self.url)
        self.knowledge = knowledge.KnowledgeRoutes(store, shelf, self.library, url=lambda: self.url)
        self.rasa = bot.rasa_engine(settings.rasa, self._slug_of, self.library, now=lambda: self.clock() / SECOND)
        self.actions = bot.action_servers(settings.actions, self._slug_of)
        embedded = bot.engine(self.actions, self.library)
        self.models = bot.with_models(embedded, settings.llm, self._slug_of) if settings.llm else None
        asked = self.models or embedded
        own: Engine = bot.chosen(self.rasa, asked) if settings.rasa else asked
        self.engine: Engine = engine if engine is not None else own
        self.presence = Presence(store, self.hub, hasten=lambda: self.dispatcher.due_at(self.clock()))
        policy = Policy(
            node=self.node,
            phrases=CataloguePhrases(),
            burst_pause=int(settings.burst_pause * SECOND),
            reopen_window=int(settings.reopen_hours * 3600 * SECOND),
            idle_after=int(settings.idle_hours * 3600 * SECOND),
            live=frozenset({WebChat.name}),
            mail=bool(settings.smtp),
            listens=True,
            pushed={Telegram.name: telegram_capabilities(settings)},
            there=self.presence.may_be_there,
            deserted=self.presence.is_deserted,
        )
        self.dispatcher = Dispatcher(store, self.engine, policy, clock=clock, on_commit=self.hub.committed)
        self.distributor = handoff.Distributor(self.dispatcher, self.presence)
        self.absences = handoff.Absences(self.dispatcher, self.presence)
        self.telegram = TelegramSetup(
            store, self.dispatcher, vault=self.vault, files=self.files, settings=settings, node=self.node,
            phrases=policy.phrases, hub=self.hub,
        )  # fmt: skip
        self.channels: dict[str, Channel] = {Telegram.name: self.telegram.channel}
        self.writing = Writing(store, self.channels, policy)
        self.dispatcher.on_long_turn = self.writing.bot
        self.hub.watch_own_signals(self.writing.person)
        self.courier = Courier(self.dispatcher, self.channels, clock=clock, link=self._pushed_link)
        self.media = MediaFetcher(self.dispatcher, self.channels, self.files)
        self.erasures = Erasures(self.dispatcher, self.hub)
        self.retention = Retention(self.dispatcher)
        self.importer = Importer(self.dispatcher, self.hub)
        self.mailer = Mailer(settings.smtp, settings.mail_from)
        self.transcripts = Transcripts(self.dispatcher, self.mailer, policy.phrases)
        self.guard = Guard(settings.webhook_networks)
        self.webhooks = Webhooks(self.dispatcher, self.vault, self.guard, clock=clock, card=handoff.supervisors_card)
        self.sms = Sms(self.dispatcher, self.vault, self.guard, clock=clock)
        self.unread = Unread(self.dispatcher, self.mailer, self.vault, self.sms, url=lambda: self.url)
        vapid = Vapid(store, self.vault, contact=contact_of(settings.mail_from, settings.public_url))
        self.push_service = PushService(vapid, self.guard, clock=clock)
        self.pushes = Pushes(self.dispatcher, self.vault, self.push_service, clock=clock)
        models = Models(self.files.objects, folder.models)
        templates = templates or example_folder("templates")
        self.bots = Bots(store, self.engine, bot.trainer(), models=models, templates=templates)
        database = folder.database if not settings.database else None
        self.housekeeping = Housekeeping(store, database, sweep=Sweeper(store, self.files).look)
        self.calls = CallDesk(
            store,
            self.dispatcher,
            self.hub,
            self.asks,
            phrases=policy.phrases,
            vocabulary=bot.vocabulary_of(embedded),
            settings=settings,
            files=self.files,
            folder=folder.path / "recordings",
        )
        embedded.on_load = self.calls.learned
        self.voice_messages = VoiceMessages(self.dispatcher, self.files, self.calls)
        self.dispatcher.voice(VoiceAnswers(store, self.files, self.calls, clock=clock))
        self.rows = Rows(store, self.hub)
        self.elsewhere = Elsewhere(store, self.hub, policy.set_ups)
        self.indexer = Indexer(store, self.hub)
        self.peers = Peers(settings)
        self.access = Access(store, self.peers)
        self.sockets = Sockets(settings, self.peers)
        self.help = knowledge.HelpPages(
            store, shelf, self.library, access=self.access, peers=self.peers, counters=self.counters
        )
        self.pictures = Pictures(self.store)
        self.studio = StudioRoutes(store, self.bots, self.rasa, folder=templates, trials=Trials(self.actions))
        self.refusals = Refusals(clock)
        self.factor = SecondFactor(self.vault)
        self.sign_in = SignIn(
            store,
            self.hub,
            self.access,
            factor=self.factor,
            peers=self.peers,
            settings=settings,
            counters=self.counters,
        )
        self.verbs = Verbs(self.dispatcher, handoff.verbs())
        self.patience = Patience()
        self.app = web.Application(middlewares=[problems, self.patience.await_body], client_max_size=MAX_BODY)
        self.routes = self._routes((embedded, self.library))
        self._mount()

    def _routes(self, suggesters: Sequence[Suggester]) -> list[Route]:
        routes = [
            *self.sign_in.routes(),
            *Reading(self.store).routes(),
            *Ledger(self.store).routes(),
            *Records(self.store, self.dispatcher).routes(),
            *self.file_routes.routes(),
            *self.verbs.routes(),
            *Contacts(self.store, self.dispatcher, self.hub, erasures=self.erasures).routes(),
            *ContactActs(self.store, self.dispatcher, self.hub).routes(),
            *Deliveries(self.dispatcher).routes(),
            *Ways(self.store).routes(),
            *Search(self.store).routes(),
            *CallSound(self.calls, self.settings).routes(),
            *handoff.Cards(self.store).routes(),
            *handoff.Suggestions(self.store, suggesters).routes(),
            *set_up_routes(self, changed=self._configured),
            *self.presence.routes(),
            *Held(self.store, self.presence).routes(),
        ]

        async def openapi(call: Call) -> object:
            return document(routes, version=gateway.__version__)

        routes.append(
            Route(method="GET", path="/api/v1/openapi.json", handler=openapi, access=Signin.NOBODY,
                  summary="This description", tags=("api",))
        )  # fmt: skip
        return routes

    def _configured(self, business: str, kind: str) -> None:
        if kind in (WEBHOOK, HOURS, WAITING, UNREAD, "team", "routing"):
            self.dispatcher.policy.set_ups.forget(business)
        self.knowledge.changed(business, kind)

    def _tell_changed(self, business: str, what: str) -> None:
        self.telegram.look()
        self.hub.signal(set_up_changed(business, what))

    def _mount(self) -> None:
        self.app[REFUSALS] = self.refusals
        self.app[CHANGED] = self._tell_changed
        mount(self.app, self.routes, self.access)
        users = Users(self.store, self.vault)
        widget_files = WidgetFiles(
            self.store, self.files, links=self.links, users=users, peers=self.peers, settings=self.settings,
            counters=self.counters,
        )  # fmt: skip
        self.web_chat = WebChat(
            self.store, self.dispatcher, self.hub, sockets=self.sockets, files=widget_files,
            users=users, peers=self.peers, settings=self.settings, available=self.presence.available,
            calls=self.calls, counters=self.counters,
        )  # fmt: skip
        self.web_chat.mount(self.app)
        self.telegram.mount(self.app)
        self.console = ConsoleSocket(
            self.store, self.hub, rows=self.rows, elsewhere=self.elsewhere, presence=self.presence, verbs=self.verbs,
            access=self.access, sockets=self.sockets,
        )  # fmt: skip
        self.console.mount(self.app)
        self.file_routes.mount(self.app)
        Health(self.store, lambda: self._draining, degraded=self._degraded).mount(self.app)
        Previews(self.store).mount(self.app)
        self.help.mount(self.app)
        LetterPages(self.store, self.vault, self.dispatcher.policy.phrases).mount(self.app)
        self.pictures.mount(self.app)
        StaticFiles().mount(self.app)
        self.app.on_response_prepare.append(add_headers)

    def _degraded(self) -> list[str]:
        others = [one for one in (self.actions, self.models) if one is not None]
        return [*self.rasa.degraded(), *(line for one in others for line in one.degraded())]

    async def _slug_of(self, business: str) -> str:
        found = await self.store.read("", lambda tx, now: directory.read_business(tx, business))
        return found.slug if found else ""

    def _pushed_link(self, business: str, file: str, reader: str) -> str:
        """A link in a text that was sent once and can't be asked for again: it must last until it is read."""
        link = self.links.mint(business, file, reader=reader, now=self.clock(), lifetime=PUSHED_LINK)
        return self.url + link.url

    @property
    def url(self) -> str:
        """Where this node is reached: the public URL, or the address it listens on."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        host = self.settings.host
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host
        return f"http://{shown}:{self.port}"

    def _heard(self, message: Message) -> None:
        """The bus brought something from another node."""
        if isinstance(message, Question | Answer):
            self.asks.heard(message)
        else:
            self.hub.heard(message)

    async def start(self) -> None:
        """Opens the port last. Raises ``StartupError`` where it is taken."""
        self.sockets.most = room_for_sockets(raise_open_files())
        if self.settings.tracing:
            tracing.begin(
                self.settings.tracing, share=self.settings.tracing_share, node=self.node, version=__version__
            )  # fmt: skip
        await self.store.start()
        await self.bus.start(self._heard)
        self.hub.start()
        if not self.settings.database:
            # The folder's lock says that nobody else runs: what a killed process held need not wait for its leases.
            await self.store.write("", due.release_dead)
            await self.store.write("", leases.release_dead)
        await self._check_key()
        await self.store.write("", note_everybody)
        await self.bots.load_published()
        self.bots.start()
        self.rasa.start()
        self.dispatcher.start(
            {
                DELIVERY: self.courier.claimed,
                MEDIA: self.media.claimed,
                LISTEN: self.voice_messages.claimed,
                ERASE: self.erasures.claimed,
                WEBHOOK: self.webhooks.claimed,
                ALERT: self.pushes.alert,
                AGAIN: self.pushes.again,
                PUSH: self.pushes.claimed,
                RETENTION: self.retention.claimed,
                IMPORT: self.importer.claimed,
                TRANSCRIPT: self.transcripts.claimed,
                UNREAD: self.unread.claimed,
                SMS_TEST: self.sms.claimed,
                ROUTE: self.distributor.claimed,
                ABSENT: self.absences.claimed,
            },
            leases={DELIVERY: self.courier.lease},
        )
        self.calls.start()
        self.telegram.start()
        self.housekeeping.start()
        self.indexer.start()
        self.presence.start()
        self.elsewhere.start()
        self._runner = web.AppRunner(
            self.app, access_log=None, handle_signals=False, shutdown_timeout=1.0,
            keepalive_timeout=self.patience.head, lingering_time=self.patience.linger,
        )  # fmt: skip
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.host, self.settings.port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            await self.drain()
            raise StartupError(
                f"Port {self.settings.port} on {self.settings.host} can't be opened ({error.strerror or error})."
                " Choose another with --port."
            ) from error
        sockets = site._server.sockets if site._server is not None else ()  # type: ignore[attr-defined]
        for socket in sockets:
            self.port = socket.getsockname()[1]
            self.patience.bound_sending(socket)
        self._served = True
        log.info("serving", node=self.node, port=self.port)

    async def _check_key(self) -> None:
        """Raises ``StartupError`` where this isn't the key that the database's secrets were sealed with."""
        fingerprint = self.vault.fingerprint
        if not await self.store.write("", lambda tx, now: accounts.claim_key(tx, fingerprint, now=now)):
            await self.drain()
            raise StartupError(
                "The secret key isn't the one that this database's secrets were sealed with. Restore secret.key in the"
                " data folder (or secret_key in the settings) from where you keep it."
            )

    async def _give_up_a_silent_database(self, *, after: float) -> None:
        """A database that says nothing would keep us from ending. One that answers is waited for."""
        await asyncio.sleep(after)
        while self.store.patience is not None:
            try:
                async with asyncio.timeout(SILENT_AFTER):
                    await self.store.read("", lambda tx, now: None)
            except (TimeoutError, StorageUnavailable):
                self.store.give_up()
                return
            await asyncio.sleep(1.0)

    async def drain(self) -> None:
        """Not ready, no new work, sockets closed with 1012, leases freed, port closed, database closed."""
        began = time.monotonic()
        self._draining = True
        self.sockets.refuse_more()
        within = self.settings.drain_seconds
        watching = asyncio.create_task(self._give_up_a_silent_database(after=within * 0.8), name="drain.database")
        await self.telegram.aclose()
        await self.calls.drain()
        await self.sockets.drain(within=within * 0.4)
        await self.dispatcher.drain(within=within * 0.4)
        await self.housekeeping.aclose()
        await self.indexer.aclose()
        await self.presence.aclose()
        await self.rows.aclose()
        await self.elsewhere.aclose()
        await self.web_chat.aclose()
        await self.calls.aclose()
        await self.writing.aclose()
        await self.hub.aclose()
        await self.asks.aclose()
        await self.bus.aclose()
        await self.counters.aclose()
        for channel in self.channels.values():
            await channel.aclose()
        await self.webhooks.aclose()
        await self.sms.aclose()
        await self.push_service.aclose()
        await self.studio.aclose()
        await self.bots.aclose()
        await self.engine.aclose()
        await self.library.aclose()
        await self.rasa.aclose()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.store.aclose()
        await end(watching)
        await asyncio.to_thread(tracing.end)
        if self._served:  # a start that was refused has one line to say, and says it elsewhere
            log.info("drained", seconds=round(time.monotonic() - began, 2))


async def serve(
    settings: Settings, folder: DataFolder, stop: asyncio.Event, *, greet: Callable[[Switchboard], Awaitable[None]]
) -> None:  # fmt: skip
    """Serves until ``stop`` is set, then drains. ``greet`` is called once the port is open."""
    node = Switchboard(settings, folder, open_store(settings, folder))
    await node.start()
    await greet(node)
    settle()
    await stop.wait()
    await node.drain()
