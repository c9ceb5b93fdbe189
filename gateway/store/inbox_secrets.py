"""The secrets that businesses sign their users with: one an inbox, sealed, and shown to nobody a second time."""

from __future__ import annotations

import secrets

from sqlalchemy import BindParameter, bindparam, select, update

from gateway.store.schema import inboxes
from gateway.store.sql import Query, Tx
from gateway.vault import Vault

_business: BindParameter[str] = bindparam("business_id")
_this = (inboxes.c.business_id == _business, inboxes.c.id == bindparam("inbox_id"))
_SEALED = Query(select(inboxes.c.secret).where(*_this))
_SET = Query(update(inboxes).where(*_this).values(secret=bindparam("new_secret")))


def new_secret() -> str:
    """256 bits, base64url, 43 characters: what HS256 asks for (RFC 7518, 3.2). Its text is the key."""
    return secrets.token_urlsafe(32)


def seal(vault: Vault, inbox: str, secret: str) -> str:
    return vault.seal(secret.encode(), purpose=f"inbox:{inbox}")


def unseal(vault: Vault, inbox: str, sealed: str) -> str:
    """Raises ``SecretUnreadable``."""
    return vault.unseal(sealed, purpose=f"inbox:{inbox}").decode()


def sealed(tx: Tx, inbox: str) -> str:
    """The inbox's sealed secret; "" where none was made."""
    row = tx.one(_SEALED, inbox_id=inbox)
    return row[0] if row else ""


def put(tx: Tx, inbox: str, secret: str) -> bool:
    """Keeps a sealed secret in place of the one before; ``False`` where there is no such inbox in this business."""
    return bool(tx.execute(_SET, inbox_id=inbox, new_secret=secret))
