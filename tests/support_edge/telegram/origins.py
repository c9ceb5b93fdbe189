"""Where forwarded messages come from, and messages of other chats that are replied to: for ``Talk.say(…, **more)``."""

from __future__ import annotations

from typing import Any

from tests.support_edge.telegram.front import Group, Person

Body = dict[str, Any]
DATE = 1_780_000_000


def from_user(person: Person) -> Body:
    return {"forward_origin": {"type": "user", "date": DATE, "sender_user": person.body}}


def from_hidden_user(name: str) -> Body:
    """Somebody who does not let forwards lead to them."""
    return {"forward_origin": {"type": "hidden_user", "date": DATE, "sender_user_name": name}}


def from_chat(group: Group) -> Body:
    """An anonymous administrator of the group."""
    return {"forward_origin": {"type": "chat", "date": DATE, "sender_chat": _chat(group)}}


def from_channel(group: Group, message_id: int = 10) -> Body:
    origin = {"type": "channel", "date": DATE, "chat": _chat(group), "message_id": message_id}
    return {"forward_origin": origin}


def external_reply(group: Group, quote: str, message_id: int = 10) -> Body:
    """An answer to a message of another chat, with the words it is about."""
    origin = {"type": "channel", "date": DATE, "chat": _chat(group), "message_id": message_id}
    return {
        "external_reply": {"origin": origin, "chat": _chat(group), "message_id": message_id},
        "quote": {"text": quote, "position": 0, "is_manual": True},
    }


def _chat(group: Group) -> Body:
    return {"id": group.id, "type": group.kind, "title": group.title}
