"""Who we are to push services (RFC 8292): one key pair an installation, made at first need and sealed in the database."""

from __future__ import annotations

import base64
from email.utils import parseaddr
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from gateway.store import push_subscriptions
from gateway.store.store import Store
from gateway.vault import Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

LIFETIME = 12 * 3600
"""Seconds for which a token is good; more than 24 hours is refused (RFC 8292, 2)."""
_PURPOSE = "vapid"
_BYTES = 32


class Identity(NamedTuple):
    """``public``: the uncompressed point, as browsers take it (``applicationServerKey``), in base64url."""

    private: EllipticCurvePrivateKey
    public: str


class Vapid:
    """The installation's key. ``contact``: how push services reach whoever runs it, ``mailto:`` or ``https:``, or ""."""

    def __init__(self, store: Store, vault: Vault, *, contact: str) -> None:
        self._store = store
        self._vault = vault
        self._contact = contact
        self._identity: Identity | None = None

    async def identity(self) -> Identity:
        """The same on every node. Raises ``SecretUnreadable``."""
        if self._identity is None:
            sealed = await self._store.read("", lambda tx, now: push_subscriptions.key(tx))
            if sealed is None:
                made = self._vault.seal(_new_key(), purpose=_PURPOSE)
                sealed = await self._store.write("", lambda tx, now: push_subscriptions.keep_key(tx, made, now=now))
            self._identity = _identity(self._vault.unseal(sealed, purpose=_PURPOSE))
        return self._identity

    def authorization(self, identity: Identity, endpoint: str, *, now: int) -> str:
        """The header for one push to ``endpoint``; ``now`` in µs."""
        import jwt  # only where something is sent

        parts = urlsplit(endpoint)
        claims: dict[str, str | int] = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": now // 1_000_000 + LIFETIME,
        }
        if self._contact:
            claims["sub"] = self._contact
        return f"vapid t={jwt.encode(claims, identity.private, algorithm='ES256')}, k={identity.public}"


def contact_of(mail_from: str, public_url: str) -> str:
    """``sub``: the address that letters come from, else where this is reached, if that is a public page."""
    _, address = parseaddr(mail_from)
    if "@" in address:
        return f"mailto:{address}"
    return public_url.rstrip("/") if public_url.startswith("https://") else ""


def _new_key() -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(_BYTES, "big")


def _identity(raw: bytes) -> Identity:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Identity(private, base64.urlsafe_b64encode(point).rstrip(b"=").decode())
