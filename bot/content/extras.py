"""``switchboard.yml``: what Rasa's format has no place for, and Rasa doesn't read."""

from __future__ import annotations

from typing import get_args

from bot.content.domain import names, number, plain
from bot.content.draft import Draft
from bot.content.responses import read_aim
from bot.content.source import Node
from bot.content.types import Aim, Anger, Field, Important, Kind, Settings
from gateway.faults import content as faults

FILE = "switchboard.yml"
_KINDS: tuple[Kind, ...] = get_args(Kind)
_TOP = ("understanding", "handoff", "forms", "version")
_HANDOFF = ("team", "priority", "reason", "skills", "misses", "rules", "anger", "important", "form_failed")


def read_extras(draft: Draft, root: Node) -> None:
    """Raises ``ContentError``: a setting that nobody knows is a mistake here, since the file is ours alone."""
    sections = _known(root, _TOP, "switchboard.yml")
    settings = Settings()
    handoff = _known(sections["handoff"], _HANDOFF, "handoff") if "handoff" in sections else {}
    understanding = _known(sections["understanding"], ("answer_from",), "understanding") if "understanding" in sections else {}  # fmt: skip
    aims: dict[str, Aim] = {}
    for rule in handoff["rules"].items("rules") if "rules" in handoff else []:
        aims.update(_aims(draft, rule))
    draft.settings = Settings(
        answer_from=number(understanding["answer_from"], "answer_from", least=0.1, most=0.99)
        if "answer_from" in understanding
        else settings.answer_from,
        misses=int(number(handoff["misses"], "misses", least=1, most=10)) if "misses" in handoff else settings.misses,
        aim=read_aim(draft, _part(sections["handoff"], ("team", "priority", "reason", "skills")), "handoff")
        if "handoff" in sections
        else settings.aim,
        aims=aims,
        form_failed=read_aim(draft, handoff["form_failed"], "form_failed")
        if "form_failed" in handoff
        else settings.form_failed,
        anger=_anger(draft, handoff["anger"]) if "anger" in handoff else settings.anger,
        important=_important(draft, handoff["important"]) if "important" in handoff else None,
    )
    for name, node in (sections["forms"].fields("forms") if "forms" in sections else {}).items():
        _form(draft, name, node)


def _known(node: Node, known: tuple[str, ...], where: str) -> dict[str, Node]:
    fields = node.fields(where)
    for name, value in fields.items():
        if name not in known:
            raise value.error(faults.SETTING(name=name, known=", ".join(known)))
    return fields


def _part(node: Node, kept: tuple[str, ...]) -> Node:
    """The mapping with some of its fields alone."""
    return Node(node.file, node.line, {name: one for name, one in node.fields("handoff").items() if name in kept})


def _aims(draft: Draft, rule: Node) -> dict[str, Aim]:
    fields = _known(rule, ("intent", "intents", "team", "priority", "reason", "skills"), "rules")
    aim = read_aim(draft, _part(rule, ("team", "priority", "reason", "skills")), "rules")
    meant = names(fields.get("intent") or fields.get("intents"))
    draft.named.extend((rule, "intent", name) for name in meant)
    return dict.fromkeys(meant, aim)


def _anger(draft: Draft, node: Node) -> Anger:
    fields = _known(node, ("from", "words", "intents", "team", "priority", "reason", "skills"), "anger")
    meant = names(fields.get("intents"))
    draft.named.extend((node, "intent", name) for name in meant)
    usual = Anger()
    return Anger(
        level=number(fields["from"], "from", least=0, most=1) if "from" in fields else usual.level,
        words=tuple(word.casefold() for word in names(fields.get("words"))),
        intents=meant,
        aim=_aim(draft, node, "anger", usual.aim),
    )


def _aim(draft: Draft, node: Node, where: str, usual: Aim) -> Aim:
    part = _part(node, ("team", "priority", "reason", "skills"))
    aim = read_aim(draft, part, where)
    if "priority" in node.fields(where):
        return aim
    return Aim(team=aim.team, priority=usual.priority, reason=aim.reason, skills=aim.skills)


def _important(draft: Draft, node: Node) -> Important:
    known = ("labels", "attributes", "slots", "at_once", "team", "priority", "reason", "skills")
    fields = _known(node, known, "important")
    slots = {name: plain(one) for name, one in fields["slots"].fields("slots").items()} if "slots" in fields else {}
    draft.named.extend((node, "slot", name) for name in slots)
    attributes = fields["attributes"].fields("attributes") if "attributes" in fields else {}
    return Important(
        labels=names(fields.get("labels")),
        attributes={name: plain(one) for name, one in attributes.items()},
        slots=slots,
        at_once="at_once" in fields and fields["at_once"].value is True,
        aim=_aim(draft, node, "important", Important().aim),
    )


def _form(draft: Draft, name: str, node: Node) -> None:
    draft.named.append((node, "form", name))
    fields = _known(node, ("fills", "tries", "fields"), name)
    if plain(fields.get("fills")):
        draft.fills[name] = (fields["fills"], plain(fields["fills"]))
    if "tries" in fields:
        draft.tries[name] = int(number(fields["tries"], "tries", least=1, most=10))
    for slot, one in (fields["fields"].fields("fields") if "fields" in fields else {}).items():
        if name in draft.fills:  # what is asked says the business's form
            draft.beside.append((one, name, slot))
        else:
            draft.named.append((one, "slot", slot))
        draft.fields[name, slot] = _field(draft, slot, one)


def _field(draft: Draft, slot: str, node: Node) -> Field:
    fields = _known(node, ("kind", "choices", "min", "max", "invalid", "words"), slot)
    kind = plain(fields.get("kind")) or "text"
    if kind not in _KINDS:
        raise fields["kind"].error(faults.KIND(name="kind", known=", ".join(_KINDS)))
    invalid = plain(fields.get("invalid"))
    if invalid:
        draft.named.append((fields["invalid"], "action", invalid))
    return Field(
        slot=slot,
        kind=kind,
        choices=names(fields.get("choices")),
        least=number(fields["min"], "min", least=-1e12, most=1e12) if "min" in fields else None,
        most=number(fields["max"], "max", least=-1e12, most=1e12) if "max" in fields else None,
        invalid=invalid,
        words=tuple(word.casefold() for word in names(fields.get("words"))),
    )
