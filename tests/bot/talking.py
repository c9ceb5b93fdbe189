"""A talk with an engine as the dispatcher leads it, with its log: turns count or are dropped, people speak in between."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.model.events import (
    BotMessage,
    BotTurn,
    BotTurnDropped,
    Button,
    CustomerMessage,
    Endpoint,
    Entry,
    Memory,
    OperatorMessage,
)
from gateway.model.events.base import Event
from gateway.ports import BotEngine, TurnInput, TurnRequest, TurnResult

AT = Endpoint(inbox="i", identity="a", channel="webchat")


class Talk:
    """``facts`` and ``memory`` are what the conversation's state would hold."""

    def __init__(self, engine: BotEngine, business: str, conversation: str, *, locale: str = "ru") -> None:
        self.engine = engine
        self.business = business
        self.conversation = conversation
        self.locale = locale
        self.now = 1_800_000_000_000_000
        self.log: list[Entry] = []
        self.facts: dict[str, str] = {}
        self.memory: Memory | None = None
        self.misses = 0
        self.recalled = 0
        self.buttons: tuple[Button, ...] = ()

    def append(self, event: Event) -> int:
        seq = len(self.log) + 1
        self.log.append(Entry(seq=seq, id=f"{self.conversation}-{seq}", at=self.now, event=event))  # type: ignore[arg-type]
        return seq

    async def recall(self, seq: int) -> Sequence[Entry]:
        self.recalled += 1
        return [entry for entry in self.log if entry.seq > seq]

    def write(self, *texts: str, choice: str = "") -> tuple[TurnInput, ...]:
        """The customer's inputs, which wait."""
        return tuple(
            TurnInput(
                seq=self.append(CustomerMessage(text=text, endpoint=AT, choice=choice)), text=text, choice=choice
            )
            for text in texts
        )  # fmt: skip

    def request(self, inputs: tuple[TurnInput, ...]) -> TurnRequest:
        return TurnRequest(
            id=f"{self.conversation}:{inputs[-1].seq}", business=self.business, conversation=self.conversation,
            inputs=inputs, locale=self.locale, misses=self.misses, facts=dict(self.facts), now=self.now,
            memory=self.memory, recall=self.recall,
        )  # fmt: skip

    async def answer(self, inputs: tuple[TurnInput, ...]) -> TurnResult:
        """A turn whose result counts."""
        result = await self.engine.turn(self.request(inputs))
        upto = inputs[-1].seq
        self.append(
            BotTurn(
                answered=inputs[0].seq - 1, upto=upto, outcome=result.outcome, version=result.version,
                intents=result.intents, facts=result.facts, misses=result.misses, memory=result.memory,
            )
        )  # fmt: skip
        for reply in result.replies:
            self.append(BotMessage(text=reply.text, buttons=reply.buttons, cards=reply.cards, endpoint=AT, turn=upto))
        self.buttons = tuple(button for reply in result.replies for button in reply.buttons)
        known = {**self.facts, **result.facts}
        self.facts = {name: value for name, value in known.items() if value}
        self.memory, self.misses = result.memory, result.misses
        return result

    async def say(self, *texts: str) -> TurnResult:
        return await self.answer(self.write(*texts))

    async def press(self, title: str) -> TurnResult:
        """One of the buttons that the last turn offered."""
        payload = next(button.payload for button in self.buttons if button.title == title)
        return await self.answer(self.write(title, choice=payload))

    async def choose(self, payload: str) -> TurnResult:
        """A button that nobody here offered, as a page's own or a forged one."""
        return await self.answer(self.write(payload, choice=payload))

    async def forestalled(self, *texts: str) -> TurnResult:
        """A turn that came too late: people had the floor by then. The engine made it, and nobody will hear of it."""
        inputs = self.write(*texts)
        result = await self.engine.turn(self.request(inputs))
        self.append(BotTurnDropped(upto=inputs[-1].seq, reason="floor_changed"))
        self.memory, self.misses = None, 0
        return result

    async def lost(self, *texts: str) -> tuple[TurnInput, ...]:
        """A turn whose result could not be stored; its inputs still wait."""
        inputs = self.write(*texts)
        await self.engine.turn(self.request(inputs))
        return inputs

    def person(self, *texts: str) -> None:
        """People have the floor and say this; what the bot had in progress is over."""
        for text in texts:
            self.append(OperatorMessage(text=text, endpoint=AT, operator="o", name="Olga"))
        self.memory, self.misses = None, 0
