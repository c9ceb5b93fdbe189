"""Forms: whatever is answered leads to an end, every step can be reached, and what is kept fits its question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.model import forms
from gateway.model.forms import Branch, Field, Step
from tests.support.record_forms import CASES, FILE, Case, render

ORDER = (
    Step(
        name="way", title="How",
        fields=(Field(name="way", label="Delivery", kind="choice", choices=("Courier", "Pick-up"), required=True),),
        branches=(Branch(field="way", answer="Pick-up", to="shop"),),
    ),
    Step(name="address", title="Where to", fields=(Field(name="street", label="Street", required=True),), then="last"),
    Step(name="shop", title="Which shop", fields=(Field(name="shop", label="Shop", required=True),)),
    Step(name="last", title="Done", fields=(Field(name="phone", label="Phone", kind="phone", fact="phone"),)),
)  # fmt: skip


@st.composite
def definitions(draw: st.DrawFn) -> tuple[Step, ...]:
    count = draw(st.integers(1, 7))
    names = [f"s{index}" for index in range(count)]
    steps = []
    for index in range(count):
        later = [*names[index + 1 :], forms.END]
        choices = ("a", "b", "c")
        asked = Field(name=f"f{index}", label="Q", kind="choice", choices=choices, required=draw(st.booleans()))
        branches = tuple(
            Branch(field=asked.name, answer=answer, to=draw(st.sampled_from(later)))
            for answer in choices
            if draw(st.booleans())
        )
        then = draw(st.sampled_from(["", *later]))
        steps.append(Step(name=names[index], title=names[index], fields=(asked,), branches=branches, then=then))
    return tuple(steps)


answers = st.dictionaries(st.sampled_from([f"f{n}" for n in range(7)]), st.sampled_from(["", "a", "b", "c", "z"]))


@given(definitions(), answers)
def test_any_answers_lead_forward_to_an_end(steps: tuple[Step, ...], said: dict[str, str]) -> None:
    way = forms.path(steps, said)
    assert list(way) == sorted(set(way)) and way[0] == 0
    assert forms.next_step(steps, way[-1], said) == len(steps)
    assert set(way) <= forms.reached(steps) or any(value in ("", "z") for value in [*said.values(), ""])


@given(definitions())
def test_what_passes_the_check_has_no_step_that_nobody_sees(steps: tuple[Step, ...]) -> None:
    try:
        forms.check_steps(steps)
    except Invalid:
        return
    assert forms.reached(steps) == frozenset(range(len(steps)))
    for target in range(len(steps)):
        assert _leads_to(steps, target, 0, {})


def _leads_to(steps: tuple[Step, ...], target: int, at: int, said: dict[str, str]) -> bool:
    """Whether some fit answers come by ``target``: tried out, one by one."""
    if at == target:
        return target in forms.path(steps, said)
    if at > target:
        return False
    one = steps[at].fields[0]
    return any(
        _leads_to(steps, target, forms.next_step(steps, at, tried), tried)
        for value in (*one.choices, *(() if one.required else ("",)))
        for tried in [{**said, one.name: value}]
    )


@given(definitions(), answers, st.integers(0, 6), st.sampled_from(["a", "b", "c"]))
def test_the_way_back_is_as_it_was_whatever_is_answered_further_on(
    steps: tuple[Step, ...], said: dict[str, str], at: int, other: str
) -> None:
    way = forms.path(steps, said)
    place = min(at, len(way) - 1)
    assert forms.path(steps, {**said, f"f{way[place]}": other})[: place + 1] == way[: place + 1]


@given(definitions(), answers)
def test_what_is_kept_is_kept_again_as_it_is(steps: tuple[Step, ...], said: dict[str, str]) -> None:
    try:
        kept = forms.judge(steps, said)
    except Invalid:
        return
    assert forms.judge(steps, kept) == kept
    assert set(kept) <= {one.name for index in forms.path(steps, kept) for one in steps[index].fields}


def test_only_the_way_that_was_gone_is_asked_and_kept() -> None:
    kept = forms.judge(ORDER, {"way": "Pick-up", "street": "left over", "shop": "Main", "phone": "+44 20 7946 0000"})
    assert kept == {"way": "Pick-up", "shop": "Main", "phone": "+442079460000"}
    assert forms.facts_of(ORDER, kept) == {"phone": "+442079460000"}
    with pytest.raises(Invalid) as refused:
        forms.judge(ORDER, {"way": "Courier", "shop": "Main"})
    assert refused.value.fields["field"] == "street" and refused.value.fault is not None


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("number", " 1 000,5 ", "1000.5"), ("number", "1e9", None), ("number", "nan", None), ("number", "٣", None),
        ("money", "12.50", "12.50"), ("date", "2028-02-29", "2028-02-29"), ("date", "2027-02-29", None),
        ("date", "20270101", None), ("boolean", "yes", "yes"), ("boolean", "maybe", None), ("choice", "b", "b"),
        ("choice", "a\nb", None), ("choices", "b\na\nb", "a\nb"), ("choices", "z", None),
        ("email", "anna@example.com", "anna@example.com"), ("email", "anna", None), ("phone", "call me", None),
        ("text", "a\u202eb \n c", "ab c"), ("long_text", "a\n\nb", "a\n\nb"), ("text", "x" * 401, None),
    ],
)  # fmt: skip
def test_an_answer_is_judged_by_its_kind(kind: forms.Kind, said: str, kept: str | None) -> None:
    one = Field(name="f", label="F", kind=kind, choices=("a", "b"))
    if kept is not None:
        assert forms.judge_answer(one, said) == kept
        return
    with pytest.raises(Invalid) as refused:
        forms.judge_answer(one, said)
    assert refused.value.fields["field"] == "f"


def test_a_number_has_its_bounds() -> None:
    one = Field(name="f", label="Cups", kind="number", least=1, most=6)
    for said, code in (("0", "form_least"), ("7", "form_most")):
        with pytest.raises(Invalid) as refused:
            forms.judge_answer(one, said)
        assert refused.value.fault is not None and refused.value.fault.code == code


def _with(**changed: object) -> Step:
    return Step(**{"name": "one", "title": "One", **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((_with(), _with()), "form_same_name"),
        ((_with(fields=(Field(name="f", label="F"), Field(name="f", label="F"))),), "form_same_name"),
        ((_with(fields=(Field(name="f", label="F", kind="choice", choices=("a",)),)),), "form_no_choices"),
        ((_with(fields=(Field(name="f", label="F", least=2, most=1),)),), "form_bounds"),
        ((_with(then="one"),), "form_backwards"),
        ((_with(branches=(Branch(field="f", answer="a", to="end"),)),), "form_no_question"),
        ((_with(then="end"), _with(name="two")), "form_dead_step"),
    ],
)
def test_a_definition_that_can_not_be_is_told_where(steps: tuple[Step, ...], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        forms.check_steps(steps)
    assert refused.value.fault is not None and refused.value.fault.code == code
    assert str(refused.value.fields["field"]).startswith("steps.")


def test_an_order_with_two_ways_can_be_set_up() -> None:
    forms.check_steps(ORDER)


def test_the_console_is_held_to_what_the_model_does() -> None:
    """Where this fails on purpose: ``python -m tests.support.record_forms``, and look at the difference."""
    assert FILE.read_text() == render()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_kept_is_of_the_way_that_was_recorded(case: Case) -> None:
    try:
        kept = forms.judge(case.steps, case.answers)
    except Invalid:
        return
    fitting = {one.name: forms.judge_answer(one, case.answers.get(one.name, "")) for one in _asked(case.steps, kept)}
    assert kept == {name: value for name, value in fitting.items() if value}


def _asked(steps: tuple[Step, ...], kept: dict[str, str]) -> list[Field]:
    return [one for index in forms.path(steps, kept) for one in steps[index].fields]
