"""Switchboard's own sentences to customers, by language. One catalogue a language, the same keys in each."""

from __future__ import annotations

ENGLISH = {
    "queued": "I've passed this on to our people. The next one who is free will answer here; you can write more"
    " meanwhile.",
    "queued_again": "Your conversation is back in the queue. The next of our people who is free will go on with it.",
    "back_to_bot": "Back to the bot",
}
RUSSIAN = {
    "queued": "Передаю ваш вопрос сотруднику. Ответит первый, кто освободится; пока можно дописать подробности.",
    "queued_again": "Ваш диалог снова в очереди. Его продолжит первый, кто освободится.",
    "back_to_bot": "Вернуться к боту",
}
CATALOGUES: dict[str, dict[str, str]] = {"en": ENGLISH, "ru": RUSSIAN}


class CataloguePhrases:
    """``Phrases`` over the catalogues above; an unknown language reads English."""

    def say(self, key: str, locale: str, /, **values: str | int) -> str:
        catalogue = CATALOGUES.get(locale.split("-")[0].lower(), ENGLISH)
        return catalogue[key].format(**values)
