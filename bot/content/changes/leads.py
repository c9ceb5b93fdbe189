"""Where an intent leads: its answer, people, a form. Pure."""

from __future__ import annotations

from bot.content.changes.kinds import Json, SetLead
from bot.content.changes.pages import Pages
from bot.content.extras import FILE as EXTRAS
from bot.content.judging import HANDOFF


def is_plain(rule: Json, intent: str) -> bool:
    """The rule says no more than to what the intent leads: its answer, people, a form."""
    steps = rule.get("steps") or []
    if rule.get("condition") or steps[:1] != [{"intent": intent}]:
        return False
    answer, people = {"action": f"utter_{intent}"}, {"action": HANDOFF}
    form = steps[1].get("action", "") if len(steps) > 1 and isinstance(steps[1], dict) else ""
    return steps[1:] in ([answer], [people], [answer, people], [{"action": form}, {"active_loop": form}])


def set_lead(pages: Pages, change: SetLead) -> None:
    name = change.name
    answered = any(f"utter_{name}" in (says.get("responses") or {}) for _, says in pages.content())
    acts: list[Json] = [{"action": f"utter_{name}"}] if answered and change.to != "form" else []
    if change.to == "handoff":
        acts.append({"action": HANDOFF})
        if all(HANDOFF not in (says.get("actions") or []) for _, says in pages.content()):
            pages.append("actions", HANDOFF, new="domain.yml")
    if change.to == "form":
        acts = [{"action": change.form}, {"active_loop": change.form}]
    wanted = [{"intent": name}, *acts] if acts else []
    found = [rule for _, says in pages.content() for rule in says.get("rules") or [] if is_plain(rule, name)]
    if [rule["steps"] for rule in found] != ([wanted] if wanted else []):
        kept: Json = found[0] if found and wanted else None

        def led(rules: list[Json]) -> list[Json]:
            return [
                {**rule, "steps": wanted} if rule is kept else rule
                for rule in rules
                if rule is kept or not is_plain(rule, name)
            ]

        pages.edit_lists("rules", led)
        if wanted and kept is None:
            pages.append("rules", {"rule": f"answer {name}", "steps": wanted}, new="rules.yml")
    _set_aim(pages, change)


def _without_aim(rules: list[Json], intent: str) -> list[Json]:
    kept: list[Json] = []
    for rule in rules:
        if rule.get("intent") == intent:
            continue
        others = [one for one in rule.get("intents") or [] if one != intent]
        if "intents" not in rule or others:
            kept.append({**rule, "intents": others} if "intents" in rule else rule)
    return kept


def forget_handoff(pages: Pages, intent: str) -> None:
    """Of an intent that is gone, ``switchboard.yml`` says nothing any more."""
    handoff = pages.says(EXTRAS).get("handoff") or {}
    rules, angry = list(handoff.get("rules") or []), list((handoff.get("anger") or {}).get("intents") or [])
    if (kept := _without_aim(rules, intent)) != rules:
        pages.put(EXTRAS, ("handoff", "rules"), kept)
    if intent in angry:
        pages.put(EXTRAS, ("handoff", "anger", "intents"), [one for one in angry if one != intent])


def _set_aim(pages: Pages, change: SetLead) -> None:
    """Where the intent's handoff goes, among the rules of ``switchboard.yml``."""
    rules = list((pages.says(EXTRAS).get("handoff") or {}).get("rules") or [])
    aim = {key: value for key in ("team", "priority", "reason") if (value := getattr(change, key))}
    # The skills asked for are written in the file alone: a change of the rest leaves them.
    skills = next((rule["skills"] for rule in rules if rule.get("intent") == change.name and rule.get("skills")), None)
    if skills:
        aim["skills"] = skills
    mine = {"intent": change.name, **aim}
    kept = _without_aim(rules, change.name)
    if change.to == "handoff" and aim:
        at = next((at for at, rule in enumerate(rules) if rule.get("intent") == change.name), len(kept))
        kept.insert(at, mine)
    if kept != rules:
        pages.put(EXTRAS, ("handoff", "rules"), kept)
