"""Whether what somebody said so far ends in a number half told, in English and Russian, in digits or in words. Pure.

Who dictates a number pauses between its groups; an answer in that pause is the worst of interruptions. So words end unfinished
- after "my number is", "мой номер", "the code is", with no number yet;
- within a telephone number, where fewer digits were told than such a number has;
- within the digits of a card, of which there are 16 (or the 15 of some), told in fours.

A number that is whole by itself ("two lamps", "twenty five", "order 4711") is no such thing: nothing tells of a longer one.
"""

from __future__ import annotations

import re

_UNITS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9",
    "ноль": "0", "нуль": "0", "один": "1", "одна": "1", "два": "2", "две": "2", "три": "3", "четыре": "4", "пять": "5",
    "шесть": "6", "семь": "7", "восемь": "8", "девять": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
    "десять": "10", "одиннадцать": "11", "двенадцать": "12", "тринадцать": "13", "четырнадцать": "14", "пятнадцать": "15",
    "шестнадцать": "16", "семнадцать": "17", "восемнадцать": "18", "девятнадцать": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8", "ninety": "9",
    "двадцать": "2", "тридцать": "3", "сорок": "4", "пятьдесят": "5", "шестьдесят": "6", "семьдесят": "7", "восемьдесят": "8",
    "девяносто": "9",
}  # fmt: skip
_HUNDREDS = {
    "сто": "1", "двести": "2", "триста": "3", "четыреста": "4", "пятьсот": "5", "шестьсот": "6", "семьсот": "7",
    "восемьсот": "8", "девятьсот": "9",
}  # fmt: skip
_REPEATED = {"double": 2, "triple": 3}
_PLUS = {"plus", "плюс"}
_JOINTS = {"and", "и", "then", "потом", "затем", "dash", "тире", "дефис", "hyphen"}
"""What stands between the groups of one number."""
_PLURAL = {"ноля": "00", "нуля": "00"}
_TOLD = re.compile(r"[^\W\d_]+|\d+|\+")

_PHONE = r"(?:(?:tele)?phone|mobile|cell|contact)(?: number)?|телефон|телефона|мобильный|сотовый"
_CARD = r"(?:credit |debit |bank )?card(?: number)?|карты|карта|карте|карточки"
_THINGS = "order|account|contract|tracking|invoice|policy"
_NUMBER = (
    rf"(?:(?:tele)?phone|mobile|cell|contact|card|{_THINGS}) (?:number|id)|number|code|pin"
    r"|номер(?: (?:моего|телефона|карты|заказа|договора|счёта|счета|полиса|такой)){0,2}|телефон|код|пин(?: код)?"
)
_ABOUT_PHONE = re.compile(rf"\b(?:{_PHONE})\b(?!.*\b(?:{_CARD})\b)")
_ABOUT_CARD = re.compile(rf"\b(?:{_CARD})\b")
_CARD_NUMBER = re.compile(r"\bcard number\b|\bномер\w* (?:моей )?карт|\bends? in\b|\bending\b|\bоканчивается\b")
# "My number is …", whatever was said before it; the noun alone only where nothing else was: "I lost my card number" is a sentence.
_ANNOUNCED = re.compile(
    rf"\b(?:{_NUMBER}|{_PHONE}|{_THINGS}|{_CARD}) (?:is|это|будет|такой|такая)(?: the)?$"
    rf"|^(?:(?:yes|so|well|ok|okay|it's|it is|да|ну|так|вот|это|хорошо|мой|моя|my|the|запишите|пишите|записывайте) )*(?:{_NUMBER})$"
    r"|\b(?:call|reach|text) me (?:back )?(?:at|on)$"
    r"|\b(?:перезвоните|позвоните|наберите)(?: мне)? (?:на|по)(?: (?:номер|номеру|телефон|телефону))?$"
)

LEAST_GROUPED = 3
"""So many digits told one by one, or in groups, look like the begin of a longer number."""
CARD = 16
SHORT_CARD = 15


