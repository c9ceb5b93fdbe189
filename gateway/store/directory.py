"""Who and what there is in a business: operators, inboxes, tokens of programs."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, select, text, update

from gateway.model.events import Button
from gateway.model.ids import new_id
from gateway.model.rules import CallSettings
from gateway.store.schema import (
    accounts,
    api_tokens,
    businesses,
    inboxes,
    operators,
)
from gateway.store.sql import Query, Tx
from gateway.store.tokens import hash_token

Role = Literal["operator", "supervisor", "administrator", "client"]
ROLES: tuple[Role, ...] = ("operator", "supervisor", "administrator", "client")
"""A client, for whom a call centre answers, sees reports and nothing else."""

_business: BindParameter[str] = bindparam("business_id")


class Membership(NamedTuple):
    """An account as an operator of a business. ``picture``: the account's, where it was asked for in the business."""

    business: str
    account: str
    role: Role
    name: str
    picture: str = ""


class Business(NamedTuple):
    """``name`` is the one of its first language; ``names`` are those of any, by language."""

    id: str
    slug: str
    name: str
    locales: tuple[str, ...]
    timezone: str
    color: str
    names: dict[str, str]
    version: int = 1

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


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A Telegram bot as Telegram itself describes it, and how it is reached. Its token is the inbox's secret.

    ``groups``: answers there when it is addressed, or leaves. ``webhook``: Telegram calls us; otherwise we ask it.
    ``proxy``: by which its server is reached. ``menu_url``: what the button beside the field opens (a knowledge base),
    ``https``; "" for the list of commands.
    """

    bot_id: int = 0
    username: str = ""
    name: str = ""
    groups: Literal["addressed", "leave"] = "addressed"
    webhook: bool = False
    proxy: str = ""
    menu_url: str = ""


class InboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a business sets for an inbox. ``origins``: pages that may use its widget, ``scheme://host[:port]``; ``page``: the
    address of the one where customers go on who come from elsewhere, "" for none. ``live_draft``: while a person has the floor
    they see what the visitor types before it is sent, and the visitor is told so. ``voice_answers``: the bot answers a voice message by
    one, too. ``calls``: how visitors can call; nothing where
    they can't."""

    origins: tuple[str, ...] = ()
    page: str = ""
    greeting: dict[str, str] = {}
    starters: tuple[Starter, ...] = ()
    consent: ConsentText | None = None
    invitations: tuple[InvitationRule, ...] = ()
    telegram: TelegramSettings | None = None
    live_draft: bool = False
    voice_answers: bool = False
    calls: CallSettings | None = None


class Inbox(NamedTuple):
    business: str
    id: str
    channel: str
    name: str
    settings: InboxSettings


class ApiToken(NamedTuple):
    """What a program signs in with; ``name`` says what it is for."""

    id: str
    name: str
    role: Role
    created_at: int
    created_by: str


class Caller(NamedTuple):
    """A program, as its token says."""

    business: str
    token: str
    role: Role
    name: str


# --- businesses and their people ---

_business_columns = (
    businesses.c.id, businesses.c.slug, businesses.c.name, businesses.c.locales, businesses.c.timezone,
    businesses.c.color, businesses.c.names, businesses.c.version,
)  # fmt: skip
_ADD_BUSINESS = Query(lambda insert: insert(businesses))
_BUSINESS = Query(select(*_business_columns).where(businesses.c.id == bindparam("business")))
_BUSINESS_BY_SLUG = Query(select(*_business_columns).where(businesses.c.slug == bindparam("slug")))
# Rows that belong to the business may be made meanwhile: they hold its key alone.
_LOCK_BUSINESS = Query(
    select(businesses.c.id).where(businesses.c.id == bindparam("business")).with_for_update(key_share=True)
)
_BUSINESSES = Query(select(*_business_columns).order_by(businesses.c.name).limit(1000))
_NAME_BUSINESS = Query(
    update(businesses).where(businesses.c.id == bindparam("business")).values(names=bindparam("new_names"))
)
_DESCRIBE_BUSINESS = Query(
    update(businesses)
    .where(businesses.c.id == bindparam("business"))
    .values(
        name=bindparam("new_name"), names=bindparam("new_names"), locales=bindparam("new_locales"),
        timezone=bindparam("new_timezone"), color=bindparam("new_color"), version=businesses.c.version + 1,
    )
)  # fmt: skip
_ORGANIZATION_OF = Query(select(businesses.c.organization_id).where(businesses.c.id == bindparam("business")))
_ADD_OPERATOR = Query(lambda insert: insert(operators))
_MEMBERSHIPS = Query(
    select(operators.c.business_id, operators.c.account_id, operators.c.role, operators.c.name)
    .where(operators.c.account_id == bindparam("account_id"))
    .limit(1000),
    postgresql=text("SELECT * FROM switchboard_memberships(:account_id)"),
    across=True,
)
_SHARED = Query(
    select(operators.c.account_id, operators.c.business_id)
    .where(
        operators.c.account_id.in_(
            select(operators.c.account_id).where(operators.c.business_id == bindparam("business")).scalar_subquery()
        )
    )
    .limit(10_000),
    postgresql=text("SELECT * FROM switchboard_shared(:business)"),
    across=True,
)
_with_picture = select(
    operators.c.business_id, operators.c.account_id, operators.c.role, operators.c.name, accounts.c.picture
).join(accounts, accounts.c.id == operators.c.account_id)
_MEMBERSHIP = Query(
    _with_picture.where(operators.c.business_id == _business, operators.c.account_id == bindparam("account_id"))
)
_OPERATORS = Query(_with_picture.where(operators.c.business_id == _business).order_by(operators.c.name).limit(1000))


