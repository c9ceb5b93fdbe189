"""Links: for one file, one reader, and a while."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.errors import LinkInvalid
from gateway.files.links import MINUTE, Links
from gateway.vault import Vault
from tests.support.clock import START

LINKS = Links(Vault(b"k" * 32), minutes=10)


def minted(business: str = "b", file: str = "f", reader: str = "olga") -> dict[str, str]:
    link = LINKS.mint(business, file, reader=reader, now=START)
    parts = urlsplit(link.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", f"/files/{business}/{file}")
    assert link.until == START + 10 * MINUTE
    return dict(parse_qsl(parts.query))


def test_a_link_opens_its_file_until_it_expires() -> None:
    query = minted()

    LINKS.check("b", "f", query=query, now=START)
    LINKS.check("b", "f", query=query, now=START + 10 * MINUTE - 1)
    with pytest.raises(LinkInvalid):
        LINKS.check("b", "f", query=query, now=START + 10 * MINUTE)


@pytest.mark.parametrize(
    "change",
    [
        {"reader": "pavel"}, {"until": str(START + 99 * MINUTE)}, {"signature": "x" * 43}, {"signature": ""},
        {"reader": ""}, {"reader": "a\nb"}, {"until": ""}, {"until": "-1"}, {"until": "9" * 30}, {"until": "١٢"},
        {"signature": "\ud800"}, {"signature": "й" * 43},
    ],
)  # fmt: skip
def test_a_changed_link_opens_nothing(change: dict[str, str]) -> None:
    with pytest.raises(LinkInvalid):
        LINKS.check("b", "f", query=minted() | change, now=START)


@pytest.mark.parametrize(("business", "file"), [("b", "g"), ("c", "f"), ("bf", ""), ("", "bf")])
def test_a_link_opens_no_other_file(business: str, file: str) -> None:
    with pytest.raises(LinkInvalid):
        LINKS.check(business, file, query=minted(), now=START)


def test_another_installations_link_opens_nothing() -> None:
    other = Links(Vault(b"o" * 32), minutes=10)

    with pytest.raises(LinkInvalid):
        other.check("b", "f", query=minted(), now=START)
