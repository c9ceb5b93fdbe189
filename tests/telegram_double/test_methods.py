"""Every method answers so that aiogram's own types take it, and people see what it did."""

from __future__ import annotations

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    MenuButtonCommands,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from tests.support_edge.telegram.pictures import png
from tests.telegram_double.conftest import Line, client

YES = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Yes", callback_data="yes")]])


def file(name: str = "a.bin", data: bytes = b"some bytes") -> BufferedInputFile:
    return BufferedInputFile(data, name)


async def test_a_text_with_entities_and_buttons_is_seen_as_sent(line: Line) -> None:
    bold = MessageEntity(type="bold", offset=3, length=4)
    sent = await line.bot.send_message(line.anna.id, "🥐 Warm buns", entities=[bold], reply_markup=YES)
    seen = await line.talk.wait_for_text("buns")
    assert (seen.id, seen.labels, seen.kind) == (sent.message_id, ["Yes"], "text")
    assert seen.entities == [{"type": "bold", "offset": 3, "length": 4}]


async def test_an_answer_shows_what_it_answers(line: Line) -> None:
    asked = await line.talk.say("Open today?")
    reply = ReplyParameters(message_id=asked.id, quote="today")
    sent = await line.bot.send_message(line.anna.id, "Yes", reply_parameters=reply)
    assert sent.reply_to_message is not None and sent.quote is not None
    assert (sent.reply_to_message.text, sent.quote.position) == ("Open today?", 5)


async def test_topic_of_a_forum_is_named_or_found_by_what_is_answered(line: Line) -> None:
    group = await line.telegram.add_group("Neighbours", kind="supergroup")
    await group.add_bot(line.user, by=line.anna)
    topic = await group.add_topic(line.user, "Buns", by=line.anna)
    asked = await line.anna.talk(line.user, group, topic=topic).say("Open today?")
    reply = ReplyParameters(message_id=asked.id, allow_sending_without_reply=True)

    named = await line.bot.send_message(group.id, "Yes", message_thread_id=topic)
    found = await line.bot.send_message(group.id, "Yes", reply_parameters=reply)
    await line.anna.talk(line.user, group).delete(asked)
    lost = await line.bot.send_message(group.id, "Yes", reply_parameters=reply)

    assert (named.message_thread_id, named.is_topic_message) == (topic, True)
    assert (found.message_thread_id, found.is_topic_message) == (topic, True)
    assert (lost.message_thread_id, lost.is_topic_message) == (None, None)
    for unknown in (1, asked.id):
        said = await line.refused("sendMessage", chat_id=group.id, text="Yes", message_thread_id=unknown)
        assert said == "message thread not found"


async def test_every_kind_of_medium_is_uploaded_and_can_be_sent_again(line: Line) -> None:
    bot, chat = line.bot, line.anna.id
    photo = await bot.send_photo(chat, file("a.png", png(1600, 900)), caption="Buns")
    document = await bot.send_document(chat, file("price.pdf"))
    audio = await bot.send_audio(chat, file("song.mp3"), duration=7, title="Song")
    voice = await bot.send_voice(chat, file("v.ogg"), duration=2)
    video = await bot.send_video(chat, file("v.mp4"), width=64, height=48)
    assert photo.photo and photo.photo[-1].width == 1280 and photo.caption == "Buns"
    assert document.document and document.document.file_name == "price.pdf"
    assert audio.audio and (audio.audio.duration, audio.audio.title) == (7, "Song")
    assert voice.voice and voice.voice.duration == 2
    assert video.video and video.video.width == 64
    again = await bot.send_document(chat, document.document.file_id)
    assert again.document == document.document
    assert await line.talk.download((await line.talk.from_bot())[1]) == b"some bytes"


async def test_an_album_is_several_messages_of_one_group(line: Line) -> None:
    items = [InputMediaPhoto(media=file("a.png", png()), caption="Two"), InputMediaPhoto(media=file("b.png", png()))]
    sent = await line.bot.send_media_group(line.anna.id, items)  # type: ignore[arg-type]
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.caption for message in sent] == ["Two", None]


async def test_places_and_contacts_are_sent(line: Line) -> None:
    bot, chat = line.bot, line.anna.id
    await bot.send_location(chat, 55.75, 37.62)
    await bot.send_venue(chat, 55.75, 37.62, "Lantern Bakery", "1 Test Street")
    await bot.send_contact(chat, "+74950000101", "Olga")
    assert [message.kind for message in await line.talk.from_bot()] == ["location", "venue", "contact"]


