"""Media: fetches the files that a provider has for a message, and tells in its log what became of each.

A file is fetched into the object store first; its row, ``file_ready`` and the end of the due row are one transaction.
A node that dies on the way leaves a due row that another claims, and at most an orphan for the sweeper.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from gateway.dispatcher import Committed, Dispatcher
from gateway.dispatcher.attaching import MediaJob, job_decoder
from gateway.dispatcher.holding import hold, put_off
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import commit
from gateway.errors import Invalid, MediaRefused, Overloaded, RetryLater, StorageUnavailable, TooLarge
from gateway.files import Files, Put
from gateway.metrics import MEDIA
from gateway.model import commands as c
from gateway.model.events import Attachment, FileProblem
from gateway.model.state import Status
from gateway.ports import Channel
from gateway.store import due, files, log
from gateway.store.sql import Tx

logger = structlog.get_logger(__name__)

SECOND = 1_000_000
FETCH_WITHIN = 120.0
"""Seconds for one try."""
MAX_ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE, OWN_PAUSE = 5.0, 600.0, 30.0


@dataclass(frozen=True, slots=True)
class _Finish:
    """The end of a file: it is here (``put``), or it won't come (``problem``). Does nothing where another node has it."""

    row: due.Due
    job: MediaJob
    policy: Policy
    put: Put | None = None
    problem: FileProblem = "unavailable"
    limit: int = 0
    """Bytes that a file may have, where it was too large."""

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.job.conversation)
        if not due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence) or state is None:
            return None
        draft = log.Draft(state.id, state, now=now)
        draft.apply(self._command(tx, now))
        if self.problem == "too_large" and self.put is None and state.status is not Status.RESOLVED:
            limit = max(1, self.limit // 1024 // 1024)
            text = self.policy.phrases.say("file_too_large", state.locale, limit=limit)
            draft.apply(c.Notify(notice="file_too_large", text=text))
        return commit(tx, draft, self.policy)

    def _command(self, tx: Tx, now: int) -> c.AnyCommand:
        job, put, file = self.job, self.put, self.row.subject
        if put is None:
            return c.FailFile(seq=job.seq, file=file, reason=self.problem)
        files.add(tx, put.stored(file, by="", conversation=job.conversation, seq=job.seq), now=now)
        return c.FinishFile(
            seq=job.seq,
            file=Attachment(
                id=file, name=put.name, type=put.type, size=put.size, kind=job.media.kind, seconds=job.media.seconds
            ),
        )


class MediaFetcher:
    """The handler of due rows ``media``, for the channels of ``channels`` by name."""

    def __init__(self, dispatcher: Dispatcher, channels: Mapping[str, Channel], files: Files) -> None:
        self._dispatcher = dispatcher
        self._channels = channels
        self._files = files

    async def claimed(self, row: due.Due) -> None:
        """One try. A refusal is for good; whatever else went wrong is tried again, ``MAX_ATTEMPTS`` times in all."""
        job = job_decoder.decode(row.payload)
        channel = self._channels.get(job.channel)
        if channel is None:
            await put_off(self._dispatcher, row, after=60.0, attempts=row.attempts - 1)  # another node may know it
            return
        if not await hold(self._dispatcher, row, seconds=FETCH_WITHIN + 30):
            return
        try:
            put = await self._fetch(row, job, channel)
        except (TooLarge, Invalid, MediaRefused) as error:
            logger.info("media_refused", conversation=job.conversation, seq=job.seq, error=str(error))
            await self._end(row, _finished(row, job, self._dispatcher.policy, error))
        except Exception as error:
            await self._failed(row, job, error)
        else:
            if not await self._end(row, _Finish(row, job, self._dispatcher.policy, put)):
                await self._files.delete(put.object)

    async def _fetch(self, row: due.Due, job: MediaJob, channel: Channel) -> Put:
        if job.media.size > self._files.limit:
            raise TooLarge("the provider says that it is larger than we take", limit=self._files.limit)
        async with asyncio.timeout(FETCH_WITHIN):
            return await self._files.put(row.business, channel.fetch(job.inbox, job.media), name=job.media.name)

    async def _failed(self, row: due.Due, job: MediaJob, error: Exception) -> None:
        if isinstance(error, StorageUnavailable | Overloaded):  # our own trouble, which no file must be lost by
            await put_off(self._dispatcher, row, after=OWN_PAUSE, attempts=row.attempts - 1)
            return
        logger.warning("media_failed", conversation=job.conversation, attempts=row.attempts, error=repr(error))
        if row.attempts >= MAX_ATTEMPTS:
            await self._end(row, _Finish(row, job, self._dispatcher.policy))
            return
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 3.0 ** (row.attempts - 1))
        after = max(error.after, pause) if isinstance(error, RetryLater) else pause
        MEDIA.labels(job.channel, "retry").inc()
        await put_off(self._dispatcher, row, after=after, attempts=row.attempts)

    async def _end(self, row: due.Due, unit: _Finish) -> bool:
        """``False`` where another node has the file by now."""
        committed = await self._dispatcher.commit(row.business, unit, key=unit.job.conversation)
        if committed is not None:
            MEDIA.labels(unit.job.channel, "ready" if unit.put else unit.problem).inc()
        return committed is not None


def _finished(row: due.Due, job: MediaJob, policy: Policy, error: Exception) -> _Finish:
    if not isinstance(error, TooLarge):
        return _Finish(row, job, policy, problem="refused")
    return _Finish(row, job, policy, problem="too_large", limit=int(error.fields.get("limit") or 0))
