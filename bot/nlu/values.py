"""What somebody answered when they were asked for one thing, as a value, or why it is none. Pure.

Forms and slots call ``check_value``; ``judge_value`` tells beside it what is wrong, for the words of asking again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.assent import yes_or_no
from bot.nlu.entities import addresses, contacts, numbers, numerals
from bot.nlu.entities.entity import Here, Scanned
from bot.nlu.entities.moments import Moment, as_day, as_hours, as_whole, find_moments
from bot.nlu.entities.scan import scan
from gateway.language import MAX_CHARS, clean, stem, words
from gateway.wordlists import listed

FieldKind = Literal[
    "text", "phone", "email", "number", "money", "date", "time", "datetime", "choice", "boolean", "address"
]
FIELD_KINDS: tuple[FieldKind, ...] = (
    "text", "phone", "email", "number", "money", "date", "time", "datetime", "choice", "boolean", "address",
)  # fmt: skip
Problem = Literal["", "unread", "small", "large", "past", "future", "several"]

YES, NO = "true", "false"
# One slip from this many letters, two from that many.
_ONE_SLIP, _TWO_SLIPS = 4, 8
_SPACES = re.compile(r"\s+")
_ORDINALS_LAST = listed("последний последнее последняя последнюю последнего last")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a field takes beside its kind.

    ``least`` and ``most`` bound numbers and sums; ``when`` is the side of today on which a day has to lie (today is on
    both); ``choices`` maps each value to other ways to say it; ``longest`` bounds texts.
    """

    least: Decimal | None = None
    most: Decimal | None = None
    when: Literal["", "past", "future"] = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    longest: int = MAX_CHARS


class Judged(NamedTuple):
    """``value`` where ``problem`` is empty. ``several``: it may be more than one of the choices."""

    value: str = ""
    problem: Problem = ""
    confidence: float = 1.0


_UNREAD = Judged(problem="unread")


def check_value(kind: FieldKind, text: str, *, here: Here | None = None, limits: Limits | None = None) -> str | None:
    """What the text says as a value of the kind (see ``bot.nlu.entities.Entity.kind``), or ``None``."""
    judged = judge_value(kind, text, here=here, limits=limits)
    return None if judged.problem else judged.value


def judge_value(kind: FieldKind, text: str, *, here: Here | None = None, limits: Limits | None = None) -> Judged:
    """As ``check_value``, with what is wrong; never raises, whatever was written.

    A relative day ("завтра") is read only where ``here.now`` is known.
    """
    limits = limits or Limits()
    here = here or Here()
    here = Here(here.now, here.region, past=limits.when == "past")
    tidied = _SPACES.sub(" ", text[:MAX_CHARS]).strip()
    return _READERS[kind](tidied, here, limits) if tidied else _UNREAD


def _text(text: str, here: Here, limits: Limits) -> Judged:
    if not any(mark.isalnum() for mark in text):
        return _UNREAD
    return Judged(text) if len(text) <= limits.longest else Judged(problem="large")


def _phone(text: str, here: Here, limits: Limits) -> Judged:
    """E.164; a town's own short number, written alone, stays as it is."""
    scanned = scan(text)
    found = contacts.find_phones(scanned, here)
    if found:
        return Judged(found[0].value)
    digits = "".join(re.findall("[0-9]", text))
    alone = all(token.text.isdecimal() or token.text == "-" for token in scanned.tokens)
    return Judged(text, confidence=0.6) if alone and len(digits) in (6, 7) and not digits.startswith("0") else _UNREAD


def _email(text: str, here: Here, limits: Limits) -> Judged:
    found = contacts.find_emails(scan(text), here) or contacts.find_emails(scan(_written_out(text)), here)
    return Judged(found[0].value) if found else _UNREAD


def _written_out(text: str) -> str:
    """An address as it is dictated: "ann собака tea точка example", "ann at tea dot example"."""
    text = re.sub(r"\s*(?:\(at\)|\[at\]|(?<!\w)(?:собака|собачка|at)(?!\w))\s*", "@", text, flags=re.IGNORECASE)
    return re.sub(r"\s*(?:\(dot\)|\[dot\]|(?<!\w)(?:точка|dot)(?!\w))\s*", ".", text, flags=re.IGNORECASE)


