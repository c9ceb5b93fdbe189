"""What Russian and English addresses have in common: names, numbers, and what was read so far. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.nlu.entities import numerals
from bot.nlu.entities.entity import Scanned
from gateway.wordlists import listed

NEVER_NAMES = listed(
    "и в на с по до от за не у к а но или что как где я мы вы он она есть нет мой моя это вас нам мне дом д кв квартира корпус"
    " подъезд этаж можно подключить подключите какой какая какие ваша ваш наша наш во дворе двора"
    " the a an of in on at to from is are my your our no and or i you we for with this that there have has minutes minute hours"
    " hour days day times more than per over about it only up"
)
LONGEST_NAME = 3
_LONGEST_NUMBER = 4
MOST_DETAILS = 5


@dataclass(slots=True)
class Parts:
    """What was read so far, tidied, and the token after it."""

    end: int
    written: list[str] = field(default_factory=list)
    house: bool = False


def read_number(scanned: Scanned, at: int, *, in_words: bool) -> tuple[str, int]:
    """A house's or a flat's number: "5", "5а", "5/2"; in words only where its label was named."""
    word = scanned.word(at)
    if not word.isdecimal():
        numeral = numerals.read_small(scanned, at) if in_words else None
        return (str(numeral.value), numeral.end) if numeral and numeral.value else ("", at)
    if len(word) > _LONGEST_NUMBER or word.startswith("0"):
        return "", at
    number, end = word, at + 1
    if (
        scanned.word(end) == "/"
        and scanned.gap(end) == 0
        and scanned.word(end + 1).isdecimal()
        and scanned.gap(end + 1) == 0
    ):
        number, end = f"{number}/{scanned.word(end + 1)}", end + 2
    letter = scanned.word(end)
    if len(letter) == 1 and letter.isalpha() and scanned.gap(end) == 0:
        number, end = number + letter, end + 1
    elif letter in ('"', "«") and len(scanned.word(end + 1)) == 1 and scanned.word(end + 1).isalpha():
        number, end = number + scanned.word(end + 1), end + 3
    return number, end


def may_be_house(scanned: Scanned, end: int) -> bool:
    """Whether a number without a label is no part of something else: "12:30", "5 минут", "3 200"."""
    word = scanned.word(end)
    if word.isdecimal() or (scanned.gap(end) == 0 and word in (":", ".") and scanned.word(end + 1).isdecimal()):
        return False
    return not (word.isalnum() and scanned.gap(end) == 0)


def is_name(scanned: Scanned, at: int) -> bool:
    word = scanned.word(at)
    return len(word) > 1 and word.isalpha() and word not in NEVER_NAMES


def is_capital(scanned: Scanned, at: int) -> bool:
    return 0 <= at < len(scanned.tokens) and scanned.text[scanned.tokens[at].start].isupper()


def past_comma(scanned: Scanned, at: int) -> int:
    return at + 1 if scanned.word(at) == "," else at


def name_at(scanned: Scanned, at: int) -> str:
    token = scanned.tokens[at]
    written = scanned.text[token.start : token.end]
    return written[:1].upper() + written[1:]


def name_between(scanned: Scanned, at: int, end: int, *, titled: bool = False) -> str:
    """The words of a name as written, with a capital letter; ``titled``: each of them."""
    written = scanned.text[scanned.tokens[at].start : scanned.tokens[end - 1].end]
    if titled:
        return " ".join(name_at(scanned, place) for place in range(at, end))
    return written[:1].upper() + written[1:]
