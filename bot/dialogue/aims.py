"""Where a handoff goes, and when a customer's mood or importance calls for one. Pure."""

from __future__ import annotations

from bot.content.types import Aim, Anger, Content, Settings
from bot.dialogue.heard import Heard
from bot.dialogue.tracker import Tracker
from gateway.language import clean
from gateway.mood.anger import mood_of
from gateway.ports import TurnRequest


def aimed(settings: Settings, request: TurnRequest, tracker: Tracker, *, intent: str, own: Aim | None) -> Aim:
    """The handoff's own aim, else its intent's, completed by the content's general one; an important customer goes
    before others, wherever they go."""
    aims = [own, settings.aims.get(intent), settings.aims.get(intent.split("/")[0]), settings.aim]
    if is_important(settings, request, tracker) and settings.important is not None:
        aims.append(settings.important.aim)
    given = [aim for aim in aims if aim is not None]
    return Aim(
        team=next((aim.team for aim in given if aim.team), ""),
        priority=max((aim.priority for aim in given), default=0),
        reason=next((aim.reason for aim in given if aim.reason), ""),
        skills=next((aim.skills for aim in given if aim.skills), {}),
    )


def is_important(settings: Settings, request: TurnRequest, tracker: Tracker) -> bool:
    """Whether the content calls this customer important."""
    who = settings.important
    if who is None:
        return False
    return (
        any(label in who.labels for label in request.labels)
        or any(request.attributes.get(name) == value for name, value in who.attributes.items())
        or any(tracker.slots.get(name) == value for name, value in who.slots.items())
    )


def anger_of(content: Content, request: TurnRequest, heard: Heard) -> str | None:
    """The words that show that the customer is upset ("" where it is the intent), or None where nothing does."""
    anger = content.settings.anger
    if anger.intents and not set(anger.intents).isdisjoint(heard.answers):
        return ""
    for one in request.inputs:
        if one.choice:
            continue
        if own := _word_of(anger, one.text):
            return own
        if anger.level:
            mood = mood_of(one.text)
            if mood.anger >= anger.level:
                return ", ".join(mood.words)[:200]
    return None


def _word_of(anger: Anger, text: str) -> str:
    """The first of the business's own words of anger that a word of the text begins with, or nothing."""
    if not anger.words:
        return ""
    said = f" {clean(text)} "
    return next((word for word in anger.words if f" {word}" in said), "")
