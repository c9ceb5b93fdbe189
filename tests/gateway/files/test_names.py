"""What a file may be called, and what its bytes say that it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.files.names import HEAD, NAME_LENGTH, clean_name, type_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 30
ZIP = b"PK\x03\x04" + b"\0" * 30


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("bill.pdf", "bill.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("two\nlines\u00a0and  more.txt", "two lines and more.txt"),
        ("отчёт за май.pdf", "отчёт за май.pdf"),
        ('what?"<>|*:.txt', "what.txt"),
        (".hidden.", "hidden"),
        ("", "file.png"),
        ("...", "file.png"),
        ("\u202e", "file.png"),
    ],
)
def test_a_name_is_its_last_part_without_what_deceives(given_name: str, name: str) -> None:
    assert clean_name(given_name, "image/png") == name


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("x" * 500 + ".pdf") == "x" * (NAME_LENGTH - 4) + ".pdf"
    assert len(clean_name("x" * 500)) == NAME_LENGTH


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_can_be_shown_and_is_clean_already(text: str) -> None:
    name = clean_name(text)

    assert 0 < len(name) <= NAME_LENGTH
    assert not any(unicodedata.category(ch).startswith("C") or ch in "/\\" for ch in name)
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (PNG, "picture.png", "image/png"),
        (PNG, "page.html", "image/png"),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "picture.png", "text/html"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "", "image/jpeg"),
        (b"%PDF-1.7\n", "", "application/pdf"),
        (ZIP, "letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (ZIP, "letter", "application/zip"),
        (ZIP, "picture.png", "application/zip"),
        ("привет".encode()[:5], "picture.png", "text/plain"),
        (b"a,b\n1,2\n", "table.csv", "text/plain"),
        (b"\x00\x01\x02\xfe\xff" * 9, "picture.png", "application/octet-stream"),
        (b"", "empty.png", "text/plain"),
    ],
)
def test_the_bytes_say_what_it_is_and_the_name_only_chooses_among_what_they_allow(
    head: bytes, name: str, kind: str
) -> None:
    assert type_of(head, name) == kind


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda body: PNG[:8] + body), st.text(max_size=30))
def test_any_bytes_have_some_type(head: bytes, name: str) -> None:
    kind = type_of(head[:HEAD], name)

    assert "/" in kind
    assert kind.isascii()
