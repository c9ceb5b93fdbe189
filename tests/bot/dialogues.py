"""A small business written in a test, trained once, and a customer who talks to it turn by turn."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot import worker
from bot.actions import ActionCall, ActionDone, Actions
from bot.content.types import Content
from bot.embedded import EmbeddedEngine
from gateway.model.events import Memory
from gateway.ports import TurnInput, TurnRequest, TurnResult

MINUTE = 60_000_000
MONDAY_NOON = dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC)

EXAMPLES = {
    "book": ("book a table", "I want to book a table please", "reserve a table for us", "table reservation", "can I book"),
    "price": ("how much is dinner", "what does dinner cost", "price of dinner", "how expensive is dinner", "dinner price"),
    "hours": ("when are you open", "opening hours", "what time do you open", "until when are you open", "hours please"),
    "parking": ("is there parking", "where can I park my car", "parking nearby", "do you have a car park", "car parking"),
    "deny": ("no thanks", "no", "not now", "rather not", "no thank you"),
    "yes": ("yes", "yes please", "sure thing", "of course", "gladly"),
    "menu": ("show me the menu", "the menu please", "what is on the menu", "menu card", "list of dishes"),
    "ask_person": ("talk to a person", "operator please", "I want a human", "call a human operator", "real person"),
}  # fmt: skip


def business(folder: Path, domain: str, *, rules: str = "", stories: str = "", extras: str = "", nlu: str = "") -> Path:
    """Writes a content folder: the examples above, and whatever else is given."""
    written = "".join(
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in EXAMPLES.items()
    )
    intents = "intents: [" + ", ".join(EXAMPLES) + "]\n"
    parts = {"domain": intents + domain, "nlu": "nlu:\n" + written + nlu, "rules": rules, "stories": stories}
    for name, text in {**parts, "switchboard": extras}.items():
        if text:
            (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


@dataclass
class Scripted(Actions):
    """An action server that does as it is told; every call is kept."""

    does: Callable[[ActionCall], ActionDone]
    calls: list[ActionCall] = field(default_factory=list)

    async def run(self, call: ActionCall, content: Content) -> ActionDone:
        self.calls.append(call)
        return self.does(call)

    async def aclose(self) -> None:
        return


@dataclass
class Guest:
    """Talks to one bot; what the log would keep between turns, is kept here."""

    engine: EmbeddedEngine
    channel: str = "webchat"
    facts: dict[str, str] = field(default_factory=dict)
    memory: Memory | None = None
    misses: int = 0
    now: int = 0
    turns: int = 0
    at: dt.datetime | None = MONDAY_NOON
    open: bool = True
    labels: tuple[str, ...] = ()
    locale: str = "en"

    def says(self, *texts: str, choice: str = "") -> TurnResult:
        """One turn of these inputs; a ``choice`` is pressed."""
        self.turns += 1
        self.now += MINUTE
        inputs = tuple(TurnInput(seq=n, text=text, choice=choice) for n, text in enumerate(texts, 1))
        request = TurnRequest(
            id=f"t{self.turns}", business="b", conversation="c", inputs=inputs, locale=self.locale, misses=self.misses,
            facts=dict(self.facts), now=self.now, channel=self.channel, memory=self.memory, at=self.at, open=self.open,
            labels=self.labels,
        )  # fmt: skip
        result = asyncio.run(self.engine.turn(request))
        again = asyncio.run(self.engine.turn(request))
        assert again == result, "the same turn made twice says the same"
        self.facts = {name: value for name, value in (self.facts | result.facts).items() if value}
        self.memory, self.misses = result.memory, result.misses
        return result

    def hears(self, *texts: str, choice: str = "") -> list[str]:
        return [reply.text for reply in self.says(*texts, choice=choice).replies]


def trained(content: Path, actions: Actions | None = None) -> EmbeddedEngine:
    """An engine that answers from this content."""
    target = content / "bot.bin"
    done = worker.train(content, target)
    assert isinstance(done, worker.Done), done
    engine = EmbeddedEngine(actions)
    asyncio.run(engine.load("b", target))
    return engine