def _number(text: str, here: Here, limits: Limits) -> Judged:
    scanned = scan(text)
    if len(scanned.tokens) == 1 and scanned.word(0) in ("пол", "половина", "половину", "half"):
        return _bounded(Decimal("0.5"), "0.5", limits)
    found = numbers.find_numbers(scanned, here)
    value = Decimal(found[0].value) if found else _alone(scanned)
    return _UNREAD if value is None else _bounded(value, numbers.told(value), limits)


def _alone(scanned: Scanned) -> Decimal | None:
    """The number that the text is or begins with, even a word that is seldom one ("один")."""
    amount = numbers.read_amount(scanned, 0)
    return amount.value if amount else None


def _money(text: str, here: Here, limits: Limits) -> Judged:
    """A number alone is in the country's own currency."""
    scanned = scan(text)
    found = numbers.find_money(scanned, here)
    if found:
        amount, _, code = found[0].value.partition(" ")
        return _bounded(Decimal(amount), f"{amount} {code}", limits)
    plain = numbers.find_numbers(scanned, here)
    value = Decimal(plain[0].value) if plain else _alone(scanned)
    code = numbers.currency_of(here.region)
    return (
        _bounded(value, f"{numbers.told(value)} {code}", limits)
        if value is not None and value >= 0 and code
        else _UNREAD
    )


def _bounded(value: Decimal, told: str, limits: Limits) -> Judged:
    if limits.least is not None and value < limits.least:
        return Judged(problem="small")
    if limits.most is not None and value > limits.most:
        return Judged(problem="large")
    return Judged(told)


def _moments(text: str, here: Here) -> tuple[Scanned, list[Moment]]:
    scanned = scan(text)
    return scanned, find_moments(scanned, here)


def _date(text: str, here: Here, limits: Limits) -> Judged:
    scanned, moments = _moments(text, here)
    found = next((day for moment in moments if (day := as_day(scanned, moment))), None)
    if found is None:
        # "15", "пятнадцатого": what a question for the day is often answered with.
        scanned, moments = _moments(f"{text} числа", here)
        found = next((day for moment in moments if (day := as_day(scanned, moment))), None)
    return _on_its_side(found.value, here, limits, found.confidence) if found else _UNREAD


def _time(text: str, here: Here, limits: Limits) -> Judged:
    scanned, moments = _moments(text, here)
    found = next((hours for moment in moments if (hours := as_hours(scanned, moment))), None)
    if found is None and not moments:
        # "15", "семь", "10-12": what a question for the hour is often answered with.
        scanned, moments = _moments(f"в {text}", here)
        found = next((hours for moment in moments if (hours := as_hours(scanned, moment))), None)
    return Judged(found.value, confidence=found.confidence) if found else _UNREAD


def _datetime(text: str, here: Here, limits: Limits) -> Judged:
    """The first that has both a day and hours, else the first at all."""
    scanned, moments = _moments(text, here)
    if not moments:
        return _date(text, here, limits)
    moment = next((one for one in moments if one.days and (one.hours or one.days.at)), moments[0])
    found = as_whole(scanned, moment)
    return _on_its_side(found.value, here, limits, found.confidence)


def _on_its_side(value: str, here: Here, limits: Limits, confidence: float) -> Judged:
    """Judges days against ``limits.when``; an interval lies on the side on which its nearer end does."""
    if here.now is None or not limits.when:
        return Judged(value, confidence=confidence)
    now = here.now.date()
    days = [date.fromisoformat(part[:10]) for part in value.split("/") if len(part) >= 10]
    if days and limits.when == "future" and max(days) < now:
        return Judged(problem="past")
    if days and limits.when == "past" and min(days) > now:
        return Judged(problem="future")
    return Judged(value, confidence=confidence)


def _boolean(text: str, here: Here, limits: Limits) -> Judged:
    agreed = yes_or_no(text)
    return _UNREAD if agreed is None else Judged(YES if agreed else NO)


