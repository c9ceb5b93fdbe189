"""A dialogue as one turn finds it and leaves it: slots, the form that runs, what was done before.

It is made of what the conversation's log holds, and what it leaves goes there, so any node can take the next turn.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from bot.content.types import Content, Form
from bot.dialogue.payload import MAX_FACT
from bot.dialogue.playbook import ACTION, Scene
from gateway.model.events import Memory
from gateway.model.state import MAX_STEPS
from gateway.ports import TurnRequest

REMEMBERED = 6
"""Steps that are kept where no story asks for more: enough to see that a customer asks the same again."""
_DAY_PARTS = ((5, "night"), (12, "morning"), (18, "day"), (23, "evening"), (24, "night"))


@dataclass(slots=True)
class Tracker:
    """``own``: what Switchboard tells (language, hours, channel); read like slots, never kept as such.

    ``fresh``: a session begins. ``changed``: slots that this turn set; "" clears one. ``known``: slots with what
    Switchboard tells, as they are at any moment of the turn. ``answers``: to the business's form that runs; "": left out.
    """

    slots: dict[str, str]
    own: dict[str, str]
    memory: Memory
    fresh: bool
    changed: dict[str, str] = field(default_factory=dict)
    form: str = ""
    asks: str = ""
    tries: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    known: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.known = {**self.slots, **self.own}

    @classmethod
    def of(cls, content: Content, request: TurnRequest, language: str) -> Tracker:
        """As the last valid turn left it; after long silence it begins anew."""
        memory = request.memory or Memory()
        silent = (request.now - memory.at) / 60e6
        over = bool(content.session.minutes) and silent >= content.session.minutes
        fresh = request.memory is None or over
        tracker = cls(slots=dict(request.facts), own=circumstances(request, language), memory=memory, fresh=fresh)
        if not fresh:
            tracker.form, tracker.asks, tracker.tries = memory.form, memory.asks, memory.tries
            tracker.steps, tracker.answers = list(memory.steps), dict(memory.answers)
        elif over and request.memory is not None and not content.session.carry:
            tracker.forget(content)
        if fresh:
            for slot in content.slots:
                if slot.initial and not tracker.slots.get(slot.name):
                    tracker.set(slot.name, slot.initial)
        return tracker

    def set(self, name: str, value: str) -> None:
        """Sets a slot, or clears it with ""."""
        value = value[:MAX_FACT]
        if self.slots.get(name, "") == value:
            return
        self.changed[name] = value
        for slots in (self.slots,) if name in self.own else (self.slots, self.known):
            if value:
                slots[name] = value
            else:
                slots.pop(name, None)

    def answered(self, form: Form) -> dict[str, str]:
        """What is answered of the form so far. To a form of the bot's own, slots are the answers."""
        if form.definition is not None:
            return dict(self.answers)
        return {one.slot: self.slots[one.slot] for one in form.fields if self.slots.get(one.slot)}

    def answer(self, form: Form, slot: str, value: str) -> None:
        """Sets a slot and, where the form asks for it, its answer; "" takes that back."""
        self.set(slot, value)
        if form.definition is None or all(one.slot != slot for one in form.fields):
            return
        if value:
            self.answers[slot] = value
        else:
            self.answers.pop(slot, None)

    def leave_out(self, slot: str) -> None:
        """The question was asked, and not answered."""
        self.set(slot, "")
        self.answers[slot] = ""

    def forget(self, content: Content) -> None:
        """Clears every slot of the content; what people noted beside them stays."""
        for slot in content.slots:
            self.set(slot.name, "")

    def stop(self) -> None:
        """No form runs any more."""
        self.form, self.asks, self.tries, self.answers = "", "", 0, {}

    def did(self, action: str) -> None:
        self.steps.append(ACTION + action)

    @property
    def scene(self) -> Scene:
        return Scene(self.form, self.known)

    def kept(self, *, version: str, now: int, whole: bool) -> Memory:
        """What the next turn needs. ``whole``: stories look far back."""
        steps = self.steps[-(MAX_STEPS if whole else REMEMBERED) :]
        if not whole:
            steps = [step for step in steps if not step.startswith(ACTION)]
        return Memory(
            form=self.form, asks=self.asks, tries=self.tries, steps=tuple(steps), at=now,
            version=version if self.form else "", answers=dict(self.answers),
        )  # fmt: skip


def circumstances(request: TurnRequest, language: str) -> dict[str, str]:
    """The slots that Switchboard tells, on either engine: ``language``, ``channel``, ``open``, ``time_of_day``."""
    own = {"language": language, "channel": request.channel, "open": "true" if request.open else "false"}
    if request.at is not None:
        own["time_of_day"] = day_part(request.at)
    return own


def day_part(at: dt.datetime) -> str:
    """``morning``, ``day``, ``evening`` or ``night``, by the business's own clock."""
    return next(name for until, name in _DAY_PARTS if at.hour < until)
