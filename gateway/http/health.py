"""``/livez``, ``/readyz``, ``/metrics``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from gateway.store.schema import installation
from gateway.store.sql import Query, Tx
from gateway.store.store import Store

READY_WITHIN = 2.0
_PROBE = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["id"], set_={"created_at": statement.excluded.created_at}
        )
    )(insert(installation))
)


def _probe(tx: Tx, now: int) -> None:
    """A row that is really written: a full disk commits an empty transaction without complaint."""
    tx.execute(_PROBE, id=0, name="probe", created_at=now)


def _nothing() -> Sequence[str]:
    return ()


class Health:
    """Alive: the process answers. Ready: it also stores, and isn't draining.

    ``degraded``: what it does without at the moment, a line each; customers are still answered, by people if need be.
    """

    def __init__(
        self, store: Store, draining: Callable[[], bool], *, degraded: Callable[[], Sequence[str]] = _nothing
    ) -> None:
        self._store = store
        self._draining = draining
        self._degraded = degraded

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/livez", self.live)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.metrics)

    async def live(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(self, request: web.Request) -> web.Response:
        if self._draining():
            return web.Response(status=503, text="draining\n")
        try:
            async with asyncio.timeout(READY_WITHIN):
                await self._store.write("", _probe)
        except Exception:
            return web.Response(status=503, text="the database can't store\n")
        lines = ["ok", *(f"degraded: {line}" for line in self._degraded())]
        return web.Response(text="\n".join(lines) + "\n")

    async def metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
