"""Tables of contacts that are brought in: a row for each, and one for each page of its lines.

A page's lines are there until it is worked off; then it has only those that were refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, select, update

from gateway.store.schema import contact_import_pages, contact_imports
from gateway.store.sql import Query, Tx

Status = Literal["draft", "running", "done"]

_business: BindParameter[str] = bindparam("business_id")
_c, _p = contact_imports.c, contact_import_pages.c
_this = (_c.business_id == _business, _c.id == bindparam("import_id"))
_ADD = Query(lambda insert: insert(contact_imports))
_ADD_PAGE = Query(lambda insert: insert(contact_import_pages))
_COLUMNS = (_c.id, _c.name, _c.status, _c.plan, _c.progress, _c.made_by, _c.made_by_name, _c.created_at)
_FIND = Query(select(*_COLUMNS).where(*_this))
_LOCK = Query(select(*_COLUMNS).where(*_this).with_for_update())
_RUNNING = Query(select(_c.id).where(_c.business_id == _business, _c.status == "running").limit(1))
_LATEST = Query(
    select(*_COLUMNS).where(_c.business_id == _business).order_by(_c.id.desc()).limit(bindparam("limit"))
)  # fmt: skip
_CHANGE = Query(
    update(contact_imports)
    .where(*_this)
    .values(status=bindparam("new_status"), plan=bindparam("new_plan"), progress=bindparam("new_progress"))
)
_DROP = Query(delete(contact_imports).where(*_this))
_this_page = (_p.business_id == _business, _p.import_id == bindparam("import_id"), _p.page == bindparam("page"))
_PAGE = Query(select(_p.lines).where(*_this_page))
_DONE = Query(update(contact_import_pages).where(*_this_page).values(lines="[]", refused=bindparam("new_refused")))
_REFUSED = Query(
    select(_p.refused)
    .where(_p.business_id == _business, _p.import_id == bindparam("import_id"), _p.refused != "[]")
    .order_by(_p.page)
    .limit(1000)
)
_DROP_PAGES = Query(
    delete(contact_import_pages).where(_p.business_id == _business, _p.import_id == bindparam("import_id"))
)  # fmt: skip


class Import(NamedTuple):
    """``plan``, ``progress``: JSON (``gateway.dispatcher.importing``)."""

    id: str
    name: str
    status: Status
    plan: str
    progress: str
    made_by: str
    made_by_name: str
    created_at: int


def add(tx: Tx, one: Import, *, pages: Sequence[str]) -> None:
    """A table, its lines as JSON, page by page."""
    tx.execute(_ADD, **one._asdict())
    for number, lines in enumerate(pages):
        tx.execute(_ADD_PAGE, import_id=one.id, page=number, lines=lines, refused="[]")


def find(tx: Tx, name: str) -> Import | None:
    row = tx.one(_FIND, import_id=name)
    return Import(*row) if row else None


def lock(tx: Tx, name: str) -> Import | None:
    row = tx.one(_LOCK, import_id=name)
    return Import(*row) if row else None


def running(tx: Tx) -> str:
    """The one that is under way in the business, or ""."""
    row = tx.one(_RUNNING)
    return row[0] if row else ""


def latest(tx: Tx, *, limit: int) -> list[Import]:
    return [Import(*row) for row in tx.all(_LATEST, limit=limit)]


def change(tx: Tx, name: str, *, status: Status, plan: str, progress: str) -> None:
    tx.execute(_CHANGE, import_id=name, new_status=status, new_plan=plan, new_progress=progress)


def lines(tx: Tx, name: str, page: int) -> str | None:
    """A page's lines; ``None`` behind the last one."""
    row = tx.one(_PAGE, import_id=name, page=page)
    return row[0] if row else None


def finish_page(tx: Tx, name: str, page: int, *, refused: str) -> None:
    """The page is worked off: of its lines only those that were refused stay."""
    tx.execute(_DONE, import_id=name, page=page, new_refused=refused)


def refused(tx: Tx, name: str) -> list[str]:
    """What was refused, page by page."""
    return [row[0] for row in tx.all(_REFUSED, import_id=name)]


def drop(tx: Tx, name: str) -> None:
    tx.execute(_DROP_PAGES, import_id=name)
    tx.execute(_DROP, import_id=name)
