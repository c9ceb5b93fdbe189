"""Capabilities: random tokens, of which only a digest is kept."""

from __future__ import annotations

import hashlib
import secrets


def hash_token(token: str) -> str:
    """How tokens of 256 random bits are stored: SHA-256 is enough, since they can't be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def new_token() -> str:
    """A capability: 256 bits, base64url, 43 characters."""
    return secrets.token_urlsafe(32)
