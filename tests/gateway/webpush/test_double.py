"""The push service that the tests use is one: it reads the RFC's own example, and refuses what the RFCs forbid."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.webpush.address import Address, Keys
from gateway.webpush.service import encrypt
from tests.support_edge.push_service import PushServer, Subscriber, decode, encode

# RFC 8291, section 5 and appendix A.
PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
SIGNER = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PushServer]:
    running = PushServer(tmp_path)
    yield running
    running.close()


def test_it_reads_the_example_of_the_rfc() -> None:
    private = ec.derive_private_key(int.from_bytes(decode(PRIVATE), "big"), ec.SECP256R1())
    browser = Subscriber("https://push.example.com/1", private=private, auth=decode(AUTH))
    assert encode(browser.point) == PUBLIC
    assert browser.read(decode(BODY)) == b"When I grow up, I want to be a watermelon"


def test_another_browser_reads_nothing() -> None:
    one, other = Subscriber("https://push.example.com/1"), Subscriber("https://push.example.com/2")
    keys = Keys(p256dh=encode(one.point), auth=encode(one.auth))
    body = encrypt(Address(endpoint=one.endpoint, keys=keys), b"hello")
    assert one.read(body) == b"hello"
    with pytest.raises(InvalidTag):
        other.read(body)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 201),
        ({"ttl": "soon"}, 400),
        ({"urgency": "very-high"}, 400),
        ({"topic": "a" * 33}, 400),
        ({"topic": "a b"}, 400),
        ({"content-encoding": "aesgcm"}, 415),
        ({"exp": -1}, 401),
        ({"exp": 25 * 3600}, 401),
        ({"aud": "https://push.example.com"}, 401),
        ({"sub": "nobody"}, 401),
        ({"key": ec.generate_private_key(ec.SECP256R1())}, 401),
        ({"authorization": ""}, 401),
        ({"body": b"x" * 4097}, 413),
    ],
)
def test_it_takes_what_the_rfcs_allow_alone(server: PushServer, change: dict[str, Any], status: int) -> None:
    point = Subscriber("", private=SIGNER).point
    browser = server.subscribe(encode(point))
    address = Address(endpoint=browser.endpoint, keys=Keys(p256dh=encode(browser.point), auth=encode(browser.auth)))
    claims = {
        "aud": change.get("aud", server.origin), "exp": int(time.time()) + change.get("exp", 3600),
        "sub": change.get("sub", "mailto:chat@example.com"),
    }  # fmt: skip
    token = jwt.encode(claims, change.get("key", SIGNER), algorithm="ES256")
    headers = {
        "authorization": f"vapid t={token}, k={encode(point)}", "ttl": "60", "urgency": "high", "topic": "about",
        "content-encoding": "aes128gcm",
    }  # fmt: skip
    headers |= {name: value for name, value in change.items() if name in headers}
    body = change.get("body", encrypt(address, b"{}"))
    path = browser.endpoint.removeprefix(server.origin)
    assert server.take(path, headers, body)[0] == status


def test_it_knows_a_browser_until_that_unsubscribes(server: PushServer) -> None:
    browser = server.subscribe()
    server.unsubscribe(browser)
    assert server.take(browser.endpoint.removeprefix(server.origin), {}, b"")[0] == 410
