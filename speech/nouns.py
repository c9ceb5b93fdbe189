"""Russian nouns that are counted: currencies, units, hours, with the form that a number asks for. Pure."""

from __future__ import annotations

from typing import NamedTuple

from speech.numbers import Case, Gender, is_few, is_one

_CASES: tuple[Case, ...] = ("n", "g", "d", "a", "i", "p")
_HARD = ("", "а", "у", "", "ом", "е")
_SOFT = ("ь", "я", "ю", "ь", "ём", "е")
_FEMALE = ("а", "ы", "е", "у", "ой", "е")
_FEMALE_K = ("а", "и", "е", "у", "ой", "е")
_PLURAL = {"d": "ам", "i": "ами", "p": "ах"}
_SOFT_PLURAL = {"d": "ям", "i": "ями", "p": "ях"}


class Noun(NamedTuple):
    """``singular`` by case, ``many`` (genitive plural), ``plural`` in the other cases; ``after``: what always follows."""

    gender: Gender
    singular: tuple[str, ...]
    many: str
    plural: tuple[str, str, str]
    after: str = ""

    def form(self, value: int, case: Case) -> str:
        """The noun after a whole number in a case."""
        if is_one(value):
            word = self.singular[_CASES.index(case)]
        elif case in ("n", "a"):
            word = self.singular[1] if is_few(value) else self.many
        else:
            word = self.many if case == "g" else self.plural["dip".index(case)]
        return f"{word} {self.after}".strip()

    @property
    def part(self) -> str:
        """The noun after a fraction: "две целых пять десятых гигагерца"."""
        return f"{self.singular[1]} {self.after}".strip()


def hard(stem: str, many: str = "", after: str = "") -> Noun:
    """As "доллар"; ``many`` where the genitive plural is no "-ов"."""
    return Noun("m", tuple(stem + end for end in _HARD), many or stem + "ов", _plural(stem, _PLURAL), after)


def soft(stem: str) -> Noun:
    """As "рубль"."""
    return Noun("m", tuple(stem + end for end in _SOFT), stem + "ей", _plural(stem, _SOFT_PLURAL))


def female(stem: str, many: str, after: str = "") -> Noun:
    """As "минута"."""
    endings = _FEMALE_K if stem[-1] in "кгхжшч" else _FEMALE
    return Noun("f", tuple(stem + end for end in endings), many, _plural(stem, _PLURAL), after)


def fixed(word: str, gender: Gender = "m") -> Noun:
    """A word that never changes: "евро"."""
    return Noun(gender, (word,) * 6, word, (word,) * 3)


def _plural(stem: str, endings: dict[str, str]) -> tuple[str, str, str]:
    return stem + endings["d"], stem + endings["i"], stem + endings["p"]


def _metre(stem: str, vowel: str) -> Noun:
    """A square or cubic metre."""
    endings = ((f"{vowel}й", ""), ("ого", "а"), ("ому", "у"), (f"{vowel}й", ""), (f"{vowel}м", "ом"), ("ом", "е"))
    singular = tuple(f"{stem}{adjective} метр{noun}" for adjective, noun in endings)
    plural = (f"{stem}{vowel}м метрам", f"{stem}{vowel}ми метрами", f"{stem}{vowel}х метрах")
    return Noun("m", singular, f"{stem}{vowel}х метров", plural)


_RUBLE, _HOUR, _MINUTE = soft("рубл"), hard("час"), female("минут", "минут")
_WEEK = Noun(
    "f", ("неделя", "недели", "неделе", "неделю", "неделей", "неделе"), "недель", ("неделям", "неделями", "неделях")
)
_DAYS = Noun("m", ("день", "дня", "дню", "день", "днём", "дне"), "дней", ("дням", "днями", "днях"))
_YEARS = Noun("m", ("год", "года", "году", "год", "годом", "годе"), "лет", ("годам", "годами", "годах"))

