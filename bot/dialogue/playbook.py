"""What is done next: rules and stories as threads, which are followed from action to action. Pure.

A thread begins where an intent was meant (or an action was done) and its guard held, and knows which actions it wants.
What is done is what the best thread wants; a thread that wanted something else ends there. So a rule is never half
done, and two rules that begin alike part where they differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bot.content.types import MANY, Act, Content, Exchange, Guard, Rule, Story

ACTION = ">"
"""What an action's step begins with in a dialogue's memory; an intent's is its name."""
LOOK_BACK = 5
"""Exchanges that a story is compared with, as Rasa's memoization does by default."""

Rank = tuple[int, int, int]


class Scene(msgspec.Struct, frozen=True):
    """What guards are held against: the form that runs ("": none) and the slots, as they are when it is looked at."""

    form: str
    slots: Mapping[str, str]


@dataclass(slots=True)
class Thread:
    """``acts`` are still wanted. ``rank``: the higher, the rather followed. ``waits``: with its last action the turn is
    over."""

    acts: tuple[Act, ...]
    rank: Rank
    waits: bool


class Playbook:
    """Rules and stories of a content, by what they begin with."""

    def __init__(self, content: Content) -> None:
        self._forms = content.forms
        self._stories = content.stories
        self._by_intent: dict[str, list[tuple[Rule, Rank]]] = {}
        self._by_action: dict[str, list[Rule]] = {}
        self._told: dict[str, list[tuple[Story, int]]] = {}
        for rule in content.rules:
            rank = (2, 0, _terms(rule.guard) + len(rule.entities) + rule.start)
            for intent in rule.intents:
                self._by_intent.setdefault(intent, []).append((rule, rank))
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
            Thread(rule.acts, rank, rule.waits)
            for name in meant
            for rule, rank in self._by_intent.get(name, ())
            if (fresh or not rule.start)
            and (not rule.entities or _all_fit(rule.entities, entities))
            and holds(rule.guard, scene)
        ]
        told = [place for name in meant for place in self._told.get(name, ())]
        if told:
            before = _exchanges(steps)
            for story, at in told:
                exchange = story.exchanges[at]
                alike = _alike(story.exchanges[:at], before)
                if alike is not None and _all_fit(exchange.entities, entities) and holds(exchange.guard, scene):
                    found.append(Thread(exchange.acts, (1, alike, _terms(exchange.guard)), waits=True))
        return found

    def has_rule_in(self, form: str, intent: str) -> bool:
        """Whether the content itself says what the intent means while the form runs."""
        return any(rule.guard.form == form for rule, _ in self._by_intent.get(intent, ()))

    def after(self, action: str, scene: Scene) -> list[Thread]:
        """The threads that begin with this action; ``scene`` was there before it was done.

        A form that ends in the turn in which it began was running all the same.
        """
        rules = self._by_action.get(action)
        if not rules:
            return []
        scene = Scene(action, scene.slots) if action in self._forms else scene
        return [
            Thread(rule.acts[1:], (3, 0, _terms(rule.guard)), rule.waits) for rule in rules if holds(rule.guard, scene)
        ]

    def after_form(self, form: str) -> list[Thread]:
        """The threads of stories in which this form has just ended; of several the first is followed."""
        found = []
        for story in self._stories:
            for exchange in story.exchanges:
                places = [at for at, act in enumerate(exchange.acts) if act.name == form]
                following = exchange.acts[places[-1] + 1 :] if places else ()
                if following and following[0].guard.form == "":
                    found.append(Thread(following, (1, 0, 0), waits=True))
        return found


def follow(threads: Iterable[Thread], action: str) -> list[Thread]:
    """The threads that wanted this action, one step on."""
    kept = [thread for thread in threads if thread.acts and thread.acts[0].name == action]
    for thread in kept:
        thread.acts = thread.acts[1:]
    return kept


def wanted(threads: Iterable[Thread], scene: Scene) -> str:
    """The action that the best thread wants, or nothing."""
    name, best = "", None
    for thread in threads:
        if thread.acts and (best is None or thread.rank > best) and holds(thread.acts[0].guard, scene):
            name, best = thread.acts[0].name, thread.rank
    return name


def holds(guard: Guard, scene: Scene) -> bool:
    """Whether the form and the slots are as the guard wants them."""
    if guard.form is not None and guard.form != scene.form:
        return False
    return not guard.slots or _all_fit(guard.slots, scene.slots)


def fits(value: str, wanted_value: str) -> bool:
    """``MANY`` wants any value, "" wants none."""
    return bool(value) if wanted_value == MANY else value == wanted_value


def _terms(guard: Guard) -> int:
    return (guard.form is not None) + len(guard.slots)


def _all_fit(wanted_ones: tuple[tuple[str, str], ...], values: Mapping[str, str]) -> bool:
    return all(fits(values.get(name, ""), value) for name, value in wanted_ones)


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
