"""Russian: numbers with what they count, in the case that the words before them ask for. Pure but for ``num2words``."""

from __future__ import annotations

import re
from decimal import Decimal

from speech.nouns import CURRENCIES, HOUR, PER, UNITS, Noun
from speech.numbers import MOST, Case, Gender, cardinal, digits, fraction, is_few, is_one, ordinal

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MONTH = "|".join(MONTHS)
_GOVERNED: dict[Case, str] = {
    "g": "с со от до из без для около после более больше меньше менее свыше кроме у против ниже выше порядка дольше раньше"
    " позже старше младше дороже дешевле течение минимум максимум",
    "a": "в во на за через по про спустя"
    # What one pays, gives back, gets or waits for: "стоит тысячу рублей".
    " стоит стоят стоил стоила стоило стоили стоить плачу платите платит платить заплатите заплатит заплатить оплатите оплатить"
    " доплатите доплатить внесите внести внесёт внесет внесли верните вернуть вернём вернем вернёт вернули возместим спишем"
    " спишут списать списали начислим начислят начислить начислили добавим добавили переведите перевести переведём получите"
    " получить получаете сэкономите экономите сэкономить потратите потратить положите положить пополните ждать ждите подождать подождите"
    " займёт займет занимает длится дарим подарим",
    "d": "к ко",
    "i": "между над под перед",
    "p": "о об при",
}
_CASE_AFTER: dict[str, Case] = {word: case for case, words in _GOVERNED.items() for word in words.split(" ")}
_DAY_CASES: dict[str, Case] = {"на": "a", "по": "a", "за": "a", "к": "d", "ко": "d", "сегодня": "n", "завтра": "n"}
_YEAR_CASES: dict[str, Case] = {"году": "p", "года": "g", "годом": "i", "год": "n"}
_COUNTED_FROM = frozenset({"минимум", "максимум"})
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?:[.,]\d{1,2})?(?![\d])|\d{1,3}(?:,\d{3})+(?![\d])|\d+(?:[.,]\d+)?"
_SIGN = r"[₽$€£₸₴]"
_ALL_UNITS = "|".join(re.escape(name) for name in sorted({*UNITS, *CURRENCIES}, key=len, reverse=True))
_ALL_PER = "|".join(re.escape(name) for name in sorted(PER, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<minus>(?<![\w)])[-−])?(?:(?P<sign>{_SIGN})[ \u00a0]?)?(?P<a>{_NUMBER})"
    rf"(?:[ \u00a0]?[-–—][ \u00a0]?(?P<b>{_NUMBER}))?"
    rf"(?:[ \u00a0]?(?P<scale>тыс|млн|млрд)(?![^\W\d_])\.?)?"
    rf"(?:[ \u00a0]?(?P<unit>{_ALL_UNITS})(?![^\W_])(?P<dot>\.(?=[ \u00a0]*(?:[a-zа-яё(,;/\d]|$)))?)?"
    rf"(?:[ \u00a0]?/[ \u00a0]?(?P<per>{_ALL_PER})(?![^\W_]))?"
)
_SCALES = {"тыс": 1_000, "млн": 1_000_000, "млрд": 1_000_000_000}
_DATE = re.compile(
    r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})(?![\d.]*\d)(?:[ \u00a0]?г(?:\.|ода)?(?![^\W\d_]))?"
)
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
_SHORT_DATE = re.compile(
    r"(?P<lead>(?<![^\W\d_])(?:с|к|до|по|на|от) )(?P<day>\d\d)\.(?P<month>0\d|1[012])(?![\d.]*\d)", re.IGNORECASE
)
_NAMED_DATE = re.compile(
    rf"(?<![\d.,])(?P<day>\d{{1,2}})(?:-го)?(?:[-–](?P<last>\d{{1,2}}))? (?P<month>{_MONTH})"
    r"(?:,? (?P<year>(?:19|20)\d\d)(?:[ \u00a0]?(?:года|г\.?(?![^\W\d_])))?(?!\d))?"
)  # fmt: skip
_YEAR = re.compile(r"(?<![\d.,])(?P<year>(?:19|20)\d\d)[ \u00a0]?(?P<word>году|года|годом|год|гг?\.?)(?![^\W\d_])")
_TIMES = re.compile(
    r"(?:(?P<from>с|от) )?(?<!\d)(?P<h1>[01]?\d|2[0-4]):(?P<m1>[0-5]\d)(?P<to> ?[-–—] ?| (?:до|и) )(?P<h2>[01]?\d|2[0-4]):(?P<m2>[0-5]\d)(?!\d)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\d:])(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?![\d:])(?P<hours>[ \u00a0](?:часов|часа|час|ч\.?)(?![^\W\d_]))?"
)
_ORDINAL = re.compile(
    r"(?<!\d)(?P<n>\d{1,4})-(?P<end>ого|его|го|ому|ему|му|ая|яя|ое|ее|ой|ей|ый|ий|ую|ым|им|ом|ем|ых|их|й|я|е|м|х|ю|ти|мя|ми)(?![^\W_])"
)
_ENDINGS: dict[str, tuple[Case, Gender]] = {
    "го": ("g", "m"), "ого": ("g", "m"), "его": ("g", "m"), "му": ("d", "m"), "ому": ("d", "m"), "ему": ("d", "m"),
    "я": ("n", "f"), "ая": ("n", "f"), "яя": ("n", "f"), "е": ("n", "n"), "ое": ("n", "n"), "ее": ("n", "n"),
    "й": ("n", "m"), "ый": ("n", "m"), "ий": ("n", "m"), "ой": ("g", "f"), "ей": ("g", "f"), "ю": ("a", "f"), "ую": ("a", "f"),
    "м": ("p", "m"), "ом": ("p", "m"), "ем": ("p", "m"), "ым": ("i", "m"), "им": ("i", "m"),
}  # fmt: skip
_BEFORE = re.compile(r"([^\W\d_]+)[ \u00a0«(]*$")
_TWO_BEFORE = re.compile(r"(?:([^\W\d_]+) )?([^\W\d_]+)[ \u00a0«(]*$")
_NEXT = re.compile(r"[ \u00a0]+((?:[^\W\d_]+(?:ых|их|ого|его|ой|ая|ую|ый|ий|ое) )?([^\W\d_]+))")
_CODED = frozenset(
    ["номер", "номера", "номеру", "номером", "договор", "договора", "договору", "код", "кода", "кодом", "пин", "артикул", "счёт", "счет", "счёта", "заказ", "заказа", "заказу", "id", "инн", "№"]
)  # fmt: skip
_LABELS = frozenset(
    ["дом", "доме", "дома", "квартира", "квартире", "квартиру", "корпус", "корпусе", "офис", "офисе", "подъезд", "подъезде", "этаж", "строение", "кабинет", "номер", "шаг", "пункт", "версия", "канал", "часть", "глава", "порт"]
)  # fmt: skip


