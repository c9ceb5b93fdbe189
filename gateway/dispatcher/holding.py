"""A due row that somebody works off for longer than its claim lasts: kept meanwhile, or put off to a later try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.store import due
from gateway.store.sql import Tx

if TYPE_CHECKING:
    from gateway.dispatcher import Dispatcher

SECOND = 1_000_000


async def hold(dispatcher: Dispatcher, row: due.Due, *, seconds: float) -> bool:
    """Keeps the row for so long; ``False`` where another node has it by now, or it is gone."""

    def unit(tx: Tx, now: int) -> bool:
        return due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + int(seconds * SECOND))

    return await dispatcher.store.write(row.business, unit, key=row.subject)


async def put_off(dispatcher: Dispatcher, row: due.Due, *, after: float, attempts: int) -> None:
    """It is tried again ``after`` seconds; ``attempts``: how often it has been tried by then."""

    def unit(tx: Tx, now: int) -> int:
        due_at = now + int(after * SECOND)
        due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=attempts)
        return due_at

    dispatcher.due_at(await dispatcher.store.write(row.business, unit, key=row.subject))
