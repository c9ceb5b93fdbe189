"""A message as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]

KINDS = (
    "text", "photo", "animation", "document", "audio", "voice", "video_note", "video", "sticker", "venue", "location",
    "contact", "dice", "poll", "story", "game",
)  # fmt: skip
"""In the order in which they are looked for: an animation has a document, too, and a venue a location."""


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """``body`` is the whole Bot API message, for what has no name here."""

    id: int
    from_bot: bool
    kind: str
    text: str
    """Its text or caption."""
    entities: list[Body]
    rows: list[list[Button]]
    """Inline buttons."""
    keyboard: Body | None
    """A reply keyboard, its removal or a forced reply that came with it."""
    reply_to: int
    topic: int
    """Of a forum; 0 for its general one."""
    album: str
    deleted: bool
    edits: int
    body: Body

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button.text for button in self.buttons]

    @property
    def keys(self) -> list[str]:
        """The texts of the reply keyboard."""
        rows = (self.keyboard or {}).get("keyboard", [])
        return [key["text"] for row in rows for key in row]

    @property
    def file_id(self) -> str:
        """Of its medium, the largest size of a photo."""
        medium = self.body[self.kind]
        found: str = (medium[-1] if isinstance(medium, list) else medium)["file_id"]
        return found


def seen(entry: Body) -> Seen:
    body: Body = entry["body"]
    replied = body.get("reply_to_message", {})
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return Seen(
        id=body["message_id"],
        from_bot=entry["from_bot"],
        kind=next((kind for kind in KINDS if kind in body), "service"),
        text=body.get("text") or body.get("caption") or "",
        entities=body.get("entities") or body.get("caption_entities") or [],
        rows=[[Button(key["text"], key.get("callback_data", ""), key.get("url", "")) for key in row] for row in rows],
        keyboard=entry["markup"],
        reply_to=replied.get("message_id", 0) if "forum_topic_created" not in replied else 0,
        topic=body.get("message_thread_id", 0) if body.get("is_topic_message") else 0,
        album=body.get("media_group_id", ""),
        deleted=entry["deleted"],
        edits=entry["edits"],
        body=body,
    )
