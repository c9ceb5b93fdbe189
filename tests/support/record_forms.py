"""Records forms and what is written into them for everyone who leads through one: ``python -m tests.support.record_forms``
(``--check``).

Each case of ``tests/fixtures/forms.json`` is ``{"name", "steps", "answers", "path", "kept", "wrong"}``: the steps that the answers
lead through where those that don't fit count for nothing, what is kept, and the fault of each answer that doesn't fit. The console
is held to the same file.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.errors import Invalid
from gateway.model import forms
from gateway.model.forms import Branch, Field, Step

FILE = Path(__file__).resolve().parent.parent / "fixtures" / "forms.json"

DELIVERY = (
    Step(
        name="way", title="How",
        fields=(Field(name="way", label="Delivery", kind="choice", choices=("Courier", "Pick-up"), required=True),),
        branches=(Branch(field="way", answer="Pick-up", to="shop"),),
    ),
    Step(name="address", title="Where to", fields=(Field(name="street", label="Street", required=True),), then="last"),
    Step(name="shop", title="Which shop", fields=(Field(name="shop", label="Shop", required=True),)),
    Step(
        name="last", title="Done",
        fields=(
            Field(name="gift", label="A gift", kind="boolean"),
            Field(name="extras", label="Extras", kind="choices", choices=("Cups", "Tea", "Сахар")),
        ),
        branches=(Branch(field="extras", answer="Сахар", to="sugar"), Branch(field="gift", answer="no", to="end")),
    ),
    Step(name="card", title="Card", fields=(Field(name="words", label="Words", kind="long_text"),), then="end"),
    Step(name="sugar", title="Sugar", fields=(Field(name="lumps", label="Lumps", kind="number", least=1, most=6.5),)),
)  # fmt: skip
FREE = (
    Step(
        name="code", title="Code", fields=(Field(name="code", label="Code"), Field(name="sum", label="Sum", kind="money")),
        branches=(Branch(field="code", answer="two words", to="found"), Branch(field="sum", answer="10.5", to="end")),
    ),
    Step(name="lost", title="Lost", fields=(Field(name="day", label="Day", kind="date", required=True),)),
    Step(name="found", title="Found"),
)  # fmt: skip
ANSWERS: dict[forms.Kind, tuple[str, ...]] = {
    "text": ("", "  a \n b\tc ", "a\u202eb", "x" * 400, "ы" * 401, "👩‍🚀" * 100, "\u0007"),
    "long_text": ("a\n\nb", "y" * 4000, "y" * 4001),
    "number": (" 1 000,5 ", "1\u00a0000", "1e9", "nan", "٣", "-0", "+1", "1.", ".5", "1" * 16, "0.1234567"),
    "money": ("12.50", "12,5", "1 2", "ten"),
    "date": ("2028-02-29", "2027-02-29", "20270101", "2027-1-1", "0000-01-01", "0001-01-01", "2027-13-01", " 2027-01-31 "),
    "boolean": ("yes", "no", "maybe", "YES", "yes\nno", "yes\nyes"),
    "choice": ("b", "a\nb", "z", " b ", "b\n"),
    "choices": ("b\na\nb", "z", "a\n\n b", "a\nz"),
    "email": ("anna@example.com", "anna", "anna@", "@example.com"),
    "phone": ("+44 20 7946 0000", "call me", "12"),
}  # fmt: skip


class Case(NamedTuple):
    name: str
    steps: tuple[Step, ...]
    answers: dict[str, str]


def by_kind(kind: forms.Kind) -> Case:
    """One question after another, each with another answer; then two that need one, or have bounds."""
    said = {f"q{number}": text for number, text in enumerate(ANSWERS[kind])}
    fields = [Field(name=name, label=name, kind=kind, choices=("a", "b")) for name in said]
    needed = Field(name="needed", label="Needed", kind=kind, choices=("a", "b"), required=True)
    bound = Field(name="bound", label="Bound", kind=kind, choices=("a", "b"), least=-1, most=2.5)
    steps = tuple(
        Step(name=f"s{number}", title="S", fields=(one,)) for number, one in enumerate((*fields, needed, bound))
    )
    return Case(f"each {kind}", steps, {**said, "bound": "2.6"})


def drawn(number: int) -> Case:
    """A form and answers by chance, the same at each run."""
    chance = random.Random(number)
    names = [f"s{index}" for index in range(chance.randint(2, 7))]
    steps = []
    for index, name in enumerate(names):
        later = [*names[index + 1 :], forms.END]
        kind: forms.Kind = chance.choice(("choice", "choices", "text", "boolean"))
        known = ("yes", "no") if kind == "boolean" else ("a", "b", "c")
        asked = Field(name=f"f{index}", label="Q", kind=kind, choices=("a", "b", "c"), required=chance.random() < 0.5)
        branches = tuple(
            Branch(field=asked.name, answer=one, to=chance.choice(later)) for one in known if chance.random() < 0.5
        )  # fmt: skip
        then = chance.choice(["", *later])
        steps.append(Step(name=name, title=name, fields=(asked,), branches=branches, then=then))
    said = {f"f{index}": chance.choice(["", "a", "b ", "c\na", "yes", "no", "z"]) for index in range(len(names))}
    return Case(f"drawn {number}", tuple(steps), said)


CASES = (
    Case("nothing is said", DELIVERY, {}),
    Case("a courier", DELIVERY, {"way": "Courier", "street": "Main street 1", "shop": "left over", "gift": "yes"}),
    Case("a branch by a choice", DELIVERY, {"way": "Pick-up", "shop": "Main", "gift": "no"}),
    Case("one of several choices", DELIVERY, {"way": " Pick-up", "shop": "Main", "extras": "Сахар\nCups", "gift": "no", "lumps": "7"}),
    Case("an answer that doesn't fit leads nowhere", DELIVERY, {"way": "By air", "extras": "Сахар\nSalt"}),
    Case("as it is kept it leads", FREE, {"code": " two \n words ", "sum": "10,5"}),
    Case("a number as it is kept leads", FREE, {"code": "Two words", "sum": " 10,5 "}),
    Case("no branch fits", FREE, {"code": "two words too", "sum": "10.50", "day": "2027-02-30"}),
    *(by_kind(kind) for kind in ANSWERS),
    *(drawn(number) for number in range(40)),
)  # fmt: skip


def outcome(case: Case) -> dict[str, Any]:
    """What the model makes of it."""
    fitting: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for one in (one for step in case.steps for one in step.fields):
        try:
            fitting[one.name] = forms.judge_answer(one, case.answers.get(one.name, ""))
        except Invalid as refused:
            assert refused.fault is not None
            wrong[one.name] = refused.fault.code
    way = forms.path(case.steps, fitting)
    asked = {one.name for index in way for one in case.steps[index].fields}
    return {"path": list(way), "kept": {k: v for k, v in fitting.items() if v and k in asked}, "wrong": wrong}


def render() -> str:
    """The file's text."""
    found = [
        {"name": one.name, "steps": msgspec.to_builtins(one.steps), "answers": one.answers, **outcome(one)} for one in CASES
    ]  # fmt: skip
    return json.dumps(found, ensure_ascii=True, separators=(",", ":")).replace('{"name":"', '\n{"name":"') + "\n"


def main(arguments: list[str]) -> int:
    text = render()
    if "--check" not in arguments:
        FILE.write_text(text)
    elif not FILE.exists() or FILE.read_text() != text:
        print(f"{FILE.name} is stale: run python -m tests.support.record_forms", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
