"""What a notification says, in its reader's language: who waits and why, never what was said.

The console has the same sentences for while it is open (``web/console/src/i18n``).
"""

from __future__ import annotations

from gateway.model.alerts import Call
from gateway.store.lists import ContactName

ENGLISH = {
    "visitor": "Visitor {end}",
    "waits": "waits for your answer",
    "offered": "is offered to you",
    "mentioned": "{name} calls you in a note",
    "customer_asked": "the customer asked for a person",
    "not_understood": "the bot did not understand",
    "bot_decided": "the bot hands this to people",
    "bot_failed": "the bot gave no answer",
    "operator_decided": "a colleague decided so",
    "owner_lost": "the operator was disconnected",
    "reopened": "the customer came back",
    "test.title": "Notifications work",
    "test.body": "This is how you hear of a customer while the console is closed.",
}
RUSSIAN = {
    "visitor": "Посетитель {end}",
    "waits": "ждёт вашего ответа",
    "offered": "предложен вам",
    "mentioned": "{name} зовёт вас в заметке",
    "customer_asked": "клиент попросил человека",
    "not_understood": "бот не понял вопроса",
    "bot_decided": "бот передаёт такое людям",
    "bot_failed": "бот не ответил",
    "operator_decided": "так решил коллега",
    "owner_lost": "оператор потерял связь",
    "reopened": "клиент вернулся",
    "test.title": "Уведомления работают",
    "test.body": "Так вы узнаете о клиенте, пока консоль закрыта.",
}
CATALOGUES = {"en": ENGLISH, "ru": RUSSIAN}


def say(key: str, locale: str, /, **values: str) -> str:
    """A sentence; an unknown language reads English."""
    return CATALOGUES.get(locale, ENGLISH)[key].format(**values)


def name_of(contact: ContactName, locale: str) -> str:
    """Whoever gave no name is told from the others by the end of their id."""
    return contact.name or say("visitor", locale, end=contact.id[-4:].upper())


def reason_of(call: Call, reason: str, locale: str) -> str:
    """Why somebody is called; ``reason``: of the handoff."""
    if call == "queued":
        return say(reason if reason in ENGLISH else "waits", locale)
    return say(call, locale)
