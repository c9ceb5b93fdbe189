"""The engine's own sentences, for content that has no ``utter_…`` for them. One catalogue for each language."""

from __future__ import annotations

_RU = {
    "utter_ask_clarify": "Уточните, пожалуйста, что вы имели в виду:",
    "utter_ask_rephrase": "Не получилось понять. Напишите, пожалуйста, другими словами.",
    "utter_handoff": "Зову оператора: он увидит всю переписку, повторять не нужно.",
    "person": "Позвать оператора",
    "llm_source": "Из ответа {titles}.",
    "article_source": "Из статьи «{title}».",
    "article_all": "Из статьи «{title}», целиком: {url}",
    "back": "Я снова на связи. Чем помочь?",
    "form_ask": "Напишите, пожалуйста: {field}.",
    "form_choices": "Можно назвать несколько.",
    "form_yes": "Да",
    "form_no": "Нет",
    "form_skip": "Пропустить",
    "form_done": "Спасибо, всё записано.",
    "form_stopped": "Хорошо, остановились. Если понадобится, начнём заново.",
    "form_corrected": "Хорошо, исправлено.",
    "form_unread_text": "Не получилось понять ответ.",
    "form_unread_phone": "Это не похоже на номер телефона. Например: +7 495 000-00-00.",
    "form_unread_email": "Это не похоже на адрес почты. Например: anna@example.org.",
    "form_unread_number": "Нужно число.",
    "form_unread_money": "Нужна сумма. Например: 1500 рублей.",
    "form_unread_date": "Не получилось понять дату. Например: 15 марта или завтра.",
    "form_unread_time": "Не получилось понять время. Например: 15:00.",
    "form_unread_datetime": "Не получилось понять, когда. Например: завтра в 15:00.",
    "form_unread_choice": "Выберите, пожалуйста, из предложенного.",
    "form_unread_boolean": "Ответьте, пожалуйста, да или нет.",
    "form_unread_address": "Это не похоже на адрес. Например: ул. Ламповая, 5.",
    "form_several": "Это может значить разное.",
    "form_small": "Это слишком мало: нужно не меньше {least}.",
    "form_large": "Это слишком много: нужно не больше {most}.",
    "form_long": "Это слишком длинно.",
    "form_past": "Этот день уже прошёл.",
    "form_future": "Этот день ещё не наступил.",
}
_EN = {
    "utter_ask_clarify": "What did you mean?",
    "utter_ask_rephrase": "Sorry, that wasn't clear to me. Please put it in other words.",
    "utter_handoff": "Calling an operator, who will see the whole conversation; no need to repeat anything.",
    "person": "Talk to a person",
    "llm_source": "From {titles}.",
    "article_source": "From “{title}”.",
    "article_all": "From “{title}”, in full: {url}",
    "back": "The bot is back. How can it help?",
    "form_ask": "Please tell: {field}.",
    "form_choices": "You can name several.",
    "form_yes": "Yes",
    "form_no": "No",
    "form_skip": "Skip",
    "form_done": "Thank you, that is all.",
    "form_stopped": "All right, we'll leave it. If you need it, we can begin again.",
    "form_corrected": "All right, that's corrected.",
    "form_unread_text": "Sorry, that answer wasn't clear.",
    "form_unread_phone": "That doesn't look like a phone number. For example: +7 495 000-00-00.",
    "form_unread_email": "That doesn't look like an e-mail address. For example: ann@example.org.",
    "form_unread_number": "A number is needed here.",
    "form_unread_money": "A sum is needed here. For example: 20 dollars.",
    "form_unread_date": "Sorry, that date wasn't clear. For example: 15 March, or tomorrow.",
    "form_unread_time": "Sorry, that time wasn't clear. For example: 3 pm.",
    "form_unread_datetime": "Sorry, it wasn't clear when. For example: tomorrow at 3 pm.",
    "form_unread_choice": "Please choose one of these.",
    "form_unread_boolean": "Please answer yes or no.",
    "form_unread_address": "That doesn't look like an address. For example: 5 Lamp Street.",
    "form_several": "That can mean several things.",
    "form_small": "That is too little: at least {least} is needed.",
    "form_large": "That is too much: at most {most} will do.",
    "form_long": "That is too long.",
    "form_past": "That day is over.",
    "form_future": "That day is still to come.",
}
_CATALOGUES = {"ru": _RU, "en": _EN}


def say(key: str, language: str) -> str:
    """The sentence in that language, in English where there is no catalogue for it. Raises ``KeyError``."""
    return _CATALOGUES.get(language, _EN)[key]


def has(key: str) -> bool:
    return key in _EN
