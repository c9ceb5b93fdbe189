"""How a receiver knows that a call is ours: Standard Webhooks' symmetric signature (standardwebhooks.com, v1)."""

from __future__ import annotations

import base64
import hmac
import os

from gateway.vault import Vault

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """As a receiver keeps it: ``whsec_`` and 32 bytes in base64."""
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def seal(vault: Vault, webhook: str, secret: str) -> str:
    return vault.seal(secret.encode(), purpose=f"webhook:{webhook}")


def unseal(vault: Vault, webhook: str, sealed: str) -> str:
    """Raises ``SecretUnreadable``."""
    return vault.unseal(sealed, purpose=f"webhook:{webhook}").decode()


def signature_of(call: str, timestamp: int, body: bytes, *, secret: str) -> str:
    """``timestamp`` in seconds. The signed text is ``id.timestamp.body``."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, f"{call}.{timestamp}.".encode() + body, "sha256")).decode()


def headers_of(call: str, body: bytes, *, secret: str, now: int) -> dict[str, str]:
    """``now`` in µs. The id is the same at every try, so that a receiver can drop a repeat."""
    timestamp = now // 1_000_000
    return {
        "Content-Type": "application/json",
        "Webhook-Id": call,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signature_of(call, timestamp, body, secret=secret),
    }
