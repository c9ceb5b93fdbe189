"""Who and what there is: organizations, accounts, businesses, operators, inboxes, tokens, bot versions."""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import BindParameter, and_, bindparam, delete, select, text, update

from gateway.model.events import Button
from gateway.model.ids import new_id
from gateway.store.schema import (
    accounts,
    api_tokens,
    bot_versions,
    businesses,
    inboxes,
    installation,
    operators,
    organizations,
    sessions,
    sign_in_links,
)
from gateway.store.sql import Query, Tx

Role = Literal["operator", "supervisor", "administrator"]
ROLES: tuple[Role, ...] = ("operator", "supervisor", "administrator")

_business: BindParameter[str] = bindparam("business_id")


class Account(NamedTuple):
    id: str
    email: str
    name: str
    locale: str


class Membership(NamedTuple):
    """An account as an operator of a business."""

    business: str
    account: str
    role: Role
    name: str


class Business(NamedTuple):
    """``name`` is the one of its first language; ``names`` are those of any, by language."""

    id: str
    slug: str
    name: str
    locales: tuple[str, ...]
    timezone: str
    color: str
    names: dict[str, str]

    def named(self, locale: str) -> str:
        """What it is called in a language."""
        return self.names.get(locale) or self.name


class Starter(msgspec.Struct, frozen=True, kw_only=True):
    """A first button of the widget, by language."""

    titles: dict[str, str]
    payload: str

    def button(self, locale: str) -> Button:
        return Button(title=self.titles.get(locale) or next(iter(self.titles.values())), payload=self.payload)


class ConsentText(msgspec.Struct, frozen=True, kw_only=True):
    """What customers agree to before their first message, by language. Another ``version`` asks again."""

    version: str
    text: dict[str, str]

    def worded(self, locale: str) -> str:
        return self.text.get(locale) or next(iter(self.text.values()), "")


class InvitationRule(msgspec.Struct, frozen=True, kw_only=True):
    """A word beside the closed launcher, by language. ``pages``: a glob of the page's path (``/plans/*``);
    ``after_seconds``: how long somebody must have been on it."""

    id: str
    pages: str = "*"
    after_seconds: int = 20
    text: dict[str, str]

    def worded(self, locale: str) -> str:
        return self.text.get(locale) or next(iter(self.text.values()), "")


class InboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a business sets for an inbox. ``origins``: pages that may use its widget, ``scheme://host[:port]``."""

    origins: tuple[str, ...] = ()
    greeting: dict[str, str] = {}
    starters: tuple[Starter, ...] = ()
    consent: ConsentText | None = None
    invitations: tuple[InvitationRule, ...] = ()


class Inbox(NamedTuple):
    business: str
    id: str
    channel: str
    name: str
    settings: InboxSettings


class BotVersion(NamedTuple):
    """``status``: draft, trained or published. ``artifact``: its model's file below the data folder."""

    version: str
    status: str
    artifact: str
    report: str


class Caller(NamedTuple):
    """A program, as its token says."""

    business: str
    token: str
    role: Role
    name: str


