"""Holding test conversations with a trained bot, through the same turns that customers get. In memory, and always alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from bot.actions import ActionCall, ActionDone, Actions
from bot.artifact import Bot
from bot.content.judging import HANDOFF
from bot.content.types import MANY, Content, Mark
from bot.dialogue.talk import REGIONS, Traced
from bot.dialogue.values import limits_of
from bot.embedded import converse_traced
from bot.nlu.entities import Entity, Here
from bot.nlu.values import judge_value
from bot.testing.results import MOST_TOLD, Results, StoryResult
from bot.testing.stories import Step, Turn, WrittenStory
from gateway.model.events import Memory
from gateway.ports import TurnInput, TurnRequest

NOON = dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC)
"""When every story begins: a Monday, so that "tomorrow" is the same day in every run."""
MINUTE = 60_000_000
NOTHING_MORE = "action_listen"
"""The action of waiting for the customer, by Rasa's name."""
UNSURE = frozenset({"nlu_fallback", "out_of_scope"})
"""Intents that no content declares: the bot shall not be sure of anything."""
FALLBACKS = frozenset({"action_default_fallback", "action_two_stage_fallback", "action_default_ask_rephrase"})


async def run_stories(bot: Bot, stories: Iterable[WrittenStory], actions: Actions | None = None) -> Results:
    """Without ``actions``, a custom action does what its story says: the slots behind it are set."""
    results = [await _run(bot, story, actions) for story in stories]
    failed = [one for one in results if not one.passed]
    told = [*failed, *(one for one in results if one.passed)]
    return Results(all=len(results), failed=len(failed), stories=tuple(told[:MOST_TOLD]))


async def _run(bot: Bot, story: WrittenStory, actions: Actions | None) -> StoryResult:
    facts, memory, misses = dict(story.facts), None, 0
    for number, turn in enumerate(story.turns):
        form = memory.form if memory is not None else ""
        request = _request(story, number, facts=facts, memory=memory, misses=misses)
        traced = await converse_traced(bot, request, actions or _AsWritten(turn))
        result = traced.result
        facts = {name: value for name, value in {**facts, **result.facts}.items() if value}
        memory, misses = (result.memory, result.misses) if result.handoff is None else (None, 0)
        outcome = _Outcome(bot, turn, traced, facts=facts, form=form, here=_here(story, request))
        wrong = next(outcome.objections(), None)
        if wrong is not None:
            step, expected, got = wrong
            return StoryResult(
                name=story.name, file=story.file, line=step.line, passed=False, step=step.number,
                said=turn.text, expected=expected, got=got,
            )  # fmt: skip
    return StoryResult(name=story.name, file=story.file, line=story.line, passed=True)


def _request(
    story: WrittenStory, number: int, *, facts: dict[str, str], memory: Memory | None, misses: int
) -> TurnRequest:  # fmt: skip
    at = NOON + dt.timedelta(minutes=number)
    turn = story.turns[number]
    return TurnRequest(
        id=f"test:{story.name}:{number}", business="test", conversation=f"test:{story.name}", locale=story.locale,
        inputs=(TurnInput(seq=1, text=turn.text, choice=turn.choice),), misses=misses, facts=facts, memory=memory,
        now=int(NOON.timestamp()) * 1_000_000 + number * MINUTE, at=at,
    )  # fmt: skip


def _here(story: WrittenStory, request: TurnRequest) -> Here:
    return Here(now=request.at, region=REGIONS.get(story.locale, "US"))


class _AsWritten(Actions):
    """An action server that does what the story says of its actions."""

    def __init__(self, turn: Turn) -> None:
        self._sets: dict[str, dict[str, str]] = {}
        action = ""
        for step in turn.steps:
            if step.kind == "action":
                action = step.name
            elif step.kind == "slot" and step.value != MANY and action:
                self._sets.setdefault(action, {})[step.name] = step.value

    async def run(self, call: ActionCall, content: Content) -> ActionDone:
        return ActionDone(slots=self._sets.get(call.name, {}))

    async def aclose(self) -> None:
        return


Objection = tuple[Step, str, str]