def with_numbers(text: str) -> str:
    """The text with every number in words."""
    text = _DATE.sub(_date, text)
    text = _ISO.sub(_date, text)
    text = _SHORT_DATE.sub(_short_date, text)
    text = _NAMED_DATE.sub(_named_date, text)
    text = _YEAR.sub(_year, text)
    text = _TIMES.sub(_times, text)
    text = _TIME.sub(_time, text)
    text = _ORDINAL.sub(_ordinal, text)
    return _QUANTITY.sub(_quantity, text)


def _date(found: re.Match[str]) -> str:
    """Such as "15.03.2026"; what isn't on the calendar stays and is read as numbers."""
    day, month = int(found["day"]), int(found["month"])
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return found[0]
    year = found.groupdict().get("year")
    return _day_words(found, day, MONTHS[month - 1], int(year) + (2000 if len(year) == 2 else 0) if year else 0)


def _short_date(found: re.Match[str]) -> str:
    """Such as "с 15.03", which only a preposition tells from a price."""
    if not 1 <= int(found["day"]) <= 31 or not int(found["month"]):
        return found[0]
    case = _DAY_CASES.get(found["lead"].strip().lower(), "g")
    return f"{found['lead']}{ordinal(int(found['day']), 'ru', case=case, gender='n')} {MONTHS[int(found['month']) - 1]}"


