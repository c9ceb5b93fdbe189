"""The parameters of every method that the double knows, as Bot API 10.3 documents them, and how they are read.

Stricter than Telegram on purpose: a parameter that the documentation does not name, and a value of another type than
the documented one, are refused with 400 (Telegram ignores the first and converts many of the second).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

import msgspec

from tests.support_edge.telegram.errors import bad_request

ChatId = int | str


class Object(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """An object of the Bot API that a bot may send."""


class Entity(Object, frozen=True, kw_only=True):
    type: Literal[
        "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
        "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
        "custom_emoji", "date_time",
    ]  # fmt: skip
    offset: int
    length: int
    url: str | None = None
    user: dict[str, Any] | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None


class LinkPreviewOptions(Object, frozen=True, kw_only=True):
    is_disabled: bool | None = None
    url: str | None = None
    prefer_small_media: bool | None = None
    prefer_large_media: bool | None = None
    show_above_text: bool | None = None


class ReplyParameters(Object, frozen=True, kw_only=True):
    message_id: int | None = None
    chat_id: ChatId | None = None
    allow_sending_without_reply: bool = False
    quote: str | None = None
    quote_parse_mode: str | None = None
    quote_entities: list[Entity] | None = None
    quote_position: int | None = None
    checklist_task_id: int | None = None
    poll_option_id: str | None = None
    ephemeral_message_id: int | None = None


class WebApp(Object, frozen=True, kw_only=True):
    url: str


class CopyText(Object, frozen=True, kw_only=True):
    text: str


class InlineButton(Object, frozen=True, kw_only=True):
    text: str
    icon_custom_emoji_id: str | None = None
    style: Literal["danger", "success", "primary"] | None = None
    url: str | None = None
    callback_data: str | None = None
    web_app: WebApp | None = None
    login_url: dict[str, Any] | None = None
    switch_inline_query: str | None = None
    switch_inline_query_current_chat: str | None = None
    switch_inline_query_chosen_chat: dict[str, Any] | None = None
    copy_text: CopyText | None = None
    callback_game: dict[str, Any] | None = None
    pay: bool | None = None
    disabled: dict[str, Any] | None = None


class KeyButton(Object, frozen=True, kw_only=True):
    text: str
    icon_custom_emoji_id: str | None = None
    style: Literal["danger", "success", "primary"] | None = None
    request_users: dict[str, Any] | None = None
    request_chat: dict[str, Any] | None = None
    request_managed_bot: dict[str, Any] | None = None
    request_contact: bool | None = None
    request_location: bool | None = None
    request_poll: dict[str, Any] | None = None
    web_app: WebApp | None = None


class Markup(Object, frozen=True, kw_only=True):
    """All four kinds in one; ``keyboards`` tells them apart."""

    inline_keyboard: list[list[InlineButton]] | None = None
    keyboard: list[list[KeyButton]] | None = None
    is_persistent: bool | None = None
    resize_keyboard: bool | None = None
    one_time_keyboard: bool | None = None
    input_field_placeholder: str | None = None
    selective: bool | None = None
    remove_keyboard: Literal[True] | None = None
    force_reply: Literal[True] | None = None


class Media(Object, frozen=True, kw_only=True):
    """InputMediaPhoto, -Video, -Audio and -Document in one; ``media`` says which fields fit which."""

    type: Literal["photo", "video", "audio", "document"]
    media: str
    thumbnail: str | None = None
    cover: str | None = None
    start_timestamp: int | None = None
    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: list[Entity] | None = None
    show_caption_above_media: bool | None = None
    has_spoiler: bool | None = None
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    supports_streaming: bool | None = None
    performer: str | None = None
    title: str | None = None
    disable_content_type_detection: bool | None = None


class Command(Object, frozen=True, kw_only=True):
    command: str
    description: str
    is_ephemeral: bool | None = None


class Scope(Object, frozen=True, kw_only=True):
    type: Literal[
        "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
        "chat_member",
    ]  # fmt: skip
    chat_id: ChatId | None = None
    user_id: int | None = None


class MenuButton(Object, frozen=True, kw_only=True):
    type: Literal["commands", "web_app", "default"]
    text: str | None = None
    web_app: WebApp | None = None


class Nothing(Object, frozen=True, kw_only=True):
    """A method without parameters."""


class GetUpdates(Object, frozen=True, kw_only=True):
    offset: int = 0
    limit: int = 100
    timeout: int = 0
    allowed_updates: list[str] | None = None


class SetWebhook(Object, frozen=True, kw_only=True):
    url: str
    certificate: str | None = None
    ip_address: str | None = None
    max_connections: int = 40
    allowed_updates: list[str] | None = None
    drop_pending_updates: bool = False
    secret_token: str | None = None


class DeleteWebhook(Object, frozen=True, kw_only=True):
    drop_pending_updates: bool = False


class InChat(Object, frozen=True, kw_only=True):
    chat_id: ChatId


class Sending(InChat, frozen=True, kw_only=True):
    """What every sending method takes."""

    business_connection_id: str | None = None
    message_thread_id: int | None = None
    direct_messages_topic_id: int | None = None
    disable_notification: bool | None = None
    protect_content: bool | None = None
    allow_paid_broadcast: bool | None = None
    message_effect_id: str | None = None
    reply_parameters: ReplyParameters | None = None


class SendingOne(Sending, frozen=True, kw_only=True):
    """What every method that sends one message takes."""

    suggested_post_parameters: dict[str, Any] | None = None
    ephemeral_message_parameters: dict[str, Any] | None = None
    reply_markup: Markup | None = None


class SendMessage(SendingOne, frozen=True, kw_only=True):
    text: str
    parse_mode: str | None = None
    entities: list[Entity] | None = None
    link_preview_options: LinkPreviewOptions | None = None


class Captioned(SendingOne, frozen=True, kw_only=True):
    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: list[Entity] | None = None


class SendPhoto(Captioned, frozen=True, kw_only=True):
    photo: str
    show_caption_above_media: bool | None = None
    has_spoiler: bool | None = None


class SendDocument(Captioned, frozen=True, kw_only=True):
    document: str
    thumbnail: str | None = None
    disable_content_type_detection: bool | None = None


class SendAudio(Captioned, frozen=True, kw_only=True):
    audio: str
    duration: int | None = None
    performer: str | None = None
    title: str | None = None
    thumbnail: str | None = None


class SendVoice(Captioned, frozen=True, kw_only=True):
    voice: str
    duration: int | None = None


class SendVideo(Captioned, frozen=True, kw_only=True):
    video: str
    duration: int | None = None
    width: int | None = None
    height: int | None = None
    thumbnail: str | None = None
    cover: str | None = None
    start_timestamp: int | None = None
    show_caption_above_media: bool | None = None
    has_spoiler: bool | None = None
    supports_streaming: bool | None = None


class SendMediaGroup(Sending, frozen=True, kw_only=True):
    media: list[Media]


class SendLocation(SendingOne, frozen=True, kw_only=True):
    latitude: float
    longitude: float
    horizontal_accuracy: float | None = None
    live_period: int | None = None
    heading: int | None = None
    proximity_alert_radius: int | None = None


class SendVenue(SendingOne, frozen=True, kw_only=True):
    latitude: float
    longitude: float
    title: str
    address: str
    foursquare_id: str | None = None
    foursquare_type: str | None = None
    google_place_id: str | None = None
    google_place_type: str | None = None


class SendContact(SendingOne, frozen=True, kw_only=True):
    phone_number: str
    first_name: str
    last_name: str | None = None
    vcard: str | None = None


class SendChatAction(InChat, frozen=True, kw_only=True):
    action: Literal[
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    ]  # fmt: skip
    business_connection_id: str | None = None
    message_thread_id: int | None = None


class Editing(Object, frozen=True, kw_only=True):
    business_connection_id: str | None = None
    chat_id: ChatId | None = None
    message_id: int | None = None
    inline_message_id: str | None = None
    reply_markup: Markup | None = None


class EditMessageText(Editing, frozen=True, kw_only=True):
    text: str | None = None
    parse_mode: str | None = None
    entities: list[Entity] | None = None
    link_preview_options: LinkPreviewOptions | None = None
    rich_message: dict[str, Any] | None = None


class EditMessageCaption(Editing, frozen=True, kw_only=True):
    caption: str = ""
    parse_mode: str | None = None
    caption_entities: list[Entity] | None = None
    show_caption_above_media: bool | None = None


class DeleteMessage(InChat, frozen=True, kw_only=True):
    message_id: int


class DeleteMessages(InChat, frozen=True, kw_only=True):
    message_ids: list[int]


class AnswerCallbackQuery(Object, frozen=True, kw_only=True):
    callback_query_id: str
    text: str = ""
    show_alert: bool = False
    url: str | None = None
    cache_time: int = 0


class GetMyCommands(Object, frozen=True, kw_only=True):
    scope: Scope | None = None
    language_code: str = ""


class SetMyCommands(GetMyCommands, frozen=True, kw_only=True):
    commands: list[Command]


class SetChatMenuButton(Object, frozen=True, kw_only=True):
    chat_id: int | None = None
    menu_button: MenuButton | None = None


class GetUserProfilePhotos(Object, frozen=True, kw_only=True):
    user_id: int
    offset: int = 0
    limit: int = 100


class GetFile(Object, frozen=True, kw_only=True):
    file_id: str


PARAMETERS: dict[str, type[Object]] = {
    "getme": Nothing,
    "getupdates": GetUpdates,
    "setwebhook": SetWebhook,
    "deletewebhook": DeleteWebhook,
    "getwebhookinfo": Nothing,
    "sendmessage": SendMessage,
    "editmessagetext": EditMessageText,
    "editmessagecaption": EditMessageCaption,
    "editmessagereplymarkup": Editing,
    "deletemessage": DeleteMessage,
    "deletemessages": DeleteMessages,
    "sendphoto": SendPhoto,
    "senddocument": SendDocument,
    "sendaudio": SendAudio,
    "sendvoice": SendVoice,
    "sendvideo": SendVideo,
    "sendmediagroup": SendMediaGroup,
    "sendlocation": SendLocation,
    "sendvenue": SendVenue,
    "sendcontact": SendContact,
    "sendchataction": SendChatAction,
    "answercallbackquery": AnswerCallbackQuery,
    "setmycommands": SetMyCommands,
    "getmycommands": GetMyCommands,
    "setchatmenubutton": SetChatMenuButton,
    "getfile": GetFile,
    "getuserprofilephotos": GetUserProfilePhotos,
    "leavechat": InChat,
    "getchat": InChat,
    "logout": Nothing,
    "close": Nothing,
}
"""By lower-case name: the names of methods are case-insensitive."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one method's parameters; built once, as the decoders are what costs."""

    type: type[Object]
    json: msgspec.json.Decoder[Object]
    plain: frozenset[str]
    """Fields that a form carries as they are; all others it carries as JSON."""

    def from_json(self, body: bytes) -> Object:
        try:
            return self.json.decode(body or b"{}")
        except msgspec.DecodeError as wrong:
            raise bad_request(f"can't parse parameters: {wrong}") from None

    def from_form(self, fields: Mapping[str, str]) -> Object:
        values: dict[str, Any] = {}
        for name, text in fields.items():
            if name in self.plain:
                values[name] = text
            elif name.endswith("chat_id"):
                values[name] = int(text) if text.lstrip("-").isdigit() else text
            else:
                try:
                    values[name] = msgspec.json.decode(text)
                except msgspec.DecodeError:
                    values[name] = text
        try:
            return msgspec.convert(values, self.type)
        except msgspec.ValidationError as wrong:
            raise bad_request(f"can't parse parameters: {wrong}") from None


def _reader(type: type[Object]) -> Reader:
    plain = {name for name, hint in get_type_hints(type).items() if hint in (str, str | None) or "Literal" in str(hint)}
    return Reader(type, msgspec.json.Decoder(type), frozenset(plain))


READERS: dict[str, Reader] = {method: _reader(type) for method, type in PARAMETERS.items()}
