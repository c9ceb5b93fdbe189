"""A strict double of Telegram's Bot API server (Bot API 10.3), written from its documentation.

In the test's own process::

    async with telegram_double() as telegram:          # a Messenger
        bot = await telegram.add_bot()                  # bot.token, bot.id, bot.username
        anna = await telegram.add_user("Anna")
        talk = anna.talk(bot)                           # her private chat with the bot
        await talk.start("from-the-door")
        sent = await talk.say("Do you bake on Sundays?")
        answer = await talk.wait_for_text("Sunday")     # a Seen: .text .labels .buttons .keys .body …
        query = await talk.press(answer, "Order")
        assert (await talk.answered(query))["text"] == "Noted"

The bot finds its server at ``telegram.url``: ``<url>/bot<token>/METHOD``, ``<url>/file/bot<token>/<path>``
(aiogram: ``TelegramAPIServer.from_base(telegram.url)``).

As a process of its own, for fault tests and benchmarks: ``python -m tests.support_edge.telegram --port-file FILE``
(``--port``, ``--local FOLDER``; ends on SIGTERM), or ``async with telegram_process() as telegram``, which starts one.
``remote(url)`` gives the same ``Messenger`` for any that runs.

Faults: ``await telegram.fail("sendMessage", code=429, retry_after=2, chat=anna.id)``, ``fail("sendMessage", "lost")``;
``Fault`` lists the kinds. Replays: ``bot.replay()``, ``bot.deliver_copies(2)``, ``bot.conflict()``. Calls:
``await telegram.calls("sendMessage")``, ``wait_for_calls``. Rates: ``keep_rates()``, ``violations()``. Time:
``advance(seconds)`` moves the server's clock (24 hours of updates, 48 hours of deletion, presses that grow old, rates).

A supergroup is a forum from its first topic on: ``topic = await group.add_topic(bot, "Orders", by=anna)``,
``anna.talk(bot, group, topic=topic)``; ``Seen.topic`` tells where a message stands. As the Bot API's maintainer says it
(tdlib/telegram-bot-api, issue 447), a reply is in the topic of what it replies to, as long as that is there.

``local=Path`` is a Bot API server of one's own with ``--local``: ``getFile`` tells a path on this machine, and files may
be up to 2000 MB.

Where it is stricter than Telegram: an undocumented parameter, a value of another type than the documented one, and a
keyboard of no documented kind are refused; lengths count UTF-16 units (see ``text``). What it does not know (business
connections, inline mode, payments, rich and ephemeral messages) it refuses with 400, other methods with 404.
"""

from tests.support_edge.telegram.faults import Call, Fault
from tests.support_edge.telegram.front import BotUser, Group, Messenger, Person
from tests.support_edge.telegram.running import remote, telegram_double, telegram_process
from tests.support_edge.telegram.seen import Button, Seen
from tests.support_edge.telegram.stage import Clock
from tests.support_edge.telegram.talk import Talk

__all__ = [
    "BotUser",
    "Button",
    "Call",
    "Clock",
    "Fault",
    "Group",
    "Messenger",
    "Person",
    "Seen",
    "Talk",
    "remote",
    "telegram_double",
    "telegram_process",
]
