"""The frames of the console's socket; docs/protocol.md says what they mean."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gateway.http.signin import BusinessView
from gateway.ports import Signal
from gateway.store.lists import NO_FILTER, Counts, Filter, Row, View

Id = Annotated[str, msgspec.Meta(max_length=64, pattern="^[A-Za-z0-9_.:-]*$")]


class _Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class Hello(_Frame, frozen=True, tag="hello"):
    business: Id


class ListFrame(_Frame, frozen=True, tag="list"):
    """``before``: the ``next`` of the page before. ``filter``: what of the view is wanted."""

    view: View = "all"
    filter: Filter = NO_FILTER
    before: Annotated[str, msgspec.Meta(max_length=96)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50


class Follow(_Frame, frozen=True, tag="follow"):
    conversation: Id
    last_seq: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
    last_event_id: Id = ""
    tail: Annotated[int, msgspec.Meta(ge=0, le=500)] = 0


class Unfollow(_Frame, frozen=True, tag="unfollow"):
    conversation: Id


class Command(_Frame, frozen=True, tag="command"):
    id: Id
    verb: Id
    conversation: Id
    body: msgspec.Raw = msgspec.Raw(b"{}")


class Typing(_Frame, frozen=True, tag="typing"):
    conversation: Id
    on: bool


class Looking(_Frame, frozen=True, tag="looking"):
    """Whether this person has the conversation before their eyes; told anew while they do."""

    conversation: Id
    on: bool


class Read(_Frame, frozen=True, tag="read"):
    conversation: Id
    seq: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)]


class Ping(_Frame, frozen=True, tag="ping"):
    pass


ClientFrame = ListFrame | Follow | Unfollow | Command | Typing | Looking | Read | Ping


class BusinessFace(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    locales: tuple[str, ...]


class MeFace(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: str
    locale: str


class Welcome(_Frame, frozen=True, tag="welcome"):
    business: BusinessFace
    businesses: tuple[BusinessView, ...]
    me: MeFace
    now: int
    file_limit: int


class RowsSnapshot(_Frame, frozen=True, tag="rows"):
    """A page of a view. ``before``: as it was asked for; ``next``: where the next page begins, or null at the end."""

    view: View
    filter: Filter
    before: str
    rows: tuple[Row, ...]
    next: str | None
    counts: Counts


class Ack(_Frame, frozen=True, tag="ack"):
    id: str
    conversation: str
    seq: int


class SignalFrame(_Frame, frozen=True, tag="signal"):
    """``text``: what a customer who types has typed so far, told to who talks with them alone."""

    conversation: str
    who: str
    on: bool
    name: str = ""
    kind: Literal["typing", "looking"] = "typing"
    text: str = ""


class MentionedFrame(_Frame, frozen=True, tag="mentioned"):
    """A note names whoever sits there. ``business``: another one than the console shows, or ""."""

    conversation: str
    seq: int
    by: str
    business: str = ""


class SetUpFrame(_Frame, frozen=True, tag="set_up"):
    """Somebody changed this part of the set-up (``labels``, ``members``, …): read it anew."""

    what: str


class MarkFrame(_Frame, frozen=True, tag="mark"):
    conversation: str
    who: str
    seq: int


class CaptionFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="caption"):
    """What somebody has said so far in a call: it will be a message. ``who``: "customer", or an account."""

    conversation: str
    leg: str
    who: str
    text: str


def frame_of(
    signal: Signal, *, me: str, business: str
) -> SignalFrame | MarkFrame | MentionedFrame | SetUpFrame | CaptionFrame | None:
    """What the console of ``me``, which shows ``business``, is told of it. A customer's draft is for those whom the signal names."""
    body = signal.body
    match signal.kind:
        case "typing" | "looking":
            return SignalFrame(
                conversation=signal.conversation, who=signal.who, on=bool(body.get("on")), kind=signal.kind,
                name=str(body.get("name", "")), text=str(body.get("text", "")) if me in str(body.get("to", "")).split() else "",
            )  # fmt: skip
        case "mark":
            who = "customer" if signal.who == "customer" else "people"
            return MarkFrame(conversation=signal.conversation, who=who, seq=int(body.get("seq", 0)))
        case "mention":
            return MentionedFrame(
                conversation=str(body.get("conversation", "")), seq=int(body.get("seq", 0)), by=str(body.get("by", "")),
                business=signal.business if signal.business != business else "",
            )  # fmt: skip
        case "set_up":
            return SetUpFrame(what=str(body.get("what", "")))
        case "caption":
            return CaptionFrame(
                conversation=signal.conversation, leg=str(body.get("leg", "")), who=signal.who, text=str(body.get("text", ""))
            )  # fmt: skip
        case _:
            return None
