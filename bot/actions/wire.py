"""rasa-sdk's HTTP protocol: what an action server is asked, and what it answers. Pure.

Source: rasa-sdk 3.6, ``POST /webhook`` with ``{next_action, sender_id, tracker, domain, version}``, answered by
``{events, responses}``; 400 with ``{error, action_name}`` where the action refused to be run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.actions.calls import ActionCall, ActionDone, ActionFailed, Utter
from bot.content.responses import MOST_SKILLS
from bot.content.types import Aim, Content
from bot.dialogue.payload import MAX_FACT
from bot.dialogue.playbook import ACTION
from gateway.errors import Invalid
from gateway.model.cards import check_address
from gateway.model.events import Button, Card
from gateway.model.reach import UNWANTED
from gateway.model.rules import MAX_LEVEL
from gateway.ports import BotReply

VERSION = "3.6.21"
"""Of the protocol that is spoken: rasa-sdk warns where it is another than its own."""
MAX_TEXT = 4_000
MOST_SAID = 10
MOST_BUTTONS = 20


class Answer(msgspec.Struct, frozen=True):
    """What an action server answers; what isn't named here is ignored."""

    events: tuple[dict[str, Any], ...] = ()
    responses: tuple[dict[str, Any], ...] = ()


_answers = msgspec.json.Decoder(Answer)


def request_of(call: ActionCall, content: Content) -> bytes:
    """The body of the call."""
    slots = {slot.name: _typed(slot.type, call.slots.get(slot.name, "")) for slot in content.slots}
    body = {
        "next_action": call.name,
        "sender_id": call.conversation,
        "version": VERSION,
        "tracker": _tracker(call, slots),
        "domain": _domain(content),
    }
    return msgspec.json.encode(body)


def _tracker(call: ActionCall, slots: Mapping[str, Any]) -> dict[str, Any]:
    intent = {"name": call.intent or None, "confidence": call.confidence}
    message = {
        "text": call.text, "intent": intent, "intent_ranking": [intent], "entities": list(call.entities),
        "message_id": call.id, "metadata": {"language": call.language},
    }  # fmt: skip
    done = [step.removeprefix(ACTION) for step in call.steps if step.startswith(ACTION)]
    return {
        "sender_id": call.conversation,
        "slots": {**slots, "requested_slot": call.asks or None},
        "latest_message": message,
        "latest_event_time": None,
        "followup_action": None,
        "paused": False,
        "events": [{"event": "user", "text": call.text, "parse_data": message, "timestamp": None}],
        "latest_input_channel": call.channel,
        "active_loop": {"name": call.form, "is_interrupted": False} if call.form else {},
        "latest_action_name": done[-1] if done else "action_listen",
        "latest_action": {"action_name": done[-1] if done else "action_listen"},
    }


def _domain(content: Content) -> dict[str, Any]:
    """As much of the domain as actions look at: names, and the slots that forms ask for."""
    return {
        "intents": [intent.name for intent in content.intents],
        "entities": list(content.entities),
        "slots": {
            slot.name: {"type": slot.type, "initial_value": None, "influence_conversation": False, "mappings": []}
            for slot in content.slots
        },
        "responses": {name: [{"text": one.text} for one in said] for name, said in content.responses.items()},
        "forms": {
            name: {"required_slots": [one.slot for one in form.fields], "ignored_intents": list(form.ignored)}
            for name, form in content.forms.items()
        },
        "actions": list(content.actions),
        "session_config": {
            "session_expiration_time": content.session.minutes,
            "carry_over_slots_to_new_session": content.session.carry,
        },
        "e2e_actions": [],
    }


def _typed(kind: str, value: str) -> Any:
    """A slot's value as Python code expects it; kept as a text in the log."""
    if not value:
        return None
    if kind == "bool":
        return value == "true"
    if kind in ("float", "list", "any"):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value


