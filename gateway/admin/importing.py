"""A table of contacts is brought in: page by page, each a short unit, whatever dies in between.

Whoever is in it is known by the business's own id, else by e-mail, else by phone; nothing that is known of them is changed
unless that was chosen. Two lines of one person are one contact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import structlog
from msgspec.structs import replace

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.merging import fields_of, set_fields
from gateway.errors import Invalid
from gateway.http.contact_fields import check_many
from gateway.http.contact_table import OWN, Judged, judge_line, with_defaults
from gateway.http.contacts import tell_contacts
from gateway.model.ids import new_id
from gateway.store import audit, contact_imports, contacts, due, inbound, search
from gateway.store.sql import Tx

log = structlog.get_logger(__name__)

IMPORT = "contacts_import"
"""The kind of due rows; their subject is an import. What is done, or was never begun, is forgotten by the same row."""
PAGE = 50
"""Lines of one unit."""
LEASE = 60_000_000
KEPT = 24 * 3600 * 1_000_000
"""Microseconds for which a table, or what was refused of it, is kept: it holds what people's erasure doesn't reach."""

Line = tuple[int, tuple[str, ...]]
KEYS: tuple[tuple[str, search.Equal], ...] = (("external_id", "external"), ("email", "email"), ("phone", "phone"))


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``columns``: the field of each. ``country``: whose phone numbers may be written without it."""

    encoding: str
    delimiter: str
    head: tuple[str, ...]
    rows: int
    columns: tuple[str, ...] = ()
    overwrite: bool = False
    country: str = ""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def plus(self, outcome: str) -> Counts:
        return replace(self, **{outcome: getattr(self, outcome) + 1})


class Progress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``page``: the next one."""

    page: int = 0
    counts: Counts = Counts()


class RefusedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``reason``: ``email``, ``phone``, ``long``, ``empty`` (nobody could be known by it), ``several`` (more than one contact
    has this) or ``many`` (fields of one's own)."""

    line: int
    reason: str
    column: str = ""
    cells: tuple[str, ...] = ()


