"""Transcripts: what was said, by e-mail, as the customer sees it. Read from the log when the letter leaves."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import NamedTuple

import msgspec
import structlog

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.rating import ASKED, THANKED
from gateway.dispatcher.transcripts import Job
from gateway.errors import DeliveryRefused, DeliveryUncertain, RetryLater
from gateway.model.events import BotMessage, CustomerMessage, Entry, OperatorMessage, SystemNotice
from gateway.model.markup import plain
from gateway.model.texts import as_they_are
from gateway.model.visible import Audience, visible_entry
from gateway.ports import Notifier, Phrases
from gateway.store import directory, due, log
from gateway.store.sql import Tx

logger = structlog.get_logger(__name__)

SECOND = 1_000_000
MAX_ATTEMPTS = 6
LEASE = 90 * SECOND
MOST_ENTRIES = 5_000


class Letter(NamedTuple):
    business: str
    subject: str
    text: str


class Transcripts:
    """The handler of due rows ``transcript``."""

    def __init__(self, dispatcher: Dispatcher, notifier: Notifier, phrases: Phrases) -> None:
        self._dispatcher = dispatcher
        self._notifier = notifier
        self._phrases = phrases

    async def claimed(self, row: due.Due) -> None:
        """One try. A letter twice is better than none, and six times is enough."""
        job = msgspec.json.decode(row.payload, type=Job)
        letter = await self._read(row, job)
        if letter is None:
            await self._finish(row)
            return
        try:
            await self._notifier.send(job.to, subject=letter.subject, text=letter.text, name=letter.business)
        except DeliveryRefused as error:
            logger.warning("transcript_refused", conversation=job.conversation, error=str(error))
        except (RetryLater, DeliveryUncertain) as error:
            if row.attempts < MAX_ATTEMPTS:
                after = error.after if isinstance(error, RetryLater) else 60.0
                await self._later(row, after * 2.0 ** (row.attempts - 1))
                return
            logger.warning("transcript_given_up", conversation=job.conversation, error=str(error))
        await self._finish(row)

    async def _read(self, row: due.Due, job: Job) -> Letter | None:
        def unit(tx: Tx, now: int) -> Letter | None:
            due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + LEASE)
            business = directory.read_business(tx, tx.business)
            entries = log.entries(tx, job.conversation, after=0, limit=MOST_ENTRIES)
            if business is None or not entries:
                return None
            return compose(business, entries, locale=job.locale, phrases=self._phrases)

        return await self._dispatcher.store.write(row.business, unit, key=row.subject)

    async def _later(self, row: due.Due, after: float) -> None:
        def unit(tx: Tx, now: int) -> int:
            due_at = now + int(after * SECOND)
            due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=row.attempts)
            return due_at

        self._dispatcher.due_at(await self._dispatcher.store.write(row.business, unit, key=row.subject))

    async def _finish(self, row: due.Due) -> None:
        def unit(tx: Tx, now: int) -> bool:
            return due.finish(tx, row.kind, row.subject, fence=row.fence)

        await self._dispatcher.store.write(row.business, unit, key=row.subject)


def compose(business: directory.Business, entries: list[Entry], *, locale: str, phrases: Phrases) -> Letter:
    """The letter, in the customer's language and the business's time."""
    name = business.named(locale)
    zone: dt.tzinfo = zoneinfo.ZoneInfo(business.timezone)
    lines = [phrases.say("transcript.begin", locale, business=name)]
    for entry in as_they_are(entries):
        shown = visible_entry(entry, Audience.CUSTOMER)
        said = _said(shown, locale, phrases=phrases) if shown is not None else None
        if said is not None:
            when = dt.datetime.fromtimestamp(entry.at / SECOND, zone).strftime("%Y-%m-%d %H:%M")
            lines.append(f"{when}  {said[0]}:\n{said[1]}")
    return Letter(name, phrases.say("transcript.subject", locale, business=name), "\n\n".join(lines) + "\n")


def _said(entry: Entry, locale: str, *, phrases: Phrases) -> tuple[str, str] | None:
    """Who said what; ``None`` for what isn't said."""
    match entry.event:
        case CustomerMessage() as event:
            return phrases.say("transcript.you", locale), _words(event)
        case BotMessage() as event:
            return phrases.say("transcript.bot", locale), _words(event)
        case OperatorMessage() as event:
            return event.name, _words(event)
        case SystemNotice() as event:
            return None if event.notice in (ASKED, THANKED) else ("—", event.text)
        case _:
            return None


def _words(event: CustomerMessage | BotMessage | OperatorMessage) -> str:
    cards = [f"{card.title}: {card.text}" for card in getattr(event, "cards", ())]
    files = [f"[{file.name}]" for file in getattr(event, "files", ())]
    place = getattr(event, "place", None)
    where = f"[{place.title or f'{place.latitude:.5f}, {place.longitude:.5f}'}]" if place is not None else ""
    text = event.text if isinstance(event, CustomerMessage) else plain(event.text)
    return "\n".join(part for part in (text, where, *cards, *files) if part)
