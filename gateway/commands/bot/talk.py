"""``switchboard bot try``: a conversation in the terminal, which shows what the bot believes."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Generator
from typing import Annotated

import typer

from gateway.commands.bot.shared import FolderArgument, ModelOption, bot_of
from gateway.commands.options import out

ActionsOption = Annotated[
    str, typer.Option("--actions", help="An action server's address: http://127.0.0.1:5055/webhook.")
]


def bot_try(
    folder: FolderArgument,
    model: ModelOption = None,
    locale: Annotated[str, typer.Option("--locale", help="The conversation's language: en or ru.")] = "en",
    actions: ActionsOption = "",
) -> None:
    """Talk to a bot here: it shows intents and scores, entities, slots, forms and handoffs."""
    from gateway.commands.bot.conversation import Conversation, action_server

    with bot_of(folder, model) as bot, asyncio.Runner() as loop:
        talk = Conversation(bot, out, locale=locale, actions=action_server(actions))
        out.print(f"{len(bot.content.intents)} intents, version {bot.version}. /help names the commands, /quit ends.")
        try:
            with contextlib.closing(_lines()) as lines:
                for line in lines:
                    if line.strip() == "/quit":
                        break
                    loop.run(talk.hear(line.strip()))
        finally:
            loop.run(talk.aclose())


def _lines() -> Generator[str, None, None]:
    """What is typed, line by line; what comes from a pipe is shown, too."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            out.print(f"> {line.rstrip()}", markup=False, soft_wrap=True)
            yield line
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 (arrows, and what was typed before)
    while True:
        try:
            line = input("> ")
        except (EOFError, KeyboardInterrupt):
            out.print()
            return
        yield line
