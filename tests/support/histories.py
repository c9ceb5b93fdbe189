"""Whole conversations, told command by command, with fixed ids and a virtual clock."""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.model import commands as c
from gateway.model.decide import Circumstances, decide
from gateway.model.events import AnyEvent, Button, Endpoint, Entry, Memory, Page, Person, Plain, Reason, Score
from gateway.model.fold import fold
from gateway.model.rules import NO_WRAP_UP, WrapUpRules
from gateway.model.state import Conversation
from tests.support.clock import SECOND, START

CONVERSATION = "conversation-1"
WEB = Endpoint(inbox="inbox-web", identity="identity-web", channel="webchat")
TELEGRAM = Endpoint(inbox="inbox-telegram", identity="identity-telegram", channel="telegram")
CALL = Endpoint(inbox="inbox-web", identity="identity-web", channel="voice")
"""Where the visitor of ``WEB`` is heard while they call."""
OLGA = Person(id="operator-olga", name="Olga")
IVAN = Person(id="operator-ivan", name="Ivan")
SUE = Person(id="operator-sue", name="Sue")
PAGE = Page(url="https://lantern.example/delivery", title="Delivery", referrer="https://search.example/")


class History:
    """A conversation as it grows. Each step returns the events that it made."""

    def __init__(self, *, start: int = START) -> None:
        self.now = start
        self.entries: list[Entry] = []
        self.accepted: list[tuple[c.AnyCommand, Circumstances | None]] = []
        self._state: Conversation | None = None

    @property
    def state(self) -> Conversation:
        assert self._state is not None, "the conversation has not begun"
        return self._state

    def do(
        self, command: c.AnyCommand, circumstances: Circumstances | None = None, *, after: float = 1.0
    ) -> tuple[Plain, ...]:
        """Decides and folds ``command``, ``after`` seconds later. Raises what ``decide`` raises; then nothing changed."""
        now = self.now + round(after * SECOND)
        news = decide(self._state, command, msgspec.structs.replace(circumstances or Circumstances(), now=now))
        self.accepted.append((command, circumstances))
        self.now = now
        for event in news:
            self.append(event)
        return news

    def append(self, event: AnyEvent) -> None:
        """Puts an event at the end of the log, whoever made it."""
        seq = len(self.entries) + 1
        entry = Entry(seq=seq, id=f"event-{seq:04}", at=self.now, event=event)
        self._state = fold(self._state, entry, conversation=CONVERSATION)
        self.entries.append(entry)

    # --- the customer ---

    def start(
        self, *, locale: str = "en", endpoint: Endpoint = WEB, page: Page | None = None, outbound: bool = False
    ) -> History:  # fmt: skip
        self.do(c.Start(contact="contact-1", endpoint=endpoint, locale=locale, page=page, outbound=outbound), after=0)
        return self

    def say(self, text: str = "Where is my order?", *, choice: str = "", closing: bool = False, endpoint: Endpoint = WEB,
            owner_available: bool = False) -> tuple[Plain, ...]:  # fmt: skip
        command = c.Say(text=text, choice=choice, closing=closing, endpoint=endpoint)
        return self.do(command, Circumstances(owner_available=owner_available))

    # --- the bot ---

    def turn(self, *replies: str, outcome: Literal["answered", "clarify", "rephrase", "silent"] = "answered",
             buttons: tuple[Button, ...] = (), misses: int = 0, facts: dict[str, str] | None = None,
             memory: Memory | None = None, spoken: str = "") -> tuple[Plain, ...]:  # fmt: skip
        """A turn that saw all there is."""
        state = self.state
        return self.do(
            c.FinishTurn(
                floor_seq=state.floor_seq, answered=state.answered, upto=state.last_input, outcome=outcome,
                replies=tuple(c.Reply(text=text, buttons=buttons, spoken=spoken) for text in replies), version="version-1",
                intents=(Score(intent="order_status", confidence=0.92, title="Where is my order"),),
                facts=facts or {}, language="en", misses=misses, elapsed=1500, memory=memory,
            )
        )  # fmt: skip

    def hand_off(self, *replies: str, reason: Reason = "not_understood", cause: str = "", why: str = "",
                 team: str = "", priority: int = 0) -> tuple[Plain, ...]:  # fmt: skip
        state = self.state
        return self.do(
            c.FinishTurn(
                floor_seq=state.floor_seq, answered=state.answered, upto=state.last_input, outcome="handoff",
                replies=tuple(c.Reply(text=text) for text in replies), handoff=reason, version="version-1",
                misses=2, cause=cause, why=why, team=team, priority=priority,
            )
        )  # fmt: skip

    # --- people ---

    def ask_for_person(self) -> tuple[Plain, ...]:
        return self.do(c.AskForPerson())

    def take(self, operator: Person = OLGA) -> tuple[Plain, ...]:
        return self.do(c.Take(operator=operator))

    def reply(self, text: str = "Let me look.", *, operator: Person = OLGA) -> tuple[Plain, ...]:
        return self.do(c.SendReply(operator=operator, text=text, floor_seq=self.state.floor_seq))

    def resolve(self, *, operator: Person = OLGA, wrap_up: bool = False, code: str = "", note: str = "",
                rules: WrapUpRules = NO_WRAP_UP) -> tuple[Plain, ...]:  # fmt: skip
        command = c.Resolve(
            operator=operator, floor_seq=self.state.floor_seq, wrap_up=wrap_up, code=code, note=note
        )  # fmt: skip
        return self.do(command, Circumstances(wrap_up=rules))

    def snooze(self, *, operator: Person = OLGA, seconds: float = 3600) -> tuple[Plain, ...]:
        until = self.now + round(seconds * SECOND)
        return self.do(c.Snooze(operator=operator, floor_seq=self.state.floor_seq, until=until))


def begun() -> History:
    """The customer asked something, and the bot has yet to answer."""
    history = History().start()
    history.say()
    return history


def queued() -> History:
    """The customer asked for a person."""
    history = begun()
    history.ask_for_person()
    return history


def owned() -> History:
    """Olga has it; the customer waits for her first word."""
    history = queued()
    history.take(OLGA)
    return history


def wrapping_up() -> History:
    history = owned()
    history.reply()
    history.resolve(wrap_up=True)
    return history


def snoozed() -> History:
    history = owned()
    history.reply()
    history.snooze()
    return history


def resolved() -> History:
    """Olga answered and resolved it."""
    history = owned()
    history.reply()
    history.resolve()
    return history


def resolved_by_silence() -> History:
    """Only the bot ever spoke, and the system ended it."""
    history = begun()
    history.turn("It is on its way.")
    history.do(c.Close(ending="answered", reason="silence"))
    return history


AT = {
    "pending": begun, "queued": queued, "open": owned, "wrap_up": wrapping_up, "snoozed": snoozed,
    "resolved": resolved,
}  # fmt: skip
"""A history at each status."""
