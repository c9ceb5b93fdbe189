"""A bot among people: whom it answers, where, and what becomes of the group."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from gateway.model.events import BotMessage, ChatOpened, CustomerMessage, HandoffRequested
from tests.support_edge.telegram import Group, Person, Seen, Talk
from tests.support_edge.telegram_site import Lines, conversation_of
from tests.support_edge.waiting import until_async


@pytest.fixture
async def group(lines: Lines) -> Group:
    made = await lines.telegram.add_group("Neighbours")
    await made.add_bot(lines.bot, by=lines.ann)
    return made


@pytest.fixture
async def ben(lines: Lines) -> Person:
    return await lines.telegram.add_user("Ben")


async def ask(lines: Lines, talk: Talk, text: str) -> Seen:
    """Says it to the bot."""
    mention = f"@{lines.bot.username}"
    return await talk.say(f"{mention} {text}", entities=[{"type": "mention", "offset": 0, "length": len(mention)}])


async def verb(lines: Lines, group: Group, name: str, **body: Any) -> None:
    """Something that Olga does in the group's conversation."""
    conversation = await conversation_of(lines.site.node, lines.site.ours.business, lines.inbox, group.id)
    if name == "reply":
        body.setdefault("floor_seq", (await lines.state(group.id)).floor_seq)
    status, answer = await lines.site.verb(conversation, name, **body)
    assert status == 200, answer


async def is_known(lines: Lines, group: Group) -> bool:
    return await lines.conversation(group.id) != ""


async def test_bots_answer_replies_to_whoever_asked(lines: Lines, group: Group, ben: Person) -> None:
    anns, bens = lines.ann.talk(lines.bot, group), ben.talk(lines.bot, group)
    asked = await ask(lines, anns, "when do you open?")
    opening = await anns.wait_for_text("You said: when do you open?")
    asked_too = await ask(lines, bens, "and when do you close?")
    closing = await bens.wait_for_text("You said: and when do you close?")

    assert (opening.reply_to, closing.reply_to) == (asked.id, asked_too.id)


async def test_turn_that_covers_a_burst_replies_to_its_last_input(lines: Lines, group: Group, ben: Person) -> None:
    anns, bens = lines.ann.talk(lines.bot, group), ben.talk(lines.bot, group)
    lines.site.engine.hold()
    await ask(lines, anns, "first")
    await lines.events(CustomerMessage, chat=group.id)
    await ask(lines, anns, "second")
    last = await ask(lines, bens, "third")
    await lines.events(CustomerMessage, times=3, chat=group.id)
    lines.site.engine.release()

    answer = await bens.wait_for_text("third")
    assert answer.reply_to == last.id


async def test_greeting_and_notices_reply_to_the_command(lines: Lines, group: Group) -> None:
    talk = lines.ann.talk(lines.bot, group)
    started = await talk.start()
    greeting = await talk.wait_for_text("Hello!")
    called = await talk.say("/operator")
    await lines.events(HandoffRequested, chat=group.id)
    notice = await talk.wait_for_text("Nobody of our people")

    assert (greeting.reply_to, notice.reply_to) == (started.id, called.id)
    assert (await lines.events(ChatOpened, chat=group.id))[0].author == "Ann"


async def test_persons_reply_goes_to_who_spoke_last_or_to_whom_they_chose(
    lines: Lines, group: Group, ben: Person
) -> None:
    anns, bens = lines.ann.talk(lines.bot, group), ben.talk(lines.bot, group)
    called = await anns.say("/operator")
    await lines.events(HandoffRequested, chat=group.id)
    await verb(lines, group, "take")
    spoke = await ask(lines, bens, "me too")
    await lines.events(CustomerMessage, times=2, chat=group.id)
    first = next(one.seq for one in await lines.log(group.id) if isinstance(one.event, CustomerMessage))

    await verb(lines, group, "reply", id="r1", text="To the last")
    await verb(lines, group, "reply", id="r2", text="To the chosen", reply_to=first)

    assert (await bens.wait_for_text("To the last")).reply_to == spoke.id
    assert (await anns.wait_for_text("To the chosen")).reply_to == called.id


async def test_only_the_first_piece_of_a_long_reply_is_a_reply(lines: Lines, group: Group) -> None:
    talk = lines.ann.talk(lines.bot, group)
    called = await talk.say("/operator")
    await lines.events(HandoffRequested, chat=group.id)
    await verb(lines, group, "take")

    _, one = await lines.site.upload(b"the plan", name="plan.txt")
    await verb(lines, group, "reply", id="r1", text="Begin. " + "A sentence of some length. " * 140, files=[one["id"]])

    paper = await talk.wait_for(lambda seen: seen.kind == "document")
    assert (await talk.wait_for_text("Begin.")).reply_to == called.id
    assert paper.reply_to == 0