class _Outcome:
    """A turn, held against what its story expects. ``form``: the one that ran before it."""

    def __init__(
        self, bot: Bot, turn: Turn, traced: Traced, *, facts: dict[str, str], form: str, here: Here
    ) -> None:  # fmt: skip
        self._bot, self._turn, self._traced = bot, turn, traced
        self._facts, self._form, self._here = facts, form, here

    def objections(self) -> Iterator[Objection]:
        """What isn't as it was written: first what was understood, then what was done, then how things stand."""
        yield from self._intent()
        yield from self._entities()
        yield from self._actions()
        for step in self._turn.steps:
            if step.kind == "slot" and not self._holds(step):
                told = self._asks if step.name == "requested_slot" else self._facts.get(step.name, "")
                yield step, f"slot_was_set: {step.name}: {_value(step.value)}", f"{step.name}: {_value(told)}"
            elif step.kind == "says" and all(step.name != reply.text for reply in self._traced.result.replies):
                yield (
                    step,
                    f"bot: {step.name}",
                    "bot: " + " / ".join(reply.text for reply in self._traced.result.replies),
                )
        yield from self._loop()

    def _intent(self) -> Iterator[Objection]:
        """An answer to a form's question has no intent of its own: slots and actions tell whether it was understood."""
        step = next((one for one in self._turn.steps if one.kind == "intent"), None)
        meant, best = self._traced.meant, next(iter(self._traced.result.intents), None)
        if step is None or step.name in meant or (self._form and not meant):
            return
        unsure = not meant and self._traced.result.outcome in ("clarify", "rephrase", "handoff")
        if step.name in UNSURE and unsure:
            return
        if not meant and best is not None and best.intent == step.name:
            return
        got = meant[0] if meant else (best.intent if best is not None else "nlu_fallback")
        yield step, f"intent: {step.name}", f"intent: {got}{self._confidence()}"

    def _confidence(self) -> str:
        best = next(iter(self._traced.result.intents), None)
        return f" ({best.intent} {best.confidence:.2f})" if best is not None else ""

    def _entities(self) -> Iterator[Objection]:
        if not self._turn.marks:
            return
        found = self._bot.finder.find(self._turn.text, here=self._here)
        place = Step(kind="slot", name="", number=self._turn.number, line=self._turn.line)
        start = 0
        for mark in self._turn.marks:
            start = self._turn.text.index(mark.text, start)
            if mark.entity not in self._bot.content.entities:
                continue
            known = any(_is(one, mark, start) for one in found) or self._fills(mark)
            start += len(mark.text)
            if not known:
                got = ", ".join(f"[{self._turn.text[one.start : one.end]}]({one.name})" for one in found)
                yield place, f"entity: [{mark.text}]({mark.entity})", f"entity: {got or '–'}"

    def _fills(self, mark: Mark) -> bool:
        """The text was taken for a slot that this entity fills: of an answer to a form that is what matters."""
        return any(
            source.kind == "entity" and source.entity == mark.entity and self._traced.result.facts.get(slot.name)
            for slot in self._bot.content.slots
            for source in slot.sources
        )

    def _actions(self) -> Iterator[Objection]:
        wanted = [step for step in self._turn.steps if step.kind == "action"]
        if not any(step.kind != "intent" for step in self._turn.steps):
            return  # the story ends with what was said: only how it is understood matters
        did = list(self._traced.did)
        for at, step in enumerate(wanted):
            done = did[at] if at < len(did) else NOTHING_MORE
            if not _same(step.name, done):
                yield step, f"action: {step.name}", f"action: {done}{self._doubt(done)}"
                return
        if wanted and len(did) > len(wanted):
            done = did[len(wanted)]
            yield wanted[-1], f"action: {NOTHING_MORE}", f"action: {done}{self._doubt(done)}"

    def _doubt(self, done: str) -> str:
        return self._confidence() if done in FALLBACKS or done == HANDOFF else ""

    @property
    def _asks(self) -> str:
        memory = self._traced.result.memory
        return memory.asks if memory is not None else ""

    def _loop(self) -> Iterator[Objection]:
        """The form that runs when the turn is over; a story says it where it changes, the last time counts."""
        step = next((one for one in reversed(self._turn.steps) if one.kind == "loop"), None)
        memory = self._traced.result.memory
        runs = memory.form if memory is not None else ""
        if step is not None and step.name != runs:
            yield step, f"active_loop: {_value(step.name)}", f"active_loop: {_value(runs)}"

    def _holds(self, step: Step) -> bool:
        if step.name == "requested_slot":
            return step.value == (MANY if step.value == MANY and self._asks else self._asks)
        told = self._facts.get(step.name, "")
        if step.value == MANY or not step.value:
            return bool(told) == bool(step.value)
        return told == step.value or told in self._read(step)

    def _read(self, step: Step) -> set[str]:
        """What the written value stands for: a telephone number is the same however it is written."""
        found = {one.value for one in self._bot.finder.find(step.value, here=self._here)}
        for form in self._bot.content.forms.values():
            for one in form.fields:
                if one.slot == step.name:
                    found.add(judge_value(one.kind, step.value, here=self._here, limits=limits_of(one)).value)
        return found


def _is(found: Entity, mark: Mark, start: int) -> bool:
    """The entity stands where the story has it, and stands for the same where the story says for what."""
    return (
        found.name == mark.entity
        and found.start < start + len(mark.text)
        and start < found.end
        and mark.value in (mark.text, found.value)
        and mark.role in ("", found.role)
        and mark.group in ("", found.group)
    )


def _same(wanted: str, done: str) -> bool:
    """Of a retrieval intent a story may name the answer to any of its questions."""
    return wanted == done or done.startswith(f"{wanted}/") or (wanted in FALLBACKS and done in FALLBACKS)


def _value(value: str) -> str:
    return {MANY: "…", "": "null"}.get(value, value)
