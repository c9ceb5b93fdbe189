"""The ``rules:`` section, and the steps that rules and stories are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from bot.content.draft import Draft
from bot.content.source import Node
from bot.content.types import MANY, Act, Guard, Rule
from gateway.faults import content as faults

_RULE = ("rule", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata")
NOBODY = Guard()


@dataclass(frozen=True, slots=True)
class Meant:
    """A step in which the customer says something: one of these."""

    node: Node
    intents: tuple[str, ...]
    entities: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Done:
    node: Node
    action: str


@dataclass(frozen=True, slots=True)
class Holds:
    """A step that says what is the case by now."""

    guard: Guard


@dataclass(frozen=True, slots=True)
class Joint:
    """A checkpoint."""

    node: Node
    name: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A step that this engine can't follow."""

    node: Node
    what: str


Step = Meant | Done | Holds | Joint | Foreign


def read_steps(draft: Draft, steps: list[Node], where: str) -> Iterator[Step]:
    """Each step, judged; names are noted to be looked up in the end."""
    for node in steps:
        fields = node.fields("A step")
        match next((name for name in _STEPS if name in fields), ""):
            case "intent":
                draft.note_others(fields, ("intent", "entities", "user"), where)
                yield _meant(draft, node, (node,))
            case "or":
                yield _meant(draft, node, tuple(fields["or"].items("or")))
            case "action":
                draft.note_others(fields, ("action", "active_loop"), where)
                name = fields["action"].text("action")
                draft.named.append((fields["action"], "action", name))
                yield Done(fields["action"], name)
                if "active_loop" in fields:
                    yield Holds(Guard(form=_loop(draft, fields["active_loop"])))
            case "active_loop":
                yield Holds(Guard(form=_loop(draft, fields["active_loop"])))
            case "slot_was_set":
                yield Holds(Guard(slots=_slots(draft, fields["slot_was_set"])))
            case "checkpoint":
                yield Joint(node, fields["checkpoint"].text("checkpoint"))
            case _:
                yield Foreign(node, next(iter(fields), "…"))


_STEPS = ("intent", "or", "action", "active_loop", "slot_was_set", "checkpoint")


def _meant(draft: Draft, node: Node, options: tuple[Node, ...]) -> Meant | Foreign:
    intents: list[str] = []
    entities: tuple[tuple[str, str], ...] = ()
    for option in options:
        fields = option.fields("A step")
        if "intent" not in fields:
            return Foreign(node, "or")
        name = fields["intent"].text("intent")
        draft.named.append((fields["intent"], "intent", name))
        intents.append(name)
        entities = entities or tuple(_pair(one) for one in fields["entities"].items("entities")) if "entities" in fields else entities  # fmt: skip
    return Meant(node, tuple(intents), entities)


def _pair(node: Node) -> tuple[str, str]:
    """``name`` alone, or ``name: value``; a role or a group beside it tells Rasa's policies, not ours."""
    if isinstance(node.value, dict) and node.value:
        name, value = next(iter(node.value.items()))
        return name, "" if value.value is None else (MANY if isinstance(value.value, list) else value.text("A value"))
    return node.text("A name"), MANY


def _loop(draft: Draft, node: Node) -> str:
    if node.value is None:
        return ""
    name = node.text("active_loop")
    draft.named.append((node, "form", name))
    return name


def _slots(draft: Draft, node: Node) -> tuple[tuple[str, str], ...]:
    """What has been asked for is the form's own business, so ``requested_slot`` tells nothing here."""
    entries = node.items("slot_was_set") if isinstance(node.value, list) else [node]
    found = []
    for entry in entries:
        several = isinstance(entry.value, dict) and len(entry.value) > 1
        pairs = [_pair(Node(entry.file, entry.line, {name: value})) for name, value in entry.fields("slot_was_set").items()] if several else [_pair(entry)]  # fmt: skip
        for name, value in pairs:
            draft.named.append((entry, "slot", name))
            if name != "requested_slot":
                found.append((name, value))
    return tuple(found)


def both(one: Guard, other: Guard) -> Guard:
    """What holds where both do; of two forms the later one."""
    return Guard(form=one.form if other.form is None else other.form, slots=(*one.slots, *other.slots))


def read_rules(draft: Draft, section: Node) -> None:
    """Reads every rule; what can't be run is reported. Raises ``ContentError``."""
    for entry in section.items("rules"):
        fields = entry.fields("A rule")
        if "rule" not in fields or "steps" not in fields:
            raise entry.error(faults.RULE())
        name = fields["rule"].text("rule")
        draft.note_others(fields, _RULE, name)
        guard = NOBODY
        for one in fields["condition"].items("condition") if "condition" in fields else []:
            guard = both(guard, _condition(draft, one))
        rule = Rule(
            name=name,
            guard=guard,
            start=_is_true(fields.get("conversation_start")),
            waits=not _is_false(fields.get("wait_for_user_input")),
        )
        _read(draft, entry, rule, list(read_steps(draft, fields["steps"].items(f"The steps of “{name}”"), name)))


def _condition(draft: Draft, node: Node) -> Guard:
    fields = node.fields("A condition")
    if fields.keys() == {"active_loop"}:
        return Guard(form=_loop(draft, fields["active_loop"]))
    if fields.keys() == {"slot_was_set"}:
        return Guard(slots=_slots(draft, fields["slot_was_set"]))
    raise node.error(faults.CONDITIONS())


def _is_true(node: Node | None) -> bool:
    return node is not None and node.value is True


def _is_false(node: Node | None) -> bool:
    return node is not None and node.value is False


def _read(draft: Draft, entry: Node, rule: Rule, steps: list[Step]) -> None:
    acts: list[Act] = []
    meant: Meant | None = None
    pending, guard = NOBODY, rule.guard
    for step in steps:
        match step:
            case Meant() if meant is not None or acts:
                draft.note(entry, faults.RULE_TURNS(name=rule.name))
                return
            case Meant():
                meant, guard, pending = step, both(guard, pending), NOBODY
            case Done(action="action_listen"):
                continue
            case Done():
                acts.append(Act(name=step.action, guard=pending))
                pending = NOBODY
            case Holds():
                pending = both(pending, step.guard)
            case Joint() | Foreign():
                what = step.name if isinstance(step, Joint) else step.what
                draft.note(step.node, faults.STEP(step=what, name=rule.name))
                return
    if meant is None and len(acts) < 2:
        return  # one action that no intent leads to, leads to nothing
    if meant is None:
        guard, acts[0] = both(guard, acts[0].guard), Act(name=acts[0].name)
    found = msgspec.structs.replace(rule, guard=guard, acts=tuple(acts))
    if meant is not None:
        found = msgspec.structs.replace(found, intents=meant.intents, entities=meant.entities)
    draft.rules.append((found, entry))
