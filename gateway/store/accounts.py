"""Who signs in: the installation's key, organizations, accounts, their sessions and one-time links. All stand above
businesses."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from gateway.model.ids import new_id
from gateway.store.schema import accounts, installation, organizations, sessions, sign_in_links
from gateway.store.sql import Query, Tx
from gateway.store.tokens import hash_token


class Account(NamedTuple):
    id: str
    email: str
    name: str
    locale: str


# --- the installation ---

_KEY_ROW = 1
_CLAIM_KEY = Query(lambda insert: insert(installation).on_conflict_do_nothing())
_KEY = Query(select(installation.c.name).where(installation.c.id == bindparam("row")))


def claim_key(tx: Tx, fingerprint: str, *, now: int) -> bool:
    """Keeps the fingerprint of the first key that this database saw; whether it is this one."""
    tx.execute(_CLAIM_KEY, id=_KEY_ROW, name=fingerprint, created_at=now)
    row = tx.one(_KEY, row=_KEY_ROW)
    return row is not None and row[0] == fingerprint


# --- accounts and sessions (global) ---

_account_columns = (accounts.c.id, accounts.c.email, accounts.c.name, accounts.c.locale)
_ADD_ORGANIZATION = Query(lambda insert: insert(organizations))
_FIRST_ORGANIZATION = Query(select(organizations.c.id).order_by(organizations.c.created_at).limit(1))
_ADD_ACCOUNT = Query(lambda insert: insert(accounts))
_ACCOUNT_BY_EMAIL = Query(
    select(*_account_columns, accounts.c.password_hash).where(
        accounts.c.email == bindparam("email"), accounts.c.disabled_at.is_(None)
    )
)
_ACCOUNT = Query(
    select(*_account_columns).where(accounts.c.id == bindparam("account_id"), accounts.c.disabled_at.is_(None))
)
_ACCOUNTS = Query(select(*_account_columns).order_by(accounts.c.email).limit(1000))
_SET_PASSWORD = Query(
    update(accounts).where(accounts.c.id == bindparam("account_id")).values(password_hash=bindparam("new_hash"))
)
_ADD_SESSION = Query(lambda insert: insert(sessions))
_SESSION = Query(
    select(*_account_columns)
    .join(sessions, sessions.c.account_id == accounts.c.id)
    .where(
        sessions.c.token_hash == bindparam("hash"),
        sessions.c.expires_at > bindparam("now"),
        accounts.c.disabled_at.is_(None),
    )
)
_END_SESSION = Query(delete(sessions).where(sessions.c.token_hash == bindparam("hash")))
_FORGET_SESSIONS = Query(delete(sessions).where(sessions.c.expires_at <= bindparam("now")))
_ADD_LINK = Query(lambda insert: insert(sign_in_links))
_USE_LINK = Query(
    delete(sign_in_links)
    .where(sign_in_links.c.token_hash == bindparam("hash"))
    .returning(sign_in_links.c.account_id, sign_in_links.c.expires_at)
)
_FORGET_LINKS = Query(delete(sign_in_links).where(sign_in_links.c.expires_at <= bindparam("now")))


def ensure_organization(tx: Tx, name: str, *, now: int) -> str:
    row = tx.one(_FIRST_ORGANIZATION)
    if row is not None:
        return str(row[0])
    organization = new_id(now)
    tx.execute(_ADD_ORGANIZATION, id=organization, name=name, created_at=now)
    return organization


def add_account(tx: Tx, *, email: str, name: str, now: int, locale: str = "en", password_hash: str = "") -> Account:
    account = Account(new_id(now), email.strip().lower(), name, locale)
    tx.execute(
        _ADD_ACCOUNT, id=account.id, email=account.email, name=name, password_hash=password_hash, locale=locale,
        created_at=now, disabled_at=None,
    )  # fmt: skip
    return account


def account_by_email(tx: Tx, email: str) -> tuple[Account, str] | None:
    """The account and its password hash."""
    row = tx.one(_ACCOUNT_BY_EMAIL, email=email.strip().lower())
    return (Account(*row[:4]), row[4]) if row else None


def read_account(tx: Tx, account: str) -> Account | None:
    row = tx.one(_ACCOUNT, account_id=account)
    return Account(*row) if row else None


def read_accounts(tx: Tx) -> list[Account]:
    return [Account(*row) for row in tx.all(_ACCOUNTS)]


def set_password(tx: Tx, account: str, password_hash: str) -> None:
    tx.execute(_SET_PASSWORD, account_id=account, new_hash=password_hash)


def open_session(tx: Tx, account: str, *, token: str, now: int, lifetime: int) -> None:
    tx.execute(_FORGET_SESSIONS, now=now)
    tx.execute(
        _ADD_SESSION, token_hash=hash_token(token), account_id=account, created_at=now, expires_at=now + lifetime
    )


def session_account(tx: Tx, token: str, *, now: int) -> Account | None:
    row = tx.one(_SESSION, hash=hash_token(token), now=now)
    return Account(*row) if row else None


def end_session(tx: Tx, token: str) -> None:
    tx.execute(_END_SESSION, hash=hash_token(token))


def add_sign_in_link(tx: Tx, account: str, *, token: str, now: int, lifetime: int) -> None:
    tx.execute(_FORGET_LINKS, now=now)
    tx.execute(_ADD_LINK, token_hash=hash_token(token), account_id=account, expires_at=now + lifetime)


def use_sign_in_link(tx: Tx, token: str, *, now: int) -> str | None:
    """The account of a link, which works no second time; ``None`` for an unknown, used or expired one."""
    row = tx.one(_USE_LINK, hash=hash_token(token))
    return row[0] if row and row[1] > now else None
