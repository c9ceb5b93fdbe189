"""What the bot does with what it heard. It answers what it is sure of, asks where it isn't, and doesn't guess."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from bot import phrases
from bot.content.types import Content, Rule
from bot.dialogue.heard import Heard
from bot.dialogue.payload import OPERATOR
from bot.dialogue.render import Voice
from gateway.model.events import Button, Outcome, Reason
from gateway.ports import BotReply

ASK_PERSON = "ask_person"
# The first miss asks what was meant, the second to rephrase, the third calls a person.
MISSES_TO_HANDOFF = 3
MOST_BUTTONS = 3
# A third button is worth its place only if it is at least this likely, relative to the first.
WORTH_A_BUTTON = 0.05


class Decision(msgspec.Struct, frozen=True):
    """A turn's outcome, before it is put into the port's terms."""

    outcome: Outcome
    replies: tuple[BotReply, ...] = ()
    misses: int = 0
    handoff: Reason | None = None


@dataclass(slots=True)
class _Answer:
    replies: list[BotReply] = field(default_factory=list)
    handoff: Reason | None = None

    def say(self, reply: BotReply) -> None:
        """Says nothing twice."""
        if all(reply.text != said.text for said in self.replies):
            self.replies.append(reply)


def decide(content: Content, heard: Heard, voice: Voice, misses: int) -> Decision:
    """The decision after ``misses`` turns in a row that understood nothing."""
    if heard.operator or ASK_PERSON in heard.answers:
        return _to_person(content, voice)
    if heard.answers:
        return _answered(content, heard, voice)
    if heard.nod:
        return Decision("silent", misses=misses)
    if heard.back:
        return Decision("answered", (BotReply(text=phrases.say("back", voice.language)),))
    return _missed(heard, voice, misses + 1)


def _to_person(content: Content, voice: Voice) -> Decision:
    rule = content.rules.get(ASK_PERSON, Rule(intent=ASK_PERSON))
    replies = tuple(voice.reply(name) for name in rule.responses) or (voice.reply("utter_handoff"),)
    return Decision("handoff", replies, handoff="customer_asked")


def _answered(content: Content, heard: Heard, voice: Voice) -> Decision:
    answer = _Answer()
    for intent in heard.answers:
        _add(content, intent, voice, answer)
    if answer.handoff and not answer.replies:
        answer.say(voice.reply("utter_handoff"))
    outcome: Outcome = "handoff" if answer.handoff else "answered" if answer.replies else "silent"
    return Decision(outcome, tuple(answer.replies), handoff=answer.handoff)


def _add(content: Content, intent: str, voice: Voice, answer: _Answer) -> None:
    """Adds what the intent's rule says. What the engine can't do itself, a person does."""
    rule = content.rules.get(intent)
    own = f"utter_{intent}"
    if rule is None and own in content.responses:
        rule = Rule(intent=intent, responses=(own,))
    if rule is None or rule.form:
        answer.handoff = "bot_decided"
        return
    for name in rule.responses:
        answer.say(voice.reply(name))
    if rule.handoff:
        answer.handoff = "bot_decided"


def _missed(heard: Heard, voice: Voice, misses: int) -> Decision:
    if misses >= MISSES_TO_HANDOFF:
        return Decision("handoff", (voice.reply("utter_handoff"),), misses, handoff="not_understood")
    meant = _meant(heard, voice)
    if misses == 1 and meant and not heard.outside:
        asked = voice.reply("utter_ask_clarify")
        return Decision("clarify", (_with_person(BotReply(text=asked.text, buttons=meant), voice),), misses)
    return Decision("rephrase", (_with_person(voice.reply("utter_ask_rephrase"), voice),), misses)


def _meant(heard: Heard, voice: Voice) -> tuple[Button, ...]:
    """Two or three buttons for the likeliest intents that have a title for people."""
    titled = [
        (Button(title=title, payload=f"/{intent}"), confidence)
        for intent, confidence in heard.candidates
        if intent != ASK_PERSON and (title := voice.title(intent))
    ][:MOST_BUTTONS]
    if len(titled) == MOST_BUTTONS and titled[-1][1] < WORTH_A_BUTTON * titled[0][1]:
        titled.pop()
    return tuple(button for button, _ in titled)


def _with_person(reply: BotReply, voice: Voice) -> BotReply:
    """The way to a person is a button after every miss; one is enough."""
    if any(button.payload in (OPERATOR, f"/{ASK_PERSON}") for button in reply.buttons):
        return reply
    person = Button(title=phrases.say("person", voice.language), payload=OPERATOR)
    return msgspec.structs.replace(reply, buttons=(*reply.buttons, person))
