"""A written answer made fit to be spoken, in Russian and English. Pure.

Nothing is cut and nothing is added but what a reader would say: marks of emphasis and emoji go, lists become sentences,
tables are told row by row, links by their host, numbers in words. What is already fit stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from gateway.model.markup import read_markup
from speech import english, russian
from speech.abbreviations import in_full
from speech.contacts import link, with_contacts
from speech.numbers import cardinal, ordinal

_NUMBERS = {"ru": russian.with_numbers, "en": english.with_numbers}
_BULLET = re.compile(r"^\s*[-*+•–—·▪▫●◦○‣➤►✓✔✅☑]\s+(?=\S)")
_NUMBERED = re.compile(r"^\s*(?P<n>\d{1,2})[.)]\s+(?=\S)")
_HEADING = re.compile(r"^\s*#{1,6}\s+(?=\S)")
_RULE = re.compile(r"^[\s|:=_*~+-]*$")
_OR = {"ru": " или ", "en": " or "}
_SIGNS = {
    "ru": {"&": " и ", "+": " плюс ", "=": " равно ", "@": " собака ", "%": " процентов", "₽": " рублей", "$": " долларов",
           "€": " евро", "£": " фунтов", "₸": " тенге", "₴": " гривен", "×": " на ", "°": " градусов", "≈": " примерно ",
           "~": " примерно ", "≥": " не меньше ", "≤": " не больше ", ">": " больше ", "<": " меньше ", "№": " номер "},
    "en": {"&": " and ", "+": " plus ", "=": " equals ", "@": " at ", "%": " percent", "₽": " rubles", "$": " dollars",
           "€": " euros", "£": " pounds", "₸": " tenge", "₴": " hryvnias", "×": " by ", "°": " degrees", "≈": " about ",
           "~": " about ", "≥": " at least ", "≤": " at most ", ">": " over ", "<": " under ", "№": " number "},
}  # fmt: skip
_ARROWS = re.compile(r"\s*(?:[→⇒➜➔➡⟶]|->|=>)\s*")
_KEPT = frozenset(" .,!?;:…-—'’\"«»“”„")
_SLASH = re.compile(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])")
_FRACTION = re.compile(r"(?<![\d/])(\d{1,4})/(\d{1,4})(?![\d/])")
_FRACTION_WORD = {"ru": "дробь", "en": "slash"}
_SAY = {"ru": "Вы можете сказать: ", "en": "You can say: "}
_MOST_PASSES = 5
_VULGAR = {
    "ru": {"½": "половина", "¼": "четверть", "¾": "три четверти", "⅓": "треть"},
    "en": {"½": "a half", "¼": "a quarter", "¾": "three quarters", "⅓": "a third"},
}


def speakable(text: str, language: str) -> str:
    """What to say instead of ``text``, on one line; English unless the language is ``ru``.

    Empty only where the text has no word and no number. Saying it again changes nothing.
    """
    language = "ru" if language == "ru" else "en"
    # What was glued to something else ("5г.кв.3") may only be read once that is gone.
    for _ in range(_MOST_PASSES):
        said = _said(text, language)
        if said == text:
            break
        text = said
    return text


def _said(text: str, language: str) -> str:
    return _tidied(" ".join(_sentences(_without_marks(text, language).splitlines(), language)))


def speak_buttons(titles: Iterable[str], language: str) -> str:
    """What can be said in place of pressing a button; empty where there are none."""
    language = "ru" if language == "ru" else "en"
    spoken = [said for title in titles if (said := speakable(title, language).rstrip(".!;:, "))]
    if not spoken:
        return ""
    *first, last = spoken
    return _SAY[language] + (", ".join(first) + _OR[language] if first else "") + last + "."


def _without_marks(text: str, language: str) -> str:
    """The text without its markup; links are told with where they lead."""
    marked = read_markup(text)
    words, links = marked.text, [span for span in marked.spans if span.kind == "link"]
    if not links:
        return words
    # Spans are counted in UTF-16 units.
    units = words.encode("utf-16-le")
    pieces, done = [], 0
    for span in links:
        start, end = span.at, span.at + span.length
        if start < done:
            continue
        pieces.append(units[done * 2 : start * 2].decode("utf-16-le", "ignore"))
        pieces.append(link(units[start * 2 : end * 2].decode("utf-16-le", "ignore"), span.url, language))
        done = end
    return "".join(pieces) + units[done * 2 :].decode("utf-16-le", "ignore")


def _sentences(lines: Sequence[str], language: str) -> list[str]:
    """Each line said, with a full stop where it has none and the next one doesn't go on with it."""
    told: list[tuple[str, bool]] = []
    at = 0
    while at < len(lines):
        rows = _rows(lines, at)
        if rows:
            told += [(row, True) for row in _table(rows)]
            at += len(rows)
            continue
        line, item = _unlisted(lines[at], language)
        if not _RULE.match(line):
            told.append((line, item))
        at += 1
    said: list[str] = []
    for place, (line, item) in enumerate(told):
        spoken = _line(line, language)
        if not any(mark.isalnum() for mark in spoken):
            continue
        last = place == len(told) - 1
        goes_on = not last and not item and not told[place + 1][1] and told[place + 1][0].lstrip()[:1].islower()
        said.append(spoken if goes_on or (last and not item and len(told) == 1) else _closed(spoken))
    return said


