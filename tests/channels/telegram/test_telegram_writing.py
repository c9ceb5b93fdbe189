"""Every part that leaves is one call as the Bot API documents it: aiogram's own method classes take it."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from aiogram import methods
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, TelegramObject
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram import codec
from channels.telegram.codec import CAPABILITIES, SHARE_PHONE, BotFace, Call, calls_of, ids_of, simpler
from channels.telegram.pressing import Pressed, pressed_of
from gateway.model.events import Attachment, Button, Endpoint, Place, Span
from gateway.model.events.base import SpanKind
from gateway.model.markup import read_markup, units
from gateway.ports import OutboundPart, Sent

FACE = BotFace(
    business="lantern", inbox="telegram-1", bot_id=12345, username="lantern_test_bot", locales=("en", "ru"),
    groups="addressed", key=b"TEST-key-of-the-buttons-32-bytes",
)  # fmt: skip
PART = OutboundPart(
    business="lantern", endpoint=Endpoint(inbox="telegram-1", identity="i1", channel="telegram"), address="700001",
    key="k1", seq=12, part=0, text="",
)  # fmt: skip
PHOTO = Attachment(id="f1", name="tea.jpg", type="image/jpeg", size=9000, kind="photo")
PDF = Attachment(id="f2", name="order.pdf", type="application/pdf", size=9000)
MOVIE = Attachment(id="f3", name="tea.mp4", type="video/mp4", size=9000, kind="video", seconds=12)
TUNE = Attachment(id="f4", name="kettle.mp3", type="audio/mpeg", size=9000, kind="audio", seconds=90)
YES, NO = Button(title="Yes", payload="/yes"), Button(title="No", payload="/no")
SITE = Button(title="Our site", payload="", url="https://tea.example/")


def part(**changes: Any) -> OutboundPart:
    return msgspec.structs.replace(PART, **changes)


def valid(call: Call) -> Call:
    """The call, if aiogram's class of the method knows all of its fields and takes them, files put in their places."""
    kind: type[TelegramMethod[Any]] = getattr(methods, call.method[0].upper() + call.method[1:])
    files = {upload.part: BufferedInputFile(b"-", upload.file.name) for upload in call.files}
    params = call.params | {name: file for name, file in files.items() if name in kind.model_fields}
    method = kind(**params)
    assert set(params) <= set(kind.model_fields), call
    assert unknown_fields(method) == []
    assert "parse_mode" not in call.params
    named = {one["media"].removeprefix("attach://") for one in call.params.get("media", ())}
    assert set(files) - set(kind.model_fields) == named
    return call


def unknown_fields(held: Any) -> list[str]:
    if isinstance(held, list | tuple):
        return [name for one in held for name in unknown_fields(one)]
    if not isinstance(held, TelegramObject | TelegramMethod):
        return []
    return [*(held.model_extra or ()), *(n for f in type(held).model_fields for n in unknown_fields(getattr(held, f)))]


def sent(**changes: Any) -> Call:
    return valid(calls_of(part(**changes), FACE))


def test_text_goes_with_entities_and_no_parse_mode() -> None:
    marked = read_markup("🍵 **bold** and [site](https://tea.example/)\n> quoted")
    call = sent(text=marked.text, spans=marked.spans)
    assert (call.method, call.params["text"]) == ("sendMessage", marked.text)
    assert call.params["entities"] == [
        {"type": "bold", "offset": 3, "length": 4},
        {"type": "text_link", "offset": 12, "length": 4, "url": "https://tea.example/"},
        {"type": "blockquote", "offset": 17, "length": 6},
    ]


def test_plain_text_has_no_entities() -> None:
    assert sent(text="Hello").params == {"chat_id": 700001, "text": "Hello"}


@pytest.mark.parametrize("kind", get_args(SpanKind))
def test_every_span_has_its_entity(kind: SpanKind) -> None:
    url = "https://tea.example/" if kind == "link" else ""
    assert len(sent(text="tea", spans=(Span(kind=kind, at=0, length=3, url=url),)).params["entities"]) == 1


def test_spans_outside_the_text_and_links_to_nowhere_are_left_out() -> None:
    spans = (
        Span(kind="bold", at=2, length=2), Span(kind="bold", at=-1, length=2), Span(kind="bold", at=0, length=0),
        Span(kind="link", at=0, length=1, url="javascript:x"),
    )  # fmt: skip
    assert "entities" not in sent(text="tea", spans=spans).params


