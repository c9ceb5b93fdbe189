"""Forms as lists of questions. Pure."""

from __future__ import annotations

from bot.content.changes.kinds import USUAL_TRIES, Json, SetForm
from bot.content.changes.pages import Pages
from bot.content.extras import FILE as EXTRAS


def set_form(pages: Pages, change: SetForm) -> None:
    name = change.name
    slots = [one.slot for one in change.questions]
    place = next((file for file, says in pages.content() if name in (says.get("forms") or {})), "")
    before = dict(pages.says(place)["forms"][name] or {}) if place else {}
    pages.put_in("forms", name, {**before, "required_slots": slots}, new="domain.yml")
    fields: dict[str, Json] = {}
    for question in change.questions:
        _set_slot(pages, name, question.slot)
        if question.asks:
            pages.put_in("responses", asked_by(pages, name, question.slot), list(question.asks), new="domain.yml")
        elif change.fills:  # the business's form has words of its own
            pages.drop_from("responses", f"utter_ask_{name}_{question.slot}")
        if question.takes:
            fields[question.slot] = question.takes
    said: dict[str, Json] = {"fills": change.fills} if change.fills else {}
    written = pages.says(EXTRAS).get("forms") or {}
    if change.tries != USUAL_TRIES or "tries" in (written.get(name) or {}):
        said["tries"] = change.tries
    if fields:
        said["fields"] = fields
    if said:
        pages.put(EXTRAS, ("forms", name), said)
    elif name in written:
        pages.drop(EXTRAS, ("forms", name))
    if change.done:
        pages.put_in("responses", ended_by(pages, name), list(change.done), new="domain.yml")
    _set_form_rules(pages, change)


def _set_slot(pages: Pages, form: str, slot: str) -> None:
    """A slot that the form can fill with a text; one that is there keeps how else it is filled."""
    condition = {"active_loop": form, "requested_slot": slot}
    place = next((file for file, says in pages.content() if slot in (says.get("slots") or {})), "")
    if not place:
        mapping = {"type": "from_text", "conditions": [condition]}
        pages.put_in("slots", slot, {"type": "text", "influence_conversation": False, "mappings": [mapping]}, new="domain.yml")  # fmt: skip
        return
    found = dict(pages.says(place)["slots"][slot])
    mappings = list(found.get("mappings") or [])
    filled = [one for one in mappings if one.get("type") == "from_text"]
    if any(condition in (one.get("conditions") or [condition]) for one in filled):
        return
    pages.put(place, ("slots", slot, "mappings"), [*mappings, {"type": "from_text", "conditions": [condition]}])


def _set_form_rules(pages: Pages, change: SetForm) -> None:
    name = change.name
    begins = [{"action": name}, {"active_loop": name}]

    def without(rules: list[Json]) -> list[Json]:
        return [
            one
            for one in rules
            if one.get("condition")
            or (one.get("steps") or [])[1:] != begins
            or one["steps"][0] == {"intent": change.begun_by}
        ]

    pages.edit_lists("rules", without)
    rules = [one for _, says in pages.content() for one in says.get("rules") or []]
    if change.begun_by and not any(_begins(one, name, change.begun_by) for one in rules):
        pages.edit_lists("rules", lambda rules: [one for one in rules if one.get("steps") != [{"intent": change.begun_by}, {"action": f"utter_{change.begun_by}"}]])  # fmt: skip
        pages.append(
            "rules", {"rule": f"begin {name}", "steps": [{"intent": change.begun_by}, *begins]}, new="rules.yml"
        )
    ends = any((one.get("steps") or [None])[0] == {"action": name} for one in rules)
    if not ends and change.done:
        steps = [{"action": name}, {"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}]
        rule = {"rule": f"end {name}", "condition": [{"active_loop": name}], "steps": [*steps, {"action": f"utter_submit_{name}"}]}  # fmt: skip
        pages.append("rules", rule, new="rules.yml")


def asked_by(pages: Pages, form: str, slot: str) -> str:
    """The response that asks for a slot: the form's own, or the one for all forms where only that is there."""
    own, shared = f"utter_ask_{form}_{slot}", f"utter_ask_{slot}"
    known = {name for _, says in pages.content() for name in says.get("responses") or {}}
    return shared if shared in known and own not in known else own


def ended_by(pages: Pages, form: str) -> str:
    """The response that is said when the form is filled: of the rule that ends it, else by the name the studio gives."""
    for _, says in pages.content():
        for rule in says.get("rules") or []:
            steps = [step for step in rule.get("steps") or [] if isinstance(step, dict)]
            if steps and steps[0].get("action") == form:
                said = [str(step.get("action")) for step in steps[1:] if str(step.get("action")).startswith("utter_")]
                return said[0] if said else f"utter_submit_{form}"
    return f"utter_submit_{form}"


def _begins(rule: Json, form: str, intent: str) -> bool:
    steps = rule.get("steps") or []
    return bool(steps) and steps[0] == {"intent": intent} and {"action": form} in steps


def remove_form(pages: Pages, name: str) -> None:
    slots = [slot for _, says in pages.content() for slot in ((says.get("forms") or {}).get(name) or {}).get("required_slots", [])]  # fmt: skip
    pages.drop_from("forms", name)
    pages.edit_lists("rules", lambda rules: [one for one in rules if not _is_about(one, name)])
    for slot in slots:
        pages.drop_from("responses", f"utter_ask_{name}_{slot}")
        _forget_condition(pages, slot, name)
    pages.drop_from("responses", f"utter_submit_{name}")
    if not _is_intent(pages, name):
        pages.drop_from("responses", f"utter_title_{name}")
    if pages.says(EXTRAS):
        pages.drop(EXTRAS, ("forms", name))


def _is_intent(pages: Pages, name: str) -> bool:
    return any(entry.get("intent") == name for _, says in pages.content() for entry in says.get("nlu") or [])


def _is_about(rule: Json, form: str) -> bool:
    steps = [*(rule.get("steps") or []), *(rule.get("condition") or [])]
    return any(
        step.get("action") == form or step.get("active_loop") == form for step in steps if isinstance(step, dict)
    )


def _forget_condition(pages: Pages, slot: str, form: str) -> None:
    """The slot's mappings for a form that is gone; a slot that nothing else fills goes, too."""
    for file, says in list(pages.content()):
        found = (says.get("slots") or {}).get(slot)
        if not isinstance(found, dict):
            continue
        kept = []
        for mapping in found.get("mappings") or []:
            conditions = [one for one in mapping.get("conditions") or [] if one.get("active_loop") != form]
            if conditions or not mapping.get("conditions"):
                kept.append({**mapping, "conditions": conditions} if conditions else mapping)
        if kept:
            pages.put(file, ("slots", slot, "mappings"), kept)
        else:
            pages.drop(file, ("slots", slot))
