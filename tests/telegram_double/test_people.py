"""Every act of a person is an update that aiogram's own types take."""

from __future__ import annotations

import pytest
from aiogram.enums import ContentType
from aiogram.types import Message, Update

from tests.support_edge.telegram import Messenger, origins
from tests.telegram_double.conftest import Line


async def taken(line: Line) -> list[Update]:
    updates = await line.bot.get_updates(allowed_updates=["message", "edited_message", "message_reaction"])
    assert [update.update_id for update in updates] == sorted({update.update_id for update in updates})
    return updates


async def test_all_kinds_of_messages_are_told(line: Line) -> None:
    talk = line.talk
    await talk.say("Hello")
    await talk.photo("Look")
    await talk.document()
    await talk.audio()
    await talk.voice()
    await talk.video()
    await talk.video_note()
    await talk.animation()
    await talk.sticker()
    await talk.location()
    await talk.live_location()
    await talk.venue()
    await talk.own_contact("+74950000102")
    await talk.dice()
    await talk.poll()
    await talk.story()
    await talk.game()
    await talk.send({"a_kind_of_next_year": {"x": 1}})
    await talk.send({"pinned_message": (await talk.say("Pin me")).body})
    kinds = [update.message.content_type for update in await taken(line) if update.message]
    assert kinds == [
        ContentType.TEXT, ContentType.PHOTO, ContentType.DOCUMENT, ContentType.AUDIO, ContentType.VOICE,
        ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.ANIMATION, ContentType.STICKER, ContentType.LOCATION,
        ContentType.LOCATION, ContentType.VENUE, ContentType.CONTACT, ContentType.DICE, ContentType.POLL,
        ContentType.STORY, ContentType.GAME, ContentType.UNKNOWN, ContentType.TEXT, ContentType.PINNED_MESSAGE,
    ]  # fmt: skip


async def test_an_album_is_several_updates_of_one_group(line: Line) -> None:
    await line.talk.album(3, "Three")
    messages = [update.message for update in await taken(line) if update.message]
    assert len({message.media_group_id for message in messages}) == 1 and messages[0].media_group_id
    assert [message.caption for message in messages] == ["Three", None, None]


async def test_replies_quotes_and_forwards_are_told(line: Line) -> None:
    channel = await line.telegram.add_group("News of tests", kind="channel")
    first = await line.talk.say("One bun, please")
    await line.talk.reply(first, "Make it two", quote="bun")
    await line.talk.say("And this?", **origins.external_reply(channel, "a quote"))
    for origin in (
        origins.from_user(line.anna), origins.from_hidden_user("Boris"), origins.from_chat(channel),
        origins.from_channel(channel),
    ):  # fmt: skip
        await line.talk.say("forwarded", **origin)
    messages = [update.message for update in await taken(line) if update.message]
    assert messages[1].reply_to_message and messages[1].reply_to_message.text == "One bun, please"
    assert messages[1].quote and messages[1].quote.position == 4
    assert messages[2].external_reply and messages[2].external_reply.origin.type == "channel"
    found = [message.forward_origin.type for message in messages[3:] if message.forward_origin]
    assert found == ["user", "hidden_user", "chat", "channel"]


async def test_edits_and_movements_are_told(line: Line) -> None:
    await line.talk.edit(await line.talk.say("Two bns"), "Two buns")
    await line.talk.move(await line.talk.live_location(), 55.8, 37.7)
    edits = [update.edited_message for update in await taken(line) if update.edited_message]
    assert edits[0].text == "Two buns" and edits[0].edit_date
    assert edits[1].location and edits[1].location.latitude == 55.8


async def test_a_reaction_is_told_only_to_who_asked_for_it(line: Line) -> None:
    said = await line.talk.say("Thank you")
    await line.talk.react(said, "👍")
    assert [update.event_type for update in await taken(line)] == ["message"]
    await line.talk.react(said, "👍")
    assert [update.event_type for update in await taken(line)] == ["message", "message_reaction"]


async def test_blocking_is_told_and_writing_again_unblocks(line: Line) -> None:
    await line.anna.block(line.user)
    status, answer = await line.ask("sendMessage", chat_id=line.anna.id, text="Hi")
    assert (status, answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    await line.talk.start()
    updates = await line.bot.get_updates()
    assert [update.event_type for update in updates] == ["my_chat_member", "my_chat_member", "message"]
    assert updates[0].my_chat_member and updates[0].my_chat_member.new_chat_member.status == "kicked"
    await line.done("sendMessage", chat_id=line.anna.id, text="Hi")


async def test_a_group_adds_the_bot_becomes_a_supergroup_and_throws_it_out(line: Line) -> None:
    group = await line.telegram.add_group("Neighbours")
    assert await line.refused("sendMessage", chat_id=group.id, text="Hi") == "chat not found"
    await group.add_bot(line.user, by=line.anna)
    await line.anna.talk(line.user, group).say("Good morning")
    await line.done("sendMessage", chat_id=group.id, text="Hi")
    new = await group.migrate(line.user, by=line.anna)
    status, answer = await line.ask("sendMessage", chat_id=group.id, text="Hi")
    assert (status, answer["parameters"]) == (400, {"migrate_to_chat_id": new.id})
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    await new.kick_bot(line.user, by=line.anna)
    status, answer = await line.ask("sendMessage", chat_id=new.id, text="Hi")
    assert (status, answer["description"]) == (403, "Forbidden: bot was kicked from the supergroup chat")
    kinds = [update.message.content_type if update.message else update.event_type for update in await taken(line)]
    assert kinds == [
        "my_chat_member", "new_chat_members", "text", "migrate_to_chat_id", "migrate_from_chat_id", "my_chat_member",
    ]  # fmt: skip


async def test_a_channel_posts_and_takes_the_posts_of_its_administrators(line: Line) -> None:
    channel = await line.telegram.add_group("News of tests", kind="channel", username="news_example")
    await channel.add_bot(line.user, by=line.anna, status="administrator")
    await line.anna.talk(line.user, channel).say("Fresh buns")
    updates = await line.bot.get_updates()
    assert [update.event_type for update in updates] == ["my_chat_member", "channel_post"]
    posted = await line.bot.send_message("@news_example", "And bread")
    assert posted.sender_chat and posted.sender_chat.id == channel.id and posted.from_user is None


async def test_nobody_is_written_to_who_has_not_begun(line: Line, telegram: Messenger) -> None:
    boris = await telegram.add_user("Boris")
    boris.talk(line.user)
    assert await line.refused("sendMessage", chat_id=boris.id, text="Hi") == "chat not found"
    await line.anna.deactivate()
    status, answer = await line.ask("sendMessage", chat_id=line.anna.id, text="Hi")
    assert (status, answer["description"]) == (403, "Forbidden: user is deactivated")


async def test_a_press_on_a_button_that_is_gone_tells_an_inaccessible_message(line: Line) -> None:
    sent = await line.done("sendMessage", chat_id=line.anna.id, text="Hi")
    with pytest.raises(LookupError):
        await line.talk.press(await line.talk.message(sent["message_id"]), "No such button")
    await line.bot.delete_message(line.anna.id, sent["message_id"])
    await line.talk.forge_press(sent["message_id"], "forged")
    (update,) = await line.bot.get_updates()
    assert update.callback_query and update.callback_query.data == "forged"
    assert update.callback_query.message and not isinstance(update.callback_query.message, Message)
