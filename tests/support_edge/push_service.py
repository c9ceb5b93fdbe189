"""A push service on loopback, written from the RFCs: it takes what 8030, 8188, 8291 and 8292 allow, and nothing else.

It holds the browsers' private keys, too, and reads what was sent to them; none of our own code does that here.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import ssl
import struct
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support_edge.certificate import write_certificate

LARGEST = 4096
DAY = 24 * 3600


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Refusal(Exception):
    """What a service says to a request that isn't right."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Subscriber:
    """A browser's subscription, as its user agent made it. ``key``: of the server that may send, or "" for any."""

    endpoint: str
    key: str = ""
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def json(self) -> dict[str, Any]:
        """As ``PushSubscription.toJSON`` tells it."""
        keys = {"p256dh": encode(self.point), "auth": encode(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    @property
    def body(self) -> dict[str, Any]:
        """As it is told to Switchboard."""
        return {"endpoint": self.endpoint, "keys": self.json["keys"]}

    def read(self, body: bytes) -> bytes:
        """RFC 8188, 2 and RFC 8291, 3: one record, encrypted for this browser."""
        salt, size, length = body[:16], *struct.unpack("!LB", body[16:21])
        sender, record = body[21 : 21 + length], body[21 + length :]
        if length != 65 or not 18 <= len(record) <= size:
            raise Refusal(400, "not one record of aes128gcm under a key of P-256")
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = _hkdf(shared, salt=self.auth, info=b"WebPush: info\0" + self.point + sender, length=32)
        key = _hkdf(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
        nonce = _hkdf(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        if not plain.endswith(b"\x02"):
            raise Refusal(400, "not marked as the last record")
        return plain[:-1]


def _hkdf(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, for as much as one block."""
    extracted = hmac.digest(salt, secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:length]


@dataclass(frozen=True)
class Push:
    """What a browser got. ``claims``: what its sender said of itself."""

    to: Subscriber
    headers: dict[str, str]
    claims: dict[str, Any]
    plain: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.plain)
        return found


class PushServer:
    """``answers``: status and headers of the next requests, right as they may be; after them 201. ``refusals``: what
    it found wrong by itself."""

    def __init__(self, folder: Path) -> None:
        self.certificate = write_certificate(folder)
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.pushes: list[Push] = []
        self.refusals: list[str] = []
        self.requests = 0
        self._subscribers: dict[str, Subscriber] = {}
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        # The handshake is the connection's own thread's, so that who never finishes one keeps nobody waiting.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, name="push.service", daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def subscribe(self, key: str = "") -> Subscriber:
        """A browser comes. ``key``: the only server that may send to it."""
        path = f"/send/{secrets.token_urlsafe(16)}"
        made = self._subscribers[path] = Subscriber(self.origin + path, key)
        return made

    def unsubscribe(self, subscriber: Subscriber) -> None:
        del self._subscribers[subscriber.endpoint.removeprefix(self.origin)]

    def wait(self, count: int, *, within: float = 20.0) -> list[Push]:
        """Until so many came."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.pushes) >= count, within), (self.pushes, self.refusals)
        return self.pushes

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """One request; how it is answered."""
        with self._changed:
            self.requests += 1
            try:
                push = self._read(path, headers, body)
            except Refusal as refusal:
                if refusal.status not in (404, 410):
                    self.refusals.append(str(refusal))
                return refusal.status, {}
            if self.answers:
                status, more = self.answers.pop(0)
                if status >= 300:
                    return status, more
            self.pushes.append(push)
            self._changed.notify_all()
        return 201, {"Location": f"{self.origin}/message/{len(self.pushes)}"}

    def _read(self, path: str, headers: dict[str, str], body: bytes) -> Push:
        subscriber = self._subscribers.get(path)
        if subscriber is None:
            raise Refusal(410, "no such subscription")
        if len(body) > LARGEST:
            raise Refusal(413, f"{len(body)} bytes")
        if not re.fullmatch("[0-9]{1,10}", headers.get("ttl", "")):
            raise Refusal(400, "no TTL in seconds (RFC 8030, 5.2)")
        if headers.get("urgency", "normal") not in ("very-low", "low", "normal", "high"):
            raise Refusal(400, "an unknown urgency (RFC 8030, 5.3)")
        if not re.fullmatch("[A-Za-z0-9_-]{1,32}", headers.get("topic", "none")):
            raise Refusal(400, "a topic of other letters, or too long (RFC 8030, 5.4)")
        if headers.get("content-encoding") != "aes128gcm":
            raise Refusal(415, "another encoding than aes128gcm (RFC 8291, 4)")
        claims = self._claims(headers.get("authorization", ""), subscriber)
        return Push(subscriber, headers, claims, subscriber.read(body))

    def _claims(self, authorization: str, subscriber: Subscriber) -> dict[str, Any]:
        """RFC 8292, 2 to 4."""
        found = re.fullmatch("vapid t=([^,]+), ?k=([A-Za-z0-9_-]{87})", authorization)
        if found is None:
            raise Refusal(401, "no vapid authorization")
        if subscriber.key not in ("", found[2]):
            raise Refusal(403, "not the server that this browser subscribed to")
        head, middle, signature = found[1].split(".")
        if json.loads(decode(head)) != {"typ": "JWT", "alg": "ES256"}:
            raise Refusal(401, "not signed by ES256")
        r, s = decode(signature)[:32], decode(signature)[32:]
        der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(found[2]))
        try:
            key.verify(der, f"{head}.{middle}".encode(), ec.ECDSA(SHA256()))
        except InvalidSignature as error:
            raise Refusal(401, "the signature isn't right") from error
        claims: dict[str, Any] = json.loads(decode(middle))
        if claims.get("aud") != self.origin:
            raise Refusal(401, "for another service")
        if not time.time() < claims.get("exp", 0) <= time.time() + DAY:
            raise Refusal(401, "expired, or good for more than a day")
        if not str(claims.get("sub", "mailto:")).startswith(("mailto:", "https:")):
            raise Refusal(401, "nobody to write to")
        return claims

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 20

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, more = service.take(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                self.send_response(status)
                for name, value in {"Content-Length": "0", **more}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        return Handler
