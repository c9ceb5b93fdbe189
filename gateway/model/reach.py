"""Ways to reach somebody, as they are kept: judged here, wherever they were written."""

from __future__ import annotations

import re
import unicodedata

from gateway.errors import Invalid
from gateway.faults import desk

COUNTRIES = {"ru": "RU", "en": "GB"}
"""Whose phone numbers somebody of a language may write without their country."""
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, but for line feed and tab, and marks that reverse what stands beside them."""
_ADDRESS = re.compile(r"[^@\s\"(),:;<>\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
_WORD = re.compile(r"\S*@\S*")
_DIGITS = re.compile(r"\d")
_LONGEST = 200
"""Whoever writes more says more than how they are reached."""


def check_email(text: str) -> str:
    """An e-mail address, as it is kept. Raises ``Invalid``."""
    value = UNWANTED.sub("", text).strip()
    if len(value) > 254 or not _ADDRESS.fullmatch(value):
        raise Invalid(desk.EMAIL(), field="email")
    return value


def check_phone(text: str, *, country: str) -> str:
    """A phone number in E.164; ``country``: whose numbers may be written without one, "" for none. Raises ``Invalid``."""
    import phonenumbers  # only where somebody leaves one: it costs memory

    digits = "".join(str(unicodedata.digit(ch, ch)) for ch in UNWANTED.sub("", text).strip())
    try:
        number = phonenumbers.parse(digits, country or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid(desk.PHONE(), field="phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def found_phone(text: str, *, country: str) -> str:
    """The number in a sentence ("it's +7 495 000-00-00, after six"), in E.164; "" where there is none."""
    if len(text) > _LONGEST or len(_DIGITS.findall(text)) < 5:
        return ""
    import phonenumbers

    for found in phonenumbers.PhoneNumberMatcher(text, country or None, leniency=phonenumbers.Leniency.POSSIBLE):
        return str(phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164))
    return ""


def found_email(text: str) -> str:
    """The e-mail address in a sentence; "" where there is none."""
    for word in _WORD.findall(text[:_LONGEST]):
        try:
            return check_email(word.strip(".,;:!?()<>«»\"'"))
        except Invalid:
            continue
    return ""
