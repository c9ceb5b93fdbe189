"""Telegram's wire ↔ what the core knows, in one place; pure (``wire``: the objects, ``reading`` and ``contents``: what they
say, ``pressing``: the buttons).

In::

    message                → Inbound; /start → Opened; /start c_<token> → Linked
    edited_message         → Edited (a live location that moves, too)
    message_reaction       → Reacted
    callback_query         → PressedButton, or SpoiledPress
    my_chat_member         → Reach, or MustLeave
    a group's new address  → Moved
    all else               → Ignored, with why

The arrival's ``address`` is the chat's id, its ``key`` the update's, ``message`` the message's id in the chat.
"""

from channels.telegram.incoming import (
    ALLOWED_UPDATES,
    CHANNEL,
    BotFace,
    Ignored,
    Item,
    Linked,
    Moved,
    MustLeave,
    PressedButton,
    SpoiledPress,
    read,
)
from channels.telegram.pressing import SHARE_PHONE

__all__ = [
    "ALLOWED_UPDATES",
    "CHANNEL",
    "SHARE_PHONE",
    "BotFace",
    "Ignored",
    "Item",
    "Linked",
    "Moved",
    "MustLeave",
    "PressedButton",
    "SpoiledPress",
    "read",
]
