"""The versions of a business's bot: which one answers, and those before it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, select, update

from gateway.store.schema import bot_versions
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")


class BotVersion(NamedTuple):
    """``status``: draft, trained or published. ``artifact``: its model's file below the data folder."""

    version: str
    status: str
    artifact: str
    report: str


_ADD_VERSION = Query(lambda insert: insert(bot_versions).on_conflict_do_nothing())
_PUBLISHED = Query(
    select(bot_versions.c.version, bot_versions.c.status, bot_versions.c.artifact, bot_versions.c.report).where(
        bot_versions.c.business_id == _business, bot_versions.c.status == "published"
    )
)
_SET_VERSION = Query(
    update(bot_versions)
    .where(bot_versions.c.business_id == _business, bot_versions.c.version == bindparam("this_version"))
    .values(
        status=bindparam("new_status"), artifact=bindparam("new_artifact"), report=bindparam("new_report"),
        published_at=bindparam("new_published_at"),
    )
)  # fmt: skip
_RETIRE = Query(
    update(bot_versions)
    .where(and_(bot_versions.c.business_id == _business, bot_versions.c.status == bindparam("old_status")))
    .values(status="trained")
)


def publish_bot(tx: Tx, *, version: str, artifact: str, report: str, now: int) -> None:
    """Makes a trained version the one that answers; the one before stays, trained, for a way back."""
    tx.execute(_RETIRE, old_status="published")
    tx.execute(
        _ADD_VERSION, version=version, status="draft", artifact="", report="{}", created_at=now, published_at=None
    )
    tx.execute(
        _SET_VERSION, this_version=version, new_status="published", new_artifact=artifact, new_report=report,
        new_published_at=now,
    )  # fmt: skip


def published_bot(tx: Tx) -> BotVersion | None:
    row = tx.one(_PUBLISHED)
    return BotVersion(*row) if row else None
