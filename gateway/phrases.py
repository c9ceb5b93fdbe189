"""Switchboard's own sentences to customers, by language. One catalogue a language, the same keys in each."""

from __future__ import annotations

import datetime as dt

ENGLISH = {
    "queued": "I've passed this on to our people. The next one who is free will answer here; you can write more"
    " meanwhile.",
    "queued_again": "Your conversation is back in the queue. The next of our people who is free will go on with it.",
    "queued_until": "Our people answer again {when}. Your question is kept for them; leave it here, and you can write more.",
    "queued_closed": "Nobody of our people answers at the moment. Your question is kept for them; you can write more.",
    "greeting": "Hello, this is {business}. Write what it is about, or choose below.",
    "person_please": "A person, please",
    "voice_unheard": "I can't listen to voice messages yet. Write it in a few words, or ask for a person: they can listen.",
    "continued": "Here we go on. All that was said is known to whoever answers.",
    "blocked": "We have ended this conversation. You can't write to us here any more.",
    "blocked_until": "We have ended this conversation. You can write to us here again {when}.",
    "refused": "You can't write to us here any more.",
    "refused_until": "You can't write to us here at the moment.",
    "link_over": "This link has run out or was used already. Ask for a new one where you came from, or just write here.",
    "command.menu": "Help pages",
    "command.start": "Begin anew",
    "command.operator": "Talk to a person",
    "command.web": "Go on at our site",
    "page_link": "You can go on at our site, with whoever answers. The link works once, for 15 minutes.",
    "page_address": "You can write to us at our site, too.",
    "page_open": "Open the site",
    "file_too_large": "This file is too large for me to take: at most {limit} MB. Send a smaller one, or a link to it.",
    "button_over": "This button no longer works. Write what you need.",
    "back_to_bot": "Back to the assistant",
    "queued_nobody": "Nobody of our people is at their desk right now. Your question is kept for them and comes first when they"
    " are back; you can write more.",
    "place.next": "You are next.",
    "place": "You are number {position} in line.",
    "place.minutes": "It takes about {minutes} min.",
    "call_back": "Call me back",
    "call_back_here": "Answer me here",
    "callback_offered": "This takes longer than it should, sorry. We can get back to you, so that you needn't wait here.",
    "callback_where": "Which number shall we call? Write it here; an e-mail address will do, too.",
    "callback_where_again": "I see no number in that. Write it with the country, like +44 20 7946 0000, or an e-mail address.",
    "callback_missed": "Sorry that nobody came to you in time.",
    "callback.phone": "We'll call {value} {when} or earlier. If you no longer need it, write so here.",
    "callback.email": "We'll write to {value} {when} or earlier. If you no longer need it, say so here.",
    "callback.here": "We'll write to you here {when} or earlier. If you no longer need it, say so.",
    "callback.messenger": "We'll write to you ({value}) {when} or earlier. If you no longer need it, say so here.",
    "silent": "Is there anything else? If all is settled, you needn't answer.",
    "closed_silent": "I close this conversation for now. Write here whenever you need us, and it goes on.",
    "rating.ask": "How did we do?",
    "rating.1": "1 · bad",
    "rating.2": "2",
    "rating.3": "3",
    "rating.4": "4",
    "rating.5": "5 · very good",
    "rating.noted": "Thank you, noted.",
    "rating.thanks": "Thank you. If there is more to say about it, reply to this message.",
    "transcript.subject": "Your conversation with {business}",
    "transcript.begin": "You asked {business} for what was said. Here it is.",
    "transcript.you": "You",
    "transcript.bot": "Assistant",
    "invitation.subject": "{business}: you are invited",
    "invitation.text": "{name} invites you to answer customers of {business} in Switchboard.\n\nOpen this link to begin:\n"
    "{link}\n\nIt works once and for {days} days. If you don't expect it, do nothing.",
    "when.today": "today at {time}",
    "when.tomorrow": "tomorrow at {time}",
    "when.day": "on {weekday}, {day} {month}, at {time}",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "months": "January February March April May June July August September October November December",
}
RUSSIAN = {
    "queued": "Передаю ваш вопрос сотруднику. Ответит первый, кто освободится; пока можно дописать подробности.",
    "queued_again": "Ваш диалог снова в очереди. Его продолжит первый, кто освободится.",
    "queued_until": "Сотрудники снова на связи {when}. Вопрос сохранён и дождётся их; можно дописать подробности.",
    "queued_closed": "Сейчас никто из сотрудников не отвечает. Вопрос сохранён и дождётся их; можно дописать подробности.",
    "greeting": "Здравствуйте, это «{business}». Напишите, что случилось, или выберите ниже.",
    "person_please": "Позвать сотрудника",
    "voice_unheard": "Голосовые сообщения я пока не слушаю. Напишите в двух словах или позовите сотрудника: он послушает.",
    "continued": "Продолжаем здесь. Тому, кто ответит, видно всё, что было сказано раньше.",
    "blocked": "Мы завершили этот диалог. Писать нам здесь больше нельзя.",
    "blocked_until": "Мы завершили этот диалог. Снова написать нам здесь можно {when}.",
    "refused": "Писать нам здесь больше нельзя.",
    "refused_until": "Сейчас писать нам здесь нельзя.",
    "link_over": "Ссылка больше не действует: её уже открывали или прошло время. Возьмите новую там же или просто напишите сюда.",
    "command.menu": "Справка",
    "command.start": "Начать заново",
    "command.operator": "Позвать сотрудника",
    "command.web": "Продолжить на сайте",
    "page_link": "Можно продолжить на сайте, с тем же собеседником. Ссылка сработает один раз в течение 15 минут.",
    "page_address": "Нам можно написать и на сайте.",
    "page_open": "Открыть сайт",
    "file_too_large": "Файл слишком большой: могу принять не больше {limit} МБ. Пришлите файл поменьше или ссылку на него.",
    "button_over": "Эта кнопка больше не работает. Напишите, что нужно.",
    "back_to_bot": "Вернуться к помощнику",
    "queued_nobody": "Сейчас никого из сотрудников нет на месте. Вопрос сохранён, и к нему вернутся первым делом; можно дописать"
    " подробности.",
    "place.next": "Вы следующие.",
    "place": "Вы в очереди под номером {position}.",
    "place.minutes": "Это займёт примерно {minutes} мин.",
    "call_back": "Перезвоните мне",
    "call_back_here": "Ответьте мне здесь",
    "callback_offered": "Ждать приходится дольше обычного, простите. Можем связаться с вами сами, чтобы вы не ждали здесь.",
    "callback_where": "На какой номер позвонить? Напишите его здесь; подойдёт и адрес почты.",
    "callback_where_again": "Не вижу здесь номера. Напишите его с кодом, например +7 495 000-00-00, или адрес почты.",
    "callback_missed": "Простите, что к вам не успели подойти.",
    "callback.phone": "Позвоним на {value} {when} или раньше. Если это станет не нужно, напишите здесь.",
    "callback.email": "Напишем на {value} {when} или раньше. Если это станет не нужно, сообщите здесь.",
    "callback.here": "Напишем вам сюда {when} или раньше. Если это станет не нужно, сообщите.",
    "callback.messenger": "Напишем вам ({value}) {when} или раньше. Если это станет не нужно, сообщите здесь.",
    "silent": "Остались ли вопросы? Если всё решено, отвечать не нужно.",
    "closed_silent": "Пока закрываю этот диалог. Напишите сюда, когда понадобимся, и мы продолжим.",
    "rating.ask": "Как мы справились?",
    "rating.1": "1 · плохо",
    "rating.2": "2",
    "rating.3": "3",
    "rating.4": "4",
    "rating.5": "5 · отлично",
    "rating.noted": "Спасибо, записали.",
    "rating.thanks": "Спасибо. Если хотите что-то добавить, ответьте на это сообщение.",
    "transcript.subject": "Ваш диалог: {business}",
    "transcript.begin": "Вы просили прислать переписку с «{business}». Вот она.",
    "transcript.you": "Вы",
    "transcript.bot": "Помощник",
    "invitation.subject": "{business}: вас приглашают",
    "invitation.text": "{name} приглашает вас отвечать клиентам «{business}» в Switchboard.\n\nОткройте ссылку, чтобы начать:\n"
    "{link}\n\nОна сработает один раз; действует дней: {days}. Если вы её не ждали, ничего не делайте.",
    "when.today": "сегодня в {time}",
    "when.tomorrow": "завтра в {time}",
    "when.day": "{weekday}, {day} {month}, в {time}",
    "weekdays": "понедельник вторник среда четверг пятница суббота воскресенье",
    "months": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
CATALOGUES: dict[str, dict[str, str]] = {"en": ENGLISH, "ru": RUSSIAN}


class CataloguePhrases:
    """``Phrases`` over the catalogues above; an unknown language reads English."""

    def say(self, key: str, locale: str, /, **values: str | int) -> str:
        catalogue = CATALOGUES.get(locale.split("-")[0].lower(), ENGLISH)
        return catalogue[key].format(**values)

    def when(self, at: int, locale: str, /, *, now: int, zone: dt.tzinfo) -> str:
        then, today = (dt.datetime.fromtimestamp(instant / 1_000_000, zone) for instant in (at, now))
        time, days = then.strftime("%H:%M"), (then.date() - today.date()).days
        if days <= 1:
            return self.say("when.tomorrow" if days else "when.today", locale, time=time)
        weekday = self.say("weekdays", locale).split()[then.weekday()]
        month = self.say("months", locale).split()[then.month - 1]
        return self.say("when.day", locale, weekday=weekday, day=then.day, month=month, time=time)
