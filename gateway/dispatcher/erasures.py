"""The handler of the due kind ``erase``: works a row off, page by page, and tells every open screen."""

from __future__ import annotations

import structlog

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.erasing import Asked, AskErasure, ErasePage, read_task
from gateway.dispatcher.hub import Hub
from gateway.errors import Draining
from gateway.store import due

log = structlog.get_logger(__name__)


class Erasures:
    """All erasures of this node."""

    def __init__(self, dispatcher: Dispatcher, hub: Hub) -> None:
        self._dispatcher = dispatcher
        self._hub = hub

    async def ask(self, business: str, contact: str, *, by: str) -> Asked:
        """On disk when this returns. Raises ``NotFound``."""
        asked = await self._dispatcher.store.write(business, AskErasure(contact, by), key=contact)
        log.info("erasure_asked", business=business, contact=asked.contact, by=by)
        self._hub.moved(business, asked.strangers)
        self._dispatcher.due_at(1)
        return asked

    async def claimed(self, row: due.Due) -> None:
        """Empties the contact's conversations; what a dead node left goes on where it stopped."""
        task = read_task(row)
        while True:
            unit = ErasePage(row, task, self._dispatcher.policy)
            try:
                erased = await self._dispatcher.commit_all(row.business, unit, key=row.subject)
            except Draining:
                return  # the row is freed with all that this node holds
            if erased.emptied:
                self._hub.erased(row.business, erased.emptied)
            if erased.task is None:
                return
            task = erased.task
            if erased.done:
                break
        log.info(
            "conversation_emptied" if task.alone else "contact_erased",
            business=row.business,
            contact=row.subject,
            by=task.by,
            conversations=task.conversations,
        )
