"""Voice messages: has what is said in them understood, and tells it in their logs.

One transaction holds ``transcribed``, the end of the due row and the word for the turn that waits. A node that dies on the way
leaves a due row that another claims.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec
import structlog

from gateway.dispatcher import Committed, Dispatcher
from gateway.dispatcher.holding import hold, put_off
from gateway.dispatcher.listening import ListenJob
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import commit
from gateway.errors import Invalid, NotFound, NotPossible, Overloaded, StorageUnavailable, TooLarge
from gateway.files import Files
from gateway.metrics import LISTENED
from gateway.model import commands as c
from gateway.model.events import CustomerMessage, SpeechProblem
from gateway.ports import Transcriber, Words
from gateway.store import due, inboxes, log
from gateway.store.sql import Tx

logger = structlog.get_logger(__name__)

SECOND = 1_000_000
AT_ONCE = 2
"""Voice messages that a node listens to at the same time: calls come first."""
LISTEN_WITHIN = 240.0
"""Seconds for one try."""
MAX_ATTEMPTS = 3
PAUSES = (5.0, 20.0)
"""Seconds before the second and the third try: somebody waits for an answer."""
BUSY_PAUSE, OWN_PAUSE = 1.0, 30.0
LARGEST = 25 * 1024 * 1024
"""Bytes of a file that is listened to."""

_decoder = msgspec.json.Decoder(ListenJob)


@dataclass(frozen=True, slots=True)
class _Tell:
    """The end of a row. Does nothing where another node has it, or the file was erased."""

    row: due.Due
    job: ListenJob
    policy: Policy
    words: Words | None = None
    problem: SpeechProblem = ""

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.job.conversation)
        if not due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence) or state is None:
            return None
        draft = log.Draft(state.id, state, now=now)
        draft.apply(self._command())
        return commit(tx, draft, self.policy)

    def _command(self) -> c.TellSpeech:
        seq, file, words = self.job.seq, self.row.subject, self.words
        if words is None:
            return c.TellSpeech(seq=seq, file=file, problem=self.problem)
        problem: SpeechProblem = "nothing_said" if not words.text else "" if words.sure else "unsure"
        return c.TellSpeech(
            seq=seq, file=file, text=words.text, language=words.language, confidence=round(words.confidence, 3),
            problem=problem,
        )  # fmt: skip


class VoiceMessages:
    """The handler of due rows ``listen``."""

    def __init__(self, dispatcher: Dispatcher, files: Files, transcriber: Transcriber) -> None:
        self._dispatcher = dispatcher
        self._files = files
        self._transcriber = transcriber
        self._running = 0

    async def claimed(self, row: due.Due) -> None:
        """One try. What can't be understood is told for good; what failed is tried again, ``MAX_ATTEMPTS`` times in all."""
        if self._running >= AT_ONCE:
            await put_off(self._dispatcher, row, after=BUSY_PAUSE, attempts=row.attempts - 1)
            return
        self._running += 1
        try:
            await self._try(row, _decoder.decode(row.payload))
        finally:
            self._running -= 1

    async def _try(self, row: due.Due, job: ListenJob) -> None:
        if not await hold(self._dispatcher, row, seconds=LISTEN_WITHIN + 30):
            return
        policy = self._dispatcher.policy
        try:
            async with asyncio.timeout(LISTEN_WITHIN):
                file = await self._read(row)
                heard_by = await self._recognizers(row.business, job)
                words = await self._transcriber.transcribe(row.business, file, locale=job.locale, recognizers=heard_by)
        except (TooLarge, Invalid, NotPossible, NotFound) as error:
            logger.info("voice_message_refused", conversation=job.conversation, seq=job.seq, error=str(error))
            await self._end(row, _Tell(row, job, policy, problem=_problem(error)))
        except Exception as error:
            await self._failed(row, job, error)
        else:
            await self._end(row, _Tell(row, job, policy, words))

    async def _read(self, row: due.Due) -> bytes:
        found = await self._files.find(row.business, row.subject)
        if found.size > LARGEST:
            raise TooLarge("This is no voice message.", limit=LARGEST)
        return b"".join([bytes(piece) async for piece in await self._files.read(found.object)])

    async def _recognizers(self, business: str, job: ListenJob) -> tuple[str, ...]:
        """The engines that the inbox chose by which the message came."""

        def unit(tx: Tx, now: int) -> tuple[str, ...]:
            found = log.entries_at(tx, job.conversation, [job.seq])
            event = found[0].event if found else None
            inbox = event.endpoint.inbox if isinstance(event, CustomerMessage) else ""
            return inboxes.speech(tx, inbox).recognizers.get(job.locale, ())

        return await self._dispatcher.store.read(business, unit)

    async def _failed(self, row: due.Due, job: ListenJob, error: Exception) -> None:
        if isinstance(error, StorageUnavailable | Overloaded):  # our own trouble, which no words must be lost by
            await put_off(self._dispatcher, row, after=OWN_PAUSE, attempts=row.attempts - 1)
            return
        logger.warning("voice_message_failed", conversation=job.conversation, attempts=row.attempts, error=repr(error))
        if row.attempts >= MAX_ATTEMPTS:
            await self._end(row, _Tell(row, job, self._dispatcher.policy, problem="unavailable"))
            return
        LISTENED.labels("retry").inc()
        await put_off(self._dispatcher, row, after=PAUSES[row.attempts - 1], attempts=row.attempts)

    async def _end(self, row: due.Due, unit: _Tell) -> None:
        if await self._dispatcher.commit(row.business, unit, key=unit.job.conversation) is not None:
            LISTENED.labels(unit._command().problem or "understood").inc()
            self._dispatcher.due_at(1)  # a turn may have waited for it


def _problem(error: Exception) -> SpeechProblem:
    if isinstance(error, TooLarge):
        return "too_long"
    return "unavailable" if isinstance(error, NotPossible) else "unreadable"
