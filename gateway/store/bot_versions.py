"""The versions of a business's bot: which one answers, those before it, and what they were made from."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, func, select, text, update

from gateway.store.schema import bot_versions
from gateway.store.sql import Query, Tx

KEPT = 50
"""Versions of which the list tells; older ones stay in the database."""
_business: BindParameter[str] = bindparam("business_id")
_c = bot_versions.c


class BotVersion(NamedTuple):
    """``status``: trained or published. ``artifact``: its model's name in the store of files and models. ``number``: counts
    from 1 in its business; 0 where an older release made it. ``report``: JSON."""

    version: str
    status: str
    artifact: str
    report: str
    number: int
    made_by: str
    note: str
    created_at: int
    published_at: int | None


class PublishedBot(NamedTuple):
    """What answers for a business."""

    business: str
    version: str
    artifact: str


_COLUMNS = (
    _c.version, _c.status, _c.artifact, _c.report, _c.number, _c.made_by, _c.note, _c.created_at, _c.published_at,
)  # fmt: skip
_this = and_(_c.business_id == _business, _c.version == bindparam("this_version"))
_ADD = Query(lambda insert: insert(bot_versions).on_conflict_do_nothing())
_ONE = Query(select(*_COLUMNS).where(_this))
_SOURCE = Query(select(_c.source).where(_this))
_PUBLISHED = Query(select(*_COLUMNS).where(_c.business_id == _business, _c.status == "published"))
_LIST = Query(
    select(*_COLUMNS).where(_c.business_id == _business).order_by(_c.number.desc(), _c.created_at.desc()).limit(KEPT)
)
_NEXT = Query(select(func.coalesce(func.max(_c.number), 0) + 1).where(_c.business_id == _business))
_TRAINED = Query(
    update(bot_versions)
    .where(_this)
    .values(
        artifact=bindparam("new_artifact"), report=bindparam("new_report"), source=bindparam("new_source"),
        made_by=bindparam("new_made_by"),
    )
)  # fmt: skip
_PUBLISH = Query(
    update(bot_versions)
    .where(_this)
    .values(status="published", published_at=bindparam("new_published_at"), note=bindparam("new_note"))
)
_RETIRE = Query(
    update(bot_versions).where(_c.business_id == _business, _c.status == "published").values(status="trained")
)
_ALL_PUBLISHED = Query(
    select(_c.business_id, _c.version, _c.artifact).where(_c.status == "published").order_by(_c.business_id),
    postgresql=text("SELECT * FROM switchboard_published_bots()"),
    across=True,
)


def keep_trained(
    tx: Tx, *, version: str, artifact: str, report: str, source: bytes, made_by: str, now: int
) -> BotVersion:  # fmt: skip
    """A version that was trained and can be published. The same content trained again is the same version."""
    row = tx.one(_NEXT)
    tx.execute(
        _ADD, version=version, status="trained", artifact="", report="{}", created_at=now, published_at=None,
        number=row[0] if row else 1, source=None, made_by="", note="",
    )  # fmt: skip
    tx.execute(
        _TRAINED, this_version=version, new_artifact=artifact, new_report=report, new_source=source, new_made_by=made_by
    )
    found = find_version(tx, version)
    assert found is not None
    return found


def publish_bot(tx: Tx, version: str, *, note: str, now: int) -> None:
    """Makes a trained version the one that answers; the one before stays, for a way back."""
    tx.execute(_RETIRE)
    tx.execute(_PUBLISH, this_version=version, new_published_at=now, new_note=note)


def published_bot(tx: Tx) -> BotVersion | None:
    row = tx.one(_PUBLISHED)
    return BotVersion(*row) if row else None


def find_version(tx: Tx, version: str) -> BotVersion | None:
    row = tx.one(_ONE, this_version=version)
    return BotVersion(*row) if row else None


def source_of(tx: Tx, version: str) -> bytes | None:
    """The project that the version was made from, as an archive; None where an older release made it."""
    row = tx.one(_SOURCE, this_version=version)
    return row[0] if row else None


def versions(tx: Tx) -> list[BotVersion]:
    """The latest first, at most ``KEPT``."""
    return [BotVersion(*row) for row in tx.all(_LIST)]


def all_published(tx: Tx) -> list[PublishedBot]:
    """What answers for each business of the installation."""
    return [PublishedBot(*row) for row in tx.all(_ALL_PUBLISHED)]
