"""The bot leads through a form of the business: the same steps, branches and judge as operators have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.content import ContentError, judge_project, read_content
from bot.content.business import FILE, by_name, read_definitions, stocked
from bot.content.definition import form_of
from bot.content.project import Project, read_archive, read_folder
from bot.content.types import Definition, Field
from bot.dialogue.values import judged
from bot.nlu.entities import NOWHERE, Here
from gateway.model import forms
from gateway.model.state import MAX_ANSWERS
from gateway.ports import FilledForm, TurnResult
from tests.bot.dialogues import Guest, business, trained

STEPS = (
    forms.Step(
        name="what", title="What", say="What shall it be?",
        fields=(
            forms.Field(name="meal", label="Meal", kind="choice", choices=("soup", "fish"), required=True),
            forms.Field(name="plates", label="How many plates?", kind="number", required=True, least=1, most=9, fact="plates ordered"),
        ),
    ),
    forms.Step(
        name="how", title="How", say="Shall we bring it?",
        fields=(forms.Field(name="delivery", label="Delivery", kind="boolean", required=True),),
        branches=(forms.Branch(field="delivery", answer="no", to="pickup"),),
    ),
    forms.Step(
        name="where", title="Where", say="Where to?",
        fields=(
            forms.Field(name="street", label="Street", required=True),
            forms.Field(name="phone", label="Phone", kind="phone", required=True, prefill="fact", fact="phone known"),
        ),
        then="last",
    ),
    forms.Step(name="pickup", title="Pick-up", say="We are open until nine."),
    forms.Step(
        name="last", title="Last",
        fields=(forms.Field(name="wishes", label="Any wishes?", kind="long_text"),),
    ),
)  # fmt: skip
ORDER = Definition(name="Order", id="f1", steps=STEPS)
DOMAIN = """
entities: [phone]
forms:
  order_form: {required_slots: []}
responses:
  utter_price: [{text: "Dinner is 20."}]
  utter_hours: [{text: "From 9 to 21."}]
  utter_parking: [{text: "In the yard."}]
  utter_deny: [{text: "As you like."}]
  utter_menu: [{text: "Soup and fish."}]
  utter_yes: [{text: "Good."}]
  utter_submit_order_form: [{text: "{plates} times {meal} it is."}]
"""
RULES = """
rules:
- rule: order
  steps:
  - intent: book
  - action: order_form
  - active_loop: order_form
