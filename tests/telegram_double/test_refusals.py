"""Each documented limit is kept, and what is not documented is refused."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import pytest
from aiogram.types import BufferedInputFile

from tests.support_edge.telegram.pictures import png
from tests.telegram_double.conftest import Line

SMILE = "🙂"
MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Go", **button}]]}


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"text": " \n"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": SMILE * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<p>x</p>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "1. x", "parse_mode": "MarkdownV2"}, "can't parse entities"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "can't parse entities"),
        ({"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1}]}, "can't parse entities"),
        ({"text": SMILE, "entities": [{"type": "bold", "offset": 1, "length": 1}]}, "can't parse entities"),
        ({"text": SMILE, "entities": [{"type": "bold", "offset": 0, "length": 1}]}, "can't parse entities"),
        ({"text": "x", "reply_markup": inline(callback_data="я" * 33)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": inline(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": inline(url="javascript:alert(1)")}, "inline keyboard button URL"),
        ({"text": "x", "reply_markup": inline()}, "can't parse inline keyboard button"),
        ({"text": "x", "reply_markup": inline(url="https://a.example", callback_data="a")}, "can't parse inline"),
        ({"text": "x", "reply_markup": {"resize_keyboard": True}}, "can't parse reply markup"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 4}, "message thread not found"),
        ({"text": "x", "disable_web_page_preview": True}, "can't parse parameters"),
        ({"text": 5}, "can't parse parameters"),
        ({"text": "x", "disable_notification": "true"}, "can't parse parameters"),
        ({"text": "x", "entities": [{"type": "shiny", "offset": 0, "length": 1}]}, "can't parse parameters"),
        ({}, "can't parse parameters"),
    ],
)
async def test_a_text_that_breaks_a_rule_is_refused(line: Line, params: dict[str, Any], why: str) -> None:
    assert (await line.refused("sendMessage", chat_id=line.anna.id, **params)).startswith(why)
    assert await line.talk.texts() == []


async def test_what_just_keeps_the_rules_is_taken(line: Line) -> None:
    for params in (
        {"text": SMILE * 2048}, {"text": "x" * 4096 + "\n"},
        {"text": "x", "reply_markup": inline(callback_data="я" * 32)},
        {"text": "x", "reply_markup": inline(url="tg://user?id=1")},
        {"text": "x", "reply_parameters": {"message_id": 999, "allow_sending_without_reply": True}},
        {"text": "<b>a</b> &lt;", "parse_mode": "HTML"}, {"text": "*a* 1\\.", "parse_mode": "MarkdownV2"},
    ):  # fmt: skip
        await line.done("sendMessage", chat_id=line.anna.id, **params)
    seen = (await line.talk.from_bot())[-2:]
    assert [(one.text, one.entities[0]["type"]) for one in seen] == [("a <", "bold"), ("a 1.", "bold")]


async def test_chats_that_are_not_there_are_not_found(line: Line) -> None:
    for chat in (1, -5, "@nobody_here"):
        assert await line.refused("sendMessage", chat_id=chat, text="Hi") == "chat not found"


async def test_edits_and_deletions_that_cannot_be_are_refused(line: Line) -> None:
    chat = line.anna.id
    id = (await line.done("sendMessage", chat_id=chat, text="Hi"))["message_id"]
    theirs = (await line.talk.say("Mine")).id
    assert await line.refused("editMessageText", chat_id=chat, message_id=id, text="Hi") == MODIFIED
    assert await line.refused("editMessageText", chat_id=chat, message_id=999, text="x") == "message to edit not found"
    assert await line.refused("editMessageText", chat_id=chat, message_id=theirs, text="x") == "message can't be edited"
    assert await line.refused("editMessageText", chat_id=chat, message_id=id, text="x" * 4097) == "MESSAGE_TOO_LONG"
    assert (await line.refused("editMessageCaption", chat_id=chat, message_id=id, caption="x")).startswith(
        "there is no"
    )
    assert await line.refused("deleteMessage", chat_id=chat, message_id=999) == "message to delete not found"
    await line.telegram.advance(48 * 3600 + 1)
    why = await line.refused("deleteMessage", chat_id=chat, message_id=id)
    assert why == "message can't be deleted for everyone"


async def test_a_press_grows_old_and_its_answer_is_short(line: Line) -> None:
    id = (await line.done("sendMessage", chat_id=line.anna.id, text="Hi", reply_markup=inline(callback_data="a")))[
        "message_id"
    ]
    query = await line.talk.press(await line.talk.message(id), "Go")
    assert await line.refused("answerCallbackQuery", callback_query_id=query, text="x" * 201) == "MESSAGE_TOO_LONG"
    await line.talk.expire(query)
    assert (await line.refused("answerCallbackQuery", callback_query_id=query)).startswith("query is too old")


async def test_uploads_are_held_to_size_and_shape(line: Line) -> None:
    chat = line.anna.id
    url = f"{line.telegram.url}/bot{line.user.token}/"

    async def upload(method: str, field: str, data: bytes) -> tuple[int, str]:
        form = aiohttp.FormData({"chat_id": str(chat)})
        form.add_field(field, io.BytesIO(data), filename="a.bin")
        async with line.http.post(url + method, data=form) as response:
            return response.status, (await response.json())["description"]

    assert await upload("sendPhoto", "photo", b"no picture") == (400, "Bad Request: IMAGE_PROCESS_FAILED")
    assert await upload("sendPhoto", "photo", png(6000, 4001)) == (400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    assert await upload("sendPhoto", "photo", png(210, 10)) == (400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    status, why = await upload("sendPhoto", "photo", bytes(10 * 1024 * 1024 + 1))
    assert status == 400 and "too big for a photo" in why
    assert await upload("sendDocument", "document", bytes(50 * 1024 * 1024 + 1)) == (413, "Request Entity Too Large")
    assert await upload("sendDocument", "document", b"") == (400, "Bad Request: file must be non-empty")
    why = await line.refused("sendDocument", chat_id=chat, document="no-such-file")
    assert why == "wrong file identifier/HTTP URL specified"


async def test_captions_and_albums_have_their_limits(line: Line) -> None:
    chat = line.anna.id
    photo = await line.bot.send_photo(chat, BufferedInputFile(png(), "a.png"))
    document = await line.bot.send_document(chat, BufferedInputFile(b"x", "a.txt"))
    assert photo.photo and document.document
    picture, paper = photo.photo[-1].file_id, document.document.file_id
    assert (
        await line.refused("sendPhoto", chat_id=chat, photo=picture, caption="x" * 1025)
        == "message caption is too long"
    )
    assert (await line.refused("sendPhoto", chat_id=chat, photo=paper)).startswith("can't use file of type Document")
    item = {"type": "photo", "media": picture}
    for items in ([item], [item] * 11):
        assert (await line.refused("sendMediaGroup", chat_id=chat, media=items)).startswith("group of messages must")
    mixed = [item, {"type": "document", "media": paper}]
    assert (await line.refused("sendMediaGroup", chat_id=chat, media=mixed)).startswith("document and audio can't")
    assert len(await line.done("sendMediaGroup", chat_id=chat, media=[item, item])) == 2


@pytest.mark.parametrize(
    ("rule", "chats", "most"), [("chat", 1, 5), ("bot", 31, 30)], ids=["one chat", "the whole bot"]
)
async def test_rates_are_kept_and_violations_recorded(line: Line, rule: str, chats: int, most: int) -> None:
    people = [await line.telegram.add_user(f"P{n}") for n in range(chats)]
    for person in people:
        await person.talk(line.user).start()
    await line.telegram.keep_rates()
    asked = [await line.ask("sendMessage", chat_id=people[n % chats].id, text="x") for n in range(most + 1)]
    statuses = [status for status, _ in asked]
    assert statuses == [200] * most + [429]
    wait = asked[-1][1]["parameters"]["retry_after"]
    assert [violation["rule"] for violation in await line.telegram.violations()] == [rule]
    await line.telegram.advance(wait)
    await line.done("sendMessage", chat_id=people[most % chats].id, text="x")


async def test_a_group_takes_twenty_a_minute_and_a_mere_watch_refuses_nothing(line: Line) -> None:
    group = await line.telegram.add_group("Neighbours")
    await group.add_bot(line.user, by=line.anna)
    await line.telegram.keep_rates(burst=100)
    statuses = [(await line.ask("sendMessage", chat_id=group.id, text="x"))[0] for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    await line.telegram.keep_rates(enforced=False, burst=100)
    await line.done("sendMessage", chat_id=group.id, text="x")
    assert [violation["rule"] for violation in await line.telegram.violations()] == ["group", "group"]
