"""Telegram's wire ↔ what the core knows, in one place; pure (``wire``: the objects, ``reading`` and ``contents``: what they
say, ``incoming`` and ``writing``: the two ways, ``pressing``: the buttons, ``refusals``: what an error means).

In::

    message                → Inbound; /start → Opened; /start c_<token> → Linked; /web → PageWanted
    edited_message         → Edited (a live location that moves, too)
    message_reaction       → Reacted
    callback_query         → PressedButton, or SpoiledPress
    my_chat_member         → Reach, or MustLeave
    a group's new address  → Moved
    all else               → Ignored, with why

The arrival's ``address`` is the chat's id, its ``key`` the update's, ``message`` the message's id in the chat.

Out, each part one call::

    a text                 → sendMessage (entities, an inline keyboard)
    a file                 → sendPhoto, sendVoice, sendAudio, sendVideo, sendVideoNote, sendAnimation, sendSticker or
                             sendDocument, the text as its caption
    several files          → sendMediaGroup, the text under the first; no buttons
    a place                → sendLocation, or sendVenue where it has a name
    edit                   → editMessageText, or editMessageCaption where the part has files
    delete                 → deleteMessage, deleteMessages
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
    PageWanted,
    PressedButton,
    SpoiledPress,
    read,
)
from channels.telegram.pressing import (
    SHARE_PHONE,
)
from channels.telegram.refusals import (
    Conflict,
    Done,
    MovedTo,
    Refused,
    Simplify,
    TokenRevoked,
    Unreachable,
    Unsure,
    Verdict,
    Wait,
    judge,
)
from channels.telegram.writing import (
    CAPABILITIES,
    LOCAL_CAPABILITIES,
    Call,
    Upload,
    answer,
    calls_of,
    chat_action,
    clears_keys,
    contact_request_keyboard,
    delete_webhook,
    get_file,
    get_me,
    get_photos,
    get_updates,
    get_webhook_info,
    ids_of,
    last_error_of,
    lead_to,
    leave_chat,
    remove_keyboard,
    say,
    set_commands,
    set_menu,
    set_webhook,
    shows_keys,
    simpler,
    takes_keys_away,
)

__all__ = [
    "ALLOWED_UPDATES",
    "CAPABILITIES",
    "CHANNEL",
    "LOCAL_CAPABILITIES",
    "SHARE_PHONE",
    "BotFace",
    "Call",
    "Conflict",
    "Done",
    "Ignored",
    "Item",
    "Linked",
    "Moved",
    "MovedTo",
    "MustLeave",
    "PageWanted",
    "PressedButton",
    "Refused",
    "Simplify",
    "SpoiledPress",
    "TokenRevoked",
    "Unreachable",
    "Unsure",
    "Upload",
    "Verdict",
    "Wait",
    "answer",
    "calls_of",
    "chat_action",
    "clears_keys",
    "contact_request_keyboard",
    "delete_webhook",
    "get_file",
    "get_me",
    "get_photos",
    "get_updates",
    "get_webhook_info",
    "ids_of",
    "judge",
    "last_error_of",
    "lead_to",
    "leave_chat",
    "read",
    "remove_keyboard",
    "say",
    "set_commands",
    "set_menu",
    "set_webhook",
    "shows_keys",
    "simpler",
    "takes_keys_away",
]