def _as_business(row: tuple[Any, ...]) -> Business:
    names = msgspec.json.decode(row[6], type=dict[str, str])
    return Business(row[0], row[1], row[2], tuple(row[3].split(",")), row[4], row[5], names, int(row[7]))


def add_business(
    tx: Tx, organization: str, *, slug: str, name: str, locales: tuple[str, ...], timezone: str = "UTC",
    color: str = "", names: dict[str, str] | None = None, now: int,
) -> Business:  # fmt: skip
    business = Business(new_id(now), slug, name, locales, timezone, color, names or {})
    tx.execute(
        _ADD_BUSINESS, id=business.id, organization_id=organization, slug=slug, name=name, locales=",".join(locales),
        timezone=timezone, color=color, settings="{}", names=msgspec.json.encode(business.names).decode(),
        created_at=now, version=1,
    )  # fmt: skip
    return business


def name_business(tx: Tx, business: str, names: dict[str, str]) -> None:
    """What it is called, by language."""
    tx.execute(_NAME_BUSINESS, business=business, new_names=msgspec.json.encode(names).decode())


def describe_business(
    tx: Tx, *, name: str, names: dict[str, str], locales: tuple[str, ...], timezone: str, color: str
) -> None:  # fmt: skip
    """What the transaction's business is; counts the change."""
    tx.execute(
        _DESCRIBE_BUSINESS, business=tx.business, new_name=name, new_names=msgspec.json.encode(names).decode(),
        new_locales=",".join(locales), new_timezone=timezone, new_color=color,
    )  # fmt: skip


def organization_of(tx: Tx, business: str) -> str | None:
    row = tx.one(_ORGANIZATION_OF, business=business)
    return row[0] if row else None


def read_business(tx: Tx, business: str) -> Business | None:
    row = tx.one(_BUSINESS, business=business)
    return _as_business(row) if row else None


def lock_business(tx: Tx) -> None:
    """Whoever sets the business up does so one after another: what was checked still holds when it is written."""
    tx.one(_LOCK_BUSINESS, business=tx.business)


def business_by_slug(tx: Tx, slug: str) -> Business | None:
    row = tx.one(_BUSINESS_BY_SLUG, slug=slug)
    return _as_business(row) if row else None


def read_businesses(tx: Tx) -> list[Business]:
    return [_as_business(row) for row in tx.all(_BUSINESSES)]


def add_operator(tx: Tx, account: str, *, role: Role, name: str, now: int) -> None:
    tx.execute(
        _ADD_OPERATOR,
        account_id=account,
        role=role,
        name=name,
        created_at=now,
        version=1,
        skills="[]",
        levels="{}",
        capacity=100,
    )


def memberships(tx: Tx, account: str) -> list[Membership]:
    """The businesses that an account works for."""
    query = _MEMBERSHIPS
    return [Membership(*row) for row in tx.all(query, account_id=account)]


def shared(tx: Tx) -> dict[str, list[str]]:
    """All the businesses of everybody who works for this one, in their order."""
    found: dict[str, list[str]] = {}
    for account, business in tx.all(_SHARED, business=tx.business):
        found.setdefault(account, []).append(business)
    return {account: sorted(places) for account, places in found.items()}


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
        created_at=now, secret="", version=1,
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
_TOKENS = Query(
    select(api_tokens.c.id, api_tokens.c.name, api_tokens.c.role, api_tokens.c.created_at, api_tokens.c.created_by)
    .where(api_tokens.c.business_id == _business, api_tokens.c.revoked_at.is_(None))
    .order_by(api_tokens.c.id.desc())
    .limit(500)
)
_REVOKE = Query(
    update(api_tokens)
    .where(
        api_tokens.c.business_id == _business,
        api_tokens.c.id == bindparam("token_id"),
        api_tokens.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("now"))
)


def add_api_token(tx: Tx, *, token: str, role: Role, name: str, now: int, by: str = "") -> str:
    """Stores the hash of ``token``; returns the token's id, by which it can be revoked."""
    token_id = new_id(now)
    tx.execute(
        _ADD_TOKEN, id=token_id, token_hash=hash_token(token), role=role, name=name, created_at=now, revoked_at=None,
        created_by=by,
    )  # fmt: skip
    return token_id


def api_tokens_of(tx: Tx) -> list[ApiToken]:
    """Those that still work, the latest first."""
    return [ApiToken(*row) for row in tx.all(_TOKENS)]


def caller(tx: Tx, token: str) -> Caller | None:
    row = tx.one(_CALLER, hash=hash_token(token))
    return Caller(*row) if row else None


def revoke_api_token(tx: Tx, token_id: str, *, now: int) -> bool:
    return bool(tx.execute(_REVOKE, token_id=token_id, now=now))
