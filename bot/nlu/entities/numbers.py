"""Numbers and money: "1 500", "1,5", "двадцать пять", "$20", "полторы тысячи рублей", "15к". Pure.

What only looks like a number stays unread: parts of dates, clock times, phone numbers, addresses in a network, codes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from bot.nlu.entities import numerals
from bot.nlu.entities.entity import Found, Here, Hints, Scanned
from gateway.wordlists import by_word, listed

LONGEST = 15
# Written alone these words are seldom a number: "the one I have", "я один".
_SELDOM = frozenset({"один", "одна", "одно", "одну", "одного", "одной", "одному", "one", "сорока", "к", "k"})
_CURRENCIES = {
    "RUB": "₽ р руб рубль рубля рублей рублю рублем рублях рублями рублик рубликов rub ruble rubles rouble roubles",
    "USD": "$ usd dollar dollars доллар доллара долларов долларах долл бакс бакса баксов buck bucks",
    "EUR": "€ eur euro euros евро",
    "GBP": "£ gbp pound pounds quid фунт фунта фунтов",
    "KZT": "₸ kzt тенге tenge",
    "BYN": "byn",
    "UAH": "₴ uah гривна гривны гривен гривну грн",
    "CNY": "¥ cny юань юаня юаней yuan",
}
CURRENCIES = by_word(_CURRENCIES)
_SIGNS = frozenset("₽$€£₸₴¥")
_COINS = listed("коп копейка копейки копеек цент цента центов cent cents pence kopeck kopecks")
_OF_REGION = {
    "RU": "RUB", "US": "USD", "GB": "GBP", "KZ": "KZT", "BY": "BYN", "UA": "UAH", "CN": "CNY",
} | dict.fromkeys(listed("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"), "EUR")  # fmt: skip
_THREE = re.compile(r"[0-9]{3}")
NUMBER_HINTS = Hints(numerals.TELLING, digits=1)
"""Of numbers, and of money, which has a number."""


class Amount(NamedTuple):
    """A number as written; the token after it is ``end``. ``rounded``: a multiplier stood with it ("15к")."""

    value: Decimal
    end: int
    rounded: bool = False


def currency_of(region: str) -> str:
    """The currency of a country, or an empty string."""
    return _OF_REGION.get(region, "")


def told(value: Decimal) -> str:
    """A number as decimal text without an exponent or idle zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_amount(scanned: Scanned, at: int) -> Amount | None:
    """A number in digits or words that begins at the token."""
    word = scanned.word(at)
    if word.isdecimal():
        return _digits(scanned, at)
    if word in numerals.HEADS:
        numeral = numerals.read_words(scanned, at)
        if numeral:
            return Amount(numeral.value, numeral.end, any(_is_multiplier(scanned, n) for n in range(at, numeral.end)))
    return None


def _is_multiplier(scanned: Scanned, at: int) -> bool:
    return scanned.word(at) in numerals.MULTIPLIERS


def _digits(scanned: Scanned, at: int) -> Amount | None:
    if _joined_before(scanned, at):
        return None
    whole, end = _grouped(scanned, at)
    fraction = ""
    if scanned.word(end) in (",", ".") and scanned.gap(end) == 0 and scanned.word(end + 1).isdecimal():
        if scanned.gap(end + 1):
            return _scaled(scanned, whole, end)
        fraction, end = "." + scanned.word(end + 1), end + 2
    return _scaled(scanned, whole + fraction, end)


def _grouped(scanned: Scanned, at: int) -> tuple[str, int]:
    """Digits with what groups them: "1 500", "1,500", "1.500.000", "1'500"."""
    whole, end = scanned.word(at), at + 1
    if len(whole) > 3 or whole.startswith("0"):
        return whole, end
    if _THREE.fullmatch(scanned.word(end)) and scanned.gap(end) == 1:
        while _THREE.fullmatch(scanned.word(end)) and scanned.gap(end) == 1:
            whole, end = whole + scanned.word(end), end + 1
        return whole, end
    mark = scanned.word(end)
    groups = 0
    while mark in (",", ".", "'") and scanned.word(end + 2 * groups) == mark and _follows(scanned, end + 2 * groups):
        groups += 1
    if groups > 1 or (groups == 1 and mark != "."):
        whole += "".join(scanned.word(end + 2 * step + 1) for step in range(groups))
        end += 2 * groups
    return whole, end


def _follows(scanned: Scanned, at: int) -> bool:
    after = at + 1
    return scanned.gap(at) == 0 and scanned.gap(after) == 0 and _THREE.fullmatch(scanned.word(after)) is not None


def _scaled(scanned: Scanned, digits: str, end: int) -> Amount | None:
    """With its multiplier ("15к", "2 млн"); ``None`` where the digits run on into something else."""
    if len(digits) > LONGEST:
        return None
    value = Decimal(digits)
    word, gap = scanned.word(end), scanned.gap(end)
    if word in numerals.MULTIPLIERS and (word not in ("к", "k") or gap == 0):
        if len(word) < 3 and scanned.gap(end + 1) == 0 and scanned.word(end + 1).isalnum():
            return None
        dot = scanned.word(end + 1) == "." and word in ("тыс", "млн", "млрд") and scanned.gap(end + 1) == 0
        return Amount(value * numerals.MULTIPLIERS[word], end + 1 + dot, rounded=True)
    if _joined_after(scanned, end):
        return None
    return Amount(value, end)