def _named_date(found: re.Match[str]) -> str:
    day, last = int(found["day"]), int(found["last"] or 1)
    if not 1 <= day <= 31 or not 1 <= last <= 31:
        return found[0]
    year = int(found["year"] or 0)
    if found["last"]:
        until = ordinal(last, "ru", case="a", gender="n")
        return f"с {ordinal(day, 'ru', case='g', gender='n')} по {until} {found['month']}{_of_year(year)}"
    return _day_words(found, day, found["month"], year)


def _day_words(found: re.Match[str], day: int, month: str, year: int) -> str:
    before = _BEFORE.search(found.string[: found.start()])
    word = before[1].lower() if before else ""
    case = _DAY_CASES.get(word, "g")
    return f"{ordinal(day, 'ru', case=case, gender='n')} {month}{_of_year(year)}"


def _of_year(year: int) -> str:
    return f" {ordinal(year, 'ru', case='g')} года" if year else ""


def _year(found: re.Match[str]) -> str:
    word = found["word"].rstrip(".")
    case = _YEAR_CASES.get(word, "g")
    before = _BEFORE.search(found.string[: found.start()])
    if word == "г" and before and before[1].lower() in ("в", "во"):
        case, word = "p", "году"
    if word == "год" and before and before[1].lower() in ("на", "за"):
        case = "a"
    return f"{ordinal(int(found['year']), 'ru', case=case)} {'года' if word in ('г', 'гг') else word}"


def _times(found: re.Match[str]) -> str:
    """Such as "9:00–21:00"; whole hours need no word for them."""
    first, last = (_clock(found[f"h{n}"], found[f"m{n}"], "g") for n in (1, 2))
    return f"{found['from'] or 'с'} {first} до {last}"


def _time(found: re.Match[str]) -> str:
    before = _BEFORE.search(found.string[: found.start()])
    case = _CASE_AFTER.get(before[1].lower(), "n") if before else "n"
    words = _clock(found["h"], found["m"], case)
    return words if int(found["m"]) else f"{words} {HOUR.form(int(found['h']), case)}"


def _clock(hour: str, minute: str, case: Case) -> str:
    words = cardinal(int(hour), "ru", case=case)
    if not int(minute):
        return words
    return f"{words} {'ноль ' if minute.startswith('0') else ''}{cardinal(int(minute), 'ru', case=case)}"


def _ordinal(found: re.Match[str]) -> str:
    """Such as "1-го", "5-я"; "2-х" and "10-ти" are how many."""
    number, end = int(found["n"]), found["end"]
    if end in ("х", "ти", "ых", "их", "мя", "ми"):
        return cardinal(number, "ru", case="i" if end in ("мя", "ми") else "g")
    case, gender = _ENDINGS[end]
    before = _BEFORE.search(found.string[: found.start()])
    if (
        end == "й"
        and before
        and before[1].lower() in ("в", "на", "с", "до", "из", "от")
        and _NEXT_FEMALE.match(found.string, found.end())
    ):
        return ordinal(number, "ru", case="g", gender="f")
    return ordinal(number, "ru", case=case, gender=gender)


_NEXT_FEMALE = re.compile(r"[ \u00a0][^\W\d_]+[еи](?![^\W\d_])")


def _quantity(found: re.Match[str]) -> str:
    """A number, or two with a dash between, with its sign, scale and unit."""
    noun = CURRENCIES.get(found["sign"] or "") or CURRENCIES.get(found["unit"] or "") or UNITS.get(found["unit"] or "")
    first, last = found["a"], found["b"]
    case = _case(found, noun)
    spaced = " " if found.string[found.start() - 1 : found.start()].isalpha() else ""
    if noun is None and last is None and _is_code(found):
        return spaced + digits(first, "ru") + _joint(found)
    scale = found["scale"] or ""
    if last is None:
        said = _counted(first, scale, noun, case, found)
    elif case == "n" and _preposition(found) == "":
        said = f"от {_counted(first, '', None, 'g', found)} до {_counted(last, scale, noun, 'g', found)}"
    else:
        near = _counted(first, "", None, case, found)
        said = f"{near}{', ' if ' ' in near else '-'}{_counted(last, scale, noun, case, found)}"
    per = f" {PER[found['per']]}" if found["per"] else ""
    minus = "минус " if found["minus"] else ""
    stop = "." if found["dot"] and found.end() == len(found.string) else ""
    return f"{spaced}{minus}{said}{per}{stop}{_joint(found)}"


