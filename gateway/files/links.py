"""Links to files: minted for one reader, good for a while, and for nothing else. Whoever holds one may read that file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from gateway.errors import LinkInvalid
from gateway.vault import Vault

PURPOSE = "file-link"
MINUTE = 60_000_000
_READER = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_UNTIL = re.compile(r"[0-9]{1,18}")


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """``url`` is a path on this server; it is good until ``until``, UTC microseconds."""

    url: str
    until: int


class Links:
    """Mints and checks. ``minutes``: how long a link is good."""

    def __init__(self, vault: Vault, *, minutes: float) -> None:
        self._vault = vault
        self._lifetime = int(minutes * MINUTE)

    def mint(self, business: str, file: str, *, reader: str, now: int, lifetime: int = 0) -> Link:
        """A link for ``reader`` (an account, a token, an identity), whose right to it the caller has judged."""
        until = now + (lifetime or self._lifetime)
        signature = self._sign(business, file, reader=reader, until=until)
        query = urlencode({"reader": reader, "until": until, "signature": signature})
        return Link(url=f"/files/{business}/{file}?{query}", until=until)

    def check(self, business: str, file: str, *, query: Mapping[str, str], now: int) -> None:
        """Raises ``LinkInvalid`` for a link that isn't ours, was made for something else, or has expired."""
        reader, until, signature = (query.get(name, "") for name in ("reader", "until", "signature"))
        if not _READER.fullmatch(reader) or not _UNTIL.fullmatch(until):
            raise LinkInvalid
        body = _body(business, file, reader=reader, until=int(until))
        if not self._vault.is_signed(body, signature, purpose=PURPOSE) or int(until) <= now:
            raise LinkInvalid

    def _sign(self, business: str, file: str, *, reader: str, until: int) -> str:
        return self._vault.sign(_body(business, file, reader=reader, until=until), purpose=PURPOSE)


def _body(business: str, file: str, *, reader: str, until: int) -> str:
    return "\n".join((business, file, reader, str(until)))
