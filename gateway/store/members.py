"""Accounts as the people of a business, and the invitations by which they come."""

from __future__ import annotations

from typing import NamedTuple, cast

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, func, select, text, update

from gateway.model.ids import new_id
from gateway.model.rules import USUAL_LEVEL
from gateway.store.directory import Role
from gateway.store.schema import accounts, invitations, operators
from gateway.store.sql import Query, Tx
from gateway.store.tokens import hash_token

_business: BindParameter[str] = bindparam("business_id")
_this = (operators.c.business_id == _business, operators.c.account_id == bindparam("account"))


class Member(NamedTuple):
    """An account at a business. ``name``: as customers and colleagues see it there. ``skills``: their levels, by id.
    ``capacity``: how much of what they carry at once this business may take, in hundredths."""

    account: str
    email: str
    name: str
    role: Role
    skills: dict[str, int]
    capacity: int
    version: int
    created_at: int


_columns = (
    operators.c.account_id, accounts.c.email, operators.c.name, operators.c.role, operators.c.skills,
    operators.c.levels, operators.c.capacity, operators.c.version, operators.c.created_at,
)  # fmt: skip
_MEMBERS = Query(
    select(*_columns)
    .join(accounts, accounts.c.id == operators.c.account_id)
    .where(operators.c.business_id == _business)
    .order_by(operators.c.name)
    .limit(1000)
)
_MEMBER = Query(select(*_columns).join(accounts, accounts.c.id == operators.c.account_id).where(*_this))
_CHANGE = Query(
    update(operators)
    .where(*_this, operators.c.version == bindparam("seen"))
    .values(
        name=bindparam("new_name"), role=bindparam("new_role"), skills=bindparam("new_skills"),
        levels=bindparam("new_levels"), capacity=bindparam("new_capacity"), version=operators.c.version + 1,
    )
)  # fmt: skip
_REMOVE = Query(delete(operators).where(*_this))
_ADMINISTRATORS = Query(
    select(func.count()).where(operators.c.business_id == _business, operators.c.role == bindparam("of_role"))
)


def _as_member(row: tuple[str, str, str, str, str, str, int, int, int]) -> Member:
    account, email, name, role, skills, levels, capacity, version, created_at = row
    return Member(account, email, name, cast(Role, role), levels_of(skills, levels), capacity, version, created_at)


def levels_of(skills: str, levels: str) -> dict[str, int]:
    """The levels of somebody's skills, as two columns have them: one that stands in ``skills`` alone (an earlier release
    wrote it) has the usual level."""
    known = msgspec.json.decode(levels, type=dict[str, int])
    return {skill: known.get(skill, USUAL_LEVEL) for skill in msgspec.json.decode(skills, type=tuple[str, ...])}


def read(tx: Tx) -> list[Member]:
    """Everybody who works for the business, by name."""
    return [_as_member(row) for row in tx.all(_MEMBERS)]


def find(tx: Tx, account: str) -> Member | None:
    row = tx.one(_MEMBER, account=account)
    return _as_member(row) if row else None


def change(tx: Tx, member: Member, wanted: Member) -> bool:
    """Writes the name, role, skills and capacity of ``wanted``; ``False`` where it has changed since it was read."""
    skills = msgspec.json.encode(list(wanted.skills)).decode()
    levels = msgspec.json.encode(wanted.skills).decode()
    return bool(
        tx.execute(
            _CHANGE, account=member.account, seen=member.version, new_name=wanted.name, new_role=wanted.role,
            new_skills=skills, new_levels=levels, new_capacity=wanted.capacity,
        )
    )  # fmt: skip


def remove(tx: Tx, account: str) -> bool:
    return bool(tx.execute(_REMOVE, account=account))


def administrators(tx: Tx) -> int:
    """How many may set the business up."""
    row = tx.one(_ADMINISTRATORS, of_role="administrator")
    return int(row[0]) if row else 0


# --- invitations ---


class Invitation(NamedTuple):
    """``email``: for whom it is meant, or "". ``used_by``: the name of whoever came by it."""

    id: str
    email: str
    role: Role
    invited_by: str
    created_at: int
    expires_at: int
    used_at: int | None
    used_by: str
    revoked_at: int | None


_invitation = (
    invitations.c.id, invitations.c.email, invitations.c.role, invitations.c.invited_by, invitations.c.created_at,
    invitations.c.expires_at, invitations.c.used_at, invitations.c.used_by, invitations.c.revoked_at,
)  # fmt: skip
_this_invitation = (invitations.c.business_id == _business, invitations.c.id == bindparam("invitation"))
_INVITE = Query(lambda insert: insert(invitations))
_INVITATIONS = Query(
    select(*_invitation)
    .where(invitations.c.business_id == _business)
    .order_by(invitations.c.id.desc())
    .limit(bindparam("limit"))
)
_INVITATION = Query(select(*_invitation).where(*_this_invitation))
_LOCK_INVITATION = Query(select(*_invitation).where(*_this_invitation).with_for_update(of=invitations))
_BY_TOKEN = Query(
    select(invitations.c.business_id, invitations.c.id).where(invitations.c.token_hash == bindparam("hash")),
    postgresql=text("SELECT * FROM switchboard_invitation(:hash)"),
    across=True,
)
_USE = Query(update(invitations).where(*_this_invitation).values(used_at=bindparam("now"), used_by=bindparam("by")))
_REVOKE = Query(
    update(invitations)
    .where(*_this_invitation, invitations.c.used_at.is_(None), invitations.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)


def invite(tx: Tx, *, token: str, email: str, role: Role, by: str, now: int, lifetime: int) -> Invitation:
    """Stores the hash of ``token``."""
    made = Invitation(new_id(now), email.strip().lower(), role, by, now, now + lifetime, None, "", None)
    tx.execute(_INVITE, token_hash=hash_token(token), **made._asdict())
    return made


def invitations_of(tx: Tx, *, limit: int = 200) -> list[Invitation]:
    """The latest first."""
    return [Invitation(*row) for row in tx.all(_INVITATIONS, limit=limit)]


def place_of(tx: Tx, token: str) -> tuple[str, str] | None:
    """The business and the id of an invitation, by the token of its link."""
    row = tx.one(_BY_TOKEN, hash=hash_token(token))
    return (row[0], row[1]) if row else None


def invitation(tx: Tx, name: str) -> Invitation | None:
    """An invitation, for reading."""
    row = tx.one(_INVITATION, invitation=name)
    return Invitation(*row) if row else None


def lock_invitation(tx: Tx, invitation: str) -> Invitation | None:
    """It is used once, also where two come by it at the same time."""
    row = tx.one(_LOCK_INVITATION, invitation=invitation)
    return Invitation(*row) if row else None


def use(tx: Tx, invitation: str, *, by: str, now: int) -> None:
    tx.execute(_USE, invitation=invitation, by=by, now=now)


def revoke(tx: Tx, invitation: str, *, now: int) -> bool:
    """``False`` where it is over already."""
    return bool(tx.execute(_REVOKE, invitation=invitation, now=now))
