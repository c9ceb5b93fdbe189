"""Abbreviations in full, days of the week, and signs that have a name. Pure."""

from __future__ import annotations

import re

_END = r"(?P<stop>\.(?=\s*(?:$|[A-ZА-ЯЁ«\"])))?\.?"
# What to write for what is found; "stop" keeps the end of a sentence that the abbreviation's dot also was.
_RUSSIAN = [
    (rf"(?<!\w)и т\.? ?д(?!\w){_END}", "и так далее"), (rf"(?<!\w)и т\.? ?п(?!\w){_END}", "и тому подобное"),
    (rf"(?<!\w)и др(?!\w){_END}", "и другие"), (r"(?<!\w)т\. ?е\.", "то есть"), (r"(?<!\w)т\. ?к\.", "так как"),
    (r"(?<!\w)в т\. ?ч\.", "в том числе"), (r"(?<!\w)напр\.", "например"), (r"(?<!\w)см\.(?= )", "смотрите"),
    (r"(?<!\w)ул\.", "улица "), (r"(?<!\w)(?:пр-т|просп\.)", "проспект "), (r"(?<!\w)пер\.(?= ?[А-ЯЁ])", "переулок "),
    (r"(?<!\w)б-р(?!\w)", "бульвар"), (r"(?<!\w)наб\.", "набережная "), (r"(?<!\w)пл\.(?= ?[А-ЯЁ])", "площадь "),
    (r"(?<!\w)ш\.(?= ?[А-ЯЁ\d,])", "шоссе "), (r"(?<!\w)д\.(?= ?\d)", "дом "), (r"(?<!\w)кв\.?(?= ?\d)", "квартира "),
    (r"(?<!\w)корп\.?(?= ?\d)", "корпус "), (r"(?<!\w)стр\.?(?= ?\d)", "строение "), (r"(?<!\w)эт\.?(?= ?\d)", "этаж "),
    (r"(?<!\w)оф\.?(?= ?\d)", "офис "), (r"(?<!\w)под\.(?= ?\d)", "подъезд "), (r"(?<![\w\d] )(?<!\w)г\.(?= ?[А-ЯЁ])", "город "),
    (r"(?<!\w)пос\.(?= ?[А-ЯЁ])", "посёлок "), (r"(?<!\w)р-н(?!\w)", "район"), (r"(?<!\w)тел\.", "телефон"),
    (r"(?<!\w)доп\.", "дополнительно"), (r"(?<!\w)макс\.", "максимум"), (r"(?<![\w] )(?<!\w)мин\.(?= ?\d)", "минимум "),
    (r"(?<!\w)ок\.(?= ?\d)", "около "), (r"№ ?", "номер "), (r"(?<!\w)wi-?fi(?!\w)", "вай-фай"), (r"(?<!\w)QR-код", "кью-ар-код"),
    (r"(?<!\w)(?:SMS|СМС)(?!\w)", "эс-эм-эс"), (r"(?<!\w)e-?mail(?![\w@])", "имейл"), (r"(?<!\d)24/7(?!\d)", "круглосуточно"),
    (r"(?<!\w)и/или(?!\w)", "или"), (r"(?<!\w)б/у(?!\w)", "бэ-у"),
]  # fmt: skip
_ENGLISH = [
    (r"(?<!\w)e\. ?g\.,?", "for example,"), (r"(?<!\w)i\. ?e\.,?", "that is,"), (rf"(?<!\w)etc(?!\w){_END}", "and so on"),
    (r"(?<!\w)approx\.", "approximately"), (r"(?<!\w)apt\.?(?= ?#?\d)", "apartment "), (r"(?<=[a-z] )St\.(?=,| \d|$| [a-z])", "Street"),
    (r"(?<!\w)Ave\.", "Avenue"), (r"(?<=[a-z] )Rd\.", "Road"), (r"(?<=[a-z] )Ln\.", "Lane"), (r"(?<!\w)Blvd\.", "Boulevard"),
    (r"(?<!\w)[Nn]o\.(?= ?\d)", "number "), (r"№ ?", "number "), (r"#(?=\d)", "number "), (r"(?<!\w)vs\.?(?!\w)", "versus"),
    (r"(?<!\w)max\.", "maximum"), (r"(?<![\w] )(?<!\w)min\.(?= ?\d)", "minimum "), (r"(?<!\w)incl\.", "including"),
    (r"(?<!\w)excl\.", "excluding"), (r"(?<!\w)ext\.(?= ?\d)", "extension "), (r"(?<!\w)tel\.", "telephone"),
    (r"(?<!\w)dept\.", "department"), (r"(?<!\w)w/o(?!\w)", "without"), (r"(?<!\w)w/(?!\w)", "with"),
    (r"(?<!\d)24/7(?!\d)", "around the clock"), (r"(?<!\w)and/or(?!\w)", "or"), (r"(?<!\w)wi-?fi(?!\w)", "wifi"),
]  # fmt: skip
_WEEKDAYS = {
    "ru": {"пн": 0, "вт": 1, "ср": 2, "чт": 3, "пт": 4, "сб": 5, "вс": 6},
    "en": {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6},
}
_DAYS = {
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_FROM_DAY = ("с понедельника", "со вторника", "со среды", "с четверга", "с пятницы", "с субботы", "с воскресенья")
_TO_DAY = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_SHORT = {language: "|".join(days) for language, days in _WEEKDAYS.items()}
_ANY = {language: f"{_SHORT[language]}|{'|'.join(days)}" for language, days in _DAYS.items()}
_DAY_RANGE = {
    language: re.compile(rf"(?<!\w)(?P<a>{words})\.? ?[-–—] ?(?P<b>{words})(?!\w)\.?", re.IGNORECASE)
    for language, words in _ANY.items()
}
# A short day alone counts only in a timetable: "Сб: 10:00", "Sat, Sun".
_ONE_DAY = {
    "ru": re.compile(rf"(?<!\w)(?P<a>{_SHORT['ru']})(?!\w)\.?(?=\s?[:,\d]|\s+(?:с|до|и)\s|$)", re.IGNORECASE),
    "en": re.compile(
        rf"(?<!\w)(?P<a>{'|'.join(day.title() for day in _WEEKDAYS['en'])})(?!\w)\.?(?=\s?[:,\d]|\s+(?:and|from)\s|$)"
    ),
}
_COMPILED = {
    "ru": [(re.compile(pattern, re.IGNORECASE if "wi-" in pattern else 0), said) for pattern, said in _RUSSIAN],
    "en": [(re.compile(pattern, re.IGNORECASE if "wi-" in pattern else 0), said) for pattern, said in _ENGLISH],
}


def in_full(text: str, language: str) -> str:
    """The text with its abbreviations written out."""
    for pattern, said in _COMPILED[language]:
        text = pattern.sub(lambda found, said=said: said + (found.groupdict().get("stop") or ""), text)  # type: ignore[misc]
    text = _DAY_RANGE[language].sub(lambda found: _days(found, language), text)
    return _ONE_DAY[language].sub(lambda found: _named(found["a"], language), text)


def _number(word: str, language: str) -> int:
    lowered = word.lower()
    names = [day.lower() for day in _DAYS[language]]
    return names.index(lowered) if lowered in names else _WEEKDAYS[language][lowered]


def _named(word: str, language: str) -> str:
    return _DAYS[language][_number(word, language)]


def _days(found: re.Match[str], language: str) -> str:
    first, last = _number(found["a"], language), _number(found["b"], language)
    if language == "ru":
        return f"{_FROM_DAY[first]} по {_TO_DAY[last]}"
    return f"{_DAYS['en'][first]} to {_DAYS['en'][last]}"
