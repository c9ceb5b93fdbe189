"""The words of the public page around a business's own. One catalogue for each language."""

from __future__ import annotations

_EN = {
    "help": "Help",
    "title": "{business}: help",
    "skip": "To the content",
    "search": "Search in the help",
    "search.button": "Search",
    "search.placeholder": "What is it about?",
    "found": "Found for “{question}”",
    "found.none": "Nothing was found for “{question}”",
    "found.none.hint": "Try other words, or look through the list. We take note of what nobody finds here.",
    "all": "All articles",
    "other": "Other",
    "none": "There are no articles here yet.",
    "languages": "Language",
    "updated": "Updated {date}",
    "helped": "Did this help?",
    "helped.yes": "Yes",
    "helped.no": "No",
    "helped.thanks": "Thank you, that helps us to make it better.",
    "lost": "There is no such page",
    "lost.hint": "It may have got another address. Search for it, or look through the list.",
    "busy": "Too much at once",
    "busy.hint": "Wait a moment, then try again.",
}
_RU = {
    "help": "Справка",
    "title": "{business}: справка",
    "skip": "К содержанию",
    "search": "Поиск по справке",
    "search.button": "Найти",
    "search.placeholder": "О чём вопрос?",
    "found": "Найдено по запросу «{question}»",
    "found.none": "По запросу «{question}» ничего нет",
    "found.none.hint": "Попробуйте сказать иначе или посмотрите весь список. Мы видим, чего здесь не нашли, и дописываем.",
    "all": "Все статьи",
    "other": "Другое",
    "none": "Статей здесь пока нет.",
    "languages": "Язык",
    "updated": "Обновлено {date}",
    "helped": "Статья помогла?",
    "helped.yes": "Да",
    "helped.no": "Нет",
    "helped.thanks": "Спасибо, так мы сделаем её лучше.",
    "lost": "Такой страницы нет",
    "lost.hint": "Возможно, у неё теперь другой адрес. Поищите или посмотрите весь список.",
    "busy": "Слишком много сразу",
    "busy.hint": "Подождите немного и попробуйте ещё раз.",
}
_CATALOGUES = {"ru": _RU, "en": _EN}
LANGUAGES = {"ru": "Русский", "en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "it": "Italiano",
             "uk": "Українська", "kk": "Қазақша", "tr": "Türkçe", "pl": "Polski"}  # fmt: skip
"""What a language calls itself; another one is shown by its tag."""


def say(key: str, locale: str, **values: str) -> str:
    """The sentence in that language, in English where there is no catalogue for it."""
    return _CATALOGUES.get(locale, _EN)[key].format(**values)
