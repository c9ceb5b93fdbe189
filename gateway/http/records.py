"""Records: what was written into forms, as a list, a table and one by one; their statuses are set here."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from gateway.dispatcher import Dispatcher
from gateway.errors import Invalid, NotFound
from gateway.faults import forms as faults
from gateway.http.ledger import EXPORTED, PAGE, Instant, csv_of, iso
from gateway.http.reading import BASE, Name
from gateway.http.routes import EVERYONE, ID, SUPERVISORS, Call, Route
from gateway.model import commands as c
from gateway.store import records
from gateway.store.lists import ContactName
from gateway.store.records import LATEST, Change, Record, Spot, Value, Wanted
from gateway.store.schema import FAR
from gateway.store.sql import Tx
from gateway.store.store import Store

Status = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[^\x00-\x1f]*$")]


class RecordsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Records made from ``from`` until ``to`` (µs); of a contact, also those of who was merged into them. ``before``: the
    ``next`` of the page before."""

    from_: Instant = 0
    to: Instant = FAR
    form: Name = ""
    status: Status = ""
    contact: Name = ""
    conversation: Name = ""
    before: Annotated[str, msgspec.Meta(max_length=128)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.from_, self.to, self.form, self.status, self.conversation, self.contact)


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """``form``: its id, ``name``: as it was called then. ``values``: with their questions as they were then; none of a contact
    that was erased."""

    id: str
    number: str
    form: str
    name: str
    purpose: str
    status: str
    conversation: str
    contact: ContactName
    values: tuple[Value, ...]
    created_at: int
    by: str


class RecordPage(msgspec.Struct, frozen=True, kw_only=True):
    records: tuple[RecordView, ...]
    next: str | None


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    at: int
    before: str
    status: str
    by: str


class RecordHistory(msgspec.Struct, frozen=True, kw_only=True):
    """A record with the changes of its status, the first to the last."""

    record: RecordView
    changes: tuple[ChangeView, ...]


class StatusBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the status on the screen."""

    status: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    before: Status


class Records:
    """The routes of records."""

    def __init__(self, store: Store, dispatcher: Dispatcher) -> None:
        self._store = store
        self._dispatcher = dispatcher

    def routes(self) -> list[Route]:
        one = f"{BASE}/records/{{record}}"
        return [
            Route(method="GET", path=f"{BASE}/records", handler=self.read, access=EVERYONE, query=RecordsQuery,
                  answer=RecordPage, summary="What was written into forms, the latest first", tags=("records",)),
            Route(method="GET", path=f"{BASE}/records.csv", handler=self.export, access=SUPERVISORS, query=RecordsQuery,
                  summary="The same as a table", tags=("records",)),
            Route(method="GET", path=one, handler=self.read_one, access=EVERYONE, answer=RecordHistory,
                  summary="A record with its history", tags=("records",)),
            Route(method="POST", path=f"{one}/status", handler=self.move, access=EVERYONE, body=StatusBody,
                  answer=RecordHistory, summary="Set a record's status", tags=("records",)),
        ]  # fmt: skip

    async def read(self, call: Call) -> RecordPage:
        query: RecordsQuery = call.query
        before, wanted = _read_spot(query.before), query.wanted
        found = await self._store.read(
            call.business, lambda tx, now: records.read_page(tx, wanted, before=before, limit=query.limit)
        )
        more = f"{found[-1].created_at}.{found[-1].id}" if len(found) == query.limit else None
        return RecordPage(records=tuple(map(_shown, found)), next=more)

    async def read_one(self, call: Call) -> RecordHistory:
        record = call.param("record")
        return await self._store.read(call.business, lambda tx, now: _history(tx, record))

    async def move(self, call: Call) -> RecordHistory:
        body: StatusBody = call.body
        name = call.param("record")
        record = (await self._store.read(call.business, lambda tx, now: _history(tx, name))).record
        command = c.MoveRecord(operator=call.who.person, record=name, before=body.before, status=body.status)
        await self._dispatcher.submit(call.business, record.conversation, command)
        return await self._store.read(call.business, lambda tx, now: _history(tx, name))

    async def export(self, call: Call) -> web.StreamResponse:
        """Page by page, so that a year of records needs no memory."""
        query: RecordsQuery = call.query
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store",
                "Content-Disposition": 'attachment; filename="records.csv"', "X-Content-Type-Options": "nosniff",
            }
        )  # fmt: skip
        await response.prepare(call.request)
        await response.write(b"\xef\xbb\xbf" + csv_of([_HEAD]))
        spot, written = LATEST, 0
        while written < EXPORTED:
            found = await self._page(call.business, query.wanted, spot)
            await response.write(csv_of([_cells(one) for one in found]))
            written += len(found)
            if len(found) < PAGE:
                break
            spot = Spot(found[-1].created_at, found[-1].id)
        await response.write_eof()
        return response

    async def _page(self, business: str, wanted: Wanted, spot: Spot) -> list[Record]:
        return await self._store.read(business, lambda tx, now: records.read_page(tx, wanted, before=spot, limit=PAGE))


def _history(tx: Tx, name: str) -> RecordHistory:
    found = records.find(tx, name)
    if found is None:
        raise NotFound(faults.NO_RECORD())
    return RecordHistory(record=_shown(found), changes=tuple(map(_change, records.changes(tx, name))))


def _change(one: Change) -> ChangeView:
    return ChangeView(at=one.at, before=one.before, status=one.status, by=one.by_name)


def _shown(one: Record) -> RecordView:
    return RecordView(
        id=one.id, number=one.number, form=one.form_id, name=one.form, purpose=one.purpose, status=one.status,
        conversation=one.conversation, contact=ContactName(id=one.contact, name=one.contact_name), values=one.values,
        created_at=one.created_at, by=one.by_name,
    )  # fmt: skip


_HEAD = ("number", "form", "status", "created_at", "contact", "by", "conversation", "values")


def _cells(one: Record) -> tuple[str, ...]:
    said = "; ".join(f"{value.label}: {', '.join(value.value.splitlines())}" for value in one.values)
    return (
        one.number, one.form, one.status, iso(one.created_at), one.contact_name, one.by_name, one.conversation, said
    )  # fmt: skip


def _read_spot(text: str) -> Spot:
    """Where a page begins; "" is the begin. Raises ``Invalid``."""
    if not text:
        return LATEST
    at, _, record = text.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 20 and ID.fullmatch(record)) or int(at) > FAR:
        raise Invalid("`before` is the `next` of the page before.", field="before")
    return Spot(int(at), record)
