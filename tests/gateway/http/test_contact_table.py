"""Tables of contacts as they come from spreadsheets and CRMs: letters, columns, lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.http import contact_table
from gateway.http.contact_table import guess, judge_line, read_table, safe_cell, write_csv

HEAD = "Имя{0}Почта{0}Телефон"
ROW = 'Анна "Эннет" Петрова{0}ann@example.com{0}8 (495) 000-00-01'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "called"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1251", "windows-1251"), ("utf-16", "utf-16")],
)
def test_letters_and_columns_are_found_out(delimiter: str, encoding: str, called: str) -> None:
    text = "\r\n".join(line.format(delimiter) for line in (HEAD, ROW, "", ROW))
    table = read_table(text.encode(encoding))
    assert (table.encoding, table.delimiter, table.head) == (called, delimiter, ("Имя", "Почта", "Телефон"))
    assert [line for line, _ in table.lines] == [2, 4]
    assert table.lines[0][1][1] == "ann@example.com"


def test_a_cell_of_several_lines_and_the_other_mark_in_it_is_one_cell() -> None:
    table = read_table(b'name;note\n"Ann, of Example";"first; second\nthird"\n')
    assert table.lines == ((3, ("Ann, of Example", "first; second\nthird")),)


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (
            ("Full Name", "E-mail", "Mobile phone", "Organization", "ID"),
            ("name", "email", "phone", "company", "external_id"),
        ),
        (("ФИО", "Эл. почта", "Тел.", "Компания", "Код клиента"), ("name", "email", "phone", "company", "external_id")),
        (("Имя", "Телефон", "Рабочий телефон", "Город"), ("name", "phone", "", "")),
    ],
)
def test_columns_are_guessed_by_their_headings(head: tuple[str, ...], fields: tuple[str, ...]) -> None:
    assert guess(head) == fields


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "contacts_no_rows"), (b"name,email\n", "contacts_no_rows"), (b"PK\x03\x04\x00\x00", "contacts_no_table"),
     (b"a," * 70 + b"\n1\n", "contacts_columns")],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_what_to_do(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_table(data)
    assert refused.value.fault is not None and refused.value.fault.code == code


def test_a_table_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid) as refused:
        read_table(b"name\n" + b"Ann\n" * (contact_table.MAX_ROWS + 1))
    assert refused.value.fault is not None and refused.value.fault.code == "contacts_rows"


def test_a_line_is_judged_as_what_people_type() -> None:
    columns = ("name", "email", "phone", "own.City", "")
    judged = judge_line(
        2, ("Ann\u202e\u200b", "ann@example.com", "8 (495) 000-00-01", " Kazan ", "left out"), columns, country="RU"
    )
    assert judged.fields == {"name": "Ann", "email": "ann@example.com", "phone": "+74950000001", "own.City": "Kazan"}
    assert judge_line(3, ("Ann", "no address"), columns, country="")[2:] == ("email", "email")
    assert judge_line(4, ("Ann", "", "call me"), columns, country="")[2:] == ("phone", "phone")
    assert judge_line(5, ("", "", "", "Kazan"), columns, country="").fault == "empty"
    assert judge_line(6, ("x" * 201,), columns, country="")[2:] == ("long", "name")


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=4), min_size=1, max_size=4))
def test_no_cell_of_ours_is_a_formula_and_all_come_back(rows: list[list[str]]) -> None:
    written = write_csv(rows).decode("utf-8-sig")
    assert all(not safe_cell(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert written.count("\r\n") >= len(rows)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = read_table(data)
    except Invalid:
        return
    for line, cells in table.lines:
        judge_line(line, cells, guess(table.head), country="RU")