def unfinished(text: str) -> bool:
    """Whether ``text``, which is recognized so far, ends in a number half told."""
    tokens = [token.casefold() for token in _TOLD.findall(text)]
    before, groups, plus = _number(tokens)
    words = " ".join(before)
    if not groups:
        return plus or _announced(words)
    digits = sum(map(len, groups))
    if not plus and _begins_card(words, groups):
        return digits < CARD and not _whole_short_card(groups) and not _last_four(words, digits)
    if plus or _ABOUT_PHONE.search(words):
        return digits < _phone_length("".join(groups), plus=plus)
    if digits < LEAST_GROUPED and _announced(words):
        return True
    return _begins_long(groups) and digits < _phone_length("".join(groups), plus=False)


def _number(tokens: list[str]) -> tuple[list[str], list[str], bool]:
    """The words before the number at the end, its groups as digits, and whether a plus stands before it."""
    begin = len(tokens)
    while begin and (_is_part(tokens[begin - 1]) or (begin < len(tokens) and tokens[begin - 1] in _JOINTS)):
        begin -= 1
    part = tokens[begin:]
    while part and part[0] in _JOINTS:
        part = part[1:]
        begin += 1
    plus = bool(part) and (part[0] == "+" or part[0] in _PLUS)
    return tokens[:begin], _groups(part), plus


def _is_part(token: str) -> bool:
    return (
        token.isdecimal()
        or token in ("+", "hundred")
        or any(token in words for words in (_UNITS, _TEENS, _TENS, _HUNDREDS, _REPEATED, _PLUS, _PLURAL))
    )


def _groups(tokens: list[str]) -> list[str]:
    """The digits of each number that was told: "four hundred ninety five", "девятьсот шестнадцать", "7", "double five"."""
    groups: list[str] = []
    room = 0  # places at the end of the last group that a smaller number may still fill
    times = 1
    for token in tokens:
        if token in _REPEATED:
            times = _REPEATED[token]
        elif token.isdecimal() or token in _PLURAL:
            groups.append(_PLURAL.get(token, token))
            room = 0
        elif token == "hundred" and groups:
            groups[-1] += "00"
            room = 2
        elif token in _HUNDREDS:
            groups.append(_HUNDREDS[token] + "00")
            room = 2
        elif token in _TENS:
            room = _put(groups, _TENS[token] + "0", room)
        elif token in _TEENS:
            room = _put(groups, _TEENS[token], room) and 0
        elif token in _UNITS:
            digit = _UNITS[token]
            if room and digit != "0":
                groups[-1] = groups[-1][:-1] + digit
            else:
                groups.append(digit * times)
            room, times = 0, 1
    return groups


def _put(groups: list[str], two: str, room: int) -> int:
    """Two digits into the end of the last group, or as a group of their own; the room that is left behind them."""
    if room == 2:
        groups[-1] = groups[-1][:-2] + two
    else:
        groups.append(two)
    return 1


def _phone_length(digits: str, *, plus: bool) -> int:
    """How many digits a telephone number has that begins so: those of Russia and North America with or without their code;
    abroad 11 and more, of which nobody knows."""
    if digits.startswith(("7", "8")):
        return 11
    if digits.startswith("1"):
        return 11
    return 11 if plus else 10


def _begins_long(groups: list[str]) -> bool:
    """Whether groups look like the begin of a telephone number that nobody announced: "eight nine one six", "8 916", "916 123"."""
    single = sum(len(group) == 1 for group in groups)
    if single == len(groups):
        return single >= LEAST_GROUPED
    return (
        len(groups) >= 2
        and (groups[0] in ("7", "8", "1") or len(groups[0]) == 3)
        and all(len(group) <= 4 for group in groups)
    )


def _announced(words: str) -> bool:
    return _ANNOUNCED.search(words) is not None


def _begins_card(words: str, groups: list[str]) -> bool:
    if _CARD_NUMBER.search(words):
        return True
    fours = all(len(group) in (1, 4) for group in groups)
    return fours and (_ABOUT_CARD.search(words) is not None or (len(groups) >= 2 and len(groups[0]) == 4))


def _whole_short_card(groups: list[str]) -> bool:
    return sum(map(len, groups)) == SHORT_CARD and [len(group) for group in groups] in ([4, 6, 5], [15])


def _last_four(words: str, digits: int) -> bool:
    """Whether only the card's last digits are told, as many are asked for."""
    return digits == 4 and bool(
        re.search(r"\b(?:last|ending|ends|end|последние|заканчивается|оканчивается)\b", words, re.IGNORECASE)
    )
