"""A push service: one message to one browser (RFC 8030), encrypted for it alone (RFC 8291), signed by us (RFC 8292)."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import NamedTuple

import aiohttp

from gateway.errors import ContactUnreachable, DeliveryRefused, RetryLater
from gateway.faults import push as faults
from gateway.webhooks.guard import AddressRefused, Guard, refusal_of
from gateway.webhooks.posting import retry_after
from gateway.webpush.address import Address, decode
from gateway.webpush.vapid import Identity, Vapid

WITHIN = 10.0
"""Seconds for one try."""
GONE = (404, 410)
TOO_MANY = 429


class Message(NamedTuple):
    """``body``: at most some 3 kB (a service takes 4,096 bytes encrypted). ``ttl``: seconds for which the service keeps
    it. ``about``: a later message about the same replaces an earlier one that waits there."""

    body: bytes
    ttl: int
    about: str


class PushService:
    """Sends. Connections go through the guard, and no redirection is followed."""

    def __init__(self, vapid: Vapid, guard: Guard, *, clock: Callable[[], int]) -> None:
        self.vapid = vapid
        self._guard = guard
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def send(self, address: Address, message: Message) -> None:
        """Raises ``ContactUnreachable`` (the browser unsubscribed), ``RetryLater`` (the service is away or puts us
        off), ``DeliveryRefused`` (for good). None of them says where it went."""
        identity = await self.vapid.identity()
        headers, body = await asyncio.to_thread(self._written, identity, address, message)
        if self._http is None:
            self._http = self._guard.session("Switchboard")
        try:
            self._guard.check_url(address.endpoint)
            async with (
                asyncio.timeout(WITHIN),
                self._http.post(address.endpoint, data=body, headers=headers, allow_redirects=False) as response,
            ):
                _judge(response.status, response.headers.get("Retry-After", ""))
        except AddressRefused as error:
            raise DeliveryRefused(faults.INSIDE()) from error
        except TimeoutError as error:
            raise RetryLater(0, faults.NO_ANSWER()) from error
        except aiohttp.ClientError as error:
            if refusal_of(error) is not None:
                raise DeliveryRefused(faults.INSIDE()) from None
            raise RetryLater(0, type(error).__name__) from None  # its text has the address

    def _written(self, identity: Identity, address: Address, message: Message) -> tuple[dict[str, str], bytes]:
        headers = {
            "Authorization": self.vapid.authorization(identity, address.endpoint, now=self._clock()),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(message.ttl),
            "Urgency": "high",
            "Topic": topic_of(message.about),
        }
        return headers, encrypt(address, message.body)


def topic_of(about: str) -> str:
    """32 characters of base64url (RFC 8030, 5.4), which don't tell the service what it is about."""
    return urlsafe_b64encode(hashlib.sha256(about.encode()).digest()[:24]).decode()


def encrypt(address: Address, body: bytes) -> bytes:
    """One record of ``aes128gcm`` under a key pair of its own (RFC 8291, 3)."""
    import http_ece  # heavy, and only where something is sent
    from cryptography.hazmat.primitives.asymmetric import ec

    written: bytes = http_ece.encrypt(
        body,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decode(address.keys.p256dh),
        auth_secret=decode(address.keys.auth),
        version="aes128gcm",
    )
    return written


def _judge(status: int, after: str) -> None:
    if 200 <= status < 300:
        return
    if status in GONE:
        raise ContactUnreachable(f"HTTP {status}")
    if status == TOO_MANY or status >= 500:
        raise RetryLater(retry_after(after), f"HTTP {status}")
    raise DeliveryRefused(f"HTTP {status}")
