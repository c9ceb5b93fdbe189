"""The engine's own sentences, for content that has no ``utter_…`` for them. One catalogue for each language."""

from __future__ import annotations

_RU = {
    "utter_ask_clarify": "Уточните, пожалуйста, что вы имели в виду:",
    "utter_ask_rephrase": "Не получилось понять. Напишите, пожалуйста, другими словами.",
    "utter_handoff": "Зову оператора: он увидит всю переписку, повторять не нужно.",
    "person": "Позвать оператора",
    "back": "Я снова на связи. Чем помочь?",
}
_EN = {
    "utter_ask_clarify": "What did you mean?",
    "utter_ask_rephrase": "Sorry, that wasn't clear to me. Please put it in other words.",
    "utter_handoff": "Calling an operator, who will see the whole conversation; no need to repeat anything.",
    "person": "Talk to a person",
    "back": "The bot is back. How can it help?",
}
_CATALOGUES = {"ru": _RU, "en": _EN}


def say(key: str, language: str) -> str:
    """The sentence in that language, in English where there is no catalogue for it."""
    return _CATALOGUES.get(language, _EN)[key]