def hash_token(token: str) -> str:
    """How tokens of 256 random bits are stored: SHA-256 is enough, since they can't be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def new_token() -> str:
    """A capability: 256 bits, base64url, 43 characters."""
    return secrets.token_urlsafe(32)


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


# --- businesses and their people ---

_business_columns = (
    businesses.c.id, businesses.c.slug, businesses.c.name, businesses.c.locales, businesses.c.timezone,
    businesses.c.color, businesses.c.names,
)  # fmt: skip
_ADD_BUSINESS = Query(lambda insert: insert(businesses))
_BUSINESS = Query(select(*_business_columns).where(businesses.c.id == bindparam("business")))
_BUSINESS_BY_SLUG = Query(select(*_business_columns).where(businesses.c.slug == bindparam("slug")))
_BUSINESSES = Query(select(*_business_columns).order_by(businesses.c.name).limit(1000))
_NAME_BUSINESS = Query(
    update(businesses).where(businesses.c.id == bindparam("business")).values(names=bindparam("new_names"))
)
_ADD_OPERATOR = Query(lambda insert: insert(operators))
_MEMBERSHIPS = Query(
    select(operators.c.business_id, operators.c.account_id, operators.c.role, operators.c.name)
    .where(operators.c.account_id == bindparam("account_id"))
    .limit(1000),
    postgresql=text("SELECT * FROM switchboard_memberships(:account_id)"),
    across=True,
)
_MEMBERSHIP = Query(
    select(operators.c.business_id, operators.c.account_id, operators.c.role, operators.c.name).where(
        operators.c.business_id == _business, operators.c.account_id == bindparam("account_id")
    )
)
_OPERATORS = Query(
    select(operators.c.business_id, operators.c.account_id, operators.c.role, operators.c.name)
    .where(operators.c.business_id == _business)
    .order_by(operators.c.name)
    .limit(1000)
)


def _as_business(row: tuple[str, ...]) -> Business:
    names = msgspec.json.decode(row[6], type=dict[str, str])
    return Business(row[0], row[1], row[2], tuple(row[3].split(",")), row[4], row[5], names)


def add_business(
    tx: Tx, organization: str, *, slug: str, name: str, locales: tuple[str, ...], timezone: str = "UTC",
    color: str = "", names: dict[str, str] | None = None, now: int,
) -> Business:  # fmt: skip
    business = Business(new_id(now), slug, name, locales, timezone, color, names or {})
    tx.execute(
        _ADD_BUSINESS, id=business.id, organization_id=organization, slug=slug, name=name, locales=",".join(locales),
        timezone=timezone, color=color, settings="{}", names=msgspec.json.encode(business.names).decode(),
        created_at=now,
    )  # fmt: skip
    return business


def name_business(tx: Tx, business: str, names: dict[str, str]) -> None:
    """What it is called, by language."""
    tx.execute(_NAME_BUSINESS, business=business, new_names=msgspec.json.encode(names).decode())


def read_business(tx: Tx, business: str) -> Business | None:
    row = tx.one(_BUSINESS, business=business)
    return _as_business(row) if row else None


def business_by_slug(tx: Tx, slug: str) -> Business | None:
    row = tx.one(_BUSINESS_BY_SLUG, slug=slug)
    return _as_business(row) if row else None


def read_businesses(tx: Tx) -> list[Business]:
    return [_as_business(row) for row in tx.all(_BUSINESSES)]


def add_operator(tx: Tx, account: str, *, role: Role, name: str, now: int) -> None:
    tx.execute(_ADD_OPERATOR, account_id=account, role=role, name=name, created_at=now)


def memberships(tx: Tx, account: str) -> list[Membership]:
    """The businesses that an account works for."""
    query = _MEMBERSHIPS
    return [Membership(*row) for row in tx.all(query, account_id=account)]


def membership(tx: Tx, account: str) -> Membership | None:
    row = tx.one(_MEMBERSHIP, account_id=account)
    return Membership(*row) if row else None


def read_operators(tx: Tx) -> list[Membership]:
    return [Membership(*row) for row in tx.all(_OPERATORS)]


# --- inboxes ---

_inbox_columns = (inboxes.c.business_id, inboxes.c.id, inboxes.c.channel, inboxes.c.name, inboxes.c.settings)
_ADD_INBOX = Query(lambda insert: insert(inboxes))
_FIND_INBOX = Query(
    select(*_inbox_columns).where(inboxes.c.id == bindparam("inbox_id")),
    postgresql=text("SELECT * FROM switchboard_inbox(:inbox_id)"),
    across=True,
)
_INBOXES = Query(select(*_inbox_columns).where(inboxes.c.business_id == _business).order_by(inboxes.c.name).limit(500))
_SET_INBOX = Query(
    update(inboxes)
    .where(inboxes.c.business_id == _business, inboxes.c.id == bindparam("inbox_id"))
    .values(settings=bindparam("new_settings"))
)


def _as_inbox(row: tuple[str, ...]) -> Inbox:
    return Inbox(row[0], row[1], row[2], row[3], msgspec.json.decode(row[4], type=InboxSettings))


def add_inbox(tx: Tx, *, channel: str, name: str, settings: InboxSettings, now: int) -> Inbox:
    inbox = Inbox(tx.business, new_id(now), channel, name, settings)
    tx.execute(
        _ADD_INBOX, id=inbox.id, channel=channel, name=name, settings=msgspec.json.encode(settings).decode(),
        created_at=now, secret="",
    )  # fmt: skip
    return inbox


def find_inbox(tx: Tx, inbox: str) -> Inbox | None:
    """The inbox of an id that a stranger gave; says which business it belongs to."""
    row = tx.one(_FIND_INBOX, inbox_id=inbox)
    return _as_inbox(row) if row else None


def read_inboxes(tx: Tx) -> list[Inbox]:
    return [_as_inbox(row) for row in tx.all(_INBOXES)]


def set_inbox(tx: Tx, inbox: str, settings: InboxSettings) -> None:
    tx.execute(_SET_INBOX, inbox_id=inbox, new_settings=msgspec.json.encode(settings).decode())


# --- programs ---

_ADD_TOKEN = Query(lambda insert: insert(api_tokens))
_CALLER = Query(
    select(api_tokens.c.business_id, api_tokens.c.id, api_tokens.c.role, api_tokens.c.name).where(
        api_tokens.c.token_hash == bindparam("hash"), api_tokens.c.revoked_at.is_(None)
    ),
    postgresql=text("SELECT * FROM switchboard_caller(:hash)"),
    across=True,
)
_REVOKE = Query(
    update(api_tokens)
    .where(api_tokens.c.business_id == _business, api_tokens.c.id == bindparam("token_id"))
    .values(revoked_at=bindparam("now"))
)


def add_api_token(tx: Tx, *, token: str, role: Role, name: str, now: int) -> str:
    """Stores the hash of ``token``; returns the token's id, by which it can be revoked."""
    token_id = new_id(now)
    tx.execute(
        _ADD_TOKEN, id=token_id, token_hash=hash_token(token), role=role, name=name, created_at=now, revoked_at=None
    )
    return token_id


def caller(tx: Tx, token: str) -> Caller | None:
    row = tx.one(_CALLER, hash=hash_token(token))
    return Caller(*row) if row else None


def revoke_api_token(tx: Tx, token_id: str, *, now: int) -> bool:
    return bool(tx.execute(_REVOKE, token_id=token_id, now=now))


# --- the bot's versions ---

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
