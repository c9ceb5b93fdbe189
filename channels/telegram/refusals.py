"""What to do next when Telegram refuses a call. Pure.

The Bot API answers ``{"ok": false, "error_code", "description", "parameters": {"retry_after", "migrate_to_chat_id"}}``.
Codes are few and descriptions aren't promised, so those that matter are known by a piece of theirs, without regard to case;
any other is refused for good, with Telegram's own words.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Wait(msgspec.Struct, frozen=True):
    """The same call again after so many seconds."""

    after: float


class Unreachable(msgspec.Struct, frozen=True):
    """Nothing reaches this chat: blocked, deleted, or the bot may not write there."""

    why: str


class Refused(msgspec.Struct, frozen=True):
    """This call is dead."""

    why: str


class Done(msgspec.Struct, frozen=True):
    """What was to be done is so already."""


class Simplify(msgspec.Struct, frozen=True):
    """Again without what Telegram doesn't take: see ``writing.simpler``."""

    what: Literal["spans", "links", "kind"]


class MovedTo(msgspec.Struct, frozen=True):
    """The group has this address now; the same call goes there."""

    chat: str


class Conflict(msgspec.Struct, frozen=True):
    """Somebody else takes this bot's updates: a ``webhook`` that is set, or another program that polls."""

    webhook: bool


class TokenRevoked(msgspec.Struct, frozen=True):
    """Telegram doesn't know this token (any more): all calls of the bot stop."""


class Unsure(msgspec.Struct, frozen=True):
    """Telegram failed by itself: nobody knows whether the call took place."""

    why: str


Verdict = Wait | Unreachable | Refused | Done | Simplify | MovedTo | Conflict | TokenRevoked | Unsure

_BY_WORDS: tuple[tuple[str, Verdict], ...] = (
    ("message is not modified", Done()),
    ("message to delete not found", Done()),
    ("message identifiers are not specified", Done()),
    ("query is too old", Done()),
    ("query id is invalid", Done()),
    ("query_id_invalid", Done()),
    ("can't parse entit", Simplify("spans")),
    ("can't parse messageentity", Simplify("spans")),
    ("can't parse caption entit", Simplify("spans")),
    ("entity_", Simplify("spans")),
    ("entities_too_long", Simplify("spans")),
    ("button_url_invalid", Simplify("links")),
    ("inline keyboard button url", Simplify("links")),
    ("button_type_invalid", Simplify("links")),
    ("photo_invalid_dimensions", Simplify("kind")),
    ("image_process_failed", Simplify("kind")),
    ("photo_ext_invalid", Simplify("kind")),
    ("photo_save_file_invalid", Simplify("kind")),
    ("voice_messages_forbidden", Simplify("kind")),
    ("video_content_type_invalid", Simplify("kind")),
    ("temporarily unavailable", Unsure("")),
)
_NO_WAY_TO = (
    "chat not found", "user not found", "peer_id_invalid", "user is deactivated", "input_user_deactivated",
    "user_is_blocked", "bot was blocked", "bot was kicked", "not a member", "chat was deleted", "chat was deactivated",
    "have no rights to send", "not enough rights to send", "chat_write_forbidden", "chat_restricted",
)  # fmt: skip
_LONGEST_WAIT = 24 * 3600.0


def judge(
    error_code: int, description: str, *, retry_after: float | None = None, migrate_to: int | None = None
) -> Verdict:
    """What a refusal means for the next move."""
    said = description.casefold()
    if migrate_to:
        return MovedTo(str(migrate_to))
    if error_code == 429:
        return Wait(min(max(retry_after or 1.0, 1.0), _LONGEST_WAIT))
    if error_code >= 500:
        return Unsure(description)
    if error_code == 409:
        return Conflict(webhook="webhook" in said)
    if error_code == 401 or (error_code == 404 and "method" not in said):
        return TokenRevoked()
    if error_code == 403 or any(words in said for words in _NO_WAY_TO):
        return Unreachable(description)
    verdict = next((verdict for words, verdict in _BY_WORDS if words in said), None)
    if isinstance(verdict, Unsure):
        return Unsure(description)
    return verdict or Refused(description)
