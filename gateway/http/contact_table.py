"""A table of contacts (CSV) as it comes from a CRM or a spreadsheet: its letters, its columns, its lines. Pure.

Columns are guessed by their headings, in English and Russian; whoever brings the table in has the last word.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.errors import Invalid
from gateway.faults import contacts as faults
from gateway.http.contact_fields import judge, judge_own
from gateway.http.texts import one_line, visible_text
from gateway.language import clean

LARGEST = 5 * 1024 * 1024
"""Bytes of a table."""
MAX_ROWS = 20_000
MAX_COLUMNS = 60
LONGEST = 4_000
"""Characters of a cell."""
OWN = "own."
FIELDS = ("name", "email", "phone", "company", "external_id", "note")
_SAMPLE = 20
_GUESSES = {
    "name": ("name", "full name", "contact", "contact name", "customer", "client", "имя", "фио", "клиент", "контакт", "имя клиента", "наименование"),
    "email": ("email", "e mail", "mail", "e mail address", "email address", "почта", "эл почта", "электронная почта", "адрес эл почты", "имейл"),
    "phone": ("phone", "phone number", "mobile", "mobile phone", "telephone", "tel", "телефон", "номер телефона", "мобильный", "мобильный телефон", "тел", "рабочий телефон"),
    "company": ("company", "organization", "organisation", "company name", "account", "компания", "организация", "фирма", "название компании"),
    "external_id": ("id", "external id", "customer id", "client id", "contact id", "crm id", "ид", "код", "код клиента", "id клиента", "номер клиента", "внешний id"),
    "note": ("note", "notes", "comment", "comments", "заметка", "заметки", "комментарий", "комментарии", "примечание"),
}  # fmt: skip
_BETWEEN = re.compile(r"[\W_]+")


class Table(NamedTuple):
    """``lines``: behind the headings, each with the number of its line in the file, from 1."""

    encoding: str
    delimiter: str
    head: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


class Judged(NamedTuple):
    """A line: the fields that it gives, or why it can't be used, and in which column."""

    line: int
    fields: dict[str, str]
    fault: str = ""
    column: str = ""


def read_table(data: bytes) -> Table:
    """Raises ``Invalid`` with a fault that says what to do."""
    encoding, text = _decode(data)
    delimiter = _delimiter(text)
    rows = list(_rows(text, delimiter))
    if len(rows) < 2:
        raise Invalid(faults.NO_ROWS(), field="file")
    head = tuple(one_line(cell)[:80] for cell in rows[0][1])
    if len(head) > MAX_COLUMNS:
        raise Invalid(faults.COLUMNS(limit=MAX_COLUMNS), field="file")
    return Table(encoding, delimiter, head, tuple(rows[1:]))


def _decode(data: bytes) -> tuple[str, str]:
    """Spreadsheets write UTF-8, UTF-16 or, in Russian, Windows-1251."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", data.decode("utf-16", "replace")
    if b"\x00" in data:
        raise Invalid(faults.NO_TABLE(), field="file")
    try:
        return "utf-8", data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "windows-1251", data.decode("cp1251", "replace")


def _delimiter(text: str) -> str:
    """The one that parts the first lines most, and most evenly."""

    def fit(mark: str) -> tuple[int, int]:
        sample = "\n".join(text.splitlines()[:_SAMPLE])
        widths = [len(row) for _, row in _rows(sample, mark)]
        common = max(widths, key=widths.count, default=1)
        return widths.count(common) if common > 1 else 0, common

    return max(",;\t", key=fit)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = 0
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            found += 1
            if found > MAX_ROWS + 1:
                raise Invalid(faults.ROWS(limit=MAX_ROWS), field="file")
            yield reader.line_num, tuple(cell[:LONGEST] for cell in row)
    except csv.Error as error:
        raise Invalid(faults.BROKEN(line=reader.line_num), field="file") from error


def guess(head: Sequence[str]) -> tuple[str, ...]:
    """To which field each column seems to belong; "" for none. Of two that seem the same the first one counts."""
    found: list[str] = []
    for cell in head:
        called = _BETWEEN.sub(" ", clean(cell)).strip()
        field = next((name for name, known in _GUESSES.items() if called in known and name not in found), "")
        found.append(field)
    return tuple(found)


def check_columns(columns: Sequence[str], head: Sequence[str]) -> None:
    """Raises ``Invalid`` for a choice of columns that can't be."""
    chosen = [one for one in columns if one]
    if len(columns) != len(head) or any(one not in FIELDS and not one.startswith(OWN) for one in chosen):
        raise Invalid("Say for each column what it holds: a field, own.NAME, or nothing.", field="columns")
    if len(set(chosen)) < len(chosen):
        raise Invalid(faults.COLUMN_TWICE(), field="columns")
    if not chosen:
        raise Invalid(faults.NO_COLUMN(), field="columns")
    judge_own({one.removeprefix(OWN): "" for one in chosen if one.startswith(OWN)})


def judge_line(line: int, cells: Sequence[str], columns: Sequence[str], *, country: str) -> Judged:
    """What a line gives, judged as what people type is."""
    fields: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if not column or not visible_text(cell):
            continue
        try:
            fields[column] = judge("own" if column.startswith(OWN) else column, cell, country=country)
        except Invalid as wrong:
            return Judged(line, {}, _fault_of(column, wrong), column)
    fields = {name: value for name, value in fields.items() if value}
    if not any(fields.get(name) for name in ("name", "email", "phone", "external_id")):
        return Judged(line, {}, "empty")
    return Judged(line, fields)


def _fault_of(column: str, wrong: Invalid) -> str:
    return column if column in ("email", "phone") else "long"


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return "'" + text if text.startswith(_FORMULA) else text


def write_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A table that spreadsheets open as it is, whatever is in its cells."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def with_defaults(fields: Mapping[str, str], known: Mapping[str, str], *, overwrite: bool) -> dict[str, str]:
    """What of a line is news for a contact of whom this is known: only what is empty there, unless ``overwrite``."""
    return {
        name: value for name, value in fields.items()
        if known.get(name, "") != value and (overwrite or not known.get(name))
    }  # fmt: skip
