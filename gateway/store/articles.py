"""Articles as customers read them: their versions, by language, and whether they helped. What is being written is the
article's row in ``configuration``."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, func, or_, select, text, update

from gateway.store.schema import PUBLISHED, article_versions, article_votes, configuration
from gateway.store.sql import Query, Tx

ARTICLE = "article"
KNOWLEDGE = "knowledge"
"""The kinds of configuration: what is being written, and where articles are shown."""
KEPT = 30
"""Versions of an article in a language that are kept, the latest."""

_v, _t = article_versions.c, article_votes.c
_business: BindParameter[str] = bindparam("business_id")
_of = (_v.business_id == _business, _v.article_id == bindparam("article"))
_in = (*_of, _v.locale == bindparam("of_locale"))
_columns = (
    _v.article_id, _v.locale, _v.number, _v.title, _v.category, _v.text, _v.made_at, _v.made_by, _v.published,
)  # fmt: skip
_PUBLISHED = Query(
    select(*_columns)
    .where(_v.business_id == _business, text(PUBLISHED))
    .order_by(_v.article_id, _v.locale)
    .limit(10_000)
)
_MARK = Query(
    select(func.count(), func.coalesce(func.sum(_v.number), 0), func.coalesce(func.max(_v.made_at), 0)).where(
        _v.business_id == _business, text(PUBLISHED)
    )
)
_ROWS = Query(
    select(
        func.count(), func.coalesce(func.sum(configuration.c.version), 0), func.coalesce(func.max(configuration.c.changed_at), 0)
    ).where(configuration.c.business_id == _business, or_(configuration.c.kind == ARTICLE, configuration.c.kind == KNOWLEDGE))
)  # fmt: skip
_VERSIONS = Query(select(*_columns).where(*_of).order_by(_v.locale, _v.number.desc()).limit(10 * KEPT + 10))
_LATEST = Query(select(func.max(_v.number)).where(*_in))
_ADD = Query(lambda insert: insert(article_versions))
_HIDE = Query(update(article_versions).where(*_in, text(PUBLISHED)).values(published=0))
_TRIM = Query(delete(article_versions).where(*_in, _v.number <= bindparam("upto"), _v.published == 0))
_DROP = Query(delete(article_versions).where(*_of))
_DROP_VOTES = Query(delete(article_votes).where(_t.business_id == _business, _t.article_id == bindparam("article")))
_VOTE = Query(
    lambda insert: insert(article_votes).on_conflict_do_update(
        index_elements=["business_id", "article_id", "locale"],
        set_={"helped": _t.helped + bindparam("more"), "unhelped": _t.unhelped + bindparam("fewer")},
    )
)
_VOTES = Query(
    select(_t.article_id, _t.locale, _t.helped, _t.unhelped).where(_t.business_id == _business).limit(10_000)
)


class Version(NamedTuple):
    """A text as it was published once. ``number`` counts those of the article in the language, from 1."""

    article: str
    locale: str
    number: int
    title: str
    category: str
    text: str
    made_at: int
    made_by: str
    published: int


class Votes(NamedTuple):
    helped: int = 0
    unhelped: int = 0


def published(tx: Tx) -> list[Version]:
    """What customers may read, in every language."""
    return [Version(*row) for row in tx.all(_PUBLISHED)]


def mark(tx: Tx) -> tuple[int, ...]:
    """Another one after each change of what is published, or of where and under which address."""
    shown, rows = tx.one(_MARK), tx.one(_ROWS)
    assert shown is not None and rows is not None
    return tuple(int(one) for one in (*shown, *rows))


def versions(tx: Tx, article: str) -> list[Version]:
    """All versions of an article, language by language, the latest first."""
    return [Version(*row) for row in tx.all(_VERSIONS, article=article)]


def publish(tx: Tx, article: str, locale: str, *, title: str, category: str, text: str, by: str, now: int) -> int:
    """Makes a version and has customers read it in place of the one before; its number."""
    row = tx.one(_LATEST, article=article, of_locale=locale)
    number = (row[0] if row and row[0] else 0) + 1
    tx.execute(_HIDE, article=article, of_locale=locale)
    tx.execute(
        _ADD, article_id=article, locale=locale, number=number, title=title, category=category, text=text, made_at=now,
        made_by=by, published=1,
    )  # fmt: skip
    tx.execute(_TRIM, article=article, of_locale=locale, upto=number - KEPT)
    return number


def hide(tx: Tx, article: str, locale: str) -> bool:
    """Customers don't read it any more; ``False`` where they didn't."""
    return bool(tx.execute(_HIDE, article=article, of_locale=locale))


def drop(tx: Tx, article: str) -> None:
    """Forgets an article's versions, and what was said of them."""
    tx.execute(_DROP, article=article)
    tx.execute(_DROP_VOTES, article=article)


def vote(tx: Tx, article: str, locale: str, *, helped: bool, instead: bool = False) -> None:
    """``instead``: the same customer said the opposite before."""
    yes, no = int(helped), int(not helped)
    tx.execute(
        _VOTE,
        article_id=article,
        locale=locale,
        helped=yes,
        unhelped=no,
        more=yes - instead * no,
        fewer=no - instead * yes,
    )


def votes(tx: Tx) -> dict[tuple[str, str], Votes]:
    """By article and language."""
    return {(article, locale): Votes(helped, unhelped) for article, locale, helped, unhelped in tx.all(_VOTES)}
