"""A table of questions and answers (CSV) as content, and content as such a table. Pure.

Columns are known by their first line, in English or Russian, in any order: the question and the answer, and maybe the
intent, the title for buttons and the language. Rows with the same intent (or, without one, the same answer) are one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.content.changes import AnyChange, SetIntent, SetResponse
from bot.content.errors import ContentError
from bot.content.types import Content
from gateway.faults import content as faults
from gateway.language import clean, is_cyrillic, words

MAX_ROWS = 20_000
_SOUNDS = str.maketrans(dict(zip("абвгдезийклмнопрстуфхыэъь", [*"abvgdeziyklmnoprstufhye", "", ""], strict=True)))
_SOUNDS |= str.maketrans({"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya"})
_COLUMNS = {
    "question": ("question", "questions", "example", "вопрос", "вопросы", "пример"),
    "answer": ("answer", "answers", "reply", "ответ", "ответы"),
    "intent": ("intent", "topic", "намерение", "тема", "интент"),
    "title": ("title", "button", "название", "заголовок", "кнопка"),
    "language": ("language", "lang", "locale", "язык"),
}


@dataclass
class _Topic:
    questions: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)


def read_table(text: str, taken: Iterable[str]) -> list[AnyChange]:
    """The changes that bring a table's rows in. ``taken``: names of intents that are there.

    Raises ``ContentError`` with the line of a row that can't be used.
    """
    rows = list(_rows(text))
    if len(rows) < 2:
        raise ContentError(faults.NO_TABLE(), file="")
    columns = _columns(rows[0][1])
    topics: dict[str, _Topic] = {}
    for line, row in rows[1:]:
        values = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
        question = values.get("question", "")
        if not question:
            continue
        if len(question) > 500:
            raise ContentError(faults.EXAMPLE(limit=500), file="", line=line)
        answer = values.get("answer", "")
        topic = topics.setdefault(values.get("intent") or answer or question, _Topic())
        topic.questions.append(question.replace("\n", " "))
        language = (values.get("language") or ("ru" if any(map(is_cyrillic, words(clean(answer or question)))) else "en"))[:2].lower()  # fmt: skip
        if answer:
            topic.answers.setdefault(language, answer)
        topic.titles.setdefault(language, values.get("title") or question[:30])
    known = set(taken)
    return [change for key, topic in topics.items() for change in _changes(key, topic, known)]


def _rows(text: str) -> Iterable[tuple[int, list[str]]]:
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
            if reader.line_num > MAX_ROWS:
                raise ContentError(faults.MANY_EXAMPLES(limit=MAX_ROWS), file="", line=reader.line_num)
    except csv.Error as error:
        raise ContentError(faults.NO_TABLE(), file="", line=reader.line_num) from error


def _columns(head: list[str]) -> dict[str, int]:
    called = [clean(cell).strip() for cell in head]
    found = {
        name: at for name, known in _COLUMNS.items() for at, cell in enumerate(called) if cell in known
    }  # fmt: skip
    for name in ("question", "answer"):
        if name not in found:
            raise ContentError(faults.TABLE_COLUMN(name=name), file="", line=1)
    return found


def _changes(key: str, topic: _Topic, known: set[str]) -> Iterable[AnyChange]:
    name = key if key in known else _name(key, known)
    known.add(name)
    if topic.answers:
        yield SetResponse(name=f"utter_{name}", variations=_variations(topic.answers))
    yield SetResponse(name=f"utter_title_{name}", variations=_variations(topic.titles))
    yield SetIntent(name=name, examples=tuple(dict.fromkeys(topic.questions)))


def _variations(texts: dict[str, str]) -> tuple[dict[str, object], ...]:
    """With a condition on the language where there are several."""
    if len(texts) == 1:
        return tuple({"text": text} for text in texts.values())
    return tuple(
        {"text": text, "condition": [{"type": "slot", "name": "language", "value": language}]}
        for language, text in texts.items()
    )


def _name(key: str, known: set[str]) -> str:
    """A name in Latin letters, as content usually has them."""
    base = "_".join(re.findall(r"[a-z0-9]+", clean(key).translate(_SOUNDS))[:5])[:40] or "topic"
    name, number = base, 2
    while name in known:
        name, number = f"{base}_{number}", number + 1
    return name


def write_table(content: Content) -> str:
    """Every example with its answer in its language."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("question", "answer", "intent", "title", "language"))
    for intent in content.intents:
        for example in intent.examples:
            language = "ru" if any(map(is_cyrillic, words(clean(example.text)))) else "en"
            answer = _said(content, f"utter_{intent.name}", language)
            title = _said(content, f"utter_title_{intent.name}", language)
            writer.writerow((_safe(example.text), _safe(answer), intent.name, _safe(title), language))
    return out.getvalue()


def _said(content: Content, name: str, language: str) -> str:
    offered = content.responses.get(name, ())
    fit = [one for one in offered if ("language", language) in one.condition] or [one for one in offered if not one.condition]  # fmt: skip
    return fit[0].text if fit else ""


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
