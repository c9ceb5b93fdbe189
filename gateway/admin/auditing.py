"""The audit log, page by page."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.store import audit
from gateway.store.store import Store


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the ``next`` of the page before."""

    before: Annotated[str, msgspec.Meta(pattern="^[0-9a-z]{0,32}$")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """``changes``: by field, [what it was, what it is]."""

    id: str
    at: int
    actor: str
    actor_name: str
    action: str
    kind: str
    subject: str
    name: str
    changes: dict[str, Any]


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    lines: tuple[AuditLine, ...]
    next: str | None


class Auditing:
    """The route of the audit log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path="/api/v1/businesses/{business}/audit", handler=self.read, access=ADMINISTRATORS,
                  summary="Who changed what, latest first", query=AuditQuery, answer=AuditPage, tags=("set-up",))
        ]  # fmt: skip

    async def read(self, call: Call) -> AuditPage:
        query: AuditQuery = call.query
        before = query.before or audit.LATEST
        found = await self._store.read(call.business, lambda tx, now: audit.page(tx, before=before, limit=query.limit))
        lines = tuple(
            AuditLine(**{**line._asdict(), "changes": msgspec.json.decode(line.changes)}) for line in found
        )  # fmt: skip
        return AuditPage(lines=lines, next=lines[-1].id if len(lines) == query.limit else None)