CURRENCIES = {
    **dict.fromkeys(("₽", "руб", "р", "rub", "RUB"), _RUBLE),
    **dict.fromkeys(("$", "USD"), hard("доллар")), **dict.fromkeys(("€", "EUR"), fixed("евро")),
    **dict.fromkeys(("£", "GBP"), hard("фунт")), "₸": fixed("тенге"), "₴": female("гривн", "гривен"),
    "коп": female("копейк", "копеек"),
}  # fmt: skip
_SECONDS = "в секунду"
UNITS = {
    "%": hard("процент"), "‰": hard("промилле"),
    **dict.fromkeys(("Мбит/с", "Мбит/сек", "Mbit/s", "Mbps"), hard("мегабит", "мегабит", _SECONDS)),
    **dict.fromkeys(("Гбит/с", "Гбит/сек", "Gbit/s", "Gbps"), hard("гигабит", "гигабит", _SECONDS)),
    **dict.fromkeys(("Кбит/с", "кбит/с", "Kbit/s", "Kbps", "kbps"), hard("килобит", "килобит", _SECONDS)),
    **dict.fromkeys(("Мбит", "Mbit"), hard("мегабит", "мегабит")), **dict.fromkeys(("Гбит", "Gbit"), hard("гигабит", "гигабит")),
    **dict.fromkeys(("МБ/с", "MB/s"), hard("мегабайт", "мегабайт", _SECONDS)),
    **dict.fromkeys(("ГБ", "Гб", "GB"), hard("гигабайт", "гигабайт")), **dict.fromkeys(("МБ", "Мб", "MB"), hard("мегабайт", "мегабайт")),
    **dict.fromkeys(("ТБ", "Тб", "TB"), hard("терабайт", "терабайт")), **dict.fromkeys(("КБ", "Кб", "кБ", "KB"), hard("килобайт", "килобайт")),
    **dict.fromkeys(("ГГц", "GHz"), hard("гигагерц", "гигагерц")), **dict.fromkeys(("МГц", "MHz"), hard("мегагерц", "мегагерц")),
    **dict.fromkeys(("кГц", "kHz"), hard("килогерц", "килогерц")), **dict.fromkeys(("Гц", "Hz"), hard("герц", "герц")),
    "км/ч": hard("километр", after="в час"), "м/с": hard("метр", after=_SECONDS),
    **dict.fromkeys(("км", "km"), hard("километр")), **dict.fromkeys(("см", "cm"), hard("сантиметр")),
    **dict.fromkeys(("мм", "mm"), hard("миллиметр")), "м²": _metre("квадратн", "ы"), "м³": _metre("кубическ", "и"),
    "м": hard("метр"), **dict.fromkeys(("кг", "kg"), hard("килограмм")), "г": hard("грамм"),
    **dict.fromkeys(("л", "l"), hard("литр")), **dict.fromkeys(("мл", "ml"), hard("миллилитр")),
    **dict.fromkeys(("кВт·ч", "кВтч"), hard("киловатт-час")), **dict.fromkeys(("кВт", "kW"), hard("киловатт", "киловатт")),
    "Вт": hard("ватт", "ватт"), **dict.fromkeys(("мА·ч", "мАч"), hard("миллиампер-час")),
    **dict.fromkeys(("°C", "°С", "°"), hard("градус")),
    **dict.fromkeys(("мин", "min"), _MINUTE), **dict.fromkeys(("сек", "sec"), female("секунд", "секунд")),
    **dict.fromkeys(("ч", "час", "h"), _HOUR), "дн": _DAYS, "мес": hard("месяц", "месяцев"), "нед": _WEEK,
    "шт": female("штук", "штук"), "чел": hard("человек", "человек"), "тыс": female("тысяч", "тысяч"),
    "ГБ/мес": hard("гигабайт", "гигабайт", "в месяц"), "px": hard("пиксел", "пикселей"), "мс": female("миллисекунд", "миллисекунд"),
}  # fmt: skip
HOUR, RUBLE, YEARS = _HOUR, _RUBLE, _YEARS

# What a price or a speed is for: "₽/мес".
PER = {
    "мес": "в месяц", "месяц": "в месяц", "мес.": "в месяц", "год": "в год", "г": "в год", "день": "в день", "сут": "в сутки",
    "сутки": "в сутки", "нед": "в неделю", "неделю": "в неделю", "час": "в час", "ч": "в час", "мин": "в минуту",
    "минута": "в минуту", "шт": "за штуку", "чел": "с человека", "кг": "за килограмм", "м": "за метр", "м²": "за квадратный метр",
    "ГБ": "за гигабайт", "с": "в секунду", "сек": "в секунду", "mo": "в месяц", "month": "в месяц",
}  # fmt: skip
