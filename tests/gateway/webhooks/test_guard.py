"""Which addresses may be called."""

from __future__ import annotations

import ipaddress

import aiohttp
import pytest

from gateway.webhooks.guard import AddressRefused, Guard

INSIDE = [
    "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(address: str) -> None:
    assert not Guard().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_passes(address: str) -> None:
    assert Guard().allows(ipaddress.ip_address(address))


def test_the_installation_may_allow_a_network_of_its_own() -> None:
    guard = Guard(("10.1.0.0/16",))
    assert guard.allows(ipaddress.ip_address("10.1.2.3"))
    assert guard.allows(ipaddress.ip_address("::ffff:10.1.2.3"))
    assert not guard.allows(ipaddress.ip_address("10.2.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1%25eth0]/", "file:///etc/passwd", "gopher://x/",
        "http:///nothing",
    ],
)  # fmt: skip
def test_an_address_in_the_url_is_judged_however_it_is_written(url: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().check_url(url)


async def test_a_name_is_judged_by_what_it_resolves_to() -> None:
    async with Guard().session("Tests") as http:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await http.post("http://localhost:9/")
    assert "may not call" in _reason(caught.value)


def _reason(error: BaseException | None) -> str:
    """The words at the bottom of what was raised."""
    words = []
    while error is not None:
        words.append(str(error))
        error = error.__cause__ or error.__context__
    return " ".join(words)