async def test_command_that_opened_the_chat_is_a_message_once_it_is_changed(lines: Lines, group: Group) -> None:
    talk = lines.ann.talk(lines.bot, group)
    started = await talk.start()
    await talk.wait_for_text("Hello!")

    await talk.edit(started, f"/hours@{lines.bot.username}")

    await talk.wait_for_text("You said: /hours")


async def test_answer_goes_out_also_where_the_question_is_gone(lines: Lines, group: Group) -> None:
    talk = lines.ann.talk(lines.bot, group)
    lines.site.engine.hold()
    asked = await ask(lines, talk, "when do you open?")
    await lines.events(CustomerMessage, chat=group.id)
    await talk.delete(asked)
    lines.site.engine.release()

    assert (await talk.wait_for_text("You said: when do you open?")).reply_to == 0


async def test_in_private_nothing_is_a_reply_that_nobody_chose(lines: Lines) -> None:
    await lines.talk.say("Where is my order?")
    answer = await lines.talk.wait_for_text("You said: Where is my order?")
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")
    await lines.verb("reply", id="r1", text="On its way")

    assert (await lines.talk.wait_for_text("On its way")).reply_to == 0
    assert answer.reply_to == 0


class Forum(NamedTuple):
    """A group with two topics."""

    group: Group
    orders: int
    returns: int


@pytest.fixture
async def forum(lines: Lines) -> Forum:
    group = await lines.telegram.add_group("Neighbours", kind="supergroup")
    await group.add_bot(lines.bot, by=lines.ann)
    orders = await group.add_topic(lines.bot, "Orders", by=lines.ann)
    returns = await group.add_topic(lines.bot, "Returns", by=lines.ann)
    return Forum(group, orders, returns)


async def test_topic_gets_its_answers_and_the_forum_is_one_conversation(
    lines: Lines, forum: Forum, ben: Person
) -> None:
    orders = lines.ann.talk(lines.bot, forum.group, topic=forum.orders)
    returns = ben.talk(lines.bot, forum.group, topic=forum.returns)
    general = ben.talk(lines.bot, forum.group)
    asked = await ask(lines, orders, "where is it?")
    first = await orders.wait_for_text("You said: where is it?")
    await ask(lines, returns, "how do I send it back?")
    second = await returns.wait_for_text("You said: how do I send it back?")
    await ask(lines, general, "hello")
    third = await general.wait_for_text("You said: hello")

    assert (first.topic, first.reply_to) == (forum.orders, asked.id)
    assert (second.topic, third.topic) == (forum.returns, 0)
    said = await lines.events(CustomerMessage, times=3, chat=forum.group.id)
    assert [one.topic for one in said] == [str(forum.orders), str(forum.returns), ""]


async def test_answer_stays_in_the_topic_where_its_question_is_gone(lines: Lines, forum: Forum) -> None:
    talk = lines.ann.talk(lines.bot, forum.group, topic=forum.orders)
    lines.site.engine.hold()
    asked = await ask(lines, talk, "where is it?")
    await lines.events(CustomerMessage, chat=forum.group.id)
    await talk.delete(asked)
    lines.site.engine.release()

    answer = await talk.wait_for_text("You said: where is it?")
    assert (answer.topic, answer.reply_to) == (forum.orders, 0)


async def test_greeting_menu_and_what_is_pressed_stay_in_the_topic(lines: Lines, forum: Forum) -> None:
    talk = lines.ann.talk(lines.bot, forum.group, topic=forum.orders)
    started = await talk.start()
    greeting = await talk.wait_for_text("Hello!")
    await talk.answered(await talk.press(greeting, "Plans"))
    answer = await talk.wait_for_text("You said: /plans")

    assert (greeting.topic, greeting.reply_to) == (forum.orders, started.id)
    assert (answer.topic, answer.reply_to) == (forum.orders, 0)


