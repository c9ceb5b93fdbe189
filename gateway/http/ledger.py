"""The ledger's page: every request of a customer, how it ended, and what is open."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from gateway.errors import Invalid
from gateway.http.reading import BASE, Name
from gateway.http.routes import EVERYONE, ID, SUPERVISORS, Call, Route
from gateway.store import directory, ledger
from gateway.store.ledger import LATEST, Line, Spot, Wanted
from gateway.store.lists import ContactName
from gateway.store.schema import FAR
from gateway.store.sql import Tx
from gateway.store.store import Store

Instant = Annotated[int, msgspec.Meta(ge=0, le=1 << 60)]
PAGE, EXPORTED = 500, 20_000
_NUMBER = re.compile(r"[0-9]{1,19}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take a cell for that begins so."""


class LedgerQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Requests that came from ``from`` until ``to`` (µs). ``before``: the ``next`` of the page before; ``people``: only
    those that people were asked for."""

    from_: Instant
    to: Instant
    ending: Literal["", "open", "answered", "called_back", "declined", "lost"] = ""
    channel: Name = ""
    team: Name = ""
    operator: Name = ""
    people: bool = False
    before: Annotated[str, msgspec.Meta(max_length=128)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.from_, self.to, self.ending, self.channel, self.team, self.operator, self.people)


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague; "" as the name of who works here no more."""

    id: str
    name: str


class LedgerLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request. ``ending``: "" while it is open. ``operator``: who ended it, or has it now. ``status``: of its conversation,
    by now. ``waited``: seconds until a person came; ``callback_at``: by when somebody promised to get back."""

    conversation: str
    opened_seq: int
    opened_at: int
    contact: ContactName
    channel: str
    team: str
    operator: Who | None
    status: str
    ending: str
    reason: str
    code: str
    ended_at: int | None
    handed: bool
    waited: float | None
    score: int
    callback_at: int | None


class LedgerPage(msgspec.Struct, frozen=True, kw_only=True):
    lines: tuple[LedgerLine, ...]
    next: str | None


class EndingCount(msgspec.Struct, frozen=True, kw_only=True):
    ending: str
    reason: str
    count: int


class Endings(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` is what all ``counts`` are together; those with "" as their ending are open."""

    total: int
    open: int
    counts: tuple[EndingCount, ...]


class Ledger:
    """The routes of the ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path=f"{BASE}/requests", handler=self.read, access=EVERYONE, query=LedgerQuery,
                  answer=LedgerPage, summary="Every request and how it ended, the latest first", tags=("ledger",)),
            Route(method="GET", path=f"{BASE}/requests/endings", handler=self.endings, access=EVERYONE,
                  query=LedgerQuery, answer=Endings, summary="How many requests ended how", tags=("ledger",)),
            Route(method="GET", path=f"{BASE}/requests.csv", handler=self.export, access=SUPERVISORS, query=LedgerQuery,
                  summary="The same as a table", tags=("ledger",)),
        ]  # fmt: skip

    async def read(self, call: Call) -> LedgerPage:
        query: LedgerQuery = call.query
        before, wanted = _read_spot(query.before), query.wanted

        def unit(tx: Tx, now: int) -> tuple[list[Line], dict[str, str]]:
            return ledger.read_page(tx, wanted, before=before, limit=query.limit), _names(tx)

        lines, names = await self._store.read(call.business, unit)
        more = len(lines) == query.limit
        return LedgerPage(
            lines=tuple(_shown(line, names) for line in lines), next=_write_spot(lines[-1]) if more else None
        )

    async def endings(self, call: Call) -> Endings:
        query: LedgerQuery = call.query
        found = await self._store.read(
            call.business, lambda tx, now: ledger.endings(tx, first=query.from_, last=query.to)
        )
        counts = tuple(
            EndingCount(ending=ending, reason=reason, count=count) for (ending, reason), count in sorted(found.items())
        )
        opened = sum(one.count for one in counts if not one.ending)
        return Endings(total=sum(found.values()), open=opened, counts=counts)

    async def export(self, call: Call) -> web.StreamResponse:
        """Page by page, so that a year of requests needs no memory."""
        query: LedgerQuery = call.query
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store",
                "Content-Disposition": 'attachment; filename="requests.csv"', "X-Content-Type-Options": "nosniff",
            }
        )  # fmt: skip
        await response.prepare(call.request)
        await response.write(b"\xef\xbb\xbf" + csv_of([_HEAD]))
        spot, names, written = LATEST, await self._store.read(call.business, lambda tx, now: _names(tx)), 0
        while written < EXPORTED:
            lines = await self._page(call.business, query.wanted, spot)
            await response.write(csv_of([_cells(_shown(line, names)) for line in lines]))
            written += len(lines)
            if len(lines) < PAGE:
                break
            spot = _spot_of(lines[-1])
        await response.write_eof()
        return response

    async def _page(self, business: str, wanted: Wanted, spot: Spot) -> list[Line]:
        return await self._store.read(business, lambda tx, now: ledger.read_page(tx, wanted, before=spot, limit=PAGE))


def _names(tx: Tx) -> dict[str, str]:
    return {one.account: one.name for one in directory.read_operators(tx)}


def _shown(line: Line, names: Mapping[str, str]) -> LedgerLine:
    operator = Who(id=line.operator, name=names.get(line.operator, "")) if line.operator else None
    return LedgerLine(
        conversation=line.conversation, opened_seq=line.opened_seq, opened_at=line.opened_at,
        contact=ContactName(id=line.contact, name=line.name), channel=line.channel, team=line.team, operator=operator,
        status=line.status, ending=line.ending, reason=line.reason, code=line.code, ended_at=line.ended_at,
        handed=line.handed_at is not None, waited=line.waited / 1e6 if line.waited is not None else None,
        score=line.score, callback_at=line.callback_at if not line.ending else None,
    )  # fmt: skip


_HEAD = ("opened_at", "contact", "channel", "team", "operator", "ending", "reason", "code", "ended_at", "waited_seconds",
         "score", "conversation")  # fmt: skip


def _cells(line: LedgerLine) -> tuple[str, ...]:
    return (
        iso(line.opened_at), line.contact.name, line.channel, line.team, line.operator.name if line.operator else "",
        line.ending or "open", line.reason, line.code, iso(line.ended_at),
        f"{line.waited:.0f}" if line.waited is not None else "", str(line.score or ""), line.conversation,
    )  # fmt: skip


def iso(instant: int | None) -> str:
    if instant is None:
        return ""
    return dt.datetime.fromtimestamp(instant / 1e6, dt.UTC).isoformat(timespec="seconds")


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Lines of a table; what a spreadsheet would run as a formula stands as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return out.getvalue().encode()


def _spot_of(line: Line) -> Spot:
    return Spot(line.opened_at, line.conversation, line.opened_seq)


def _write_spot(line: Line) -> str:
    return f"{line.opened_at}.{line.opened_seq}.{line.conversation}"


def _read_spot(text: str) -> Spot:
    """Where a page begins; "" is the begin. Raises ``Invalid``."""
    if not text:
        return LATEST
    at, _, rest = text.partition(".")
    seq, _, conversation = rest.partition(".")
    if not (_NUMBER.fullmatch(at) and _NUMBER.fullmatch(seq) and ID.fullmatch(conversation)) or int(at) > FAR:
        raise Invalid("`before` is the `next` of the page before.", field="before")
    return Spot(int(at), conversation, min(int(seq), FAR))
