"""What people type, judged where it comes in."""

from __future__ import annotations

import re

from gateway.errors import Invalid

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
EMAIL_LENGTH = 254
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_BETWEEN = re.compile(r"[\s().\-\u00a0]+")


def cleaned(text: str) -> str:
    """Without what no text has: control characters and the like; and without space around it."""
    return "".join(ch for ch in text if ch in "\n\t" or ch.isprintable() or ch in "\u200c\u200d\ufe0f").strip()


def line_of(text: str) -> str:
    """As ``cleaned``, on one line."""
    return " ".join(cleaned(text).split())


def email_of(text: str) -> str:
    """An e-mail address, or "". Raises ``Invalid``."""
    address = cleaned(text)
    if address and (len(address) > EMAIL_LENGTH or not EMAIL.fullmatch(address)):
        raise Invalid("That isn't an e-mail address. Check it, or leave it empty.", field="email")
    return address


def phone_of(text: str) -> str:
    """A phone number's digits (E.164 where it begins with ``+``), or "". Raises ``Invalid``."""
    number = _BETWEEN.sub("", cleaned(text))
    if number and not _PHONE.fullmatch(number):
        raise Invalid("That isn't a phone number. Check it, or leave it empty.", field="phone")
    return number