def test_buttons_come_back_signed_and_links_lead() -> None:
    call = sent(text="More?", buttons=(YES, SITE, NO))
    rows = call.params["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [["Yes", "Our site"], ["No"]]
    pressed = [pressed_of(b["callback_data"], key=FACE.key, chat="700001") for b in (rows[0][0], rows[1][0])]
    assert pressed == [Pressed(12, 0), Pressed(12, 1)]
    assert rows[0][1]["url"] == "https://tea.example/"


def test_long_titles_have_rows_of_their_own() -> None:
    long = Button(title="A title of some length", payload="/long")
    rows = sent(text="?", buttons=(YES, long, NO, YES)).params["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [["Yes"], [long.title], ["No", "Yes"]]


def test_addresses_that_no_button_may_lead_to_have_no_button() -> None:
    mail = Button(title="Mail", payload="", url="mailto:tea@tea.example")
    assert "reply_markup" not in sent(text="?", buttons=(mail,)).params


def test_sharing_the_phone_is_asked_for_by_a_keyboard_of_its_own() -> None:
    share = Button(title="Share my number", payload=SHARE_PHONE)
    markup = sent(text="Your number?", buttons=(share, NO)).params["reply_markup"]
    assert markup["keyboard"] == [[{"text": "Share my number", "request_contact": True}], [{"text": "No"}]]


def test_nobody_is_asked_for_a_phone_in_a_group() -> None:
    share = Button(title="Share my number", payload=SHARE_PHONE)
    call = sent(text="Your number?", buttons=(share, NO), address="-1001700000001")
    ((no,),) = call.params["reply_markup"]["inline_keyboard"]
    assert pressed_of(no["callback_data"], key=FACE.key, chat="-1001700000001") == Pressed(12, 1)


@pytest.mark.parametrize(
    ("kind", "media", "size", "method"),
    [
        ("photo", "image/jpeg", 9000, "sendPhoto"),
        ("", "image/png", 10 * 1024 * 1024, "sendPhoto"),
        ("photo", "image/jpeg", 10 * 1024 * 1024 + 1, "sendDocument"),
        ("", "image/svg+xml", 9000, "sendDocument"),
        ("", "image/gif", 9000, "sendAnimation"),
        ("animation", "video/mp4", 9000, "sendAnimation"),
        ("voice", "audio/ogg", 9000, "sendVoice"),
        ("voice", "audio/ogg; codecs=opus", 9000, "sendVoice"),
        ("audio", "audio/ogg", 9000, "sendDocument"),
        ("voice", "audio/wav", 9000, "sendDocument"),
        ("audio", "audio/mpeg", 9000, "sendAudio"),
        ("", "video/mp4", 9000, "sendVideo"),
        ("video_note", "video/mp4", 9000, "sendVideoNote"),
        ("sticker", "image/webp", 9000, "sendSticker"),
        ("", "video/quicktime", 9000, "sendDocument"),
        ("", "application/pdf", 9000, "sendDocument"),
        ("", "", 0, "sendDocument"),
    ],
)
def test_file_goes_as_what_it_is(kind: Any, media: str, size: int, method: str) -> None:
    call = sent(files=(Attachment(id="f", name="x", type=media, size=size, kind=kind, seconds=5),), buttons=(YES,))
    assert call.method == method
    assert [upload.file.id for upload in call.files] == ["f"]


@pytest.mark.parametrize(("kind", "media"), [("video_note", "video/mp4"), ("sticker", "image/webp")])
def test_words_are_not_lost_with_a_file_that_has_no_caption(kind: Any, media: str) -> None:
    call = sent(files=(Attachment(id="f", type=media, kind=kind),), text="Look")
    assert call.params["caption"] == "Look"


def test_text_with_a_file_is_its_caption() -> None:
    call = sent(files=(PHOTO,), text="Tea", spans=(Span(kind="bold", at=0, length=3),), answers="31")
    assert call.params == {
        "chat_id": 700001, "caption": "Tea", "caption_entities": [{"type": "bold", "offset": 0, "length": 3}],
        "reply_parameters": {"message_id": 31, "allow_sending_without_reply": True},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        ((PHOTO, MOVIE), ["photo", "video"]),
        ((TUNE, TUNE), ["audio", "audio"]),
        ((PDF, PDF), ["document", "document"]),
        ((PHOTO, PDF), ["document", "document"]),
        ((PHOTO, TUNE), ["document", "document"]),
    ],
)
def test_album_is_of_kinds_that_go_together(files: tuple[Attachment, ...], kinds: list[str]) -> None:
    call = sent(files=files, text="All", spans=(Span(kind="bold", at=0, length=3),))
    assert call.method == "sendMediaGroup"
    assert [one["type"] for one in call.params["media"]] == kinds
    assert [one.get("caption") for one in call.params["media"]] == ["All", None]
    assert [upload.file for upload in call.files] == list(files)


def test_place_goes_as_a_location_and_with_a_name_as_a_venue() -> None:
    assert sent(place=Place(latitude=55.75, longitude=37.61)).method == "sendLocation"
    venue = sent(place=Place(latitude=55.75, longitude=37.61, title="Tea house"))
    assert (venue.method, venue.params["title"], venue.params["address"]) == ("sendVenue", "Tea house", "Tea house")


def test_edit_changes_the_text_or_the_caption() -> None:
    text = sent(action="edit", target=("41",), text="Two", spans=(Span(kind="bold", at=0, length=3),))
    assert (text.method, text.params["message_id"]) == ("editMessageText", 41)
    caption = sent(action="edit", target=("41", "42"), text="Two", files=(PHOTO, PHOTO))
    assert (caption.method, caption.params["message_id"], caption.files) == ("editMessageCaption", 41, ())


def test_delete_takes_all_of_it_back() -> None:
    assert sent(action="delete", target=("41",)).method == "deleteMessage"
    assert sent(action="delete", target=("41", "42")).params == {"chat_id": 700001, "message_ids": [41, 42]}


def test_ids_are_those_of_the_messages_made() -> None:
    assert ids_of(sent(text="Hi"), {"message_id": 41}) == Sent(ids=("41",))
    assert ids_of(sent(files=(PHOTO, MOVIE)), [{"message_id": 41}, {"message_id": 42}]) == Sent(ids=("41", "42"))
    assert ids_of(sent(action="edit", target=("41",), text="Two"), True) == Sent(ids=("41",))
    assert ids_of(sent(action="delete", target=("41", "42")), True) == Sent(ids=("41", "42"))
    assert ids_of(codec.answer("q"), True) == Sent()


def test_calls_beside_messages_are_documented_ones() -> None:
    for call in (
        codec.chat_action("700001"), codec.answer("q"), codec.answer("q", "Too late"),
        codec.remove_keyboard("700001", "41"), codec.get_me(), codec.delete_webhook(), codec.get_file("TEST-photo-l"),
        codec.set_webhook("https://tea.example/telegram/1", secret="TEST-secret"), codec.leave_chat("-1001700000001"),
        codec.get_updates(900001, timeout=25), codec.set_commands({"start": "Begin", "operator": "Ask a person"}),
        codec.set_commands({"operator": "Позвать человека"}, "ru"),
    ):  # fmt: skip
        valid(call)


def test_what_is_refused_is_left_out_and_the_words_stay() -> None:
    bold = (Span(kind="bold", at=0, length=2),)
    text = sent(text="Hi", spans=bold, buttons=(YES, SITE))
    bare = simpler(text, "spans")
    assert bare and "entities" not in valid(bare).params and bare.params["text"] == "Hi"
    unlinked = simpler(text, "links")
    assert unlinked and [len(row) for row in valid(unlinked).params["reply_markup"]["inline_keyboard"]] == [1]
    only_links = simpler(sent(text="Hi", buttons=(SITE,)), "links")
    assert only_links and "reply_markup" not in valid(only_links).params
    voice = simpler(sent(files=(Attachment(id="v", type="audio/ogg", kind="voice", seconds=3),), text="Hi"), "kind")
    assert voice and valid(voice).method == "sendDocument" and voice.params["caption"] == "Hi"
    album = simpler(sent(files=(PHOTO, MOVIE), text="Hi", spans=bold), "kind")
    assert album and {one["type"] for one in valid(album).params["media"]} == {"document"}
    album = simpler(sent(files=(PHOTO, MOVIE), text="Hi", spans=bold), "spans")
    assert album and valid(album).params["media"][0] == {"type": "photo", "media": "attach://file0", "caption": "Hi"}


@pytest.mark.parametrize("what", ["spans", "links", "kind"])
def test_what_is_plain_already_has_no_simpler_form(what: Any) -> None:
    assert simpler(sent(text="Hi", buttons=(YES,)), what) is None
    assert simpler(sent(files=(PDF,)), what) is None
    assert simpler(sent(files=(PDF, PDF)), what) is None


def test_capabilities_are_what_the_calls_can_do() -> None:
    assert (CAPABILITIES.text_limit, CAPABILITIES.caption_limit, CAPABILITIES.album) == (4096, 1024, 10)
    assert CAPABILITIES.file_limit == 50 * 1024 * 1024
    assert codec.LOCAL_CAPABILITIES.file_limit == 2000 * 1024 * 1024


WORDS = st.text(max_size=60)
SPANS = st.lists(
    st.builds(
        Span, kind=st.sampled_from(get_args(SpanKind)), at=st.integers(-2, 70), length=st.integers(-2, 70),
        url=st.sampled_from(["", "https://tea.example/", "ftp://x", "tel:+74950000001"]),
    ),
    max_size=4,
).map(tuple)  # fmt: skip
BUTTONS = st.lists(
    st.builds(Button, title=WORDS, payload=WORDS, url=st.sampled_from(["", "https://tea.example/", "tg://x", "x"])),
    max_size=5,
).map(tuple)
FILES = st.lists(st.sampled_from([PHOTO, PDF, MOVIE, TUNE]), max_size=10).map(tuple)


@given(WORDS, SPANS, BUTTONS, FILES, st.integers(1, 1 << 62))
def test_every_part_is_one_valid_call(text: str, spans: Any, buttons: Any, files: Any, seq: int) -> None:
    call = sent(text=text, spans=spans, buttons=buttons, files=files, seq=seq)
    for entity in (*call.params.get("entities", ()), *call.params.get("caption_entities", ())):
        assert entity["offset"] >= 0 and 0 < entity["length"] <= units(text) - entity["offset"]
    for row in call.params.get("reply_markup", {}).get("inline_keyboard", ()):
        assert 1 <= len(row) <= 2
        assert all(1 <= len(button.get("callback_data", "x").encode()) <= 64 for button in row)
