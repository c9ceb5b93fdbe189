"""The routes by which a table of contacts comes in: look at it, say what its columns are, try it, do it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec.structs import replace

from gateway.admin.importing import (
    IMPORT,
    KEPT,
    CheckPage,
    Counts,
    Plan,
    Progress,
    RefusedLine,
    lines_of,
    pages_of,
)
from gateway.dispatcher import Dispatcher
from gateway.errors import NotFound, NotPossible, TooLarge
from gateway.faults import contacts as faults
from gateway.http.contact_fields import COUNTRIES
from gateway.http.contact_table import LARGEST, Table, check_columns, guess, read_table, write_csv
from gateway.http.routes import SUPERVISORS, Call, Route
from gateway.http.texts import one_line
from gateway.model.ids import new_id
from gateway.store import contact_imports, directory, due
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/businesses/{business}/contact-imports"
ITEM = PATH + "/{item}"
SAMPLE = 3
"""Lines that are shown of a table."""
SHOWN = 100
"""Refused lines that are told at once; all of them are in the file."""
LATEST = 10
NOT_THERE = "There is no such table any more. Bring it in again."
_HEAD = {"ru": ("строка", "причина"), "en": ("line", "reason")}
_REASONS = {
    "en": {
        "email": "the e-mail address isn't one", "phone": "the phone number isn't one", "long": "a value is too long",
        "empty": "no name, e-mail, phone or id", "several": "more than one contact has this", "many": "too many fields",
    },
    "ru": {
        "email": "это не адрес почты", "phone": "это не номер телефона", "long": "слишком длинное значение",
        "empty": "нет ни имени, ни почты, ни телефона, ни ID", "several": "подходит больше одного клиента",
        "many": "слишком много полей",
    },
}  # fmt: skip


class UploadQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``name``: the file's."""

    name: Annotated[str, msgspec.Meta(max_length=200)] = "contacts.csv"


class RefusedQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    locale: Literal["en", "ru"] = "en"


class ColumnsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``columns``: what each holds: ``name``, ``email``, ``phone``, ``company``, ``external_id``, ``note``, ``own.NAME``, or ""
    for what is left out. ``overwrite``: what is known already is changed, too; else only what is empty is filled."""

    columns: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=60)], ...], msgspec.Meta(min_length=1, max_length=60)
    ]
    overwrite: bool = False


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """``columns``: as they were chosen, before that as they were guessed. ``sample``: the first lines. ``done``: lines that
    are worked off."""

    id: str
    name: str
    status: contact_imports.Status
    encoding: str
    delimiter: str
    head: tuple[str, ...]
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    overwrite: bool
    rows: int
    done: int
    counts: Counts
    by: str
    created_at: int


class ImportList(msgspec.Struct, frozen=True, kw_only=True):
    """The latest first; a day after its end an import is forgotten."""

    imports: tuple[ImportView, ...]


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of it. ``refused``: the first of the lines that can't be used."""

    counts: Counts
    refused: tuple[RefusedLine, ...]