def text_of(value: Any) -> str:
    """A slot's value as the log keeps it: "" for none, JSON for what is no text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _plain(value, MAX_FACT)
    return msgspec.json.encode(value).decode()[:MAX_FACT]


def answer_of(body: bytes) -> ActionDone:
    """What the server did. Raises ``ActionFailed`` for an answer that is none."""
    try:
        answer = _answers.decode(body)
        return _done(answer)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ActionFailed("its answer is not what an action server answers") from error


def _plain(value: Any, most: int) -> str:
    """A text as it can be stored and shown: without what steers a terminal or a line of text, NUL among it."""
    return UNWANTED.sub("", str(value or ""))[:most]


def _done(answer: Answer) -> ActionDone:
    slots: dict[str, str] = {}
    following, form, asks, restart, paused = "", None, "", False, False
    for event in answer.events:
        match event.get("event"):
            case "slot" if event["name"] == "requested_slot":
                asks = text_of(event.get("value"))
            case "slot":
                slots[str(event["name"])] = text_of(event.get("value"))
            case "reset_slots" | "restart" | "session_started":
                slots, restart = {}, True
            case "followup":
                following = str(event.get("name") or "")
            case "active_loop" | "form":
                form = str(event.get("name") or "")
            case "pause":
                paused = True
            case _:
                continue  # what only Rasa's own policies look at
    said, aim = _said(answer.responses)
    return ActionDone(
        slots=slots, says=said, following=following, form=form, asks=asks, restart=restart,
        handoff=aim or (Aim() if paused else None),
    )  # fmt: skip


def _said(responses: tuple[dict[str, Any], ...]) -> tuple[tuple[BotReply | Utter, ...], Aim | None]:
    said: list[BotReply | Utter] = []
    aim: Aim | None = None
    for one in responses[:MOST_SAID]:
        custom = one.get("custom") or {}
        if isinstance(custom.get("handoff"), dict):
            aim = _aim(custom["handoff"])
        named = one.get("response") or one.get("template")
        if named:
            known = ("text", "buttons", "elements", "custom", "response", "template", "image", "attachment")
            values = {name: text_of(value) for name, value in one.items() if name not in known}
            said.append(Utter(name=str(named), values=values))
            continue
        reply = BotReply(text=_plain(one.get("text"), MAX_TEXT), buttons=_buttons(one), cards=_cards(one))
        if reply.text or reply.cards:
            said.append(reply)
    return tuple(said), aim


def _aim(handoff: dict[str, Any]) -> Aim:
    priority = handoff.get("priority", 0)
    return Aim(
        team=_plain(handoff.get("team"), 100),
        priority=min(max(priority, 0), 100) if isinstance(priority, int) and not isinstance(priority, bool) else 0,
        reason=_plain(handoff.get("reason"), 200),
        skills=_skills(handoff.get("skills")),
    )


def _skills(given: Any) -> dict[str, int]:
    """A list of names, or names with their levels; what is neither asks for nothing."""
    levels = given if isinstance(given, dict) else dict.fromkeys(map(str, given), 1) if isinstance(given, list) else {}
    right = {
        _plain(name, 80): level for name, level in levels.items() if type(level) is int and 1 <= level <= MAX_LEVEL
    }
    return dict(list(right.items())[:MOST_SKILLS])


def _buttons(one: dict[str, Any]) -> tuple[Button, ...]:
    found = one.get("buttons") or []
    return tuple(
        Button(title=_plain(button["title"], 100), payload=_plain(button.get("payload") or button["title"], 1_000))
        for button in found[:MOST_BUTTONS]
        if isinstance(button, dict) and button.get("title")
    )


def _cards(one: dict[str, Any]) -> tuple[Card, ...]:
    """An image, where its address is one that a page may show."""
    image = one.get("image")
    if not isinstance(image, str):
        return ()
    try:
        return (Card(title="", image=check_address(image, schemes=("https",), field="image")),)
    except Invalid:
        return ()
