"""The sweeper: objects that no row names, and uploads that no message ever took. A little at every look.

Nodes may sweep side by side: each step is safe to do twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import obstore
import structlog

from gateway.errors import StorageUnavailable
from gateway.files import Files
from gateway.store import directory, files
from gateway.store.sql import Tx
from gateway.store.store import Store

if TYPE_CHECKING:
    from obstore import ListStream, ObjectMeta  # known to type checkers alone

log = structlog.get_logger(__name__)

SECOND = 1_000_000
ORPHAN_AFTER = 3600 * SECOND
"""An object this old whose row is not there will not get one."""
UNATTACHED_AFTER = 24 * 3600 * SECOND
PAGE = 200
"""Objects and rows that one look judges."""


class Sweeper:
    """Goes round all objects, a page at each look, and begins again."""

    def __init__(self, store: Store, stored: Files) -> None:
        self._store = store
        self._files = stored
        self._round: ListStream[Sequence[ObjectMeta]] | None = None

    async def look(self) -> None:
        """One look. Raises what the stores raise; the next one goes on."""
        now = await self._store.read("", lambda tx, now: now)
        await self._drop_unattached(now)
        try:
            await self._drop_orphans(now)
        except Exception as error:
            self._round = None
            raise StorageUnavailable("The files can't be listed.") from error

    async def _drop_unattached(self, now: int) -> None:
        """First the row, then its object: what dies in between leaves an orphan."""
        before = now - UNATTACHED_AFTER
        stale = await self._store.read("", lambda tx, _: files.unattached(tx, before=before, limit=PAGE))
        for business, file in stale:

            def unit(tx: Tx, _: int, file: str = file) -> str | None:
                return files.drop_unattached(tx, file)

            place = await self._store.write(business, unit, key=file)
            if place is not None:
                await self._files.delete(place)

    async def _drop_orphans(self, now: int) -> None:
        if self._round is None:
            self._round = obstore.list(self._files.objects, chunk_size=PAGE)
        page = await anext(self._round, None)
        if page is None:
            self._round = None
            return
        before = datetime.fromtimestamp((now - ORPHAN_AFTER) / SECOND, UTC)
        by_business: dict[str, list[str]] = {}
        for meta in page:
            if meta["last_modified"] < before:
                by_business.setdefault(meta["path"].partition("/")[0], []).append(meta["path"])
        for business, places in by_business.items():
            await self._drop_unknown(business, places)

    async def _drop_unknown(self, business: str, places: list[str]) -> None:
        def unit(tx: Tx, _: int) -> set[str]:
            # What is of no business of ours (a foreign bucket, the wrong database) isn't ours to delete.
            return files.known_objects(tx, places) if directory.read_business(tx, business) else set(places)

        known = await self._store.read(business, unit)
        for place in places:
            if place not in known:
                await self._files.delete(place)
                log.info("orphan_dropped", business=business)
