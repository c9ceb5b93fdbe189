"""Where a browser is reached: an address of its maker's push service, and the keys that only the browser can answer to.

It comes from outside: it is judged here, and sealed before it lies anywhere. It is in no log.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from gateway.errors import Invalid
from gateway.vault import Vault
from gateway.webhooks.guard import AddressRefused, Guard

Endpoint = Annotated[str, msgspec.Meta(min_length=1, max_length=1000, pattern="^[\x21-\x7e]+$")]
Point = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{87}=?$")]
"""65 bytes in base64url: a point of P-256, uncompressed."""
Secret = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{22}(==)?$")]
"""16 bytes in base64url."""


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of RFC 8291: the browser's public key, and the secret that it shares with us alone."""

    p256dh: Point
    auth: Secret


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As ``PushSubscription.toJSON`` tells it."""

    endpoint: Endpoint
    keys: Keys

    @property
    def digest(self) -> str:
        """Tells one browser from another without saying where it is."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()


def check_address(address: Address, guard: Guard) -> None:
    """Raises ``Invalid``. A name is judged again at every connection, by what it resolves to."""
    try:
        parts = urlsplit(address.endpoint)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, 0, urlsplit("")
    if parts.scheme != "https" or not host or port == 0 or parts.username is not None or parts.fragment:
        raise Invalid("That isn't the https address of a push service.", field="endpoint")
    try:
        guard.check_url(address.endpoint)
    except AddressRefused as error:
        raise Invalid("That is an address inside a network, and no push service.", field="endpoint") from error
    try:
        _check_point(decode(address.keys.p256dh))
    except ValueError as error:
        raise Invalid("That isn't a public key of P-256.", field="p256dh") from error


def seal(vault: Vault, session: str, address: Address) -> str:
    return vault.seal(msgspec.json.encode(address), purpose=f"push:{session}")


def unseal(vault: Vault, session: str, sealed: str) -> Address:
    """Raises ``SecretUnreadable``."""
    return msgspec.json.decode(vault.unseal(sealed, purpose=f"push:{session}"), type=Address)


def decode(text: str) -> bytes:
    """Base64url, with or without its padding."""
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _check_point(raw: bytes) -> None:
    """Raises ``ValueError`` where it isn't on the curve."""
    from cryptography.hazmat.primitives.asymmetric import ec

    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
