"""The address at which somebody ends the letters that they get: good for that alone, for as long as they keep the letter."""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.store.letter_stops import digest_of
from gateway.vault import Vault

PURPOSE = "letters:stop"
PATH = "/letters/stop"
_FORM = re.compile(r"([0-9A-Za-z_-]{1,64})\.([0-9a-f]{64})\.([\w-]{43})", re.ASCII)


class Stop(NamedTuple):
    """A business, and the digest of an address that it writes to no more."""

    business: str
    digest: str


def stop_path(vault: Vault, business: str, address: str, *, locale: str) -> str:
    body = f"{business}.{digest_of(address)}"
    return f"{PATH}/{body}.{vault.sign(body, purpose=PURPOSE)}?lang={locale}"


def read_stop(vault: Vault, token: str) -> Stop | None:
    """What a letter's address says; ``None`` where we didn't write it."""
    found = _FORM.fullmatch(token)
    if found is None or not vault.is_signed(f"{found[1]}.{found[2]}", found[3], purpose=PURPOSE):
        return None
    return Stop(found[1], found[2])
