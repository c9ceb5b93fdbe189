"""What a button of ours sends back: signed, so that nobody presses what was never shown to them. Pure.

Callback data has 1 to 64 bytes (Bot API, InlineKeyboardButton). Ours, at most 51: version, the message's ``seq`` and the
button's place in it, both in base 36, and 16 bytes of HMAC-SHA256 over chat, ``seq`` and place in base64url::

    1<seq>.<place>.<signature>

``place`` counts the buttons that have no ``url``, from 0. The payload itself stays here: the log has it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import NamedTuple

SHARE_PHONE = "/switchboard.phone"
"""The payload of a button that asks for the customer's own phone number."""

VERSION = "1"
_DATA = re.compile(r"1([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.[A-Za-z0-9_-]{22}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST = 1 << 63


class Pressed(NamedTuple):
    """The button at ``place`` of message ``seq``."""

    seq: int
    place: int


def data_of(pressed: Pressed, *, key: bytes, chat: str) -> str:
    """The callback data of a button in ``chat``. Numbers are from 0 and below 2**63."""
    if not (0 <= pressed.seq < _MOST and 0 <= pressed.place < _MOST):
        raise ValueError("a button's numbers are from 0 and below 2**63")
    what = f"{VERSION}{_base36(pressed.seq)}.{_base36(pressed.place)}"
    digest = hmac.digest(key, f"telegram button\0{chat}\0{what}".encode(), hashlib.sha256)
    return f"{what}.{base64.urlsafe_b64encode(digest[:16]).rstrip(b'=').decode()}"


def pressed_of(data: str, *, key: bytes, chat: str) -> Pressed | None:
    """The button that ``data`` came from; None where it is none of ours in ``chat``."""
    match = _DATA.fullmatch(data)
    if match is None:
        return None
    pressed = Pressed(int(match[1], 36), int(match[2], 36))
    if max(pressed) >= _MOST:
        return None
    return pressed if hmac.compare_digest(data_of(pressed, key=key, chat=chat), data) else None


def _base36(number: int) -> str:
    digits = []
    while number:
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits)) or "0"
