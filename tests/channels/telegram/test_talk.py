"""What people do in Telegram and what comes of it: a real node, a strict Bot API server, aiogram's own client between."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from gateway.model.events import (
    BotMessage,
    ChatOpened,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DeliveryFailed,
    EndpointBack,
    EndpointLost,
    FileFailed,
    FileReady,
    HandoffRequested,
    MessageExtended,
    OperatorMessage,
    Rated,
    SystemNotice,
    Taken,
    Transcribed,
)
from speech.decoding import decode
from tests.support.parrot import parroting
from tests.support.voices import ogg, speech
from tests.support_edge.telegram.talk import OGG
from tests.support_edge.telegram_site import Lines, name_of
from tests.support_edge.waiting import until


async def test_start_greets_with_a_menu_and_a_way_to_a_person(lines: Lines) -> None:
    await lines.talk.start("spring")

    greeting = await lines.talk.wait_for_text("Hello! This is the bot.")
    assert greeting.labels == ["Plans", "A person, please"]
    assert (await lines.events(ChatOpened))[0].payload == "spring"


async def test_bot_answers_what_was_written(lines: Lines) -> None:
    await lines.talk.say("Where is my order?")

    await lines.talk.wait_for_text("You said: Where is my order?")
    assert [event.text for event in await lines.events(BotMessage)] == ["You said: Where is my order?"]


async def test_pressed_button_is_answered_at_once_and_its_keyboard_goes(lines: Lines) -> None:
    await lines.talk.start()
    greeting = await lines.talk.wait_for_text("Hello!")

    query = await lines.talk.press(greeting, "Plans")

    await lines.talk.answered(query)
    await lines.talk.wait_for_text("You said: /plans")
    await lines.talk.wait_until(lambda seen: not next(one for one in seen if one.id == greeting.id).labels)
    pressed = (await lines.events(CustomerMessage))[0]
    assert (pressed.text, pressed.choice) == ("Plans", "/plans")


async def test_button_of_a_forged_press_does_nothing(lines: Lines) -> None:
    await lines.talk.start()
    greeting = await lines.talk.wait_for_text("Hello!")

    query = await lines.talk.forge_press(greeting.id, "1.0.AAAAAAAAAAAAAAAAAAAAAA")

    assert "no longer works" in str((await lines.talk.answered(query))["text"])
    assert not [entry for entry in await lines.log() if isinstance(entry.event, CustomerMessage)]


async def test_operator_command_always_calls_a_person_who_answers_with_marks(lines: Lines) -> None:
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")
    await lines.events(Taken)
    await lines.verb("reply", id="r1", text="It is **ready**: [look](https://example.com/order)")

    seen = await lines.talk.wait_for_text("It is ready: look")
    assert [(one["type"], one.get("url")) for one in seen.entities] == [
        ("bold", None), ("text_link", "https://example.com/order"),
    ]  # fmt: skip


async def test_album_is_one_message(lines: Lines) -> None:
    await lines.talk.say("/operator")
    await lines.talk.album(3, "Both sides")

    await lines.events(MessageExtended, times=2)
    (said,) = [event for event in await lines.events(CustomerMessage) if event.files]
    assert said.text == "Both sides" and said.files[0].kind == "photo"
    assert len(await lines.events(FileReady, times=3)) == 3


async def test_voice_message_that_cannot_be_read_is_kept_and_said_to_be_unheard(lines: Lines) -> None:
    await lines.talk.voice(seconds=7)

    notice = await lines.talk.wait_for_text("couldn't make out")
    assert notice.labels == ["A person, please"]
    (said,) = await lines.events(CustomerMessage)
    assert (said.files[0].kind, said.files[0].seconds) == ("voice", 7)
    await lines.events(FileReady)
    (told,) = await lines.events(Transcribed)
    assert told.problem == "unreadable"
    assert not lines.site.engine.requests


async def test_voice_message_is_answered_by_what_is_said_in_it(lines: Lines) -> None:
    lines.site.node.calls.make_voices = parroting
    await lines.talk.voice(data=ogg(speech("Good afternoon")), seconds=2)

    await lines.talk.wait_for_text("You said: Polly wants a cracker.")
    (told,) = await lines.events(Transcribed)
    assert (told.text, told.problem) == ("Polly wants a cracker.", "")


async def test_voice_message_is_answered_by_one_where_the_inbox_wants_it(lines: Lines) -> None:
    lines.site.node.calls.make_voices = partial(parroting, aloud=True)
    await lines.set(voice_answers=True)
    await lines.talk.say("Do you speak?")
    await lines.talk.wait_for_text("You said: Do you speak?")
    await lines.talk.voice(data=ogg(speech("Good afternoon")), seconds=2)

    said = await lines.talk.wait_for(lambda one: one.kind == "voice" and one.text == "You said: Polly wants a cracker.")
    written, spoken = await lines.events(BotMessage, times=2)
    assert not written.files, "what is written is answered in writing"
    (file,) = spoken.files
    assert (file.kind, file.type) == ("voice", "audio/ogg") and file.seconds >= 1
    sound = np.frombuffer(await decode(await lines.talk.download(said)), dtype=np.int16)
    assert sound.size > 16_000 and np.abs(sound).max() > 1_000


async def test_voice_message_is_answered_in_writing_where_nothing_speaks(lines: Lines) -> None:
    lines.site.node.calls.make_voices = parroting
    await lines.set(voice_answers=True)
    await lines.talk.voice(data=ogg(speech("Good afternoon")), seconds=2)

    await lines.talk.wait_for_text("You said: Polly wants a cracker.")
    (answer,) = await lines.events(BotMessage)
    assert not answer.files


async def test_edit_is_an_edit_and_what_it_was_stays(lines: Lines) -> None:
    await lines.talk.say("/operator")
    said = await lines.talk.say("Room 12")

    await lines.talk.edit(said, "Room 13")

    (edited,) = await lines.events(CustomerEdited)
    assert edited.text == "Room 13"
    state = await lines.state()
    assert state.preview is not None and state.preview.text == "Room 13"


async def test_edit_of_what_waits_is_what_the_bot_answers(lines: Lines) -> None:
    lines.site.engine.hold()
    await lines.talk.say("first")
    await lines.events(CustomerMessage)
    said = await lines.talk.say("secnod")
    await lines.events(CustomerMessage, times=2)
    await lines.talk.edit(said, "second")
    await lines.events(CustomerEdited)
    lines.site.engine.release()

    await lines.talk.wait_for_text("You said: second")


async def test_replies_reactions_and_forwards_are_told(lines: Lines) -> None:
    await lines.talk.say("Hello")
    answer = await lines.talk.wait_for_text("You said: Hello")

    await lines.talk.reply(answer, "Why that?", quote="said")
    await lines.talk.react(answer, "👍")

    replied = (await lines.events(CustomerMessage, times=2))[1]
    (reacted,) = await lines.events(CustomerReacted)
    seq = await lines.seq_of((await lines.events(BotMessage))[0])
    assert (replied.reply_to, replied.quote) == (seq, "said")
    assert (reacted.seq, reacted.emoji) == (seq, ("👍",))


async def test_person_replies_changes_and_takes_back(lines: Lines) -> None:
    asked = await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")
    (said,) = await lines.events(CustomerMessage)
    await lines.verb("reply", id="r1", text="Good moning", reply_to=await lines.seq_of(said))
    seen = await lines.talk.wait_for_text("Good moning")
    assert seen.reply_to == asked.id
    seq = await lines.seq_of((await lines.events(OperatorMessage))[0])

    await lines.verb("edit_reply", id="e1", seq=seq, text="Good *morning*")
    await lines.talk.wait_until(lambda chat: any(one.id == seen.id and one.text == "Good morning" for one in chat))

    await lines.verb("delete_reply", id="d1", seq=seq)
    await lines.talk.wait_until(lambda chat: any(one.id == seen.id and one.deleted for one in chat))


async def test_blocked_bot_is_known_at_once_and_unblocked_again(lines: Lines) -> None:
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")

    await lines.ann.block(lines.bot)
    (lost,) = await lines.events(EndpointLost)
    assert (await lines.state()).unreachable == (lost.endpoint.identity,)
    await lines.verb("reply", id="r1", text="Are you there?")
    failed = (await lines.events(DeliveryFailed))[0]
    assert failed.reason == "unreachable"

    await lines.ann.unblock(lines.bot)
    await lines.events(EndpointBack)
    assert (await lines.state()).unreachable == ()


async def test_every_update_three_times_is_one_message_each(lines: Lines) -> None:
    await lines.bot.deliver_copies(3)
    for number in range(5):
        await lines.talk.say(f"message {number}")

    said = await lines.events(CustomerMessage, times=5)
    await lines.talk.wait_until(lambda chat: any("message 4" in one.text for one in chat if one.from_bot))
    assert [event.text for event in said] == [f"message {number}" for number in range(5)]
    assert len([e for e in await lines.log() if isinstance(e.event, CustomerMessage)]) == 5


async def test_long_answer_comes_in_parts_and_files_with_their_caption(lines: Lines) -> None:
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")
    long = "One sentence that is quite long. " * 200
    await lines.verb("reply", id="r1", text=long[:4000])
    _, uploaded = await lines.site.upload(b"the plan", name="plan.txt")
    await lines.verb("reply", id="r2", text="Here is the **plan**", files=[uploaded["id"]])

    paper = await lines.talk.wait_for_text("Here is the plan")
    assert paper.kind == "document" and await lines.talk.download(paper) == b"the plan"
    assert [one["type"] for one in paper.entities] == ["bold"]
    assert [e.notice for e in await lines.events(SystemNotice)] == ["queued_nobody"]


async def test_writing_is_shown_while_a_person_types_and_while_the_bot_thinks(lines: Lines) -> None:
    lines.site.engine.hold()
    await lines.talk.say("A hard question")
    await lines.telegram.wait_for_calls("sendChatAction")
    lines.site.engine.release()
    await lines.talk.wait_for_text("You said: A hard question")
    await lines.telegram.forget_calls()
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")
    console = await lines.site.console()
    name = await lines.conversation()
    await console.send({"type": "follow", "conversation": name})
    await console.send({"type": "typing", "conversation": name, "on": True})

    await lines.telegram.wait_for_calls("sendChatAction")
    assert "typing" in await lines.talk.actions()


async def test_file_that_telegram_wont_give_is_told_to_both_sides(lines: Lines) -> None:
    await lines.talk.document("film.zip", size=25 * 1024 * 1024)

    await lines.talk.wait_for_text("at most 20 MB")
    (failed,) = await lines.events(FileFailed)
    assert failed.reason == "too_large"


async def test_file_that_breaks_off_is_fetched_again(lines: Lines) -> None:
    await lines.telegram.fail("file", "midway")
    await lines.talk.document("list.pdf")

    (failed_once,) = await lines.events(CustomerMessage)
    assert failed_once.files[0].pending
    (ready,) = await lines.events(FileReady)
    assert ready.file.size > 0


async def test_voice_of_an_operator_arrives_as_voice(lines: Lines) -> None:
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")
    _, uploaded = await lines.site.upload(OGG, name="answer.ogg")

    await lines.verb("reply", id="r1", text="", files=[uploaded["id"]])

    spoken = await lines.talk.wait_for(lambda one: one.kind == "voice")
    assert await lines.talk.download(spoken) == OGG


async def test_group_hears_the_bot_only_when_it_is_addressed(lines: Lines) -> None:
    group = await lines.telegram.add_group("Neighbours")
    await group.add_bot(lines.bot, by=lines.ann)
    talk = lines.ann.talk(lines.bot, group)
    await talk.say("Just among us")
    mention = f"@{lines.bot.username}"
    await talk.say(f"{mention} when do you open?", entities=[{"type": "mention", "offset": 0, "length": len(mention)}])

    await talk.wait_for_text("You said: when do you open?")
    said = await lines.events(CustomerMessage, chat=group.id)
    assert [(one.text, one.author) for one in said] == [("when do you open?", "Ann")]
    assert await name_of(lines, said[0].endpoint.identity) == "Neighbours"


async def test_slow_down_of_one_chat_lets_the_others_flow(lines: Lines) -> None:
    ben = await lines.telegram.add_user("Ben")
    await lines.talk.start()
    await lines.talk.wait_for_text("Hello!")
    await lines.telegram.fail("sendMessage", code=429, retry_after=2, chat=lines.ann.id)
    await lines.talk.say("held back")
    await ben.talk(lines.bot).say("flows")

    await ben.talk(lines.bot).wait_for_text("You said: flows")
    assert "You said: held back" not in await lines.talk.texts()
    await lines.talk.wait_for_text("You said: held back")


async def test_no_trouble_of_a_download_tells_the_token(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("refuse", "midway"):
        await lines.telegram.fail("file", kind, code=502)
        await lines.talk.document(f"{kind}.pdf")

    def told() -> bool:
        said.append(capsys.readouterr().out)
        return "".join(said).count("media_failed") >= 2

    said: list[str] = []
    await until(told, what="both troubles")
    assert lines.bot.token not in "".join(said)


async def test_rating_is_asked_for_after_a_person_pressed_changed_and_commented(lines: Lines) -> None:
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")
    (taken,) = [entry for entry in await lines.log() if isinstance(entry.event, Taken)]
    await lines.verb("resolve", floor_seq=taken.seq)
    question = await lines.talk.wait_for_text("How did we do?")
    assert question.labels == ["1 · bad", "2", "3", "4", "5 · very good"]

    query = await lines.talk.press(question, "2")
    assert "noted" in str((await lines.talk.answered(query))["text"])
    thanks = await lines.talk.wait_for_text("reply to this message")
    await lines.talk.press(question, "5 · very good")
    await lines.events(Rated, times=2)
    await lines.talk.say("Quick and kind", reply_to=thanks.id)

    ratings = await lines.events(Rated, times=3)
    assert [(one.score, one.comment) for one in ratings] == [(2, ""), (5, ""), (5, "Quick and kind")]
    state = await lines.state()
    assert (state.status, state.rating) == ("resolved", 5)
    assert sum("reply to this message" in text for text in await lines.talk.texts()) == 1
