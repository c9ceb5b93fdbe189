"""A few closed lists of what customers write, where the core itself must understand."""

from __future__ import annotations

import re

ASK_FOR_PERSON = "/switchboard.operator"
BACK_TO_BOT = "/switchboard.bot"
CALL_BACK = "/switchboard.callback"
CALL_BACK_HERE = "/switchboard.callback.here"
_RATE = "/switchboard.rate."
LEAST_SCORE, MOST_SCORE = 1, 5

_CLOSINGS = frozenset(
    """
    спасибо|спс|благодарю|спасибо большое|большое спасибо|спасибо вам|ок спасибо|хорошо спасибо|понял спасибо
    поняла спасибо|ок|окей|хорошо|ясно|понятно|понял|поняла|до свидания|пока|всего доброго|отлично спасибо|супер
    thanks|thank you|thx|ty|thank you very much|thanks a lot|many thanks|ok|okay|ok thanks|okay thanks|great thanks
    got it|got it thanks|bye|goodbye|cheers|perfect thanks|great
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)
_CANCELS = frozenset(
    """
    отмена|отменить|не надо|не нужно|не надо оператора|вернуться к боту|назад к боту|бот
    cancel|never mind|nevermind|no need|back to the bot|back to bot|bot
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)
_HOW_LONG = re.compile(
    r"(сколько|долго|когда).*(ждать|жд[её]м|жду|ожидать|ответ|очеред|подойд|освобод|оператор|сотрудник)"
    r"|(какой|какая|которы[йм]) (я )?(номер |место )?(я )?в очереди|моя очередь|место в очереди|номер в очереди"
    r"|how (much )?long|how many (people )?(are )?(ahead|before)|when will (you|some|anyone)|(my )?(place|position) in (the )?(queue|line)"
)
_KIND_MARKS = frozenset("👍👌🙏🙂😊😀😃😄🤗🥰😍❤💙💚💛🧡🤝👏🎉✅☺🫶💪🔥🌹\ufe0f\u200d🏻🏼🏽🏾🏿.!)")
_NOISE = re.compile(r"[\W_]+")


def rate(score: int) -> str:
    """What the button of a score sends back."""
    return f"{_RATE}{score}"


def score_of(choice: str) -> int:
    """The score whose button was pressed; 0: it was another one."""
    score = choice.removeprefix(_RATE)
    scores = {str(one): one for one in range(LEAST_SCORE, MOST_SCORE + 1)}
    return scores.get(score, 0) if score != choice else 0


_LONGEST = 80
"""Whoever writes more than this says more than a phrase of the lists."""


def _plain(text: str) -> str:
    return _NOISE.sub(" ", text.casefold().replace("ё", "е")).strip()


def is_closing(text: str) -> bool:
    """ "Thanks", "bye" or only thumbs and hearts: polite, and asks for nothing."""
    text = text.strip()
    if not text or len(text) > _LONGEST or "?" in text:
        return False
    plain = _plain(text)
    return plain in _CLOSINGS if plain else all(mark in _KIND_MARKS or mark.isspace() for mark in text)


def is_cancel(text: str) -> bool:
    """ "Never mind", said while waiting in the queue."""
    text = text.strip()
    return len(text) <= _LONGEST and _plain(text) in _CANCELS


def asks_how_long(text: str) -> bool:
    """ "How long must I wait?", said while waiting in the queue."""
    text = text.strip()
    return len(text) <= _LONGEST and _HOW_LONG.search(_plain(text)) is not None
