"""Each bot's line is one node's at a time: it fetches the bot's updates, or sees to it that Telegram calls.

Fetched updates are confirmed only once they are on disk. Telegram keeps what isn't confirmed for a day, so a node that dies loses nothing: the next one gets the same updates again,
and the core knows them by their ids.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import structlog

from channels.telegram import codec
from channels.telegram.bots import BotLine, Bots
from channels.telegram.client import Elsewhere, TokenRefused
from channels.telegram.intake import Intake, NotTaken
from channels.telegram.webhook import PATH
from gateway.errors import DeliveryError, RetryLater
from gateway.ports import LineHealth, LineTrouble, Phrases
from gateway.store import leases
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet, end

logger = structlog.get_logger(__name__)

LOOK_EVERY = 5.0
LEASE = 15.0
"""Seconds for which a bot that is fetched is one node's: so long nobody hears it when that node dies."""
AT_LEISURE = 6
"""So many times as long is a bot that Telegram calls (any node takes what it brings), and any bot of a process that is alone."""
RENEWALS = 3
"""A lease is renewed so often before it would end."""
HELD = 20
"""Seconds for which Telegram holds a question open."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
LONGEST_FOR_STORAGE = 5.0
"""Seconds between two looks whether our own database stores again: Telegram needn't be spared."""


