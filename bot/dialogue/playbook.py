"""What is done next: rules and stories as threads, which are followed from action to action. Pure.

A thread begins where an intent was meant (or an action was done) and its guard held, and knows which actions it wants.
What is done is what the best thread wants; a thread that wanted something else ends there. So a rule is never half
done, and two rules that begin alike part where they differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.content.types import MANY, Act, Content, Exchange, Guard, Rule, Story

ACTION = ">"
"""What an action's step begins with in a dialogue's memory; an intent's is its name."""
LOOK_BACK = 5
"""Exchanges that a story is compared with, as Rasa's memoization does by default."""


class Scene(NamedTuple):
    """What guards are held against: the form that runs ("": none) and the slots."""

    form: str
    slots: Mapping[str, str]


@dataclass(slots=True)
class Thread:
    """``acts`` from ``at`` on are still wanted. ``rank``: the higher, the rather followed. ``waits``: with its last
    action the turn is over."""

    acts: tuple[Act, ...]
    rank: tuple[int, int, int]
    waits: bool
    at: int = 0

    @property
    def over(self) -> bool:
        return self.at >= len(self.acts)


class Playbook:
    """Rules and stories of a content, by what they begin with."""

    def __init__(self, content: Content) -> None:
        self._forms = content.forms
        self._stories = content.stories
        self._by_intent: dict[str, list[Rule]] = {}
        self._by_action: dict[str, list[Rule]] = {}
        self._told: dict[str, list[tuple[Story, int]]] = {}
        for rule in content.rules:
            for intent in rule.intents:
                self._by_intent.setdefault(intent, []).append(rule)
            if not rule.intents:
                self._by_action.setdefault(rule.acts[0].name, []).append(rule)
        for story in content.stories:
            for at, exchange in enumerate(story.exchanges):
                for intent in exchange.intents:
                    self._told.setdefault(intent, []).append((story, at))

    @property
    def remembers(self) -> bool:
        """There are stories, so what was done before decides, too."""
        return bool(self._stories)

    def begin(
        self, intent: str, scene: Scene, *, entities: Mapping[str, str], steps: Sequence[str], fresh: bool
    ) -> list[Thread]:
        """The threads of what was meant. ``steps``: what came before in this session; ``fresh``: nothing."""
        meant = (intent, intent.split("/")[0]) if "/" in intent else (intent,)
        found = [
            Thread(rule.acts, (2, 0, _terms(rule.guard) + len(rule.entities) + rule.start), rule.waits)
            for name in meant
            for rule in self._by_intent.get(name, ())
            if (fresh or not rule.start) and _named(rule.entities, entities) and holds(rule.guard, scene)
        ]
        before = _exchanges(steps)
        for name in meant:
            for story, at in self._told.get(name, ()):
                exchange = story.exchanges[at]
                alike = _alike(story.exchanges[:at], before)
                if alike is not None and _named(exchange.entities, entities) and holds(exchange.guard, scene):
                    found.append(Thread(exchange.acts, (1, alike, _terms(exchange.guard)), waits=True))
        return found

    def has_rule_in(self, form: str, intent: str) -> bool:
        """Whether the content itself says what the intent means while the form runs."""
        return any(rule.guard.form == form for rule in self._by_intent.get(intent, ()))

    def after(self, action: str, scene: Scene) -> list[Thread]:
        """The threads that begin with this action; ``scene`` was there before it was done.

        A form that ends in the turn in which it began was running all the same.
        """
        scene = Scene(action, scene.slots) if action in self._forms else scene
        return [
            Thread(rule.acts, (3, 0, _terms(rule.guard)), rule.waits, at=1)
            for rule in self._by_action.get(action, ())
            if holds(rule.guard, scene)
        ]

    def after_form(self, form: str) -> list[Thread]:
        """The threads of stories in which this form has just ended; of several the first is followed."""
        found = []
        for story in self._stories:
            for exchange in story.exchanges:
                places = [at for at, act in enumerate(exchange.acts) if act.name == form]
                if places and places[-1] + 1 < len(exchange.acts) and exchange.acts[places[-1] + 1].guard.form == "":
                    found.append(Thread(exchange.acts, (1, 0, 0), waits=True, at=places[-1] + 1))
        return found


def follow(threads: Iterable[Thread], action: str) -> list[Thread]:
    """The threads that wanted this action, one step on."""
    kept = [thread for thread in threads if not thread.over and thread.acts[thread.at].name == action]
    for thread in kept:
        thread.at += 1
    return kept


def wanted(threads: Iterable[Thread], scene: Scene) -> str:
    """The action that the best thread wants, or nothing."""
    open_ones = [one for one in threads if not one.over and holds(one.acts[one.at].guard, scene)]
    best = max(open_ones, key=lambda thread: thread.rank, default=None)
    return best.acts[best.at].name if best else ""


def holds(guard: Guard, scene: Scene) -> bool:
    """Whether the form and the slots are as the guard wants them."""
    if guard.form is not None and guard.form != scene.form:
        return False
    return all(fits(scene.slots.get(name, ""), value) for name, value in guard.slots)


def fits(value: str, wanted_value: str) -> bool:
    """``MANY`` wants any value, "" wants none."""
    return bool(value) if wanted_value == MANY else value == wanted_value


def _terms(guard: Guard) -> int:
    return (guard.form is not None) + len(guard.slots)


def _named(wanted_ones: tuple[tuple[str, str], ...], entities: Mapping[str, str]) -> bool:
    return all(fits(entities.get(name, ""), value) for name, value in wanted_ones)


def _exchanges(steps: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Steps as (intent, actions), oldest first."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for step in steps:
        if not step.startswith(ACTION):
            found.append((step, ()))
        elif found:
            found[-1] = (found[-1][0], (*found[-1][1], step.removeprefix(ACTION)))
    return found


def _alike(told: tuple[Exchange, ...], before: list[tuple[str, tuple[str, ...]]]) -> int | None:
    """How many exchanges before this one are as the story tells them: all it has, or as many as are looked back at."""
    told = told[-LOOK_BACK:]
    if len(told) > len(before):
        return None
    recent = before[len(before) - len(told) :]
    for exchange, (intent, actions) in zip(told, recent, strict=True):
        if intent not in exchange.intents or tuple(act.name for act in exchange.acts) != actions:
            return None
    return len(told)