"""
EXTRAS = "forms:\n  order_form: {fills: order, fields: {street: {words: [street, road]}}}\n"


def write(folder: Path, *known: Definition) -> Path:
    business(folder, DOMAIN, rules=RULES, extras=EXTRAS)
    project = stocked(read_folder(folder)[0], by_name(known))
    (folder / FILE).write_bytes(project.files[FILE])
    return folder


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Guest]:
    engine = trained(write(tmp_path_factory.mktemp("orders"), ORDER))
    return lambda: Guest(engine)


@pytest.fixture
def guest(guests: Callable[[], Guest]) -> Guest:
    return guests()


def texts(result: TurnResult) -> list[str]:
    return [reply.text for reply in result.replies]


def titles(result: TurnResult) -> list[str]:
    return [button.title for button in result.replies[-1].buttons]


def test_the_bot_asks_the_form_step_by_step_and_leaves_a_record(guest: Guest) -> None:
    asked = guest.says("book a table")
    assert texts(asked) == ["What shall it be?\nPlease tell: Meal."] and titles(asked) == ["soup", "fish"]
    assert texts(guest.says("the fish please")) == ["How many plates?"], "what the step says is said once"
    asked = guest.says("two")
    assert texts(asked) == ["Shall we bring it?"] and titles(asked) == ["Yes", "No"]
    assert texts(guest.says("yes please")) == ["Where to?\nPlease tell: Street."]
    assert texts(guest.says("5 Lamp Street")) == ["Please tell: Phone."]
    asked = guest.says("+7 495 000-15-51")
    assert texts(asked) == ["Any wishes?"] and titles(asked) == ["Skip"]
    done = guest.says("No onions.\nAnd late, if you can.")
    assert texts(done) == ["2 times fish it is."]
    (filled,) = done.filled
    assert (filled.form, filled.name, filled.said) == ("f1", "Order", 0)
    assert filled.answers == {
        "meal": "fish", "plates": "2", "delivery": "yes", "street": "5 Lamp Street", "phone": "+74950001551",
        "wishes": "No onions.\nAnd late, if you can.",
    }  # fmt: skip
    assert forms.judge(STEPS, filled.answers) == filled.answers
    assert guest.memory is not None and (guest.memory.form, guest.memory.answers) == ("", {})
    assert not any(guest.facts.values()), "the answers are in the record"


def test_what_the_form_asks_unrecorded_says_so_each_time_it_is_asked(tmp_path: Path) -> None:
    (what, *others) = STEPS
    meal, plates = what.fields
    secret = replace(what, fields=(meal, replace(plates, unrecorded=True)))
    guest = Guest(trained(write(tmp_path, replace(ORDER, steps=(secret, *others)))))
    asked = [guest.says(text) for text in ("book a table", "fish", "twelve", "two")]
    assert [any(reply.unrecorded for reply in one.replies) for one in asked] == [False, True, True, False]


def test_a_branch_leads_past_what_needn_t_be_asked(guest: Guest) -> None:
    for text in ("book a table", "soup", "3"):
        guest.says(text)
    asked = guest.says("no")
    assert texts(asked) == ["We are open until nine.", "Any wishes?"], "a step that asks nothing is said on the way"
    (filled,) = guest.says("Skip").filled
    assert filled.answers == {"meal": "soup", "plates": "3", "delivery": "no"}


def test_an_answer_is_judged_by_the_form(guest: Guest) -> None:
    guest.says("book a table")
    guest.says("fish")
    assert texts(guest.says("twelve"))[0] == "That is too much: at most 9 will do."
    assert texts(guest.says("none of your business"))[0] == "A number is needed here."
    given_up = guest.says("zyuzyublik")
    assert given_up.handoff is not None and given_up.handoff.cause == "form_failed" and given_up.filled == ()


def test_a_correction_leads_another_way(guest: Guest) -> None:
    for text in ("book a table", "soup", "3", "yes"):
        guest.says(text)
    guest.says("Lamp Street 5")
    assert texts(guest.says("no, another road")) == ["Please tell: Street."]
    guest.says("Bell Street 1")
    corrected = guest.says("", choice='/yes{"delivery": "no"}')
    assert "Any wishes?" in texts(corrected)
    (filled,) = guest.says("no").filled
    assert filled.answers == {"meal": "soup", "plates": "3", "delivery": "no"}, "what is off the way isn't kept"


def test_a_payload_is_judged_like_any_answer(guest: Guest) -> None:
    guest.says("book a table")
    guest.says("", choice='/yes{"meal": "gold", "plates": "2"}')
    assert guest.memory is not None and guest.memory.answers == {"plates": "2"}


def test_a_question_in_between_is_answered_and_the_form_goes_on(guest: Guest) -> None:
    guest.says("book a table")
    assert texts(guest.says("when are you open?")) == ["From 9 to 21.", "Please tell: Meal."]
    assert texts(guest.says("stop")) == ["All right, we'll leave it. If you need it, we can begin again."]
    assert guest.memory is not None and guest.memory.answers == {}


def test_several_answers_come_in_one_burst(guest: Guest) -> None:
    asked = guest.says("book a table", "fish", "4")
    assert texts(asked) == ["Shall we bring it?"]


def test_a_second_record_asks_anew_and_offers_what_is_known(guest: Guest) -> None:
    guest.facts["phone known"] = "+74950001551"
    for text in ("book a table", "soup", "3", "no"):
        guest.says(text)
    assert len(guest.says("no").filled) == 1
    again = guest.says("book a table")
    assert texts(again) == ["What shall it be?\nPlease tell: Meal."] and again.filled == ()
    for text in ("soup", "3", "yes", "Lamp Street 5"):
        asked = guest.says(text)
    assert titles(asked) == ["+74950001551"]
    guest.says("+74950001551", choice="+74950001551")
    assert guest.says("no").filled[0].answers["phone"] == "+74950001551"


def test_an_interrupted_turn_gives_the_same_again(guest: Guest) -> None:
    for text in ("book a table", "soup", "3", "no"):
        guest.says(text)
    facts, memory = dict(guest.facts), guest.memory
    first = guest.says("no")
    guest.facts, guest.memory = facts, memory
    assert guest.says("no").filled == first.filled


def test_a_form_that_asks_more_than_the_bot_remembers_goes_to_people(guest: Guest) -> None:
    guest.says("book a table")
    assert guest.memory is not None
    many = {f"q{number}": "x" for number in range(MAX_ANSWERS)}
    guest.memory = msgspec.structs.replace(guest.memory, answers=many)
    result = guest.says("fish")
    assert result.handoff is not None and (result.handoff.cause, result.handoff.why) == ("form_failed", "Order")


def test_several_choices_are_named_in_one_message() -> None:
    asked = forms.Field(name="q", label="Q", kind="choices", choices=("tea", "green tea", "coffee"))
    field = Field(slot="q", choices=asked.choices, question=asked)
    for said, kept in (
        ("Green tea and coffee", "green tea\ncoffee"), ("cofee, tea", "tea\ncoffee"), ("the first and the last", "tea\ncoffee"),
    ):  # fmt: skip
        assert judged(field, said, NOWHERE).value == kept
    assert judged(field, "water", NOWHERE).problem == "unread"


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("boolean", "нет, спасибо", "no"), ("money", "1500 рублей", "1500"), ("date", "5 декабря 2026", "2026-12-05"),
        ("email", "ann at example dot com", "ann@example.com"), ("number", "два", "2"), ("text", "  a   b ", "a b"),
    ],
)  # fmt: skip
def test_what_people_write_is_kept_as_the_form_keeps_it(kind: Any, said: str, kept: str) -> None:
    asked = forms.Field(name="q", label="Q", kind=kind)
    field = form_of("f", (forms.Step(name="s", title="S", fields=(asked,)),)).fields[0]
    value = judged(msgspec.structs.replace(field, question=asked), said, Here(region="RU")).value
    assert value == kept == forms.judge_answer(asked, value)


# --- the walk and the path ---


@st.composite
def definitions(draw: st.DrawFn) -> forms.Steps:
    """Steps with questions, branches that lead forward, and ways that skip."""
    count = draw(st.integers(1, 6))
    steps = []
    for index in range(count):
        later = [*(f"s{other}" for other in range(index + 1, count)), forms.END]
        fields = tuple(
            forms.Field(
                name=f"q{index}_{number}", label=f"Q {index} {number}", kind="choice", choices=("a", "b", "c"),
                required=draw(st.booleans()),
            )
            for number in range(draw(st.integers(0, 3)))
        )  # fmt: skip
        branches = tuple(
            forms.Branch(field=one.name, answer=draw(st.sampled_from(("a", "b"))), to=draw(st.sampled_from(later)))
            for one in fields
            if draw(st.booleans())
        )
        then = draw(st.sampled_from(("", *later)))
        steps.append(forms.Step(name=f"s{index}", title=f"S {index}", fields=fields, branches=branches, then=then))
    return tuple(steps)


@given(definitions(), st.data())
def test_whoever_asks_one_by_one_goes_the_path(steps: forms.Steps, data: st.DataObject) -> None:
    answered: dict[str, str] = {}
    asked: list[str] = []
    while (found := forms.open_question(steps, answered)) is not None:
        index, one = found
        assert index in forms.path(steps, answered)
        said: str = data.draw(st.sampled_from(("a", "b", "c") if one.required else ("a", "b", "c", "")))
        answered[one.name] = said
        asked.append(one.name)
    assert asked == [one.name for index in forms.path(steps, answered) for one in steps[index].fields]
    assert forms.judge(steps, answered) == {name: said for name, said in answered.items() if said}


@given(definitions(), st.data())
def test_after_any_correction_the_walk_still_ends_on_the_path(steps: forms.Steps, data: st.DataObject) -> None:
    answered: dict[str, str] = {}
    for _ in range(60):
        found = forms.open_question(steps, answered)
        if found is None and (not answered or not data.draw(st.booleans())):
            break
        name = found[1].name if found is not None else data.draw(st.sampled_from(sorted(answered)))
        answered[name] = data.draw(st.sampled_from(("a", "b", "c")))
    if forms.open_question(steps, answered) is None:
        on_way = {one.name for index in forms.path(steps, answered) for one in steps[index].fields}
        kept = {name: said for name, said in answered.items() if name in on_way}
        assert forms.judge(steps, answered) == kept


# --- content ---


def findings(project: Project) -> list[tuple[str, int, str]]:
    return [
        (one.file, one.line, one.fault.code) for one in judge_project(project).findings if "fills" in one.fault.code
    ]


def test_a_form_that_the_business_lacks_is_told_with_its_place(tmp_path: Path) -> None:
    business(tmp_path, DOMAIN, rules=RULES, extras=EXTRAS)
    bare = read_folder(tmp_path)[0]
    assert findings(bare) == [("switchboard.yml", 2, "content_fills_unseen")]
    assert findings(stocked(bare, {})) == [("switchboard.yml", 2, "content_fills")]
    assert findings(stocked(bare, by_name([ORDER]))) == []


def test_slots_that_can_not_be_asked_are_told(tmp_path: Path) -> None:
    domain = DOMAIN.replace("required_slots: []", "required_slots: [colour]")
    business(tmp_path, domain, rules=RULES, extras=EXTRAS)
    odd = Definition(
        name="ORDER",
        steps=(
            forms.Step(name="a", title="A", fields=(forms.Field(name="channel", label="Channel"),)),
            *(
                forms.Step(name=f"s{number}", title="S", fields=(forms.Field(name=f"q{number}", label="Q"), forms.Field(name=f"r{number}", label="R")))
                for number in range(MAX_ANSWERS // 2)
            ),
        ),
    )  # fmt: skip
    found = findings(stocked(read_folder(tmp_path)[0], by_name([odd])))
    assert {code for _, _, code in found} == {"content_fills_not", "content_fills_told", "content_fills_many"}
    assert [file for file, _, code in found if code == "content_fills_not"] == ["domain.yml", "switchboard.yml"]


def test_a_version_differs_with_the_form_that_it_fills(tmp_path: Path) -> None:
    first = read_content(write(tmp_path, ORDER)).content
    assert read_content(write(tmp_path, ORDER)).content.version == first.version
    assert read_content(write(tmp_path, Definition(name="Order", id="f1", steps=STEPS[:1]))).content.version != first.version  # fmt: skip


def test_content_comes_back_as_it_went_out(tmp_path: Path) -> None:
    project = read_folder(write(tmp_path, ORDER))[0]
    brought, _ = read_archive(project.archive())
    assert brought == project and judge_project(brought).content.forms["order_form"].definition == ORDER
    elsewhere = stocked(brought, by_name([Definition(name="order", id="f9", steps=STEPS[3:])]))
    form = judge_project(elsewhere).content.forms["order_form"]
    assert form.definition is not None and (form.definition.id, form.fills) == ("f9", "order"), "each has its own"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_words_stand_in_the_file_as_they_are(label: str, say: str) -> None:
    steps = (forms.Step(name="a", title="A", say=say, fields=(forms.Field(name="q", label=label or "?", most=2.5),)),)
    project = Project({"switchboard.yml": EXTRAS.encode()})
    written = stocked(project, by_name([Definition(name="Order", id="x", steps=steps)])).files[FILE].decode()
    assert read_definitions(written)["order"].steps == steps


def test_a_file_that_is_no_forms_file_is_told_only_where_it_is_needed(tmp_path: Path) -> None:
    business(tmp_path, DOMAIN, rules=RULES)
    (tmp_path / FILE).write_text("nonsense")
    assert read_content(tmp_path).content.forms["order_form"].fills == ""
    (tmp_path / "switchboard.yml").write_text(EXTRAS)
    with pytest.raises(ContentError) as error:
        read_content(tmp_path)
    assert error.value.file == FILE


def test_without_its_definition_the_form_asks_its_own_slots_and_still_makes_a_record(tmp_path: Path) -> None:
    domain = DOMAIN.replace("required_slots: []", "required_slots: [meal]") + "slots:\n  meal:\n    type: text\n    mappings:\n    - {type: from_text, conditions: [{active_loop: order_form, requested_slot: meal}]}\n"  # fmt: skip
    guest = Guest(trained(business(tmp_path, domain, rules=RULES, extras=EXTRAS)))
    guest.says("book a table")
    assert guest.says("pie").filled == (FilledForm(form="", name="order", answers={"meal": "pie"}),)