def _choice(text: str, here: Here, limits: Limits) -> Judged:
    """The choice that was named: exactly, within the text, in another case, with a slip, or by its place ("второй")."""
    spoken = {
        " ".join(words(clean(spelling))): value
        for value, spellings in limits.choices.items()
        for spelling in (value, *spellings)
    }
    spoken.pop("", None)
    said = words(clean(text))
    whole = " ".join(said)
    if whole in spoken:
        return Judged(spoken[whole])
    for find in (_named_in, _inflected, _misspelt):
        named = find(said, spoken)
        if named:
            return Judged(named.pop()) if len(named) == 1 else Judged(problem="several")
    return _by_place(text, list(limits.choices))


def _named_in(said: list[str], spoken: Mapping[str, str]) -> set[str]:
    """Choices whose words stand in the text in a row, or else those that the text's words stand in."""
    text = f" {' '.join(said)} "
    within = {spelling: value for spelling, value in spoken.items() if f" {spelling} " in text}
    # "синий чай" goes before "чай".
    longest = [one for one in within if not any(one != other and f" {one} " in f" {other} " for other in within)]
    if longest:
        return {within[one] for one in longest}
    return {value for spelling, value in spoken.items() if text.strip() and text in f" {spelling} "}


def _inflected(said: list[str], spoken: Mapping[str, str]) -> set[str]:
    """As ``_named_in`` by the stems of words: "студию" is "студия"."""
    stems: dict[str, str] = {}
    shared = set[str]()
    for spelling, value in spoken.items():
        stemmed = " ".join(map(stem, spelling.split()))
        if stems.setdefault(stemmed, value) != value:
            shared.add(stemmed)
    return _named_in([stem(word) for word in said], {one: value for one, value in stems.items() if one not in shared})


def _misspelt(said: list[str], spoken: Mapping[str, str]) -> set[str]:
    """The nearest choice, where what was said differs from it by a slip or two."""
    most = max((spelling.count(" ") + 1 for spelling in spoken), default=0)
    pieces = {
        " ".join(said[at : at + size]) for size in range(1, min(most, 4) + 1) for at in range(len(said[:20]) - size + 1)
    }
    pieces.add(" ".join(said))
    best, nearest = set[str](), 3
    for piece in pieces:
        slips = 2 if len(piece) >= _TWO_SLIPS else 1 if len(piece) >= _ONE_SLIP else 0
        if not slips:
            continue
        for spelling, distance, _ in process.extract(piece, spoken.keys(), scorer=OSA.distance, score_cutoff=slips):
            if distance < nearest:
                best, nearest = set(), int(distance)
            if distance == nearest:
                best.add(spoken[spelling])
    return best


def _by_place(text: str, values: list[str]) -> Judged:
    """Such as "первый", "the second one", "2"."""
    scanned = scan(text)
    for at in range(min(len(scanned.tokens), 4)):
        word = scanned.word(at)
        if word in _ORDINALS_LAST and values:
            return Judged(values[-1])
        ordinal = numerals.read_ordinal(scanned, at)
        number = ordinal.value if ordinal else _alone(scanned) if len(scanned.tokens) <= 2 and not at else None
        if number is not None and number == int(number) and 1 <= number <= len(values):
            return Judged(values[int(number) - 1])
    return _UNREAD


def _address(text: str, here: Here, limits: Limits) -> Judged:
    """An address that can be read, tidied; else what was written, if it may be one."""
    found = addresses.find_addresses(scan(text), here)
    if found:
        return Judged(found[0].value, confidence=found[0].confidence)
    return Judged(text, confidence=0.6) if any(mark.isalpha() for mark in text) else _UNREAD


_READERS: dict[str, Callable[[str, Here, Limits], Judged]] = {
    "text": _text, "phone": _phone, "email": _email, "number": _number, "money": _money, "date": _date, "time": _time,
    "datetime": _datetime, "choice": _choice, "boolean": _boolean, "address": _address,
}  # fmt: skip
