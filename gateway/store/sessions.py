"""Sessions of signed-in people, and the one-time links that begin one. Only digests of their tokens are kept."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from gateway.store.accounts import Account
from gateway.store.schema import accounts, sessions, sign_in_links
from gateway.store.sql import Query, Tx
from gateway.store.tokens import hash_token

NAME_LENGTH = 16
"""Characters of a token's digest by which a session is named: enough to tell them apart, useless to get in."""
SEEN_EVERY = 60_000_000
"""Microseconds between two notes that a session is in use."""

_ADD = Query(lambda insert: insert(sessions))
_FIND = Query(
    select(accounts.c.id, accounts.c.email, accounts.c.name, accounts.c.locale, accounts.c.picture)
    .join(sessions, sessions.c.account_id == accounts.c.id)
    .where(
        sessions.c.token_hash == bindparam("hash"),
        sessions.c.expires_at > bindparam("now"),
        accounts.c.disabled_at.is_(None),
    )
)
_OF = Query(
    select(
        sessions.c.token_hash, sessions.c.created_at, sessions.c.seen_at, sessions.c.expires_at, sessions.c.browser,
        sessions.c.address,
    )
    .where(sessions.c.account_id == bindparam("account_id"), sessions.c.expires_at > bindparam("now"))
    .order_by(sessions.c.created_at.desc())
    .limit(200)
)  # fmt: skip
_SEEN = Query(
    update(sessions)
    .where(sessions.c.token_hash == bindparam("hash"), sessions.c.seen_at < bindparam("before"))
    .values(seen_at=bindparam("now"))
)
_END = Query(delete(sessions).where(sessions.c.token_hash == bindparam("hash")))
_FORGET = Query(delete(sessions).where(sessions.c.expires_at <= bindparam("now")))
_ADD_LINK = Query(lambda insert: insert(sign_in_links))
_USE_LINK = Query(
    delete(sign_in_links)
    .where(sign_in_links.c.token_hash == bindparam("hash"))
    .returning(sign_in_links.c.account_id, sign_in_links.c.expires_at)
)
_LINK = Query(
    select(sign_in_links.c.account_id).where(
        sign_in_links.c.token_hash == bindparam("hash"), sign_in_links.c.expires_at > bindparam("now")
    )
)
_FORGET_LINKS = Query(delete(sign_in_links).where(sign_in_links.c.expires_at <= bindparam("now")))


class Session(NamedTuple):
    """A browser that is signed in. ``digest``: of its token; ``name``: how others may call it."""

    digest: str
    created_at: int
    seen_at: int
    expires_at: int
    browser: str
    address: str

    @property
    def name(self) -> str:
        return self.digest[:NAME_LENGTH]


def open_session(
    tx: Tx, account: str, *, token: str, now: int, lifetime: int, browser: str = "", address: str = ""
) -> None:  # fmt: skip
    tx.execute(_FORGET, now=now)
    tx.execute(
        _ADD, token_hash=hash_token(token), account_id=account, created_at=now, expires_at=now + lifetime,
        browser=browser[:200], address=address[:64], seen_at=now,
    )  # fmt: skip


def session_account(tx: Tx, token: str, *, now: int) -> Account | None:
    row = tx.one(_FIND, hash=hash_token(token), now=now)
    return Account(*row) if row else None


def of_account(tx: Tx, account: str, *, now: int) -> list[Session]:
    """The sessions that still stand, the latest first."""
    return [Session(*row) for row in tx.all(_OF, account_id=account, now=now)]


def seen(tx: Tx, token: str, *, now: int) -> None:
    """Notes that a session is in use, at most once a minute."""
    tx.execute(_SEEN, hash=hash_token(token), before=now - SEEN_EVERY, now=now)


def end_session(tx: Tx, token: str) -> None:
    end_by_digest(tx, hash_token(token))


def end_by_digest(tx: Tx, digest: str) -> bool:
    return bool(tx.execute(_END, hash=digest))


# --- one-time links ---


def add_sign_in_link(tx: Tx, account: str, *, token: str, now: int, lifetime: int) -> None:
    tx.execute(_FORGET_LINKS, now=now)
    tx.execute(_ADD_LINK, token_hash=hash_token(token), account_id=account, expires_at=now + lifetime)


def link_account(tx: Tx, token: str, *, now: int) -> str | None:
    """Whose link it is, without using it up."""
    row = tx.one(_LINK, hash=hash_token(token), now=now)
    return row[0] if row else None


def use_sign_in_link(tx: Tx, token: str, *, now: int) -> str | None:
    """The account of a link, which works no second time; ``None`` for an unknown, used or expired one."""
    row = tx.one(_USE_LINK, hash=hash_token(token))
    return row[0] if row and row[1] > now else None
