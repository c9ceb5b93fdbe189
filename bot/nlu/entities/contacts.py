"""Phone numbers in E.164 and e-mail addresses. Pure; ``phonenumbers`` is imported where numbers are read."""

from __future__ import annotations

from typing import NamedTuple

from bot.nlu.entities import numerals
from bot.nlu.entities.entity import Found, Here, Hints, Scanned

_SHORTEST, _LONGEST = 7, 15
_MOST = 5
_SEPARATORS = frozenset("()-./")
_MOST_SEPARATORS = 3
_IN_NAME = frozenset("._%+-")
_LONGEST_NAME, _LONGEST_DOMAIN = 64, 253
_SPOKEN_HEADS = frozenset({"восемь", "плюс", "семь", "девятьсот", "eight", "plus", "seven", "nine"})
PHONE_HINTS = Hints(_SPOKEN_HEADS, _SHORTEST)
EMAIL_HINTS = Hints(frozenset("@"))


class _Run(NamedTuple):
    """Digits that stand together, and what stands between them; the token after them is ``end``."""

    digits: str
    groups: tuple[int, ...]
    marks: str
    end: int


def e164(digits: str, region: str, *, international: bool) -> str:
    """The number in E.164 if it can be one, in that country or abroad; else an empty string."""
    import phonenumbers  # only where numbers are read: it costs 70 ms and 3 MB

    if not _SHORTEST <= len(digits) <= _LONGEST:
        return ""
    if not international and region in ("RU", "KZ"):
        # "7 495 …": the country code without its plus, as half of Russia writes it.
        international = len(digits) == 11 and digits.startswith("7")
    try:
        number = phonenumbers.parse("+" + digits if international else digits, None if international else region)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def find_phones(scanned: Scanned, here: Here) -> list[Found]:
    """Phone numbers in digits, and such as are dictated in words."""
    found: list[Found] = []
    if not scanned.has(PHONE_HINTS):
        return found
    at = tried = 0
    while at < len(scanned.words) and tried < _MOST:
        word = scanned.words[at]
        if word != "+" and not word.isdecimal():
            if word in _SPOKEN_HEADS:
                phone, at = _spoken(scanned, at, here)
                found += phone
            else:
                at += 1
            continue
        plus = word == "+"
        run = _run(scanned, at + plus)
        if _alone(scanned, at, run.end) and _like_a_phone(run, plus):
            tried += 1
            number = e164(run.digits, here.region, international=plus)
            if number:
                start = _with_bracket(scanned, at)
                found.append(Found("phone", number, start, scanned.tokens[run.end - 1].end))
        at = max(run.end, at + 1)
    return found


def _run(scanned: Scanned, at: int) -> _Run:
    groups: list[str] = []
    marks, end, place = "", at, at
    separators = 0
    while place < len(scanned.words) and sum(map(len, groups)) <= _LONGEST:
        word = scanned.words[place]
        near = place == at or scanned.gap(place) <= 1
        if word.isdecimal() and near:
            groups.append(word)
            separators, end = 0, place + 1
        elif word in _SEPARATORS and near and separators < _MOST_SEPARATORS:
            marks += word
            separators += 1
        else:
            break
        place += 1
    return _Run("".join(groups), tuple(map(len, groups)), marks, end)


def _alone(scanned: Scanned, at: int, end: int) -> bool:
    """Whether the run isn't a part of a word, an address or a longer number."""
    before, after = scanned.word(at - 1), scanned.word(end)
    if scanned.gap(at) == 0 and (before.isalnum() or before in "_@=/.,-"):
        return False
    return not (scanned.gap(end) == 0 and (after.isalnum() or after in ("_", "@")))


def _like_a_phone(run: _Run, plus: bool) -> bool:
    """Not a date ("15.03.2026"), an address in a network, a sum ("1 500 000") or a row of small numbers."""
    if plus:
        return True
    if not _SHORTEST <= len(run.digits) <= _LONGEST or "/" in run.marks:
        return False
    if "." in run.marks and (len(run.groups) == 3 or max(run.groups) <= 3):
        return False
    if run.groups in ((4, 2, 2), (2, 2, 4)) and run.marks == "--":
        return False
    if not run.marks and len(run.groups) > 1 and set(run.groups[1:]) == {3}:
        return False
    return max(run.groups) > 2


def _with_bracket(scanned: Scanned, at: int) -> int:
    bracket = scanned.word(at - 1) == "(" and scanned.gap(at) == 0
    return scanned.tokens[at - bracket].start


def _spoken(scanned: Scanned, at: int, here: Here) -> tuple[list[Found], int]:
    """Such as "восемь девятьсот двадцать шесть ноль ноль ноль двенадцать тридцать четыре", and the token after it."""
    plus = scanned.word(at) in ("плюс", "plus")
    digits, end = _dictated(scanned, at + plus)
    if 10 <= len(digits) <= 12:
        number = e164(digits, here.region, international=plus)
        if number:
            return [Found("phone", number, scanned.tokens[at].start, scanned.tokens[end - 1].end)], end
    return [], max(end, at + 1)


def _dictated(scanned: Scanned, at: int) -> tuple[str, int]:
    digits = ""
    while len(digits) <= _LONGEST:
        comma = scanned.word(at) in (",", "-")
        double = scanned.word(at + comma) == "double"
        numeral = numerals.read_small(scanned, at + comma + double)
        if numeral is None:
            break
        digits, at = digits + str(numeral.value) * (1 + double), numeral.end
    return digits, at


def find_emails(scanned: Scanned, here: Here) -> list[Found]:
    """E-mail addresses; the domain is in lower case, the name before it as written."""
    found: list[Found] = []
    if not scanned.has(EMAIL_HINTS):
        return found
    for at, word in enumerate(scanned.words):
        if word != "@" or len(found) == _MOST:
            continue
        token = scanned.tokens[at]
        first, last = _name_from(scanned, at), _domain_upto(scanned, at)
        start, end = scanned.tokens[first].start, scanned.tokens[last].end
        name, domain = scanned.text[start : token.start], scanned.text[token.end : end]
        if _is_name(name) and _is_domain(domain):
            found.append(Found("email", f"{name}@{domain.lower()}", start, end))
    return found


def _name_from(scanned: Scanned, at: int) -> int:
    first = at
    while first and scanned.gap(first) == 0 and scanned.tokens[at].start - scanned.tokens[first].start <= _LONGEST_NAME:
        word = scanned.words[first - 1]
        if not word.isalnum() and word not in _IN_NAME:
            break
        first -= 1
    while first < at and scanned.words[first] == ".":
        first += 1
    return first


def _domain_upto(scanned: Scanned, at: int) -> int:
    last = at
    while scanned.gap(last + 1) == 0 and scanned.tokens[last].end - scanned.tokens[at].end <= _LONGEST_DOMAIN:
        word = scanned.words[last + 1]
        if not word.isalnum() and word not in ("-", "."):
            break
        last += 1
    while last > at and scanned.words[last] in ("-", "."):
        last -= 1
    return last


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and ".." not in name and not name.endswith(".") and name.isascii()


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    last = labels[-1]
    return (
        2 <= len(labels) <= 5
        and len(domain) <= _LONGEST_DOMAIN
        and len(last) >= 2
        and last.isalpha()
        and all(0 < len(label) <= 63 and not label.startswith("-") and not label.endswith("-") for label in labels)
    )
