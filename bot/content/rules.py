"""The ``rules:`` section: which actions an intent leads to."""

from __future__ import annotations

from bot.content.draft import Draft
from bot.content.source import Node
from bot.content.types import Rule
from gateway.faults import content as faults

HANDOFF = "action_handoff"
# Actions that only steer Rasa's own dialogue; here every turn ends by itself.
_NOTHING_TO_DO = ("action_listen",)


def read_rules(draft: Draft, section: Node) -> None:
    """Reads rules of the shape "intent, then actions"; others are reported. Raises ``ContentError``."""
    for entry in section.items("rules"):
        fields = entry.fields("A rule")
        if "rule" not in fields or "steps" not in fields:
            raise entry.error(faults.RULE())
        name = fields["rule"].text("rule")
        steps = fields["steps"].items(f"The steps of “{name}”")
        draft.note_others(fields, ("rule", "steps", "condition", "wait_for_user_input"), f"rule “{name}”")
        unfit = _unfit(fields, steps)
        if unfit:
            draft.note(entry, f"The rule “{name}” isn't run: {unfit}.")
            continue
        _read(draft, entry, name, steps)


def _unfit(fields: dict[str, Node], steps: list[Node]) -> str:
    """Why this engine can't run the rule, or nothing."""
    if "condition" in fields:
        return "rules with a condition need forms and slots, which come later"
    kinds = [next(iter(step.fields("A step")), "") for step in steps]
    if not kinds or kinds[0] != "intent":
        return "it doesn't begin with an intent"
    if "intent" in kinds[1:]:
        return "it has several customer turns"
    return ""


def _read(draft: Draft, entry: Node, name: str, steps: list[Node]) -> None:
    intent = steps[0].fields("A step")["intent"].text("intent")
    draft.note_others(steps[0].fields("A step"), ("intent",), f"rule “{name}”")
    if intent in draft.rules:
        raise entry.error(faults.RULE_TWICE(name=intent))
    responses: list[str] = []
    handoff, form = False, ""
    for step in steps[1:]:
        fields = step.fields("A step")
        action = fields["action"].text("action") if "action" in fields else ""
        if action.startswith("utter_"):
            responses.append(action)
        elif action == HANDOFF:
            handoff = True
        elif action in draft.forms:
            form = action
        elif "active_loop" not in fields and action not in _NOTHING_TO_DO:
            what = action or next(iter(fields), "")
            draft.note(step, f"“{what}” in rule “{name}” isn't run by this engine: the conversation goes to a person.")
            handoff = True
    draft.rules[intent] = Rule(intent=intent, responses=tuple(responses), handoff=handoff, form=form)
    draft.rule_places[intent] = entry
