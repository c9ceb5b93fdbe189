"""Everything that can go wrong has a code of its own, and each place that says so gives just its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import faults
from gateway.faults import Kind, areas, placed
from gateway.faults.areas import AREAS
from gateway.faults.content import INTENT

ROOT = Path(faults.__file__).resolve().parents[2]
SOURCES = [
    file for package in ("gateway", "bot", "channels", "handoff") for file in sorted((ROOT / package).rglob("*.py"))
    if file.parent != Path(faults.__file__).parent
]  # fmt: skip


def made_in(file: Path) -> Iterator[tuple[Kind, set[str], int]]:
    """Each call that makes a fault: its kind, the names of the values given, and the line."""
    tree = ast.parse(file.read_text("utf-8"))
    modules = {
        alias.asname or alias.name: getattr(areas, alias.name)
        for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == faults.__name__
        for alias in node.names if alias.name in AREAS
    }  # fmt: skip
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)) if module in modules:
                assert not node.args
                yield getattr(modules[module], name), {str(one.arg) for one in node.keywords}, node.lineno


MADE = [(file, line, kind, given) for file in SOURCES for kind, given, line in made_in(file)]


def test_each_code_is_there_once() -> None:
    codes = [kind.code for kinds in AREAS.values() for kind in kinds]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize(
    ("kind", "given"),
    [(kind, given) for _, _, kind, given in MADE],
    ids=[f"{file.relative_to(ROOT)}:{line}" for file, line, _, _ in MADE],
)
def test_each_place_gives_just_the_values_of_its_kind(kind: Kind, given: set[str]) -> None:
    assert given == set(kind.names)


def test_every_kind_is_made_somewhere() -> None:
    made = {kind.code for _, _, kind, _ in MADE}
    assert [kind.code for kinds in AREAS.values() for kind in kinds if kind.code not in made] == []


def test_a_fault_of_content_says_where_it_is() -> None:
    found = placed(INTENT(name="booking"), file="nlu.yml", line=12)
    assert found.code == "content_intent"
    assert found.values == {"name": "booking", "file": "nlu.yml", "line": 12}
    assert found.text.startswith("nlu.yml:12: The intent “booking”")
    assert placed(INTENT(name="booking"), file="", line=0) == INTENT(name="booking")
