"""The domain: intents, entities, slots, forms, actions and the session."""

from __future__ import annotations

import msgspec

from bot.content.draft import MAX_INTENTS, Draft
from bot.content.source import Node
from bot.content.types import Field, Form, Session, Slot, SlotType, Source
from gateway.faults import content as faults

_TYPES: tuple[SlotType, ...] = ("text", "bool", "categorical", "float", "list", "any")
_KINDS = {"from_entity": "entity", "from_text": "text", "from_intent": "intent", "from_trigger_intent": "trigger"}
_SLOT = ("type", "mappings", "values", "initial_value", "influence_conversation", "min_value", "max_value")


def read_intents(draft: Draft, section: Node) -> None:
    for entry in section.items("intents"):
        if isinstance(entry.value, dict):
            for name, options in entry.value.items():
                draft.declared[name] = entry
                draft.note_others(options.fields(f"The options of “{name}”"), (), name)
        else:
            draft.declared[entry.text("An intent")] = entry
    if len(draft.declared) > MAX_INTENTS:
        raise section.error(faults.MANY_INTENTS(limit=MAX_INTENTS))


def read_entities(draft: Draft, section: Node) -> None:
    for entry in section.items("entities"):
        if isinstance(entry.value, dict):
            for name, options in entry.value.items():
                draft.entities[name] = entry
                # Roles and groups are learned from the examples; that they are declared matters to Rasa.
                draft.note_others(options.fields(f"The options of “{name}”"), ("roles", "groups"), name)
        else:
            draft.entities[entry.text("An entity")] = entry


def read_actions(draft: Draft, section: Node) -> None:
    for entry in section.items("actions"):
        name = next(iter(entry.value)) if isinstance(entry.value, dict) else entry.text("An action")
        if name.startswith("utter_") or name == "action_handoff":
            continue
        draft.actions[name] = entry


def read_session(draft: Draft, section: Node) -> None:
    fields = section.fields("session_config")
    draft.note_others(fields, ("session_expiration_time", "carry_over_slots_to_new_session"), "session_config")
    minutes, carry = draft.session.minutes, draft.session.carry
    if "session_expiration_time" in fields:
        minutes = number(fields["session_expiration_time"], "session_expiration_time", least=0, most=525_600)
    if "carry_over_slots_to_new_session" in fields:
        carry = fields["carry_over_slots_to_new_session"].value is not False
    draft.session = Session(minutes=minutes, carry=carry)


def number(node: Node, name: str, *, least: float, most: float) -> float:
    """A number within bounds. Raises ``ContentError``."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise node.error(faults.NUMBER(name=name, least=str(least), most=str(most)))
    return float(value)


def read_slots(draft: Draft, section: Node) -> None:
    for name, entry in section.fields("slots").items():
        if name in draft.slots:
            raise entry.error(faults.SLOT_TWICE(name=name))
        fields = entry.fields(f"The slot “{name}”")
        # Influence, and the bounds of a float, matter to Rasa's learned policies; forms have bounds of their own.
        draft.note_others(fields, _SLOT, name)
        kind = fields["type"].text("type") if "type" in fields else "text"
        if kind not in _TYPES:
            raise fields["type"].error(faults.SLOT_TYPE(types=", ".join(_TYPES)))
        mappings = fields["mappings"].items(f"mappings of “{name}”") if "mappings" in fields else []
        draft.slot_places[name] = entry
        draft.slots[name] = Slot(
            name=name,
            type=kind,
            sources=tuple(source for one in mappings if (source := _source(draft, name, one)) is not None),
            initial=plain(fields.get("initial_value")),
            values=names(fields.get("values")),
        )


def plain(node: Node | None) -> str:
    """A value as the log keeps it: "" for none, JSON for a list."""
    if node is None or node.value is None:
        return ""
    if isinstance(node.value, list):
        return msgspec.json.encode([plain(one) for one in node.value]).decode()
    return node.text("A value")


def _source(draft: Draft, slot: str, mapping: Node) -> Source | None:
    fields = mapping.fields(f"A mapping of “{slot}”")
    written = fields["type"].text("type") if "type" in fields else ""
    if written == "custom":
        return None  # an action, or Switchboard, fills it
    kind = _KINDS.get(written)
    if kind is None or (kind == "entity" and "entity" not in fields):
        draft.note(mapping, faults.MAPPING(name=slot, kind=written))
        return None
    known = ("type", "entity", "role", "group", "value", "intent", "not_intent", "conditions")
    draft.note_others(fields, known, slot)
    for node in (fields.get("intent"), fields.get("not_intent")):
        draft.named.extend((node or mapping, "intent", name) for name in names(node))
    return Source(
        kind=kind,  # type: ignore[arg-type]
        entity=fields["entity"].text("entity") if "entity" in fields else "",
        role=fields["role"].text("role") if "role" in fields else "",
        group=fields["group"].text("group") if "group" in fields else "",
        value=plain(fields.get("value")),
        intents=names(fields.get("intent")),
        not_intents=names(fields.get("not_intent")),
        when=tuple(_when(draft, one) for one in fields["conditions"].items("conditions")) if "conditions" in fields else (),
    )  # fmt: skip


def _when(draft: Draft, node: Node) -> tuple[str, str]:
    fields = node.fields("A condition")
    draft.note_others(fields, ("active_loop", "requested_slot"), "conditions")
    form = plain(fields.get("active_loop"))
    if form:
        draft.named.append((node, "form", form))
    return form, plain(fields.get("requested_slot"))


def names(node: Node | None) -> tuple[str, ...]:
    """One name, or a list of them."""
    if node is None or node.value is None:
        return ()
    if isinstance(node.value, list):
        return tuple(entry.text("A name") for entry in node.value)
    return (node.text("A name"),)


def read_forms(draft: Draft, section: Node) -> None:
    for name, entry in section.fields("forms").items():
        fields = entry.fields(f"The form “{name}”")
        draft.note_others(fields, ("required_slots", "ignored_intents"), name)
        wanted = names(fields.get("required_slots"))
        draft.form_places[name] = entry
        draft.forms[name] = Form(
            name=name, fields=tuple(Field(slot=slot) for slot in wanted), ignored=names(fields.get("ignored_intents"))
        )
