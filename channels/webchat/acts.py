"""What a visitor does beside writing: frames ↔ commands. Pure; every value is judged here, once."""

from __future__ import annotations

import re
from typing import Annotated, Literal, assert_never

import msgspec

from channels.webchat.codec import clean
from gateway.errors import Invalid
from gateway.model import commands as c
from gateway.model.reach import UNWANTED, check_email, check_phone
from gateway.model.state import ATTRIBUTE_LENGTH, ATTRIBUTE_NAME_LENGTH, MAX_ATTRIBUTES

ClientId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
COMMENT = 1000
_HANDLE = re.compile(r"(?:https?://)?[\w@.+:/-]{3,100}(?: [\w@.+:/-]{1,100}){0,3}")


class Rate(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="rate"):
    id: ClientId
    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    comment: str = ""


class RateAnswer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="rate_answer"):
    """``seq``: the bot's message."""

    id: ClientId
    seq: Annotated[int, msgspec.Meta(ge=1, le=1 << 62)]
    helpful: bool


class End(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="end"):
    id: ClientId


class Details(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="details"):
    id: ClientId
    kind: Literal["phone", "email", "messenger"]
    value: Annotated[str, msgspec.Meta(max_length=400)]


class Attributes(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="attributes"):
    id: ClientId
    attributes: dict[str, str]


class Transcript(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="transcript"):
    """What was said, by e-mail please."""

    id: ClientId
    email: Annotated[str, msgspec.Meta(max_length=400)]


Act = Rate | RateAnswer | End | Details | Transcript


def command_of(act: Act, *, country: str) -> c.AnyCommand:
    """What the visitor wants. ``country``: whose phone numbers may be written without a country. Raises ``Invalid``,
    ``TooLarge``."""
    match act:
        case Rate():
            comment = clean(act.comment, limit=COMMENT) if act.comment.strip() else ""
            return c.Rate(score=act.score, comment=comment)
        case RateAnswer():
            return c.RateAnswer(seq=act.seq, helpful=act.helpful)
        case End():
            return c.End()
        case Transcript():
            return c.AskTranscript(address=check_email(act.email))
        case Details():
            return c.LeaveDetails(kind=act.kind, value=check_details(act, country=country))
        case _:
            assert_never(act)


def check_details(details: Details, *, country: str) -> str:
    """A way to reach somebody, as it is kept. Raises ``Invalid`` with what to do."""
    value = UNWANTED.sub("", details.value).strip()
    match details.kind:
        case "phone":
            return check_phone(value, country=country)
        case "email":
            return check_email(value)
        case "messenger":
            if not _HANDLE.fullmatch(value):
                raise Invalid("Write the messenger and your name there, like Telegram @name.", field="messenger")
            return value
        case _:
            assert_never(details.kind)


def check_attributes(given: dict[str, str]) -> dict[str, str]:
    """What a page says of its visitor. Raises ``Invalid`` with the bound that it breaks."""
    if len(given) > MAX_ATTRIBUTES:
        raise Invalid(f"A page may set {MAX_ATTRIBUTES} attributes.", field="attributes")
    checked: dict[str, str] = {}
    for name, value in given.items():
        kept = _plain(name)
        if not kept or len(kept) > ATTRIBUTE_NAME_LENGTH:
            raise Invalid(f"An attribute's name has 1 to {ATTRIBUTE_NAME_LENGTH} characters.", field="attributes")
        text = _plain(value)
        if len(text) > ATTRIBUTE_LENGTH:
            raise Invalid(f"An attribute's value has at most {ATTRIBUTE_LENGTH} characters.", field=kept)
        checked[kept] = text
    return checked


def _plain(text: str) -> str:
    return " ".join(UNWANTED.sub("", text).encode("utf-8", "replace").decode().split())
