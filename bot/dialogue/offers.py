"""What both engines offer whoever they didn't understand: what it may be, and always a person."""

from __future__ import annotations

import msgspec

from bot import phrases
from bot.dialogue.payload import OPERATOR
from gateway.model.events import Button
from gateway.ports import BotReply

ASK_PERSON = "ask_person"
"""The intent of whoever asks for a person, by convention."""
MOST_BUTTONS = 3
WORTH_A_BUTTON = 0.05
"""A third button is worth its place only if it is at least this likely, relative to the first."""
WORTH_TELLING = 0.01
"""Beside the best intent, those that were at least this likely are told."""


def with_person(reply: BotReply, language: str) -> BotReply:
    """The way to a person as a button; one is enough."""
    if any(button.payload in (OPERATOR, f"/{ASK_PERSON}") for button in reply.buttons):
        return reply
    person = Button(title=phrases.say("person", language), payload=OPERATOR)
    return msgspec.structs.replace(reply, buttons=(*reply.buttons, person))
