"""What people type, judged once: without the characters that no text has."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from gateway.errors import Invalid

JOINERS = "\u200c\u200d\ufe0f"
"""Invisible and yet part of a word or an emoji."""

Locale = Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")]
ItemId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]


def visible_text(text: str) -> str:
    """``text`` without control and formatting characters and without blanks around it; line feeds and tabs stay."""
    return "".join(ch for ch in text if ch in "\n\t" or ch.isprintable() or ch in JOINERS).strip()


def one_line(text: str) -> str:
    """As ``visible_text``, every run of blanks one space."""
    return " ".join(visible_text(text).split())


def name_of(text: str, *, field: str = "name") -> str:
    """A name that people can read. Raises ``Invalid`` where nothing of it can be seen."""
    cleaned = one_line(text)
    if not cleaned.strip(JOINERS + "\u3164\u2800"):  # letters that are drawn as nothing
        raise Invalid("Give it a name that can be read.", field=field)
    return cleaned


Email = Annotated[str, msgspec.Meta(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+$")]
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
EMAIL_LENGTH = 254
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_BETWEEN = re.compile(r"[\s().\-\u00a0]+")


def email_of(text: str) -> str:
    """An e-mail address, or "". Raises ``Invalid``."""
    address = visible_text(text)
    if address and (len(address) > EMAIL_LENGTH or not EMAIL.fullmatch(address)):
        raise Invalid("That isn't an e-mail address. Check it, or leave it empty.", field="email")
    return address


def phone_of(text: str, *, country: str = "") -> str:
    """A phone number in E.164, or "". ``country``: whose numbers may be written without it; one that can't be read as a
    whole number keeps its digits, if only it isn't said to be one. Raises ``Invalid``."""
    number = _BETWEEN.sub("", visible_text(text))
    if number and not _PHONE.fullmatch(number):
        raise Invalid("That isn't a phone number. Check it, or leave it empty.", field="phone")
    if not number or not (country or number.startswith("+")):
        return number
    import phonenumbers  # only where a number is read: it costs memory

    try:
        read = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        read = None
    if read is not None and phonenumbers.is_possible_number(read):
        return str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164))
    if number.startswith("+"):
        raise Invalid("That isn't a phone number. Check it, or leave it empty.", field="phone")
    return number
