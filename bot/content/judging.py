"""Whether the parts of content fit together: names that stand for nothing, rules that contradict, circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.content.types import Definition, Rule
from gateway.faults import content as faults
from gateway.model.state import MAX_ANSWERS

if TYPE_CHECKING:
    from bot.content.draft import Draft
    from bot.content.source import Node

HANDOFF = "action_handoff"
# Slots that need no declaration: Rasa's own, and what Switchboard tells (see ``bot.dialogue.tracker.circumstances``).
TOLD = frozenset({"requested_slot", "language", "channel", "open", "time_of_day"})
# What Rasa itself does under these names, and this engine too.
BUILT_IN = frozenset(
    {"action_listen", "action_deactivate_loop", "action_restart", "action_session_start", "action_default_fallback"}
    | {"action_back", "action_extract_slots", "action_two_stage_fallback", "action_default_ask_affirmation"}
    | {"action_default_ask_rephrase", "action_revert_fallback_events", HANDOFF}
)
# Intents that Rasa itself gives: nobody declares them. ``nlu_fallback``: nothing was understood.
NOT_UNDERSTOOD = "nlu_fallback"
BUILT_IN_INTENTS = frozenset({NOT_UNDERSTOOD, "out_of_scope", "restart", "back", "session_start"})


def judge(draft: Draft) -> None:
    """Raises ``ContentError``; notes what can be used all the same."""
    _intents(draft)
    _names(draft)
    _rules(draft)
    _circles(draft)
    _answered(draft)
    for node, intent in draft.payloads:
        if not draft.means(intent):
            raise node.error(faults.BUTTON_INTENT(name=intent))
    for name, node in draft.extractors.items():
        if name not in draft.entities:
            draft.note(node, faults.EXTRACTOR(name=name))
    _forms(draft)


def _intents(draft: Draft) -> None:
    for name, node in draft.example_places.items():
        if name not in draft.declared and name.split("/")[0] not in draft.declared:
            raise node.error(faults.INTENT(name=name))
    taught = {name.split("/")[0] for name in draft.examples} | set(draft.examples)
    for name, node in draft.declared.items():
        if name not in taught:
            draft.note(node, faults.BARE_INTENT(name=name))
            draft.examples[name] = []


def _names(draft: Draft) -> None:
    """What rules, stories, forms and settings name must be there."""
    for node, kind, name in draft.named:
        if kind == "intent" and not draft.means(name) and name not in BUILT_IN_INTENTS:
            raise node.error(faults.RULE_INTENT(name=name))
        if kind == "slot" and name not in draft.slots and name not in TOLD:
            raise node.error(faults.SLOT(name=name))
        if kind == "form" and name not in draft.forms:
            raise node.error(faults.FORM(name=name))
        if kind == "action":
            _action(draft, node, name)


def _action(draft: Draft, node: Node, name: str) -> None:
    known = name in draft.responses or name in draft.forms or name in BUILT_IN or name in draft.actions
    if known or (name.startswith("utter_") and any(one.startswith(f"{name}/") for one in draft.responses)):
        return
    if name.startswith("utter_"):
        raise node.error(faults.RESPONSE(name=name))
    if name.startswith("validate_"):
        return
    draft.note(node, faults.UNKNOWN_ACTION(name=name))


def _rules(draft: Draft) -> None:
    """Two rules that begin alike must go on alike."""
    first: dict[tuple[object, ...], int] = {}
    for at, (rule, node) in enumerate(draft.rules):
        begins = rule.intents or (rule.acts[0].name if rule.acts else "",)
        for beginning in begins:
            key = (beginning, bool(rule.intents), rule.entities, rule.guard, rule.start)
            before = first.setdefault(key, at)
            other, place = draft.rules[before]
            if before != at and other.acts != rule.acts:
                where = f"{place.file}:{place.line}"
                raise node.error(faults.CONTRADICTION(name=rule.name, other=other.name, place=where))


def _circles(draft: Draft) -> None:
    """Rules that begin with an action must not lead back to it."""
    leads: dict[str, tuple[str, ...]] = {}
    places: dict[str, tuple[Rule, Node]] = {}
    for rule, node in draft.rules:
        if not rule.intents and rule.acts and rule.acts[0].name not in draft.forms:
            leads[rule.acts[0].name] = tuple(act.name for act in rule.acts[1:])
            places[rule.acts[0].name] = (rule, node)
    for start in leads:
        path = _circle(leads, start, (start,))
        if path:
            rule, node = places[start]
            raise node.error(faults.CYCLE(name=rule.name, path=" → ".join(path)))


def _circle(leads: dict[str, tuple[str, ...]], start: str, path: tuple[str, ...]) -> tuple[str, ...]:
    for following in leads.get(path[-1], ()):
        if following == start:
            return (*path, start)
        if following not in path:
            found = _circle(leads, start, (*path, following))
            if found:
                return found
    return ()


def _answered(draft: Draft) -> None:
    led = {intent for rule, _ in draft.rules for intent in rule.intents}
    led |= {intent for story, _ in draft.stories for one in story.exchanges for intent in one.intents}
    asked = {intent for slot in draft.slots.values() for source in slot.sources for intent in source.intents}
    for name, node in draft.declared.items():
        own = f"utter_{name}"
        if name not in led and name not in asked and name not in draft.settings.aims and own not in draft.responses:
            draft.note(node, faults.UNANSWERED(name=name))


def _forms(draft: Draft) -> None:
    for name, form in draft.forms.items():
        place, wanted = draft.fills.get(name, (draft.form_places[name], ""))
        definition = draft.definition(wanted)
        if definition is not None:
            _led(draft, name, definition)
            continue
        if wanted:
            draft.note(
                place, faults.FILLS_UNSEEN(name=wanted) if draft.definitions is None else faults.FILLS(name=wanted)
            )
        for field in form.fields:
            if field.slot not in draft.slots:
                raise draft.form_places[name].error(faults.SLOT(name=field.slot))
            asks = (f"utter_ask_{name}_{field.slot}", f"utter_ask_{field.slot}")
            acts = (f"action_ask_{name}_{field.slot}", f"action_ask_{field.slot}")
            if not any(one in draft.responses for one in asks) and not any(one in draft.actions for one in acts):
                draft.note(draft.form_places[name], faults.NOT_ASKED(name=field.slot))


def _led(draft: Draft, name: str, definition: Definition) -> None:
    """What of a bot's form, or of the business's that it fills, can't be asked."""
    asked = [one.name for step in definition.steps for one in step.fields]
    named = [(draft.form_places[name], field.slot) for field in draft.forms[name].fields]
    named += [(node, slot) for node, form, slot in draft.beside if form == name]
    for node, slot in named:
        if slot not in asked:
            draft.note(node, faults.FILLS_NOT(name=slot, form=definition.name))
    place, _ = draft.fills[name]
    for told in sorted(TOLD.intersection(asked)):
        draft.note(place, faults.FILLS_TOLD(name=told, form=definition.name))
    if len(asked) > MAX_ANSWERS:
        draft.note(place, faults.FILLS_MANY(name=definition.name, limit=MAX_ANSWERS))
