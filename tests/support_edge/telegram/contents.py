"""Shapes of what people send, as Bot API 10.3 documents them."""

from __future__ import annotations

from tests.support_edge.telegram import pictures
from tests.support_edge.telegram.world import Body, World


def stored(world: World, file: Body, data: bytes, size: int) -> Body:
    """The media fields for a file that a person sends. ``file`` is ``{"kind": …}`` and fields of the object that
    differ from the usual ones."""
    kind = file["kind"]
    fields = {key: value for key, value in file.items() if key != "kind"}
    if kind == "photo":
        width, height = pictures.dimensions(data) or (1280, 960)
        sizes = pictures.sizes(world, data, width, height)
        if size:
            world.files[sizes[-1]["file_id"]].size = sizes[-1]["file_size"] = size
        return {"photo": sizes}
    shapes: dict[str, Body] = {
        "document": {"file_name": "list.pdf", "mime_type": "application/pdf"},
        "audio": {"duration": 180, "mime_type": "audio/mpeg", "file_name": "song.mp3"},
        "voice": {"duration": 3, "mime_type": "audio/ogg"},
        "video": {"width": 640, "height": 480, "duration": 5, "mime_type": "video/mp4", "file_name": "clip.mp4"},
        "video_note": {"length": 240, "duration": 4},
        "animation": {
            "width": 320, "height": 240, "duration": 2, "mime_type": "video/mp4", "file_name": "wave.mp4",
        },
        "sticker": {
            "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍",
        },
    }  # fmt: skip
    usual = shapes[kind] | fields
    name = {"voice": "voice.oga", "video_note": "note.mp4", "sticker": "sticker.webp"}.get(kind, "file.bin")
    held = world.add_file(data, kind=kind, name=usual.get("file_name") or name, size=size)
    held.body = {"file_id": held.id, "file_unique_id": held.unique_id, "file_size": held.size, **usual}
    body: Body = {kind: held.body}
    if kind == "animation":  # "For backward compatibility, when this field is set, the document field will also be set"
        body["document"] = {
            key: value for key, value in held.body.items() if key not in ("width", "height", "duration")
        }
    return body


def member(user: Body, status: str) -> Body:
    """A ChatMember."""
    body: Body = {"user": user, "status": status}
    if status == "kicked":
        body["until_date"] = 0
    elif status == "administrator":
        rights = (
            "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
            "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
            "can_delete_stories", "can_post_messages", "can_edit_messages", "can_send_welcome_messages",
        )  # fmt: skip
        body |= {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(rights, True)}
    return body
