"""What Telegram tells, taken: each update is on disk before it counts as taken, in order within its chat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any, NamedTuple, assert_never

import structlog
from msgspec.structs import replace

from channels.telegram import codec
from channels.telegram.bots import BotLine
from channels.telegram.channel import Telegram
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.continuing import AskForPage, OpenLink
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.parts import pressable
from gateway.errors import DeliveryError, NotPossible, Refused
from gateway.model.events import Button
from gateway.model.words import score_of
from gateway.ports import Edited, Inbound, Opened, Phrases, Reach, Reacted, Receipt
from gateway.store import blocks, inbound, log, refs
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

logger = structlog.get_logger(__name__)

TRIES = 5
PAUSE = 0.5
"""Seconds before what failed is tried again; twice as long each time."""


class Pressed(NamedTuple):
    """The button that was pressed, and the address from which it counts as pressed."""

    button: Button
    address: str


class NotTaken(Exception):
    """Nothing can be stored just now: the same updates must come again."""


class Intake:
    """Takes updates of any bot. ``take`` may be given the same update any number of times."""

    def __init__(
        self, store: Store, dispatcher: Dispatcher, channel: Telegram, *, hub: Hub, phrases: Phrases
    ) -> None:  # fmt: skip
        self._store = store
        self._dispatcher = dispatcher
        self._channel = channel
        self._hub = hub
        self._phrases = phrases
        self._tasks = TaskSet("telegram.answers")

    async def take(self, line: BotLine, updates: Iterable[dict[str, Any] | bytes]) -> None:
        """Returns once all are on disk; chats beside one another. Raises ``NotTaken``."""
        told = (item for update in updates for item in codec.read(update, line.face))
        await asyncio.gather(*(self._in_order(line, items) for items in _by_chat(told)))

    async def aclose(self) -> None:
        await self._tasks.finish(within=1)

    async def _in_order(self, line: BotLine, items: list[codec.Item]) -> None:
        for item in items:
            await self._surely(line, item)

    async def _surely(self, line: BotLine, item: codec.Item) -> None:
        """One item. What the core refuses for good is passed over, as is what fails ever again: it must not hold up all
        that comes behind it."""
        for attempt in range(TRIES):
            try:
                await self._take(line, item)
                return
            except Refused as refused:
                if refused.status == 503:
                    raise NotTaken from refused
                logger.warning("telegram_update_refused", inbox=line.set_up.inbox, code=refused.code)
                return
            except Exception:
                logger.exception("telegram_update_failed", inbox=line.set_up.inbox, attempt=attempt + 1)
                await asyncio.sleep(PAUSE * 2**attempt)
        logger.error("telegram_update_passed_over", inbox=line.set_up.inbox)

    async def _take(self, line: BotLine, item: codec.Item) -> None:
        match item:
            case Inbound() | Opened():
                line.note_topic(item.address, item.topic)
                if item.address in line.keyboards or (isinstance(item, Inbound) and item.phone is not None):
                    line.note_keyboard(item.address, is_used=True)
                self._tell_refused(line, item, await self._dispatcher.arrive(item))
            case Edited() | Reacted() | Reach():
                await self._dispatcher.arrive(item)
            case codec.Linked():
                await self._go_on(item)
            case codec.PageWanted():
                await self._show_page(line, item)
            case codec.PressedButton():
                await self._press(line, item)
            case codec.SpoiledPress():
                self._answer(line, item.query, self._phrases.say("button_over", item.locale))
            case codec.Moved():
                await self._channel.move(line, item.old, item.new)
            case codec.MustLeave():
                with contextlib.suppress(DeliveryError):
                    await line.client.call(codec.leave_chat(item.chat))
            case codec.Ignored():
                pass
            case _:
                assert_never(item)

    def _tell_refused(self, line: BotLine, item: Inbound | Opened, receipt: Receipt) -> None:
        """Whoever is blocked is told so once, and is not left waiting for an answer."""
        if receipt.refused != 1:
            return
        words = "refused" if receipt.blocked_until >= blocks.FOREVER else "refused_until"
        call = codec.say(item.address, self._phrases.say(words, item.locale), topic=item.topic)
        self._tasks.start(self._quietly(line, call), name="refused")

    async def _go_on(self, item: codec.Linked) -> None:
        """A conversation comes over from another channel."""
        opened = item.opened
        unit = OpenLink(opened, item.token, self._dispatcher.policy)
        continued = await self._dispatcher.commit_all(opened.business, unit, key=opened.address)
        self._hub.joined(opened.business, continued)

    async def _show_page(self, line: BotLine, item: codec.PageWanted) -> None:
        """The way to the business's page. Its link isn't for the log: whoever has it may go on."""
        unit = AskForPage(item.inbox, item.address, item.key, item.alone)
        offer = await self._store.write(item.business, unit, key=item.address)
        if offer is None:
            return
        say, locale = self._phrases.say, item.locale
        words = say("page_link" if offer.until else "page_address", locale)
        call = codec.lead_to(
            item.address, words, title=say("page_open", locale), url=offer.url, answers=item.answers, topic=item.topic
        )
        self._tasks.start(self._quietly(line, call), name="page")

    async def _press(self, line: BotLine, item: codec.PressedButton) -> None:
        """What the button stands for is in the log; it is answered at once, and its keyboard goes. A score's stays: it can be
        another one by the next press."""
        pressed = await self._button(line, item)
        if pressed is None:
            self._answer(line, item.query, self._phrases.say("button_over", item.locale))
            return
        line.note_topic(pressed.address, item.topic)
        inbound = Inbound(
            business=item.business, inbox=item.inbox, channel=codec.CHANNEL, address=pressed.address, key=item.key,
            locale=item.locale, name=item.name, text=pressed.button.title, choice=pressed.button.payload, author=item.author,
            topic=item.topic, at_once=True,
        )  # fmt: skip
        if score_of(inbound.choice):
            await self._rate(line, item, replace(inbound, answers=item.message))
            return
        self._answer(line, item.query, "")
        self._tasks.start(
            self._quietly(line, codec.remove_keyboard(item.address, item.message)), name="remove_keyboard"
        )
        await self._dispatcher.arrive(inbound)

    async def _rate(self, line: BotLine, item: codec.PressedButton, inbound: Inbound) -> None:
        try:
            await self._dispatcher.arrive(inbound)
        except NotPossible:
            self._answer(line, item.query, self._phrases.say("button_over", item.locale))
        else:
            self._answer(line, item.query, self._phrases.say("rating.noted", item.locale))

    async def _button(self, line: BotLine, item: codec.PressedButton) -> Pressed | None:
        def unit(tx: Tx, now: int) -> Pressed | None:
            shown = _shown_in(tx, item)
            if shown is None:
                return None
            conversation, address = shown
            said = log.entries_at(tx, conversation, [item.seq])
            buttons = [one for entry in said for one in pressable(entry.event) if not one.url]
            return Pressed(buttons[item.place], address) if item.place < len(buttons) else None

        return await self._store.read(line.set_up.business, unit)

    def _answer(self, line: BotLine, query: str, text: str) -> None:
        self._tasks.start(self._quietly(line, codec.answer(query, text)), name="answer")

    async def _quietly(self, line: BotLine, call: codec.Call) -> None:
        """A call that only makes things nicer."""
        try:
            await line.client.call(call)
        except DeliveryError as error:
            logger.info("telegram_call_failed", method=call.method, error=str(error)[:200])


def _shown_in(tx: Tx, item: codec.PressedButton) -> tuple[str, str] | None:
    """The conversation that the pressed message is of, and where it speaks by now.

    A group that became a supergroup leaves its messages behind, under its old address, and their buttons are pressed
    there. They are ours by their signature, as all are; that this message is the one says what was noted of it.
    """
    identity = inbound.find_identity(tx, item.inbox, item.address)
    if identity is None:
        moved = inbound.find_moved(tx, item.inbox, item.address)
        found = refs.find(tx, moved[0].id, refs.before_move(item.message)) if moved else None
        return (found.conversation, moved[1]) if moved and found is not None and found.seq == item.seq else None
    # Who presses before the answer to our call is on disk speaks in the conversation that sent it.
    found = refs.find(tx, identity.id, item.message)
    if found is None:
        return identity.conversation, item.address
    return (found.conversation, item.address) if found.seq == item.seq else None


def _by_chat(told: Iterable[codec.Item]) -> list[list[codec.Item]]:
    """What is to be taken one after another. A group that has moved is one chat: what is said at its new address must not
    be faster than the news of the move, or it would be another group's."""
    chats: dict[str, list[codec.Item]] = {}
    for item in told:
        items = chats.setdefault(_chat(item), [])
        items.append(item)
        if isinstance(item, codec.Moved) and chats.get(item.new) is not items:
            items += chats.get(item.new, [])
            chats[item.new] = items
    return list({id(items): items for items in chats.values()}.values())


def _chat(item: Any) -> str:
    match item:
        case codec.Linked():
            return item.opened.address
        case codec.Moved():
            return item.old
        case codec.MustLeave():
            return item.chat
        case codec.SpoiledPress() | codec.Ignored():
            return ""
        case _:
            return str(item.address)
