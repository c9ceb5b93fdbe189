"""The domain: intents, entities, slots, forms and responses."""

from __future__ import annotations

import re

from bot.content.draft import Draft
from bot.content.source import Node
from bot.content.types import Choice, Form, Slot, Source, Tile, Variation
from gateway.errors import Invalid
from gateway.faults import content as faults
from gateway.model.cards import LINKS, MAX_CARDS, TEXT, TITLE, check_address
from gateway.model.cards import MAX_BUTTONS as MAX_CARD_BUTTONS

MAX_TEXT = 4_000
MAX_BUTTONS = 20
_PAYLOAD = re.compile(r"/(?P<intent>[^\s{/.][^\s{]*)(?P<facts>\{.*\})?", re.DOTALL)
# Names that Switchboard itself understands in a payload; they are no intents.
_OWN_PAYLOADS = "/switchboard."


def read_intents(draft: Draft, section: Node) -> None:
    for entry in section.items("intents"):
        if isinstance(entry.value, dict):
            for name, options in entry.value.items():
                draft.declared[name] = entry
                draft.note_others(options.fields(f"The options of “{name}”"), (), f"the intent “{name}”")
        else:
            draft.declared[entry.text("An intent")] = entry


def read_entities(draft: Draft, section: Node) -> None:
    for entry in section.items("entities"):
        if isinstance(entry.value, dict):
            for name, options in entry.value.items():
                draft.entities[name] = entry
                draft.note_others(options.fields(f"The options of “{name}”"), (), f"the entity “{name}”")
        else:
            draft.entities[entry.text("An entity")] = entry


def read_slots(draft: Draft, section: Node) -> None:
    for name, entry in section.fields("slots").items():
        fields = entry.fields(f"The slot “{name}”")
        # The last three matter to Rasa's learned policies and to forms; rules alone decide here.
        draft.note_others(
            fields, ("type", "mappings", "values", "influence_conversation", "min_value", "max_value"), f"slot “{name}”"
        )
        sources = []
        for mapping in fields["mappings"].items(f"mappings of “{name}”") if "mappings" in fields else []:
            source = _source(draft, name, mapping)
            if source:
                sources.append(source)
        draft.slots[name] = Slot(name=name, sources=tuple(sources))


def _source(draft: Draft, slot: str, mapping: Node) -> Source | None:
    fields = mapping.fields(f"A mapping of “{slot}”")
    kind = fields["type"].text("type") if "type" in fields else ""
    if kind == "custom":
        return None
    if kind != "from_entity" or "entity" not in fields or "conditions" in fields:
        draft.note(mapping, f"This mapping of slot “{slot}” ({kind or 'no type'}) isn't honoured: no form runs yet.")
        return None
    draft.note_others(fields, ("type", "entity", "intent", "not_intent"), f"the mappings of slot “{slot}”")
    return Source(
        entity=fields["entity"].text("entity"),
        intents=_names(fields.get("intent")),
        not_intents=_names(fields.get("not_intent")),
    )


def _names(node: Node | None) -> tuple[str, ...]:
    if node is None or node.value is None:
        return ()
    if isinstance(node.value, list):
        return tuple(entry.text("A name") for entry in node.value)
    return (node.text("A name"),)


def read_forms(draft: Draft, section: Node) -> None:
    for name, entry in section.fields("forms").items():
        fields = entry.fields(f"The form “{name}”")
        required = fields.get("required_slots")
        draft.forms[name] = Form(name=name, slots=_names(required))
        draft.note(entry, f"The form “{name}” isn't run by this engine yet: what would start it goes to a person.")


def read_responses(draft: Draft, section: Node) -> None:
    for name, entry in section.fields("responses").items():
        if name in draft.responses:
            raise entry.error(faults.RESPONSE_TWICE(name=name))
        general: list[Variation] = []
        for_channel: list[Variation] = []
        for variation in entry.items(f"The response “{name}”"):
            read = _variation(draft, name, variation)
            (for_channel if "channel" in variation.fields("A variation") else general).append(read)
        if not general and not for_channel:
            raise entry.error(faults.RESPONSE_EMPTY(name=name))
        draft.responses[name] = tuple(general or for_channel)


def _variation(draft: Draft, name: str, node: Node) -> Variation:
    fields = node.fields(f"A variation of “{name}”")
    draft.note_others(fields, ("text", "buttons", "custom", "condition", "channel"), f"“{name}”")
    if "channel" in fields:
        draft.note(
            fields["channel"], f"Variations of “{name}” by channel aren't told apart yet: the general one is used."
        )
    if "text" not in fields:
        raise node.error(faults.VARIATION(name=name))
    text = fields["text"].text("text").strip()
    if not 0 < len(text) <= MAX_TEXT:
        raise fields["text"].error(faults.TEXT(limit=MAX_TEXT))
    return Variation(
        text=text,
        buttons=tuple(_button(draft, button) for button in _entries(fields, "buttons")[:MAX_BUTTONS]),
        cards=_cards(draft, fields["custom"]) if "custom" in fields else (),
        condition=tuple(_condition(condition) for condition in _entries(fields, "condition")),
    )


def _entries(fields: dict[str, Node], name: str) -> list[Node]:
    return fields[name].items(name) if name in fields else []


def _button(draft: Draft, node: Node) -> Choice:
    fields = node.fields("A button")
    draft.note_others(fields, ("title", "payload", "url"), "a button")
    if "title" in fields and "url" in fields:
        return Choice(title=fields["title"].text("title"), payload="", url=_address(fields["url"], LINKS))
    if "title" not in fields or "payload" not in fields:
        raise node.error(faults.BUTTON())
    payload = fields["payload"].text("payload").strip()
    found = _PAYLOAD.fullmatch(payload)
    if found:
        if not payload.startswith(_OWN_PAYLOADS):
            draft.payloads.append((fields["payload"], found["intent"]))
    else:
        draft.note(fields["payload"], f"The payload “{payload[:60]}” isn't /intent: pressing it is read as its title.")
    return Choice(title=fields["title"].text("title"), payload=payload)


def _cards(draft: Draft, custom: Node) -> tuple[Tile, ...]:
    """``custom: {cards: [{title, text, image, buttons}]}``: Rasa hands a response's custom part on as it is."""
    fields = custom.fields("The custom part")
    draft.note_others(fields, ("cards",), "a custom part")
    return tuple(_card(draft, card) for card in _entries(fields, "cards")[:MAX_CARDS])


def _card(draft: Draft, node: Node) -> Tile:
    fields = node.fields("A card")
    draft.note_others(fields, ("title", "text", "image", "buttons"), "a card")
    if "title" not in fields:
        raise node.error(faults.CARD())
    return Tile(
        title=fields["title"].text("title")[:TITLE],
        text=fields["text"].text("text")[:TEXT] if "text" in fields else "",
        image=_address(fields["image"], ("https",)) if "image" in fields else "",
        buttons=tuple(_button(draft, button) for button in _entries(fields, "buttons")[:MAX_CARD_BUTTONS]),
    )


def _address(node: Node, schemes: tuple[str, ...]) -> str:
    try:
        return check_address(node.text("An address").strip(), schemes=schemes, field="url")
    except Invalid as error:
        raise node.error(faults.ADDRESS(schemes=", ".join(f"{one}:" for one in schemes))) from error


def _condition(node: Node) -> tuple[str, str]:
    fields = node.fields("A condition")
    if fields.keys() != {"type", "name", "value"} or fields["type"].value != "slot":
        raise node.error(faults.CONDITION(shape="{type: slot, name: …, value: …}"))
    return fields["name"].text("name"), fields["value"].text("value")
