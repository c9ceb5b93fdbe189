"""Who signs in: the installation's key, organizations, accounts. All stand above businesses; sessions and one-time
links are in ``sessions``."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select, update

from gateway.errors import NameTaken
from gateway.model.ids import new_id
from gateway.store.schema import accounts, installation, organizations
from gateway.store.sql import Query, Tx


class Account(NamedTuple):
    """``picture``: the name of theirs, or ""."""

    id: str
    email: str
    name: str
    locale: str
    picture: str = ""


class Credentials(NamedTuple):
    """What proves that somebody is the account.

    ``totp_secret``: sealed, "" without a second factor. ``totp_step``: the last time step whose code was used.
    ``recovery_codes``: digests of those that are left.
    """

    password_hash: str
    totp_secret: str
    totp_step: int
    recovery_codes: tuple[str, ...]


# --- the installation ---

_KEY_ROW = 1
_CLAIM_KEY = Query(lambda insert: insert(installation).on_conflict_do_nothing())
_KEY = Query(select(installation.c.name).where(installation.c.id == bindparam("row")))


def claim_key(tx: Tx, fingerprint: str, *, now: int) -> bool:
    """Keeps the fingerprint of the first key that this database saw; whether it is this one."""
    tx.execute(_CLAIM_KEY, id=_KEY_ROW, name=fingerprint, created_at=now)
    row = tx.one(_KEY, row=_KEY_ROW)
    return row is not None and row[0] == fingerprint


def key_known(tx: Tx) -> str:
    """The fingerprint of the key that this database saw first; "" where it saw none."""
    row = tx.one(_KEY, row=_KEY_ROW)
    return str(row[0]) if row is not None else ""


_SETUP_ROW = 2
_PUT_SETUP = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["id"], set_={"name": statement.excluded.name, "created_at": statement.excluded.created_at}
        )
    )(insert(installation))
)
_USE_SETUP = Query(
    delete(installation).where(installation.c.id == _SETUP_ROW, installation.c.name == bindparam("hash"))
)


def put_setup_token(tx: Tx, digest: str, *, now: int) -> None:
    """The digest of the token that begins the first run; there is one at a time."""
    tx.execute(_PUT_SETUP, id=_SETUP_ROW, name=digest, created_at=now)


def use_setup_token(tx: Tx, digest: str) -> bool:
    """Whether it was that token; it works no second time."""
    return bool(tx.execute(_USE_SETUP, hash=digest))


# --- organizations and accounts ---

_columns = (accounts.c.id, accounts.c.email, accounts.c.name, accounts.c.locale, accounts.c.picture)
_credentials = (accounts.c.password_hash, accounts.c.totp_secret, accounts.c.totp_step, accounts.c.recovery_codes)
_this = accounts.c.id == bindparam("account_id")
_ADD_ORGANIZATION = Query(lambda insert: insert(organizations))
_FIRST_ORGANIZATION = Query(select(organizations.c.id).order_by(organizations.c.created_at).limit(1))
_NAME_ORGANIZATION = Query(
    update(organizations).where(organizations.c.id == bindparam("organization")).values(name=bindparam("new_name"))
)
_ADD = Query(lambda insert: insert(accounts).on_conflict_do_nothing(index_elements=["email"]))
_BY_EMAIL = Query(
    select(*_columns, *_credentials).where(accounts.c.email == bindparam("email"), accounts.c.disabled_at.is_(None))
)
_CREDENTIALS = Query(select(*_credentials).where(_this))
_READ = Query(select(*_columns).where(_this, accounts.c.disabled_at.is_(None)))
_ALL = Query(select(*_columns).order_by(accounts.c.email).limit(1000))
_ANY = Query(select(accounts.c.id).limit(1))
_SET_PASSWORD = Query(update(accounts).where(_this).values(password_hash=bindparam("new_hash")))
_DESCRIBE = Query(update(accounts).where(_this).values(name=bindparam("new_name"), locale=bindparam("new_locale")))
_SET_FACTOR = Query(
    update(accounts)
    .where(_this)
    .values(
        totp_secret=bindparam("new_secret"), totp_step=bindparam("new_step"), recovery_codes=bindparam("new_codes")
    )
)  # fmt: skip
_USE_STEP = Query(
    update(accounts).where(_this, accounts.c.totp_step < bindparam("step")).values(totp_step=bindparam("step"))
)


def ensure_organization(tx: Tx, name: str, *, now: int) -> str:
    row = tx.one(_FIRST_ORGANIZATION)
    if row is not None:
        return str(row[0])
    organization = new_id(now)
    tx.execute(_ADD_ORGANIZATION, id=organization, name=name, created_at=now)
    return organization


def name_organization(tx: Tx, organization: str, name: str) -> None:
    tx.execute(_NAME_ORGANIZATION, organization=organization, new_name=name)


def add_account(tx: Tx, *, email: str, name: str, now: int, locale: str = "en", password_hash: str = "") -> Account:
    """Raises ``NameTaken`` where there is an account with this address."""
    account = Account(new_id(now), email.strip().lower(), name, locale)
    added = tx.execute(
        _ADD, id=account.id, email=account.email, name=name, password_hash=password_hash, locale=locale,
        created_at=now, disabled_at=None, totp_secret="", totp_step=0, recovery_codes="[]", picture="",
    )  # fmt: skip
    if not added:
        raise NameTaken("Somebody has an account with this e-mail address already.", field="email")
    return account


def account_by_email(tx: Tx, email: str) -> tuple[Account, Credentials] | None:
    """The account, and what proves that somebody is it."""
    row = tx.one(_BY_EMAIL, email=email.strip().lower())
    return (Account(*row[:5]), _as_credentials(row[5:])) if row else None


def credentials(tx: Tx, account: str) -> Credentials | None:
    row = tx.one(_CREDENTIALS, account_id=account)
    return _as_credentials(row) if row else None


def _as_credentials(row: tuple[str, str, int, str]) -> Credentials:
    return Credentials(row[0], row[1], row[2], msgspec.json.decode(row[3], type=tuple[str, ...]))


def read_account(tx: Tx, account: str) -> Account | None:
    row = tx.one(_READ, account_id=account)
    return Account(*row) if row else None


def read_accounts(tx: Tx) -> list[Account]:
    return [Account(*row) for row in tx.all(_ALL)]


def is_empty(tx: Tx) -> bool:
    """Nobody has an account yet: the installation is new."""
    return tx.one(_ANY) is None


def set_password(tx: Tx, account: str, password_hash: str) -> None:
    tx.execute(_SET_PASSWORD, account_id=account, new_hash=password_hash)


def describe(tx: Tx, account: str, *, name: str, locale: str) -> None:
    tx.execute(_DESCRIBE, account_id=account, new_name=name, new_locale=locale)


def set_second_factor(tx: Tx, account: str, *, secret: str, step: int, recovery_codes: tuple[str, ...]) -> None:
    """``secret``: sealed; "" ends the second factor."""
    codes = msgspec.json.encode(recovery_codes).decode()
    tx.execute(_SET_FACTOR, account_id=account, new_secret=secret, new_step=step, new_codes=codes)


def use_step(tx: Tx, account: str, step: int) -> bool:
    """Whether the code of this time step, or of a later one, was not used before. It is from now on."""
    return bool(tx.execute(_USE_STEP, account_id=account, step=step))
