"""A conversation with a trained bot in a terminal: what a turn came to, and why."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.actions.server import ActionServers
from bot.dialogue.payload import BOT, OPERATOR, intent_of
from bot.dialogue.talk import REGIONS, Traced
from bot.embedded import converse_traced
from bot.nlu.entities import Here
from gateway.errors import StartupError
from gateway.model.events import Button, Memory
from gateway.ports import BotReply, Handoff, TurnInput, TurnRequest, TurnResult
from gateway.settings import ActionServer

if TYPE_CHECKING:
    from bot.artifact import Bot

CHANNELS = ("webchat", "telegram", "voice")
HELP = """\
/slots      all that is known         /channel voice    where it is said: webchat, telegram, voice
/restart    begin anew                /ru, /en          the conversation's language
/quit       end                       /help             this
A number presses the button of that number; /intent, or /intent{"slot": "value"}, presses any."""
_SHOWN = 3
"""Intents that are shown beside the likeliest."""


def action_server(url: str) -> ActionServers | None:
    if not url:
        return None
    if not re.match(r"https?://[^\s/]+", url):
        raise StartupError(f"{url} isn't the address of an action server; it looks like http://127.0.0.1:5055/webhook.")

    async def slug_of(business: str) -> str:
        return business

    return ActionServers({"try": ActionServer(url=url)}, slug_of=slug_of)


class Conversation:
    """What a conversation's log would keep between turns is kept here."""

    def __init__(self, bot: Bot, out: Console, *, locale: str, actions: ActionServers | None) -> None:
        self._bot, self._out, self._actions = bot, out, actions
        self._locale, self._channel = locale, "webchat"
        self._facts: dict[str, str] = {}
        self._memory: Memory | None = None
        self._misses = 0
        self._turns = 0
        self._buttons: list[Button] = []

    async def aclose(self) -> None:
        if self._actions is not None:
            await self._actions.aclose()

    async def hear(self, line: str) -> None:
        """A line as it was typed: a command, the number of a button, a payload, or words."""
        if not line or self._command(line):
            return
        if line.isdecimal() and 0 < int(line) <= len(self._buttons):
            button = self._buttons[int(line) - 1]
            if button.url:
                self._tell(f"This button leads to {button.url}.")
                return
            await self._turn(button.title, button.payload)
        elif line.startswith("/") and not (line in (OPERATOR, BOT) or intent_of(line, self._bot.content)):
            self._tell(f"{line.split()[0]} is neither a command nor an intent. /help names the commands.")
        else:
            await self._turn(line, line if line.startswith("/") else "")

    def _command(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        match word:
            case "/help":
                self._tell(HELP)
            case "/slots":
                self._tell(
                    "\n".join(f"{name} = {value}" for name, value in sorted(self._facts.items())) or "Nothing yet."
                )
            case "/restart":
                self._facts, self._memory, self._misses, self._buttons = {}, None, 0, []
                self._tell("A new conversation begins.")
            case "/channel" if rest.strip() in CHANNELS:
                self._channel = rest.strip()
                self._tell(f"It is said by {self._channel} now.")
            case "/channel":
                self._tell(f"A channel is one of {', '.join(CHANNELS)}.")
            case "/ru" | "/en":
                self._locale = word[1:]
                self._tell(
                    f"The conversation's language is {self._locale} now; who writes in another one is answered in it."
                )
            case _:
                return False
        return True

    async def _turn(self, text: str, choice: str) -> None:
        self._turns += 1
        now = dt.datetime.now().astimezone()
        request = TurnRequest(
            id=f"try:{self._turns}", business="try", conversation="try", locale=self._locale, misses=self._misses,
            inputs=(TurnInput(seq=1, text=text, choice=choice),), facts=dict(self._facts), memory=self._memory,
            now=time.time_ns() // 1_000, at=now, channel=self._channel,
        )  # fmt: skip
        traced = await converse_traced(self._bot, request, self._actions)
        result = traced.result
        self._facts = {name: value for name, value in {**self._facts, **result.facts}.items() if value}
        self._memory, self._misses = result.memory, result.misses
        self._say(result.replies)
        self._explain(traced, [] if choice else self._entities(text, now))
        if result.handoff is not None:
            self._memory, self._misses = None, 0

    def _entities(self, text: str, now: dt.datetime) -> list[str]:
        found = self._bot.finder.find(text, here=Here(now=now, region=REGIONS.get(self._locale, "US")))
        return [f"{one.name}{f' ({one.role})' if one.role else ''} = {one.value}" for one in found]

    # --- what is shown ---

    def _say(self, replies: tuple[BotReply, ...]) -> None:
        """Buttons are numbered through all replies of the turn."""
        self._buttons = []
        for reply in replies:
            said = reply.spoken if self._channel == "voice" and reply.spoken else reply.text
            self._show(said, "bold")
            for card in reply.cards:
                self._show(" · ".join(part for part in (card.title, card.text, card.image) if part), "")
                self._offer(card.buttons)
            self._offer(reply.buttons)

    def _offer(self, buttons: tuple[Button, ...]) -> None:
        for button in buttons:
            self._buttons.append(button)
            self._show(f"  [{len(self._buttons)}] {button.title}" + (f" → {button.url}" if button.url else ""), "cyan")

    def _explain(self, traced: Traced, entities: list[str]) -> None:
        result = traced.result
        believed = [f"{one.intent} {one.confidence:.2f}" for one in result.intents[: 1 + _SHOWN]]
        lines = {
            "intents": " · ".join(believed) or "nothing read",
            "entities": " · ".join(entities),
            "did": " → ".join(traced.did),
            "slots": " · ".join(f"{name} = {value or 'cleared'}" for name, value in result.facts.items()),
            "form": _form(result),
            "handoff": _handoff(result.handoff),
        }
        for name, text in lines.items():
            if text:
                self._show(f"  {name:9}{text}", "yellow" if name == "handoff" else "dim")

    def _tell(self, text: str) -> None:
        self._show(text, "dim")

    def _show(self, text: str, style: str) -> None:
        self._out.print(Text(text, style=style), soft_wrap=not self._out.is_terminal)


def _form(result: TurnResult) -> str:
    memory = result.memory
    if memory is None or not memory.form:
        return ""
    return f"{memory.form} asks for {memory.asks}" + (f" (again: {memory.tries})" if memory.tries else "")


def _handoff(handoff: Handoff | None) -> str:
    if handoff is None:
        return ""
    parts = {"cause": handoff.cause, "why": handoff.why, "team": handoff.team, "priority": str(handoff.priority or "")}
    return " · ".join([str(handoff.reason), *(f"{name} {value}" for name, value in parts.items() if value)])
