"""The second factor: codes by time (RFC 6238) from an app, and recovery codes for the day when the phone is lost."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from gateway.http.pictures import qr_of
from gateway.store import accounts, tokens
from gateway.store.accounts import Credentials
from gateway.store.sql import Tx
from gateway.vault import Vault

STEP = 30
"""Seconds for which a code holds."""
DRIFT = 1
"""Steps by which a phone's clock may be wrong."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_PURPOSE = "second factor of {}"


class Proposal(NamedTuple):
    """A secret that isn't in force yet. ``sealed`` brings it back without our keeping it; ``qr`` is an SVG image."""

    secret: str
    uri: str
    qr: str
    sealed: str


class SecondFactor:
    """Makes and checks codes. Secrets lie sealed, recovery codes as digests."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def propose(self, account: str, email: str) -> Proposal:
        """A new secret, to be shown once."""
        import pyotp  # only where somebody sets one up

        secret = pyotp.random_base32()
        uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Switchboard")
        qr = qr_of(uri)
        return Proposal(secret, uri, qr, self._vault.seal(secret.encode(), purpose=_PURPOSE.format(account)))

    def step_of(self, account: str, sealed: str, code: str, *, now: int) -> int | None:
        """The time step that ``code`` belongs to, near ``now`` (µs); ``None`` where it is none of them."""
        import pyotp

        totp = pyotp.TOTP(self._vault.unseal(sealed, purpose=_PURPOSE.format(account)).decode())
        current = now // (STEP * 1_000_000)
        digits = "".join(ch for ch in code if ch.isdecimal() and ch.isascii())
        for step in range(current - DRIFT, current + DRIFT + 1):
            if secrets.compare_digest(totp.generate_otp(step), digits):
                return step
        return None

    def passes(self, tx: Tx, account: str, known: Credentials, code: str, *, now: int) -> bool:
        """Whether ``code`` proves the account: a code of the app that was not used before, or a recovery code, which
        is used up by this."""
        step = self.step_of(account, known.totp_secret, code, now=now)
        if step is not None:
            return accounts.use_step(tx, account, step)
        digest = recovery_digest(code)
        if digest not in known.recovery_codes:
            return False
        left = tuple(one for one in known.recovery_codes if one != digest)
        accounts.set_second_factor(
            tx, account, secret=known.totp_secret, step=known.totp_step, recovery_codes=left
        )  # fmt: skip
        return True


def new_recovery_codes() -> tuple[str, ...]:
    """Shown once. 49 bits each, checked behind the limit of sign-ins."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    )


def recovery_digest(code: str) -> str:
    """How a recovery code is kept."""
    return tokens.hash_token(code.strip().lower().replace(" ", ""))