def _joined_before(scanned: Scanned, at: int) -> bool:
    """Whether the digits go on from what stands before: "A-12", "10.5", "12:30", "v2", "12 34"."""
    if scanned.gap(at) > 1:
        return False
    mark = scanned.word(at - 1)
    if scanned.gap(at) == 1:
        return mark.isdecimal()
    if mark in _SIGNS or mark in "(\"'«[~≈=":
        return False
    if mark in ",-.":
        # "да,5" and " -5" are two things; "10,5", "а-5" and "5-7" are one.
        before = scanned.word(at - 2)
        return scanned.gap(at - 1) == 0 and (before.isdecimal() or (mark != "," and before.isalnum()))
    return True


def _joined_after(scanned: Scanned, end: int) -> bool:
    word, gap = scanned.word(end), scanned.gap(end)
    if gap > 1:
        return False
    if gap == 1:
        return word.isdecimal()
    if word.isalnum() or word == "_":
        return word not in CURRENCIES or (scanned.gap(end + 1) == 0 and scanned.word(end + 1).isalnum())
    return word in ":/.,-'" and scanned.gap(end + 1) == 0 and scanned.word(end + 1).isalnum()


def find_numbers(scanned: Scanned, here: Here) -> list[Found]:
    """Numbers in digits and words, as decimal text."""
    found: list[Found] = []
    if not scanned.has(NUMBER_HINTS):
        return found
    at = 0
    while at < len(scanned.words):
        word = scanned.words[at]
        amount = read_amount(scanned, at) if word.isdecimal() or word in numerals.HEADS else None
        if amount is None:
            at = _past_digits(scanned, at)
            continue
        if amount.end > at + 1 or word not in _SELDOM:
            start = _with_minus(scanned, at)
            value = -amount.value if start < scanned.tokens[at].start else amount.value
            found.append(Found("number", told(value), start, scanned.tokens[amount.end - 1].end))
        at = max(amount.end, at + 1)
    return found


def _past_digits(scanned: Scanned, at: int) -> int:
    """The token after a run of digits that was no number: its rest is none either."""
    if not scanned.word(at).isdecimal():
        return at + 1
    at += 1
    while scanned.word(at).isdecimal() and scanned.gap(at) <= 1:
        at += 1
    return at


def _with_minus(scanned: Scanned, at: int) -> int:
    minus = scanned.word(at - 1) == "-" and scanned.gap(at) == 0 and scanned.word(at).isdecimal()
    return scanned.tokens[at - 1].start if minus else scanned.tokens[at].start


def find_money(scanned: Scanned, here: Here) -> list[Found]:
    """Sums with their currency. A rounded sum without one ("15к", "полторы тысячи") is in the country's own."""
    found: list[Found] = []
    if not scanned.has(NUMBER_HINTS):
        return found
    at = 0
    while at < len(scanned.words):
        word = scanned.words[at]
        if word in _SIGNS and (amount := read_amount(scanned, at + 1)):
            start, code, end = at, CURRENCIES[word], amount.end
        elif (word.isdecimal() or word in numerals.HEADS) and (amount := read_amount(scanned, at)):
            start, end = at, amount.end
            code = CURRENCIES.get(scanned.word(end), "")
            end += bool(code)
        else:
            at = _past_digits(scanned, at)
            continue
        sure = 1.0 if code else 0.6
        code = code or (currency_of(here.region) if amount.rounded and _may_be_money(scanned, amount.end) else "")
        if code and end > start:
            coins, end = _coins(scanned, end)
            value = f"{told(amount.value + coins)} {code}"
            found.append(Found("money", value, scanned.tokens[start].start, scanned.tokens[end - 1].end, sure))
        at = max(end, at + 1)
    return found


def _may_be_money(scanned: Scanned, end: int) -> bool:
    """Whether a rounded number isn't followed by what it counts: "15к", but not "15 тысяч человек"."""
    word = scanned.word(end)
    return not word or not word[0].isalpha() or word in ("в", "за", "на", "и", "или", "a", "per", "for", "and", "or")


def _coins(scanned: Scanned, end: int) -> tuple[Decimal, int]:
    """The cents after a sum, and the dot of "руб."; the token after them."""
    dot = scanned.word(end - 1) in ("руб", "р", "долл") and scanned.word(end) == "." and scanned.gap(end) == 0
    after = end + dot
    coins = scanned.word(after)
    if coins.isdecimal() and len(coins) <= 2 and scanned.word(after + 1) in _COINS:
        return Decimal(coins) / 100, after + 2
    last = dot and not scanned.word(after)
    return Decimal(0), end + (dot and not last)
