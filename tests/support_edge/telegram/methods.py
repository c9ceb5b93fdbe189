"""All other methods of the bot, and the table of them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tests.support_edge.telegram import params as p
from tests.support_edge.telegram import sending, text
from tests.support_edge.telegram.errors import bad_request, conflict
from tests.support_edge.telegram.sending import Request
from tests.support_edge.telegram.world import DOWNLOAD, EDITABLE, Body, Chat, Message, Webhook

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
MEDIA = ("photo", "video", "audio", "document", "voice", "animation")


def get_me(request: Request, _given: p.Nothing) -> Body:
    return {
        **request.bot.body, "can_join_groups": True, "can_read_all_group_messages": True,
        "supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False,
    }  # fmt: skip


async def get_updates(request: Request, given: p.GetUpdates) -> msgspec.Raw:
    bot = request.bot
    if bot.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    if not 1 <= given.limit <= 100:
        raise bad_request("limit must be in 1-100")
    if given.timeout < 0:
        raise bad_request("timeout must be positive")
    bot.updates.allow(given.allowed_updates)
    return msgspec.Raw(await bot.updates.fetch(given.offset, given.limit, given.timeout))


def set_webhook(request: Request, given: p.SetWebhook) -> bool:
    """A local server takes any HTTP address; the public one only HTTPS on ports 443, 80, 88 and 8443. On loopback, where
    a double lives, any port is right."""
    bot = request.bot
    if given.secret_token is not None and not _SECRET.fullmatch(given.secret_token):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= given.max_connections <= 100:
        raise bad_request("max_connections must be in 1-100")
    if (
        given.url
        and not given.url.startswith(("https://", "http://127.0.0.1", "http://localhost"))
        and not request.local
    ):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    bot.updates.allow(given.allowed_updates)
    if given.drop_pending_updates:
        bot.updates.pending.clear()
    bot.webhook = Webhook(
        given.url, given.secret_token or "", given.max_connections, given.ip_address or "", bool(given.certificate)
    )
    if given.url:
        bot.updates.end_poll("setWebhook")
    bot.updates.poke()
    return True


def delete_webhook(request: Request, given: p.DeleteWebhook) -> bool:
    if given.drop_pending_updates:
        request.bot.updates.pending.clear()
    request.bot.webhook = Webhook()
    return True


def get_webhook_info(request: Request, _given: p.Nothing) -> Body:
    hook, updates = request.bot.webhook, request.bot.updates
    info: Body = {
        "url": hook.url, "has_custom_certificate": hook.has_custom_certificate,
        "pending_update_count": len(updates.pending),
    }  # fmt: skip
    if hook.url:
        info |= {"max_connections": hook.max_connections, "ip_address": hook.ip_address or "127.0.0.1"}
    if hook.last_error_date:
        info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
    if updates.allowed != updates.default:
        info["allowed_updates"] = sorted(updates.allowed)
    return info


def _editable(request: Request, given: p.Editing) -> Message:
    if given.inline_message_id is not None:
        raise bad_request("MESSAGE_ID_INVALID")
    if given.chat_id is None or given.message_id is None:
        raise bad_request("message identifier is not specified")
    chat = request.world.chat_for(request.bot, given.chat_id)
    message = chat.messages.get(given.message_id)
    if message is None or message.deleted:
        raise bad_request("message to edit not found")
    if message.by != request.bot.id or message.markup is not None:
        raise bad_request("message can't be edited")
    return message


def _change(request: Request, message: Message, gone: tuple[str, ...], content: Body, markup: p.Markup | None) -> Body:
    """Replaces the fields ``gone`` by ``content`` and the keyboard by the one given: none given takes it away."""
    keyboard = text.markup(markup, inline_only=True)
    if keyboard is not None and keyboard["inline_keyboard"]:
        content["reply_markup"] = keyboard
    old = {key: value for key, value in message.body.items() if key in (*gone, "reply_markup")}
    if old == content:
        raise bad_request(_UNCHANGED)
    message.versions.append(message.body)
    rest = {key: value for key, value in message.body.items() if key not in (*gone, "reply_markup")}
    message.body = {**rest, "edit_date": request.world.now(), **content}
    request.world.changed()
    return message.body


def edit_message_text(request: Request, given: p.EditMessageText) -> Body:
    message = _editable(request, given)
    if given.rich_message is not None or given.text is None:
        raise bad_request("the double knows no rich messages" if given.rich_message else "message text is empty")
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    said, entities = text.judge(
        given.text, given.parse_mode, given.entities, limit=text.TEXT, too_long="MESSAGE_TOO_LONG"
    )
    if not said:
        raise bad_request("message text is empty")
    content: Body = {"text": said}
    if entities:
        content["entities"] = entities
    if given.link_preview_options is not None:
        content["link_preview_options"] = msgspec.to_builtins(given.link_preview_options)
    return _change(request, message, ("text", "entities", "link_preview_options"), content, given.reply_markup)


def edit_message_caption(request: Request, given: p.EditMessageCaption) -> Body:
    message = _editable(request, given)
    if not any(kind in message.body for kind in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    content = sending.caption(given.caption, given.parse_mode, given.caption_entities)
    return _change(request, message, ("caption", "caption_entities"), content, given.reply_markup)


def edit_message_reply_markup(request: Request, given: p.Editing) -> Body:
    return _change(request, _editable(request, given), (), {}, given.reply_markup)


def _delete(request: Request, message: Message) -> None:
    """48 hours; the bot's own and, in private chats, the person's; where it may delete, everybody's."""
    chat = message.chat
    mine = message.by == request.bot.id or chat.kind == "private"
    if request.world.clock() - message.at > EDITABLE or not (mine or chat.bots.get(request.bot.id) == "administrator"):
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    request.world.changed()


