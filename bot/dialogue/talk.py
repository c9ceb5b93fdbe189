"""One turn under way: what was heard, what is said so far, and whether people take over."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

import msgspec

from bot import phrases
from bot.actions.calls import ActionCall, ActionDone, Utter
from bot.artifact import Bot
from bot.content.judging import HANDOFF
from bot.content.types import Aim, Content, Form
from bot.dialogue.aims import aimed
from bot.dialogue.heard import Heard, Said, hear
from bot.dialogue.offers import ASK_PERSON, MOST_BUTTONS, WORTH_A_BUTTON, WORTH_TELLING, with_person
from bot.dialogue.render import Voice
from bot.dialogue.tracker import Tracker
from bot.nlu.entities import Here
from gateway.model.events import Button, Outcome, Reason, Score
from gateway.ports import BotReply, FilledForm, Handoff, TurnRequest, TurnResult

REGIONS = {"ru": "RU"}
"""Whose telephone numbers and money are meant where no country is named, by the conversation's language."""

Steps = Generator[ActionCall, ActionDone | None, None]
"""Yields the custom actions to be run, and is sent what they did, or None where one failed."""


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """A turn with how it came about, for whoever tests content; the log keeps the result alone.

    ``meant``: the intents that were acted upon, in order. ``did``: the actions, by the names that rules and stories have for
    them; a form that went on, asked or ended is one of them.
    """

    result: TurnResult
    meant: tuple[str, ...] = ()
    did: tuple[str, ...] = ()


