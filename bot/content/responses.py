"""The ``responses:`` section: what the bot says, with its variations."""

from __future__ import annotations

import re

from bot.content.domain import names, number, plain
from bot.content.draft import Draft
from bot.content.source import Node
from bot.content.types import Aim, Choice, NamedSound, Tile, Variation
from gateway.errors import Invalid
from gateway.faults import content as faults
from gateway.model.cards import LINKS, MAX_CARDS, TEXT, TITLE, check_address
from gateway.model.cards import MAX_BUTTONS as MAX_CARD_BUTTONS
from gateway.model.rules import MAX_LEVEL

MAX_TEXT = 4_000
MAX_BUTTONS = 20
MOST_PRIORITY = 100
MOST_SKILLS = 10
LONGEST_SOUND = 60
_VOICE = "voice"
_PLACE = re.compile(r"\{(\w+)\}")
_PAYLOAD = re.compile(r"/(?P<intent>[^\s{.][^\s{]*)(?P<facts>\{.*\})?", re.DOTALL)
# Names that Switchboard itself understands in a payload; they are no intents.
_OWN_PAYLOADS = "/switchboard."
_VARIATION = ("text", "buttons", "custom", "condition", "channel", "image", "metadata", "id")


def read_responses(draft: Draft, section: Node) -> None:
    for name, entry in section.fields("responses").items():
        if name in draft.responses:
            raise entry.error(faults.RESPONSE_TWICE(name=name))
        offered = tuple(_variation(draft, name, one) for one in entry.items(f"The response “{name}”"))
        if not offered:
            raise entry.error(faults.RESPONSE_EMPTY(name=name))
        for one in offered:
            if one.sound and not any(each.text for each in offered):
                draft.note(entry, faults.SOUND_WORDS(name=one.sound, where=name))
        draft.responses[name] = offered


def _variation(draft: Draft, name: str, node: Node) -> Variation:
    fields = node.fields(f"A variation of “{name}”")
    draft.note_others(fields, _VARIATION, name)
    custom = fields["custom"].fields("The custom part") if "custom" in fields else {}
    # Rasa hands a response's custom part on as it is.
    draft.note_others(custom, ("cards", "handoff", "sound", "unrecorded"), name)
    text = fields["text"].text("text").strip() if "text" in fields else ""
    if "text" in fields and not 0 < len(text) <= MAX_TEXT:
        raise fields["text"].error(faults.TEXT(limit=MAX_TEXT))
    if not text and not custom and "image" not in fields:
        raise node.error(faults.VARIATION(name=name))
    variation = Variation(
        text=text,
        buttons=tuple(_button(draft, button) for button in _entries(fields, "buttons")[:MAX_BUTTONS]),
        cards=tuple(_card(draft, card) for card in _entries(custom, "cards")[:MAX_CARDS]),
        condition=tuple(_condition(draft, one) for one in _entries(fields, "condition")),
        channel=fields["channel"].text("channel") if "channel" in fields else "",
        image=_address(fields["image"], ("https",)) if "image" in fields else "",
        handoff=read_aim(draft, custom["handoff"], name) if "handoff" in custom else None,
        sound=custom["sound"].text("sound").strip()[:LONGEST_SOUND] if "sound" in custom else "",
        unrecorded="unrecorded" in custom and custom["unrecorded"].value is True,
    )
    if variation.sound:
        _note_sound(draft, name, custom["sound"], variation)
    return variation


def _note_sound(draft: Draft, name: str, node: Node, variation: Variation) -> None:
    """Where a sound is named, and why it is never heard."""
    sound, values = variation.sound, dict.fromkeys(_PLACE.findall(variation.text))
    language = dict(variation.condition).get("language", "")
    draft.sounds.append(NamedSound(file=node.file, line=node.line, response=name, name=sound, language=language))
    if variation.channel != _VOICE:
        draft.note(node, faults.SOUND_CHANNEL(name=sound, where=name))
    if values:
        draft.note(node, faults.SOUND_FIXED(name=sound, where=name, values=", ".join(values)))


def read_aim(draft: Draft, node: Node, where: str) -> Aim:
    """``{team, priority, reason, skills}``; skills are a list of names, or names with their levels."""
    fields = node.fields("handoff")
    draft.note_others(fields, ("team", "priority", "reason", "skills", "intent", "intents"), where)
    return Aim(
        team=plain(fields.get("team")),
        priority=int(number(fields["priority"], "priority", least=0, most=MOST_PRIORITY)) if "priority" in fields else 0,
        reason=plain(fields.get("reason"))[:200],
        skills=_skills(fields["skills"]) if "skills" in fields else {},
    )  # fmt: skip


def _skills(node: Node) -> dict[str, int]:
    """Without a level any will do."""
    if isinstance(node.value, dict):
        levels = {name: int(number(one, name, least=1, most=MAX_LEVEL)) for name, one in node.fields("skills").items()}
        return dict(list(levels.items())[:MOST_SKILLS])
    return dict.fromkeys(names(node)[:MOST_SKILLS], 1)


def _entries(fields: dict[str, Node], name: str) -> list[Node]:
    return fields[name].items(name) if name in fields else []


def _button(draft: Draft, node: Node) -> Choice:
    fields = node.fields("A button")
    draft.note_others(fields, ("title", "payload", "url"), "buttons")
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
        draft.note(fields["payload"], faults.PAYLOAD(text=payload[:60]))
    return Choice(title=fields["title"].text("title"), payload=payload)


def _card(draft: Draft, node: Node) -> Tile:
    fields = node.fields("A card")
    draft.note_others(fields, ("title", "text", "image", "buttons"), "cards")
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


def _condition(draft: Draft, node: Node) -> tuple[str, str]:
    fields = node.fields("A condition")
    if fields.keys() != {"type", "name", "value"} or fields["type"].value != "slot":
        raise node.error(faults.CONDITION(shape="{type: slot, name: …, value: …}"))
    name = fields["name"].text("name")
    draft.named.append((node, "slot", name))
    return name, plain(fields["value"])