def _joint(found: re.Match[str]) -> str:
    """A space where a letter follows at once ("5G")."""
    return " " if found.string[found.end() : found.end() + 1].isalpha() else ""


def _counted(written: str, scale: str, noun: Noun | None, case: Case, found: re.Match[str]) -> str:
    value = _value(written) * _SCALES.get(scale, 1)
    if value != value.to_integral_value():
        return _with_fraction(value, noun, case)
    number = int(value)
    if (noun is None and written.startswith("0") and len(written) > 1) or number >= MOST:
        return digits(written, "ru")
    gender = noun.gender if noun else _gender(number, case, found)
    words = cardinal(number, "ru", case=case, gender=gender)
    if noun is None:
        return words
    # "Три миллиона рублей": after a thousand or a million what is counted is in the genitive plural.
    return f"{words} {noun.many if number and number % 1000 == 0 else noun.form(number, case)}".rstrip()


def _with_fraction(value: Decimal, noun: Noun | None, case: Case) -> str:
    whole = int(value)
    after = f" {noun.part}" if noun else ""
    if value - whole != Decimal("0.5") or case not in ("n", "a") or not whole:
        return fraction(value.normalize(), "ru", case=case) + after
    if whole == 1:
        return ("полторы" if noun and noun.gender == "f" else "полтора") + after
    words = cardinal(whole, "ru", gender=noun.gender if noun else "m")
    return f"{words} с половиной" + (f" {noun.form(whole, 'n')}" if noun and not is_one(whole) else after)


def _value(written: str) -> Decimal:
    plain = re.sub(r"[ \u00a0\u202f\u2009]", "", written)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", plain):
        plain = plain.replace(",", "")
    return Decimal(plain.replace(",", "."))


def _preposition(found: re.Match[str]) -> str:
    before = _TWO_BEFORE.search(found.string[max(0, found.start() - 40) : found.start()])
    word = before[2].lower() if before else ""
    return word if word in _CASE_AFTER else ""


def _case(found: re.Match[str], noun: Noun | None) -> Case:
    """The case that the word before asks for, or the one in which the counted word already stands."""
    word = _preposition(found)
    case: Case = _CASE_AFTER.get(word, "n")
    if word in _COUNTED_FROM:
        return "n"
    following = _NEXT.match(found.string, found.end()) if noun is None and found["per"] is None else None
    if following is None:
        return case
    counted, number = following[2].lower(), found["b"] or found["a"]
    if case == "n" and number.isdecimal():
        # "3 рабочих дней", "1 минуту": the word itself tells the case.
        if is_few(int(number)) and counted.endswith(("ов", "ев", "ей")):
            return "g"
        if is_one(int(number)) and counted.endswith(("у", "ю")):
            return "a"
    if counted.endswith(("ами", "ями")):
        return "i"
    if counted.endswith(("ах", "ях")):
        return "p"
    return "d" if word in ("к", "ко", "по") and counted.endswith(("ам", "ям")) else case


def _gender(number: int, case: Case, found: re.Match[str]) -> Gender:
    """The gender of the word that a one or a two counts, by its ending."""
    following = _NEXT.match(found.string, found.end())
    if following is None or found["b"] is not None:
        return "m"
    counted = following[2].lower()
    if is_few(number) and case in ("n", "a"):
        return "f" if counted.endswith(("ы", "и")) else "m"
    if not is_one(number):
        return "m"
    if case == "g":
        return "f" if counted.endswith(("ы", "и")) else "m"
    if case == "a" and counted.endswith(("у", "ю")):
        return "f"
    if counted.endswith(("а", "я")) and case == "n":
        return "f"
    return "n" if counted.endswith(("о", "е")) and case in ("n", "a") else "m"


def _is_code(found: re.Match[str]) -> bool:
    """A number that is told digit by digit: a long one, one with a zero before it, or the number of a contract."""
    written = found["a"]
    if not written.isdecimal() or found["scale"] or found["per"]:
        return False
    if len(written) >= 7 or (written.startswith("0") and len(written) > 1):
        return True
    before = _TWO_BEFORE.search(found.string[max(0, found.start() - 40) : found.start()])
    named = {word.lower() for word in before.groups() if word} if before else set()
    return len(written) >= 4 and not named.isdisjoint(_CODED)