class NotOne(Exception):
    """More than one contact is known by this. ``column``: by which field."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def match(tx: Tx, fields: Mapping[str, str]) -> contacts.Contact | None:
    """Whom a line is about, if they are known. Raises ``NotOne``."""
    for field, equal in KEYS:
        value = fields.get(field, "")
        found = search.find_equal(tx, equal, value) if value else []
        if field != "external_id" and fields.get("external_id"):  # who has another id there is somebody else
            found = [one for one in found if not one.known.external]
        if len(found) > 1:
            raise NotOne(field)
        if found:
            return found[0]
    return None


def lines_of(text: str) -> list[Line]:
    return msgspec.json.decode(text, type=list[Line])


def pages_of(lines: Sequence[Line]) -> list[str]:
    """The lines as they are kept, page by page."""
    return [msgspec.json.encode(lines[at : at + PAGE]).decode() for at in range(0, len(lines), PAGE)]


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A unit that only reads: what would become of a page. ``seen``: what the pages before it know people by."""

    item: str
    page: int
    plan: Plan
    seen: set[tuple[str, str]]

    def __call__(self, tx: Tx, now: int) -> tuple[Counts, list[RefusedLine]] | None:
        text = contact_imports.lines(tx, self.item, self.page)
        if text is None:
            return None
        counts, refused = Counts(), []
        for line, cells in lines_of(text):
            judged = judge_line(line, cells, self.plan.columns, country=self.plan.country)
            outcome = self._outcome(tx, judged)
            if isinstance(outcome, RefusedLine):
                refused.append(outcome)
                counts = counts.plus("refused")
            else:
                counts = counts.plus(outcome)
        return counts, refused

    def _outcome(self, tx: Tx, judged: Judged) -> str | RefusedLine:
        if judged.fault:
            return RefusedLine(line=judged.line, reason=judged.fault, column=judged.column)
        keys = {(field, judged.fields[field].casefold()) for field, _ in KEYS if field in judged.fields}
        try:
            known = match(tx, judged.fields)
        except NotOne as several:
            return RefusedLine(line=judged.line, reason="several", column=several.column)
        again = bool(keys & self.seen)
        self.seen.update(keys)
        if known is None:
            return "updated" if again else "new"
        news = with_defaults(judged.fields, fields_of(known), overwrite=self.plan.overwrite)
        return "updated" if news else "unchanged"


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The next page of a claimed row; ``None`` where the row is another's by now, or there is nothing left."""

    row: due.Due

    def __call__(self, tx: Tx, now: int) -> Progress | None:
        row = self.row
        if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + LEASE):
            return None
        found = contact_imports.lock(tx, row.subject)
        if found is None or found.status != "running":
            if found is not None:
                contact_imports.drop(tx, found.id)
            due.finish(tx, row.kind, row.subject, fence=row.fence)
            return None
        plan = msgspec.json.decode(found.plan, type=Plan)
        progress = msgspec.json.decode(found.progress, type=Progress)
        text = contact_imports.lines(tx, found.id, progress.page)
        if text is None:
            self._finish(tx, found, progress, now)
            return None
        counts, refused = progress.counts, []
        for line, cells in lines_of(text):
            outcome = bring_in(tx, judge_line(line, cells, plan.columns, country=plan.country), plan, now=now)
            if isinstance(outcome, RefusedLine):
                refused.append(replace(outcome, cells=cells))
                counts = counts.plus("refused")
            else:
                counts = counts.plus(outcome)
        contact_imports.finish_page(tx, found.id, progress.page, refused=msgspec.json.encode(refused).decode())
        progress = Progress(page=progress.page + 1, counts=counts)
        body = msgspec.json.encode(progress).decode()
        contact_imports.change(tx, found.id, status="running", plan=found.plan, progress=body)
        return progress

    def _finish(self, tx: Tx, found: contact_imports.Import, progress: Progress, now: int) -> None:
        contact_imports.change(tx, found.id, status="done", plan=found.plan, progress=found.progress)
        counts = msgspec.to_builtins(progress.counts)
        audit.note(
            tx, audit.Actor(found.made_by, found.made_by_name), "imported", kind="contacts", subject=found.id,
            name=found.name, now=now, changes={name: (None, count) for name, count in counts.items()},
        )  # fmt: skip
        row = self.row
        due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=now + KEPT, attempts=0)


def bring_in(tx: Tx, judged: Judged, plan: Plan, *, now: int) -> str | RefusedLine:
    """A line, done: ``new``, ``updated``, ``unchanged``, or why not."""
    if judged.fault:
        return RefusedLine(line=judged.line, reason=judged.fault, column=judged.column)
    try:
        known = match(tx, judged.fields)
    except NotOne as several:
        return RefusedLine(line=judged.line, reason="several", column=several.column)
    found = contacts.lock(tx, known.id) if known is not None else None
    before = fields_of(found) if found is not None else {}
    news = with_defaults(judged.fields, before, overwrite=plan.overwrite)
    if found is not None and not news:
        return "unchanged"
    try:
        check_many({name: value for name, value in {**before, **news}.items() if name.startswith(OWN)})
    except Invalid:
        return RefusedLine(line=judged.line, reason="many")
    if found is None:
        made = new_id(now)
        inbound.add_contact(tx, made, name="", attributes="{}", now=now)
        found = contacts.Contact(made, "", "{}", "")
    set_fields(tx, found, news)
    return "updated" if known is not None else "new"


class Importer:
    """The handler of due rows ``contacts_import``."""

    def __init__(self, dispatcher: Dispatcher, hub: Hub) -> None:
        self._dispatcher = dispatcher
        self._hub = hub

    async def claimed(self, row: due.Due) -> None:
        """Works it off; what a dead node left goes on where it stopped."""
        pages = 0
        while await self._dispatcher.store.write(row.business, ImportPage(row), key=row.subject) is not None:
            pages += 1
            if pages % 20 == 1:
                tell_contacts(self._hub, row.business)
        self._dispatcher.due_at(1)
        if pages:
            tell_contacts(self._hub, row.business)
            log.info("contacts_imported", business=row.business, item=row.subject, pages=pages)