async def test_text_caption_and_buttons_are_edited(line: Line) -> None:
    bot, chat = line.bot, line.anna.id
    text = await bot.send_message(chat, "One", reply_markup=YES)
    edited = await bot.edit_message_text("Two", chat_id=chat, message_id=text.message_id)
    assert isinstance(edited, Message) and edited.text == "Two" and edited.edit_date and edited.reply_markup is None
    back = await bot.edit_message_reply_markup(chat_id=chat, message_id=text.message_id, reply_markup=YES)
    assert isinstance(back, Message) and back.reply_markup
    assert back.reply_markup.model_dump() == YES.model_dump()
    photo = await bot.send_photo(chat, file("a.png", png()), caption="Old")
    await bot.edit_message_caption(chat_id=chat, message_id=photo.message_id, caption="New")
    assert await line.talk.texts() == ["Two", "New"]
    assert [message.edits for message in await line.talk.from_bot()] == [2, 1]


async def test_messages_are_deleted(line: Line) -> None:
    ids = [(await line.bot.send_message(line.anna.id, text)).message_id for text in "abc"]
    assert await line.bot.delete_message(line.anna.id, ids[0])
    assert await line.bot.delete_messages(line.anna.id, [ids[1], 999])
    assert await line.talk.texts() == ["c"]


async def test_a_press_spins_until_it_is_answered(line: Line) -> None:
    await line.bot.send_message(line.anna.id, "Order?", reply_markup=YES)
    query = await line.talk.press(await line.talk.wait_for_text("Order?"), "Yes")
    (update,) = await line.bot.get_updates()
    assert update.callback_query and update.callback_query.data == "yes"
    assert isinstance(update.callback_query.message, Message)
    await line.bot.answer_callback_query(update.callback_query.id, text="Noted", show_alert=True)
    assert await line.talk.answered(query) == {"text": "Noted", "show_alert": True}
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await line.bot.answer_callback_query(update.callback_query.id)


async def test_a_key_of_the_reply_keyboard_sends_its_text(line: Line) -> None:
    keys = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="A person")]], resize_keyboard=True)
    await line.bot.send_message(line.anna.id, "How can I help?", reply_markup=keys)
    await line.talk.press_key("A person")
    (update,) = await line.bot.get_updates()
    assert update.message and update.message.text == "A person"
    with pytest.raises(LookupError):
        await line.talk.press_key("No such key")


async def test_typing_commands_menu_and_chat_are_known(line: Line) -> None:
    bot, chat = line.bot, line.anna.id
    await bot.send_chat_action(chat, "typing")
    assert await line.talk.actions() == ["typing"]
    commands = [BotCommand(command="person", description="Talk to a person")]
    await bot.set_my_commands(commands, language_code="en")
    assert [one.command for one in await bot.get_my_commands(language_code="en")] == ["person"]
    assert await bot.get_my_commands() == []
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat(chat)).first_name == "Anna"
    me = await bot.get_me()
    assert (me.id, me.username) == (line.user.id, line.user.username)


async def test_a_file_is_fetched_up_to_20_megabytes(line: Line) -> None:
    await line.talk.voice(data=b"OggS sound")
    await line.talk.document(size=20 * 1024 * 1024 + 1)
    small, big = await line.bot.get_updates()
    assert small.message and small.message.voice and big.message and big.message.document
    path = (await line.bot.get_file(small.message.voice.file_id)).file_path
    assert path
    got = await line.bot.download_file(path)
    assert got is not None and got.read() == b"OggS sound"
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await line.bot.get_file(big.message.document.file_id)


async def test_a_wrong_token_is_unauthorized_and_a_malformed_one_not_found(line: Line) -> None:
    async with client(line.telegram.url, "12345:TEST-unknown") as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()
    for path in ("/botno-token/getMe", f"/bot{line.user.token}/sendDice", "/elsewhere"):
        async with line.http.get(line.telegram.url + path) as response:
            assert response.status == 404
            assert (await response.json())["ok"] is False
    with pytest.raises(TelegramNotFound):
        await line.bot.get_star_transactions()


@pytest.mark.parametrize("name", ["SENDMESSAGE", "sendmessage", "sendMessage"])
async def test_names_of_methods_know_no_case(line: Line, name: str) -> None:
    assert (await line.done(name, chat_id=line.anna.id, text="Hi"))["text"] == "Hi"


async def test_parameters_come_by_query_form_and_json(line: Line) -> None:
    url = f"{line.telegram.url}/bot{line.user.token}/sendMessage"
    fields = {"chat_id": str(line.anna.id), "text": "12", "disable_notification": "true"}
    async with line.http.get(url, params=fields) as by_query, line.http.post(url, data=fields) as by_form:
        assert (by_query.status, by_form.status) == (200, 200)
    await line.done("sendMessage", chat_id=line.anna.id, text="12")
    assert await line.talk.texts() == ["12", "12", "12"]
    assert [call.params["text"] for call in await line.telegram.calls("sendMessage")] == ["12", "12", "12"]