@dataclass(slots=True)
class Talk:
    """``intent``: the one that is being answered. ``asked``: the form has asked for something in this turn. ``meant`` and
    ``did``: as ``Traced`` has them. ``came``: the field that the form had asked for before; ``filled``: forms that came to an
    end, of which records are made."""

    bot: Bot
    content: Content
    request: TurnRequest
    tracker: Tracker
    heard: Heard
    here: Here
    voice: Voice
    replies: list[BotReply] = field(default_factory=list)
    outcome: Outcome = "silent"
    misses: int = 0
    handoff: Handoff | None = None
    intent: str = ""
    asked: bool = False
    said: Said | None = None
    calls: int = 0
    meant: list[str] = field(default_factory=list)
    did: list[str] = field(default_factory=list)
    came: str = ""
    filled: list[tuple[Form, FilledForm]] = field(default_factory=list)

    @classmethod
    def of(cls, bot: Bot, request: TurnRequest) -> Talk:
        here = Here(now=request.at, region=REGIONS.get(request.locale[:2], "US"))
        heard = hear(bot, request.inputs, here)
        language = heard.language or request.locale.replace("_", "-").split("-")[0].lower()
        tracker = Tracker.of(bot.content, request, language)
        voice = Voice(bot.book, request.id, language, request.channel, tracker.known)
        return cls(bot, bot.content, request, tracker, heard, here, voice, came=tracker.asks)

    # --- saying ---

    def say(self, reply: BotReply) -> None:
        """Says nothing twice, and nothing empty."""
        if not (reply.text or reply.cards) or reply in self.replies:
            return
        self.replies.append(reply)
        if self.outcome == "silent":
            self.outcome = "answered"

    def utter(self, name: str, values: Mapping[str, str] | None = None) -> None:
        """Says a response of the content, or the engine's own sentence of that name; a name that is neither says nothing."""
        if not (self.bot.book.has(name) or phrases.has(name)):
            return
        reply, aim = self.voice.said(name, values)
        self.say(reply)
        if aim is not None:
            self._pass_on("bot_decided", cause="rule", aim=aim)

    def with_person(self, reply: BotReply) -> BotReply:
        """The way to a person as a button; one is enough."""
        return with_person(reply, self.voice.language)

    # --- people ---

    def hand_off(self, reason: Reason, *, cause: str = "", aim: Aim | None = None, why: str = "") -> None:
        """People take over; what is said before, is said. The first reason stays."""
        if self.handoff is None:
            self.did.append(HANDOFF)
            self._pass_on(reason, cause=cause, aim=aim, why=why)

    def _pass_on(self, reason: Reason, *, cause: str, aim: Aim | None, why: str = "") -> None:
        """As ``hand_off``, but as part of a response, which is the action that was done."""
        if self.handoff is not None:
            return
        where = aimed(self.content.settings, self.request, self.tracker, intent=self.intent, own=aim)
        self.handoff = Handoff(
            reason=reason,
            team=where.team,
            priority=where.priority,
            cause=cause,
            why=where.reason or why,
            skills=where.skills,
        )
        if not self.replies:
            self.say(self.voice.reply("utter_handoff"))
        self.outcome = "handoff"

    def person_asked_for(self) -> None:
        """As ``hand_off``, because the customer wants it, whatever the content's own rule for it gave as its reason."""
        self.hand_off("customer_asked")
        assert self.handoff is not None
        self.handoff = msgspec.structs.replace(self.handoff, reason="customer_asked", cause="")

    # --- not understood ---

    def missed(self) -> None:
        """The first miss asks what was meant, the next ones to rephrase, the last calls a person."""
        self.misses = self.request.misses + 1
        if self.misses >= self.content.settings.misses:
            self.say(self.voice.reply("utter_handoff"))
            self.hand_off("not_understood")
            return
        meant = self._likely()
        if self.misses == 1 and meant and not self.heard.outside:
            asked = self.voice.reply("utter_ask_clarify")
            self.say(self.with_person(msgspec.structs.replace(asked, buttons=meant)))
            self.outcome = "clarify"
        else:
            self.say(self.with_person(self.voice.reply("utter_ask_rephrase")))
            self.outcome = "rephrase"

    def _likely(self) -> tuple[Button, ...]:
        """Two or three buttons for the likeliest intents that have a title for people."""
        voice = self.voice
        titled = [
            (Button(title=title, payload=f"/{intent}"), confidence)
            for intent, confidence in self.heard.candidates
            if intent != ASK_PERSON and (title := voice.title(intent))
        ][:MOST_BUTTONS]
        if len(titled) == MOST_BUTTONS and titled[-1][1] < WORTH_A_BUTTON * titled[0][1]:
            titled.pop()
        return tuple(button for button, _ in titled)

    # --- custom actions ---

    def custom(self, name: str) -> Generator[ActionCall, ActionDone | None, str]:
        """Has the action server run an action, and does what it says; the name of the action that it wants next."""
        tracker = self.tracker
        self.calls += 1
        said = self.said or Said(text=self.request.inputs[-1].text, candidates=self.heard.candidates)
        best = said.candidates[0] if said.candidates else ("", 0.0)
        done = yield ActionCall(
            id=f"{self.request.id}:{self.calls}", business=self.request.business, name=name,
            conversation=self.request.conversation, slots=dict(tracker.known), text=said.text, intent=self.intent or best[0],
            confidence=best[1], form=tracker.form, asks=tracker.asks, steps=tuple(tracker.steps),
            channel=self.request.channel, language=tracker.own["language"],
            entities=tuple(
                {"entity": one.name, "value": one.value, "start": one.start, "end": one.end} for one in said.entities
            ),
        )  # fmt: skip
        if done is None:
            self.hand_off("bot_decided", cause="action_failed", why=name)
            return ""
        return self._take(done)

    def _take(self, done: ActionDone) -> str:
        tracker = self.tracker
        if done.restart:
            tracker.stop()
            tracker.forget(self.content)
        known = {slot.name for slot in self.content.slots}
        for slot, value in done.slots.items():
            if slot in known:
                tracker.set(slot, value)
        if done.form is not None and (not done.form or done.form in self.content.forms):
            tracker.stop()
            tracker.form = done.form
        if done.asks:
            tracker.asks = done.asks
        for one in done.says:
            if isinstance(one, Utter):
                self.utter(one.name, one.values)
            else:
                self.say(one)
        if done.handoff is not None:
            self.hand_off("bot_decided", cause="rule", aim=done.handoff)
        return done.following

    # --- the end ---

    def traced(self) -> Traced:
        return Traced(result=self.result(), meant=tuple(self.meant), did=tuple(self.did))

    def result(self) -> TurnResult:
        """What the turn came to."""
        voice, bot = self.voice, self.bot
        return TurnResult(
            outcome=self.outcome,
            version=bot.version,
            replies=tuple(self.replies),
            intents=tuple(
                Score(intent=intent, confidence=round(confidence, 4), title=voice.title(intent))
                for place, (intent, confidence) in enumerate(self.heard.candidates)
                if not place or confidence >= WORTH_TELLING
            ),
            facts=self.tracker.changed,
            language=voice.language,
            misses=self.misses,
            handoff=self.handoff,
            memory=self.tracker.kept(version=bot.version, now=self.request.now, whole=bot.playbook.remembers),
            filled=tuple(one for _, one in self.filled),
        )