async def test_all_of_a_persons_reply_goes_to_the_topic_of_whom_they_answer(
    lines: Lines, forum: Forum, ben: Person
) -> None:
    orders = lines.ann.talk(lines.bot, forum.group, topic=forum.orders)
    returns = ben.talk(lines.bot, forum.group, topic=forum.returns)
    await ask(lines, orders, "where is it?")
    answer = await orders.wait_for_text("You said: where is it?")
    await returns.say("/operator")
    await lines.events(HandoffRequested, chat=forum.group.id)
    await verb(lines, forum.group, "take")
    bots = next(one.seq for one in await lines.log(forum.group.id) if isinstance(one.event, BotMessage))
    _, plan = await lines.site.upload(b"the plan", name="plan.txt")
    _, bill = await lines.site.upload(b"the bill", name="bill.txt")
    long = "A sentence of some length. " * 140

    await verb(lines, forum.group, "reply", id="r1", text=f"To Ben. {long}", files=[plan["id"]])
    await verb(lines, forum.group, "reply", id="r2", text=f"To Ann. {long}", files=[bill["id"]], reply_to=bots)

    await returns.wait_until(lambda seen: sum(one.kind == "document" for one in seen) == 2)
    to_ben, bens_file, to_ann, anns_file = (await returns.from_bot())[-4:]
    assert (to_ben.topic, bens_file.topic) == (forum.returns, forum.returns)
    assert (to_ann.topic, anns_file.topic, to_ann.reply_to) == (forum.orders, forum.orders, answer.id)


async def test_writing_is_shown_in_the_topic(lines: Lines, forum: Forum) -> None:
    talk = lines.ann.talk(lines.bot, forum.group, topic=forum.orders)
    lines.site.engine.hold()
    await ask(lines, talk, "a hard question")
    (told, *_) = await lines.telegram.wait_for_calls("sendChatAction")
    lines.site.engine.release()

    assert told.params["message_thread_id"] == forum.orders


async def test_group_that_became_a_supergroup_goes_on_and_its_old_buttons_work(
    lines: Lines, group: Group, ben: Person
) -> None:
    old = lines.ann.talk(lines.bot, group)
    await old.start()
    greeting = await old.wait_for_text("Hello!")
    conversation = await conversation_of(lines.site.node, lines.site.ours.business, lines.inbox, group.id)
    moved = await group.migrate(lines.bot, by=lines.ann)
    new = ben.talk(lines.bot, moved)
    asked = await ask(lines, new, "are we still here?")
    answer = await new.wait_for_text("You said: are we still here?")

    query = await old.press(greeting, "Plans")

    assert (await old.answered(query)).get("text", "") == ""
    await new.wait_for_text("You said: /plans")
    assert answer.reply_to == asked.id
    assert await lines.conversation(moved.id) == conversation
    assert await conversation_of(lines.site.node, lines.site.ours.business, lines.inbox, group.id) == ""


async def test_button_works_whose_message_was_on_its_way_while_the_group_moved(
    lines: Lines, group: Group, ben: Person
) -> None:
    old = lines.ann.talk(lines.bot, group)
    await lines.telegram.fail("sendMessage", "slow", seconds=1.0)
    await old.start()
    greeting = await old.wait_for_text("Hello!")
    new = ben.talk(lines.bot, await group.migrate(lines.bot, by=lines.ann))
    await ask(lines, new, "are we still here?")
    await new.wait_for_text("You said: are we still here?")

    query = await old.press(greeting, "Plans")

    assert (await old.answered(query)).get("text", "") == ""
    await new.wait_for_text("You said: /plans")


async def test_button_of_the_old_group_cannot_be_pressed_elsewhere(lines: Lines, group: Group) -> None:
    old = lines.ann.talk(lines.bot, group)
    await old.start()
    greeting = await old.wait_for_text("Hello!")
    moved = await group.migrate(lines.bot, by=lines.ann)
    other = await lines.telegram.add_group("Strangers")
    await other.add_bot(lines.bot, by=lines.ann)
    new, elsewhere = lines.ann.talk(lines.bot, moved), lines.ann.talk(lines.bot, other)
    await ask(lines, new, "hello")
    await new.wait_for_text("You said: hello")
    data = next(button.data for button in greeting.buttons if button.text == "Plans")

    for talk, message in ((elsewhere, greeting.id), (new, greeting.id), (old, greeting.id + 50)):
        query = await talk.forge_press(message, data)
        assert "no longer works" in str((await talk.answered(query))["text"])

    assert [one.text for one in await lines.events(CustomerMessage, chat=moved.id)] == ["hello"]


async def test_what_was_said_before_the_move_is_not_taken_for_what_has_its_number_now(
    lines: Lines, group: Group
) -> None:
    old = lines.ann.talk(lines.bot, group)
    await old.say("/operator")
    await lines.events(HandoffRequested, chat=group.id)
    await verb(lines, group, "take")
    moved = await group.migrate(lines.bot, by=lines.ann)
    new = lines.ann.talk(lines.bot, moved)
    await new.say("Something among us")
    await until_async(lambda: is_known(lines, moved), what="the move")
    await verb(lines, moved, "reply", id="r1", text="I am here")

    said = await new.wait_for_text("I am here")
    assert said.reply_to == 0
    await ask(lines, new, "good")
    assert (await lines.events(CustomerMessage, times=2, chat=moved.id))[1].reply_to == 0
