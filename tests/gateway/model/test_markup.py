"""Markup is read as the shared cases say; the consoles' and the widget's reader is held to the same."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.events import Span
from gateway.model.markup import plain, read_markup, units


class Case(msgspec.Struct, frozen=True):
    name: str
    written: str
    text: str
    spans: tuple[Span, ...]


CASES = msgspec.json.decode(
    (Path(__file__).resolve().parents[2] / "fixtures" / "markup.json").read_bytes(), type=list[Case]
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_markup_is_read(case: Case) -> None:
    assert read_markup(case.written) == (case.text, case.spans)
    assert plain(case.written) == case.text


@given(st.text(alphabet="ab *_~|`>[]()\n😀", max_size=60))
def test_whatever_is_written_has_spans_within_its_text(written: str) -> None:
    marked = read_markup(written)
    for span in marked.spans:
        assert 0 <= span.at < span.at + span.length <= units(marked.text)
