"""Where calls are reached: what can't be is refused at the start."""

from __future__ import annotations

import msgspec
import pytest

from channels.voice.places import IceServer, Places


@pytest.mark.parametrize(
    "wrong",
    [
        {"addresses": ["localhost"]},
        {"public": "example.com"},
        {"ports": [0, 5]},
        {"ports": [9, 5]},
        {"ports": [9, 70_000]},
        {"servers": [{"url": "https://example.com"}]},
        {"servers": [{"url": "turn:"}]},
        {"servers": [{"url": "turns:turn.example.com?transport=udp"}]},
        {"servers": [{"url": "stun:stun.example.com", "user": "x"}]},
    ],
)
def test_place_that_can_t_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Places)


@pytest.mark.parametrize(
    "url",
    [
        "stun:stun.example.com",
        "stun:203.0.113.5:3478",
        "turn:turn.example.com:3478?transport=udp",
        "turn:turn.example.com?transport=tcp",
        "turns:turn.example.com:5349",
    ],
)
def test_server_is_named_as_browsers_name_it(url: str) -> None:
    assert Places(servers=(IceServer(url=url, username="shop", password="secret"),)).servers[0].url == url
