"""Browsers that asked to be told while the console is closed (Web Push), and the installation's key for it.

A subscription is a session's: it ends with it, whoever ended that and however. Its address and keys are sealed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, func, select, text

from gateway.store.schema import accounts, installation, operators, push_subscriptions, sessions
from gateway.store.sql import Query, Tx

KEY_ROW = 3
"""Of ``installation``: the sealed private key."""
_business: BindParameter[str] = bindparam("business_id")
_p = push_subscriptions.c
_columns = (_p.session_hash, _p.account_id, _p.locale, _p.sealed, _p.repeats, _p.told_at)
_alive = (sessions.c.expires_at > bindparam("now"), accounts.c.disabled_at.is_(None))
_standing = push_subscriptions.join(sessions, sessions.c.token_hash == _p.session_hash).join(
    accounts, accounts.c.id == _p.account_id
)

_KEEP_KEY = Query(lambda insert: insert(installation).on_conflict_do_nothing())
_KEY = Query(select(installation.c.name).where(installation.c.id == bindparam("row")))
_PUT = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["session_hash"],
            set_={name: statement.excluded[name] for name in ("endpoint_hash", "sealed", "locale", "repeats")},
        )
    )(insert(push_subscriptions))
)
_LEAVE_OTHERS = Query(
    delete(push_subscriptions).where(_p.endpoint_hash == bindparam("endpoint"), _p.session_hash != bindparam("session"))
)
_REMOVE = Query(delete(push_subscriptions).where(_p.session_hash == bindparam("session")))
_FORGET = Query(
    delete(push_subscriptions).where(_p.session_hash == bindparam("session"), _p.endpoint_hash == bindparam("endpoint"))
)
_TOLD = Query(
    text("UPDATE push_subscriptions SET told_at = :at WHERE session_hash IN (SELECT value FROM json_each(:sessions))"),
    # Whoever holds a row tells that browser at this moment, too: nobody waits for that.
    postgresql=text(
        "UPDATE push_subscriptions SET told_at = :at WHERE session_hash IN (SELECT session_hash FROM push_subscriptions"
        " WHERE session_hash IN (SELECT json_array_elements_text(CAST(:sessions AS json))) FOR UPDATE SKIP LOCKED)"
    ),
)
_FIND = Query(select(*_columns).select_from(_standing).where(_p.session_hash == bindparam("session"), *_alive))
_COUNT = Query(
    select(func.count())
    .select_from(_standing)
    .where(_p.account_id == bindparam("account"), _p.session_hash != bindparam("session"), *_alive)
)
_of_business = _standing.join(operators, operators.c.account_id == _p.account_id)
_READ = Query(
    select(*_columns).select_from(_of_business).where(operators.c.business_id == _business, *_alive).limit(5000)
)
_ANY = Query(
    select(_p.session_hash).select_from(_of_business).where(operators.c.business_id == _business, *_alive).limit(1)
)


class Subscription(NamedTuple):
    """``session``: the digest of its token. ``sealed``: where to send and what to encrypt with. ``repeats``: it is told
    again of what nobody has answered. ``told_at``: when it was told of anything last; 0: never."""

    session: str
    account: str
    locale: str
    sealed: str
    repeats: bool = True
    told_at: int = 0


def keep_key(tx: Tx, sealed: str, *, now: int) -> str:
    """The installation's sealed key: this one, where there was none yet."""
    tx.execute(_KEEP_KEY, id=KEY_ROW, name=sealed, created_at=now)
    found = key(tx)
    assert found is not None
    return found


def key(tx: Tx) -> str | None:
    row = tx.one(_KEY, row=KEY_ROW)
    return str(row[0]) if row else None


def put(tx: Tx, subscription: Subscription, *, endpoint: str, now: int) -> None:
    """The session's one subscription from now on. ``endpoint``: the address's digest; a browser has one address, and
    it belongs to who signed in there last."""
    tx.execute(_LEAVE_OTHERS, endpoint=endpoint, session=subscription.session)
    tx.execute(
        _PUT, session_hash=subscription.session, account_id=subscription.account, endpoint_hash=endpoint,
        sealed=subscription.sealed, locale=subscription.locale, repeats=int(subscription.repeats), created_at=now,
        told_at=0,
    )  # fmt: skip


def remove(tx: Tx, session: str) -> bool:
    return bool(tx.execute(_REMOVE, session=session))


def forget(tx: Tx, session: str, *, endpoint: str) -> bool:
    """Removes a browser that is reached there no more; ``False`` where it has told another address meanwhile."""
    return bool(tx.execute(_FORGET, session=session, endpoint=endpoint))


def note_told(tx: Tx, told: Iterable[Subscription], *, now: int) -> None:
    """These are told something now."""
    tx.execute(_TOLD, at=now, sessions=json.dumps([one.session for one in told]))


def find(tx: Tx, session: str, *, now: int) -> Subscription | None:
    """``None`` where it was removed, or nobody is signed in there any more."""
    row = tx.one(_FIND, session=session, now=now)
    return _subscription(*row) if row else None


def others(tx: Tx, account: str, *, session: str, now: int) -> int:
    """How many further browsers of the account are subscribed."""
    row = tx.one(_COUNT, account=account, session=session, now=now)
    return int(row[0]) if row else 0


def of_business(tx: Tx, *, now: int) -> list[Subscription]:
    """Those of everybody who works for the transaction's business."""
    return [_subscription(*row) for row in tx.all(_READ, now=now)]


def any_of_business(tx: Tx, *, now: int) -> bool:
    return tx.one(_ANY, now=now) is not None


def _subscription(
    session: str, account: str, locale: str, sealed: str, repeats: int, told_at: int
) -> Subscription:  # fmt: skip
    return Subscription(session, account, locale, sealed, bool(repeats), told_at)
