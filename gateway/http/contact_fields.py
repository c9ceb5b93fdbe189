"""What a business keeps of a contact, judged field by field: the same for people, programs and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateway.errors import Invalid
from gateway.faults import desk
from gateway.http.texts import one_line, visible_text
from gateway.model.reach import check_email, check_phone

MAX_OWN = 30
"""Fields that a business names itself, of one contact."""
NAME_LENGTH = 40
VALUE_LENGTH = 300
NOTE_LENGTH = 2000
LENGTHS = {"name": 200, "company": 200, "external_id": 100}
_LOCAL = re.compile(r"[0-9]{5,15}")
_BETWEEN = re.compile(r"[\s().\-\u00a0]+")
COUNTRIES = {"ru": "RU"}
"""Whose phone numbers may be written without their country, by a business's first language."""


def judge(field: str, value: str, *, country: str) -> str:
    """A value as it is kept; "" forgets it. ``country``: whose phone numbers may be written without their country. Raises ``Invalid``."""
    match field:
        case "email":
            return check_email(value) if visible_text(value) else ""
        case "phone":
            return _phone(value, country=country)
        case "note":
            return _bounded(visible_text(value), NOTE_LENGTH, field=field)
        case _:
            return _bounded(one_line(value), LENGTHS.get(field, VALUE_LENGTH), field=field)


def _phone(value: str, *, country: str) -> str:
    """In E.164. Where nobody knows of which country it is, a number as a table has it keeps its digits."""
    text = visible_text(value)
    digits = _BETWEEN.sub("", text)
    if not text or (not country and _LOCAL.fullmatch(digits)):
        return digits
    if digits.startswith("+") or _LOCAL.fullmatch(digits):
        try:
            return check_phone(text, country=country)
        except Invalid:
            if not digits.startswith("+"):
                return digits
            raise
    raise Invalid(desk.PHONE(), field="phone")


def judge_own(own: Mapping[str, str]) -> dict[str, str]:
    """Fields that a business names itself, as they are kept. Raises ``Invalid``."""
    judged: dict[str, str] = {}
    for name, value in own.items():
        called = one_line(name)
        if not called or len(called) > NAME_LENGTH:
            raise Invalid(f"A field's name has 1 to {NAME_LENGTH} characters.", field="own")
        judged[called] = judge(called if called not in ("email", "phone", "note") else "own", value, country="")
    return judged


def check_many(own: Mapping[str, str]) -> None:
    """Raises ``Invalid`` where a contact would have more than it may."""
    if sum(bool(value) for value in own.values()) > MAX_OWN:
        raise Invalid(f"A contact has at most {MAX_OWN} fields of your own. Remove one first.", field="own")


def _bounded(text: str, most: int, *, field: str) -> str:
    if len(text) > most:
        raise Invalid(f"At most {most} characters fit in here.", field=field)
    return text