def _unlisted(line: str, language: str) -> tuple[str, bool]:
    """A list's item without its mark, a numbered one with its number in words; and whether it was one."""
    if numbered := _NUMBERED.match(line):
        number = ordinal(int(numbered["n"]), language, gender="n").capitalize()
        return f"{number}: {line[numbered.end() :]}", True
    if bullet := _BULLET.match(line):
        return line[bullet.end() :], True
    if heading := _HEADING.match(line):
        return line[heading.end() :], True
    return line, False


def _rows(lines: Sequence[str], at: int) -> list[str]:
    """The lines of a table that begins here: two at least, cells between upright lines."""
    rows: list[str] = []
    while at < len(lines) and lines[at].count("|") >= 2:
        rows.append(lines[at])
        at += 1
    return rows if len(rows) > 1 else []


def _table(rows: Sequence[str]) -> list[str]:
    """A sentence for each row; where there is a heading, each cell after the first with its name."""
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    headed = len(cells) > 2 and _RULE.match(rows[1]) is not None
    names = cells[0] if headed else []
    told = []
    for row, raw in list(zip(cells, rows, strict=True))[1 if headed else 0 :]:
        if _RULE.match(raw):
            continue
        named = [
            f"{names[place].lower()}: {cell}" if 0 < place < len(names) and names[place] else cell
            for place, cell in enumerate(row)
            if cell
        ]
        told.append(", ".join(named))
    return told


def _line(line: str, language: str) -> str:
    line = line.replace("\ufe0f", "").replace("\u20e3", "")
    line = _ARROWS.sub(", ", line)
    line = "".join(_VULGAR[language].get(mark, mark) for mark in line)
    line = in_full(with_contacts(line, language), language)
    line = _NUMBERS[language](_FRACTION.sub(rf"\1 {_FRACTION_WORD[language]} \2", line))
    line = _SLASH.sub(_OR[language], line)
    return "".join(_mark(mark, language) for mark in line)


def _mark(mark: str, language: str) -> str:
    """A letter or a pause as it is, a sign by its name; all else is silent."""
    category = unicodedata.category(mark)
    if category[0] in "LM" or mark in _KEPT:
        return mark
    if category[0] == "N":
        value = unicodedata.numeric(mark, -1.0)
        return f" {cardinal(int(value), language)} " if value >= 0 and value == int(value) else " "
    if mark in "()[]{}|":
        return ", "
    if mark in "–‒―":
        return "—"
    if mark in "‐‑":
        return "-"
    return _SIGNS[language].get(mark, " ")


def _closed(line: str) -> str:
    """The line as a sentence."""
    line = line.strip()
    if line.endswith((",", ";")):
        line = line[:-1]
    return line if line.endswith((".", "!", "?", "…", ":")) or not line else f"{line}."


_SPACES = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+([,.;:!?…])")
_AFTER_MARK = re.compile(r"([.,;:!?…])(?=[^\W_])")
_DOUBLED = re.compile(r"[,;:]\s*(?=[,.;:!?…])")
_STOPS = re.compile(r"([.!?…])(?:\s*[.,;:])+(?!\w)")
_LEADING = re.compile(r"^[\s,.;:!?…—-]+")


def _tidied(text: str) -> str:
    """Marks where a reader expects them, once."""
    text = _SPACES.sub(" ", text)
    text = _AFTER_MARK.sub(r"\1 ", text)
    before = ""
    while before != text:
        before = text
        text = _BEFORE_MARK.sub(r"\1", text)
        text = _DOUBLED.sub("", text)
        text = _STOPS.sub(r"\1", text)
    text = _LEADING.sub("", text)
    return text.strip() if any(mark.isalnum() for mark in text) else ""