class Poller:
    """Sees to every bot whose lease this node gets. ``url``: where this installation is reached, "" for nowhere.
    ``lease``: the seconds of one that is fetched, set before ``start``."""

    def __init__(
        self, store: Store, bots: Bots, intake: Intake, *, node: str, phrases: Phrases, url: str
    ) -> None:  # fmt: skip
        self._store = store
        self._bots = bots
        self._intake = intake
        self._node = node
        self._phrases = phrases
        self._url = url
        self.lease = LEASE
        self._tasks = TaskSet("telegram")
        self._running: dict[str, tuple[BotLine, asyncio.Task[None]]] = {}
        self._look = asyncio.Event()
        self._health: dict[str, LineHealth] = {}
        self._began = store.clock()

    def start(self) -> None:
        self._tasks.start(self._watch(), name="watch")
        self._tasks.start(self._keep(), name="keep")

    def look(self) -> None:
        """What is set up may have changed."""
        self._look.set()

    async def aclose(self) -> None:
        """Ends fetching; what is being stored is stored first, and the leases are free at once."""
        await self._tasks.finish(within=0)
        for inbox in list(self._running):
            await self._stop(inbox)

    def health_of(self, inbox: str) -> LineHealth:
        """As this node knows it; the line of another node's is well as far as this one can tell."""
        known = self._health.get(inbox)
        if known is not None:
            return known
        line = self._bots.of(inbox)
        here = inbox in self._running or line is None
        return LineHealth(trouble="starting" if here else "", at=self._began, here=here)

    async def _watch(self) -> None:
        while True:
            self._look.clear()
            try:
                await self._bots.refresh()
                await self._run_what_is_wanted()
                self._bots.close_retired()
            except Exception as error:
                logger.warning("telegram_bots_unread", error=repr(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK_EVERY)

    async def _run_what_is_wanted(self) -> None:
        wanted = self._bots.lines
        for inbox, (line, task) in list(self._running.items()):
            if wanted.get(inbox) is not line or task.done():
                await self._stop(inbox)
        for inbox, line in wanted.items():
            if inbox not in self._running and await self._lease(line):
                work = self._be_called(line) if _is_called(line) else self._poll(line)
                task = asyncio.create_task(work, name=f"telegram:{inbox}")
                self._running[inbox] = (line, task)

    async def _keep(self) -> None:
        """Renews the leases of what is fetched here: a question to Telegram is held open for longer than that."""
        every = (self.lease * AT_LEISURE if self._is_alone else self.lease) / RENEWALS
        while True:
            await asyncio.sleep(every)
            fetched = [(inbox, line) for inbox, (line, _) in self._running.items() if not _is_called(line)]
            await asyncio.gather(*(self._renew(inbox, line) for inbox, line in fetched))

    async def _renew(self, inbox: str, line: BotLine) -> None:
        """Where that can't be told, the next time does; or another node has the bot, and the core knows by their ids what both fetched."""
        try:
            kept = await self._lease(line)
        except Exception as error:
            logger.warning("telegram_lease_not_renewed", inbox=inbox, error=repr(error))
            return
        if not kept and inbox in self._running and self._running[inbox][0] is line:
            await self._stop(inbox)

    async def _stop(self, inbox: str) -> None:
        if inbox not in self._running:
            return  # stopped meanwhile
        line, task = self._running.pop(inbox)
        self._health.pop(inbox, None)
        await end(task)
        if not task.cancelled() and (failed := task.exception()) is not None:
            logger.error("telegram_poller_failed", inbox=inbox, exc_info=failed)
        name = _lease_of(line)
        with contextlib.suppress(Exception):  # it runs out by itself
            await self._store.write(
                line.set_up.business, lambda tx, now: leases.release(tx, name, holder=self._node), key=name
            )

    async def _lease(self, line: BotLine) -> bool:
        name, lifetime = _lease_of(line), int(self._lasts(line) * 1e6)

        def unit(tx: Tx, now: int) -> bool:
            return leases.acquire(tx, name, holder=self._node, now=now, lifetime=lifetime) is not None

        return await self._store.write(line.set_up.business, unit, key=name)

    def _lasts(self, line: BotLine) -> float:
        return self.lease * AT_LEISURE if self._is_alone or _is_called(line) else self.lease

    @property
    def _is_alone(self) -> bool:
        return self._store.database == "sqlite"

    async def _poll(self, line: BotLine) -> None:
        offset, pause = 0, FIRST_PAUSE
        with contextlib.suppress(DeliveryError):
            await line.client.call(codec.delete_webhook())
            await self._offer_commands(line)
        while True:
            try:
                # Until the line is known to be well it is asked without waiting: whoever set it up looks at it now.
                updates = await line.client.updates(offset, timeout=HELD if self._is_well(line) else 0)
                await self._intake.take(line, updates)
            except (DeliveryError, NotTaken) as error:
                self._note(line, _trouble(error), str(error))
                await asyncio.sleep(max(pause, error.after) if isinstance(error, RetryLater) else pause)
                pause = min(LONGEST_FOR_STORAGE if isinstance(error, NotTaken) else LONGEST_PAUSE, pause * 2)
                continue
            self._note(line, "")
            pause = FIRST_PAUSE
            offset = max((_number(one) + 1 for one in updates), default=offset)

    async def _be_called(self, line: BotLine) -> None:
        """Tells Telegram where to call, and looks now and then whether it can."""
        pause = FIRST_PAUSE
        is_set = False
        while await self._lease(line):
            try:
                if not self._url:
                    self._note(line, "webhook", "public_url isn't set")
                else:
                    if not is_set:
                        where = self._url + PATH.format(inbox=line.set_up.inbox)
                        await line.client.call(codec.set_webhook(where, secret=line.secret))
                        await self._offer_commands(line)
                        is_set = True
                    said = codec.last_error_of(
                        await line.client.call(codec.get_webhook_info()), now=self._store.clock() / 1e6
                    )
                    self._note(line, "webhook" if said else "", said)
                    pause = FIRST_PAUSE
            except DeliveryError as error:
                self._note(line, _trouble(error), str(error))
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                continue
            await asyncio.sleep(self._lasts(line) / RENEWALS)

    async def _offer_commands(self, line: BotLine) -> None:
        """The menu of commands, in each language of the business, and the button beside the field."""
        for locale in ("", *line.face.locales):
            say = self._phrases.say
            names = ("start", "operator", *(("web",) if line.face.page else ()))
            words = {name: say(f"command.{name}", locale or line.face.locales[0]) for name in names}
            await line.client.call(codec.set_commands(words, locale))
        title = self._phrases.say("command.menu", line.face.locales[0])
        await line.client.call(codec.set_menu(title, line.set_up.settings.menu_url))

    def _is_well(self, line: BotLine) -> bool:
        known = self._health.get(line.set_up.inbox)
        return known is not None and not known.trouble

    def _note(self, line: BotLine, trouble: LineTrouble, said: str = "") -> None:
        inbox = line.set_up.inbox
        known = self._health.get(inbox)
        if known is None or known.trouble != trouble:
            if trouble:
                logger.warning("telegram_line_troubled", inbox=inbox, trouble=trouble, said=said[:200])
            self._health[inbox] = LineHealth(trouble=trouble, at=self._store.clock(), said=said[:200])


def _trouble(error: Exception) -> LineTrouble:
    match error:
        case Elsewhere():
            return "conflict"
        case TokenRefused():
            return "token"
        case NotTaken():
            return "storage"
        case _:
            return "unreachable"


def _number(update: dict[str, Any]) -> int:
    number = update.get("update_id")
    return number if isinstance(number, int) else 0


def _is_called(line: BotLine) -> bool:
    return line.set_up.settings.webhook


def _lease_of(line: BotLine) -> str:
    return f"telegram:{line.set_up.settings.bot_id}"