def delete_message(request: Request, given: p.DeleteMessage) -> bool:
    message = request.world.chat_for(request.bot, given.chat_id).messages.get(given.message_id)
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    _delete(request, message)
    return True


def delete_messages(request: Request, given: p.DeleteMessages) -> bool:
    """Those not found are skipped."""
    chat = request.world.chat_for(request.bot, given.chat_id)
    if not 1 <= len(given.message_ids) <= 100:
        raise bad_request("there must be 1-100 message identifiers")
    for id in given.message_ids:
        message = chat.messages.get(id)
        if message is not None and not message.deleted:
            _delete(request, message)
    return True


def send_chat_action(request: Request, given: p.SendChatAction) -> bool:
    chat = request.world.chat_for(request.bot, given.chat_id)
    request.world.in_topic(chat, given.message_thread_id or 0)
    chat.actions.append(given.action)
    request.world.changed()
    return True


def answer_callback_query(request: Request, given: p.AnswerCallbackQuery) -> bool:
    if text.units(given.text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query = request.world.queries.get(given.callback_query_id)
    late = query is not None and request.world.clock() - query.at > request.world.query_lifetime
    if query is None or query.bot != request.bot.id or query.expired or query.answer is not None or late:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if given.url is not None:
        raise bad_request("URL_INVALID")
    query.answer = {"text": given.text, "show_alert": given.show_alert}
    request.world.changed()
    return True


def _scope(scope: p.Scope | None, language: str) -> str:
    return f"{msgspec.json.encode(scope or p.Scope(type='default')).decode()}/{language}"


def set_my_commands(request: Request, given: p.SetMyCommands) -> bool:
    if len(given.commands) > 100:
        raise bad_request("too many commands")
    for command in given.commands:
        if not _COMMAND.fullmatch(command.command):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= text.units(command.description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    request.bot.commands[_scope(given.scope, given.language_code)] = msgspec.to_builtins(given.commands)
    request.world.changed()
    return True


def get_my_commands(request: Request, given: p.GetMyCommands) -> list[Body]:
    return request.bot.commands.get(_scope(given.scope, given.language_code), [])


def set_chat_menu_button(request: Request, given: p.SetChatMenuButton) -> bool:
    button = given.menu_button or p.MenuButton(type="default")
    if (button.type == "web_app") != (button.web_app is not None and button.text is not None):
        raise bad_request("can't parse menu button: text and web_app belong to type web_app")
    request.bot.menu[given.chat_id or 0] = msgspec.to_builtins(button)
    return True


def get_file(request: Request, given: p.GetFile) -> Body:
    file = sending.file_of(request.world, given.file_id)
    if file.size > DOWNLOAD and not request.local:
        raise bad_request("file is too big")
    folder = request.world.folder
    path = str(folder / file.path) if request.local and folder is not None else file.path
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size, "file_path": path}


def leave_chat(request: Request, given: p.InChat) -> bool:
    chat: Chat = request.world.chat_for(request.bot, given.chat_id)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.bots[request.bot.id] = "left"
    request.world.changed()
    return True


def get_chat(request: Request, given: p.InChat) -> Body:
    chat = request.world.find(request.bot, given.chat_id)
    if chat is None:
        raise bad_request("chat not found")
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **chat.body, "accent_color_id": 0, "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, chat.kind == "private"),
    }  # fmt: skip


def get_user_profile_photos(request: Request, given: p.GetUserProfilePhotos) -> Body:
    """Of bots alone; people here have none."""
    if not 1 <= given.limit <= 100:
        raise bad_request("limit must be in 1-100")
    known = request.world.bots_by_id.get(given.user_id)
    if known is None and given.user_id not in request.world.users:
        raise bad_request("user not found")
    photos = [known.picture] if known is not None and known.picture else []
    return {"total_count": len(photos), "photos": photos[given.offset : given.offset + given.limit]}


def log_out(_request: Request, _given: p.Nothing) -> bool:
    return True


METHODS: dict[str, Callable[[Request, Any], Any | Awaitable[Any]]] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": sending.send_message,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendaudio": sending.send_audio,
    "sendvoice": sending.send_voice,
    "sendvideo": sending.send_video,
    "sendmediagroup": sending.send_media_group,
    "sendlocation": sending.send_location,
    "sendvenue": sending.send_venue,
    "sendcontact": sending.send_contact,
    "sendchataction": send_chat_action,
    "answercallbackquery": answer_callback_query,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "setchatmenubutton": set_chat_menu_button,
    "getfile": get_file,
    "getuserprofilephotos": get_user_profile_photos,
    "leavechat": leave_chat,
    "getchat": get_chat,
    "logout": log_out,
    "close": log_out,
}