class ContactImports:
    """The routes of tables of contacts."""

    def __init__(self, store: Store, dispatcher: Dispatcher) -> None:
        self._store = store
        self._dispatcher = dispatcher

    def routes(self) -> list[Route]:
        return [
            Route(method="POST", path=PATH, handler=self.upload, summary="A table of contacts (CSV), to be looked at",
                  access=SUPERVISORS, query=UploadQuery, answer=ImportView, raw=True, tags=("contacts",)),
            Route(method="GET", path=PATH, handler=self.latest, summary="Tables that were brought in lately",
                  access=SUPERVISORS, answer=ImportList, tags=("contacts",)),
            Route(method="GET", path=ITEM, handler=self.item, summary="How far a table is", access=SUPERVISORS,
                  answer=ImportView, tags=("contacts",)),
            Route(method="POST", path=ITEM + "/check", handler=self.check, summary="What would become of a table",
                  access=SUPERVISORS, body=ColumnsBody, answer=CheckView, tags=("contacts",)),
            Route(method="POST", path=ITEM + "/start", handler=self.begin, summary="Bring a table in", status=202,
                  access=SUPERVISORS, body=ColumnsBody, answer=ImportView, tags=("contacts",)),
            Route(method="GET", path=ITEM + "/refused", handler=self.refused, summary="Its lines that were refused, as a table",
                  access=SUPERVISORS, query=RefusedQuery, tags=("contacts",)),
        ]  # fmt: skip

    async def upload(self, call: Call) -> ImportView:
        data = bytearray()
        async for piece in call.request.content.iter_chunked(64 * 1024):
            data += piece
            if len(data) > LARGEST:
                raise TooLarge(f"A table has at most {LARGEST // 1024 // 1024} MiB.", limit=LARGEST)
        table: Table = await asyncio.to_thread(read_table, bytes(data))
        pages = pages_of(table.lines)

        def unit(tx: Tx, now: int) -> ImportView:
            business = directory.read_business(tx, tx.business)
            country = COUNTRIES.get(business.locales[0], "") if business is not None else ""
            plan = Plan(
                encoding=table.encoding, delimiter=table.delimiter, head=table.head, rows=len(table.lines),
                columns=guess(table.head), country=country,
            )  # fmt: skip
            made = contact_imports.Import(
                new_id(now), one_line(call.query.name)[:200] or "contacts.csv", "draft",
                msgspec.json.encode(plan).decode(), "{}", call.who.id, call.who.name, now,
            )  # fmt: skip
            contact_imports.add(tx, made, pages=pages)
            due.put(tx, IMPORT, made.id, due_at=now + KEPT)
            return _view(tx, made)

        return await self._store.write(call.business, unit, key=f"imports {call.business}")

    async def latest(self, call: Call) -> ImportList:
        def unit(tx: Tx, now: int) -> ImportList:
            return ImportList(imports=tuple(_view(tx, one) for one in contact_imports.latest(tx, limit=LATEST)))

        return await self._store.read(call.business, unit)

    async def item(self, call: Call) -> ImportView:
        name = call.param("item")

        def unit(tx: Tx, now: int) -> ImportView:
            return _view(tx, _there(contact_imports.find(tx, name)))

        return await self._store.read(call.business, unit)

    async def check(self, call: Call) -> CheckView:
        """Page by page: a table of twenty thousand lines holds no snapshot for its whole length."""
        name, body = call.param("item"), call.body
        found = _there(await self._store.read(call.business, lambda tx, now: contact_imports.find(tx, name)))
        plan = _planned(found, body)
        if found.status != "draft":
            raise NotPossible(faults.STARTED())
        counts, refused, page, seen = Counts(), list[RefusedLine](), 0, set[tuple[str, str]]()
        while (one := await self._store.read(call.business, CheckPage(name, page, plan, seen))) is not None:
            counts = Counts(
                **{field: getattr(counts, field) + getattr(one[0], field) for field in Counts.__struct_fields__}
            )
            refused += one[1][: SHOWN - len(refused)]
            page += 1
        return CheckView(counts=counts, refused=tuple(refused))

    async def begin(self, call: Call) -> ImportView:
        name, body = call.param("item"), call.body

        def unit(tx: Tx, now: int) -> ImportView:
            found = _there(contact_imports.lock(tx, name))
            plan = _planned(found, body)
            if found.status != "draft":
                raise NotPossible(faults.STARTED())
            if contact_imports.running(tx):
                raise NotPossible(faults.RUNNING())
            text = msgspec.json.encode(plan).decode()
            contact_imports.change(tx, name, status="running", plan=text, progress="{}")
            due.reset(tx, IMPORT, name, due_at=now)
            return _view(tx, _there(contact_imports.find(tx, name)))

        view = await self._store.write(call.business, unit, key=f"imports {call.business}")
        self._dispatcher.due_at(1)
        return view

    async def refused(self, call: Call) -> web.Response:
        name, locale = call.param("item"), call.query.locale

        def unit(tx: Tx, now: int) -> tuple[Plan, list[RefusedLine]]:
            found = _there(contact_imports.find(tx, name))
            pages = contact_imports.refused(tx, name)
            lines = [one for page in pages for one in msgspec.json.decode(page, type=list[RefusedLine])]
            return msgspec.json.decode(found.plan, type=Plan), lines

        plan, lines = await self._store.read(call.business, unit)
        rows = [(*_HEAD[locale], *plan.head)]
        rows += [(str(one.line), _REASONS[locale].get(one.reason, one.reason), *one.cells) for one in lines]
        headers = {"Content-Disposition": 'attachment; filename="refused.csv"', "Cache-Control": "no-store"}
        return web.Response(body=write_csv(rows), content_type="text/csv", charset="utf-8", headers=headers)


def _there(found: contact_imports.Import | None) -> contact_imports.Import:
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def _planned(found: contact_imports.Import, body: ColumnsBody) -> Plan:
    plan = msgspec.json.decode(found.plan, type=Plan)
    columns = tuple(one_line(one) for one in body.columns)
    check_columns(columns, plan.head)
    return replace(plan, columns=columns, overwrite=body.overwrite)


def _view(tx: Tx, one: contact_imports.Import) -> ImportView:
    plan = msgspec.json.decode(one.plan, type=Plan)
    progress = msgspec.json.decode(one.progress, type=Progress)
    lines = lines_of(contact_imports.lines(tx, one.id, 0) or "[]")
    counts = progress.counts
    return ImportView(
        id=one.id, name=one.name, status=one.status, encoding=plan.encoding, delimiter=plan.delimiter, head=plan.head,
        columns=plan.columns, sample=tuple(tuple(cell[:80] for cell in cells) for _, cells in lines[:SAMPLE]),
        overwrite=plan.overwrite, rows=plan.rows,
        done=counts.new + counts.updated + counts.unchanged + counts.refused, counts=counts, by=one.made_by_name,
        created_at=one.created_at,
    )  # fmt: skip
