"""The routes that carry a business's set-up between installations."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from aiohttp import web

from gateway.admin.transfer import Export, Imported, export_business, import_business, read_export
from gateway.errors import TooLarge
from gateway.http.changing import actor, write
from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.store.sql import Tx
from gateway.store.store import LONG, Store

PATH = "/api/v1/businesses/{business}"
LARGEST = 4 * 1024 * 1024
"""Bytes of a file."""


class Transfers:
    """``GET …/export`` and ``POST …/import``. ``changed``: told the business after an import."""

    def __init__(self, store: Store, changed: Callable[[str], None]) -> None:
        self._store = store
        self._changed = changed

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path=PATH + "/export", handler=self.export, access=ADMINISTRATORS, answer=Export,
                  summary="The business's set-up as a file", tags=("set-up",)),
            Route(method="POST", path=PATH + "/import", handler=self.take, access=ADMINISTRATORS, answer=Imported,
                  raw=True, summary="Set the business up as a file says", tags=("set-up",)),
        ]  # fmt: skip

    async def export(self, call: Call) -> web.Response:
        found = await self._store.read(call.business, lambda tx, now: export_business(tx), patience=LONG)
        body = msgspec.json.format(msgspec.json.encode(found), indent=2)
        headers = {"Content-Disposition": 'attachment; filename="switchboard.json"', "Cache-Control": "no-store"}
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def take(self, call: Call) -> Imported:
        data = bytearray()
        async for piece in call.request.content.iter_chunked(64 * 1024):
            data += piece
            if len(data) > LARGEST:
                raise TooLarge(f"A set-up has at most {LARGEST // 1024 // 1024} MiB.", limit=LARGEST)
        wanted, by = read_export(bytes(data)), actor(call.who)

        def unit(tx: Tx, now: int) -> Imported:
            return import_business(tx, wanted, by=by, now=now)

        done = await write(self._store, call, unit)
        self._changed(call.business)
        return done
