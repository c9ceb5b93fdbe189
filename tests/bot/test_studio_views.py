"""What the studio shows and changes: where a topic leads, and forms that stay as their authors wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content import judge_content
from bot.content.changes import (
    Question,
    RemoveIntent,
    SetForm,
    SetIntent,
    SetLead,
    SetResponse,
    SetSettings,
    changed_by,
)
from bot.content.project import Project, read_folder
from bot.studio import views
from bot.studio.bots import fingerprint_of, fingerprint_of_project
from bot.studio.drafts import EMPTY, read_project

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"


@pytest.fixture(scope="module")
def lantern() -> Project:
    return read_folder(LANTERN)[0]


@pytest.fixture
def small() -> Project:
    project = changed_by(EMPTY, SetResponse(name="utter_price", variations=({"text": "Ten."},)))
    return changed_by(project, SetIntent(name="price", examples=("what does it cost", "how much is it")))


def led(project: Project, name: str) -> str:
    page = views.intent_page(project, read_project(project), name)
    assert page is not None
    return page.led


def test_topic_is_led_to_people_to_a_form_and_back(small: Project) -> None:
    assert led(small, "price") == "answer"
    people = changed_by(small, SetLead(name="price", to="handoff", team="Sales", priority=2, reason="wants a price"))
    page = views.intent_page(people, read_project(people), "price")
    assert page is not None
    assert (page.led, page.plain, page.aim) == (
        "handoff",
        True,
        {"team": "Sales", "priority": 2, "reason": "wants a price"},
    )
    content = judge_content("", people.texts().items()).content
    assert [act.name for act in content.rules[0].acts] == ["utter_price", "action_handoff"]

    form = SetForm(name="order", questions=(Question(slot="what", asks=({"text": "What?"},)),))
    formed = changed_by(changed_by(people, form), SetLead(name="price", to="form", form="order"))
    page = views.intent_page(formed, read_project(formed), "price")
    assert page is not None
    assert (page.led, page.form, page.aim, page.plain) == ("form", "order", {}, True)
    assert led(changed_by(formed, SetLead(name="price", to="answer")), "price") == "answer"


def test_same_lead_changes_no_file(lantern: Project) -> None:
    assert changed_by(lantern, SetLead(name="tariffs", to="answer")) == lantern


def test_rule_with_more_in_it_is_left_alone(lantern: Project) -> None:
    page = views.intent_page(lantern, read_project(lantern), "connection_request")
    assert page is not None
    assert page.form == "connection_form"


def test_form_that_is_saved_as_it_was_changes_no_file(lantern: Project) -> None:
    page = views.form_page(lantern, read_project(lantern), "connection_form")
    assert page is not None
    assert page.done
    questions = tuple(Question(slot=one.slot, asks=one.asks, takes=one.takes) for one in page.questions)
    again = SetForm(
        name=page.name, questions=questions, begun_by=page.begun_by, done=page.done, tries=page.tries, fills=page.fills
    )
    assert changed_by(lantern, again) == lantern


def test_form_that_no_longer_fills_one_of_the_settings_asks_as_before(lantern: Project) -> None:
    page = views.form_page(lantern, read_project(lantern), "connection_form")
    assert page is not None and page.fills == "Подключение"
    questions = tuple(Question(slot=one.slot, asks=one.asks, takes=one.takes) for one in page.questions)
    own = SetForm(name=page.name, questions=questions, begun_by=page.begun_by, done=page.done, tries=page.tries)
    after = read_project(changed_by(lantern, own)).content.forms["connection_form"]
    assert (after.fills, after.definition) == ("", None)
    assert [one.slot for one in after.fields] == ["address", "phone", "time"]


def test_end_of_a_form_is_written_where_its_rule_looks(lantern: Project) -> None:
    page = views.form_page(lantern, read_project(lantern), "connection_form")
    assert page is not None
    questions = tuple(Question(slot=one.slot) for one in page.questions)
    change = SetForm(
        name=page.name, questions=questions, begun_by=page.begun_by, done=({"text": "We come."},), tries=page.tries
    )
    changed = views.form_page(changed_by(lantern, change), read_project(changed_by(lantern, change)), "connection_form")
    assert changed is not None
    assert changed.done == ({"text": "We come."},)


def test_fingerprint_of_files_is_that_of_their_folder(lantern: Project, tmp_path: Path) -> None:
    lantern.write(tmp_path)
    assert fingerprint_of_project(lantern) == fingerprint_of(tmp_path)


def test_list_tells_the_usual_answer_and_not_its_variant_for_calls(small: Project) -> None:
    said = ({"text": "Ten."}, {"text": "Or eleven."}, {"text": "Just ten.", "channel": "voice"})
    project = changed_by(small, SetResponse(name="utter_price", variations=said))
    assert views.overview(project, read_project(project)).intents[0].about == {"": "Ten."}


def test_removed_topic_is_handed_over_nowhere(small: Project) -> None:
    led_on = changed_by(small, SetLead(name="price", to="handoff", team="Sales"))
    rules = [{"intent": "price", "team": "Sales"}]
    angry = changed_by(
        led_on,
        SetSettings(section="handoff", value={"rules": rules, "anger": {"intents": ["price"], "words": ["court"]}}),
    )
    left = read_project(changed_by(angry, RemoveIntent(name="price"))).content
    assert (left.intents, left.settings.aims, left.settings.anger.intents) == ((), {}, ())
    assert left.settings.anger.words == ("court",)


def test_question_in_the_middle_of_a_form_begins_no_form(lantern: Project) -> None:
    shown = views.overview(lantern, read_project(lantern))
    assert [form.begun_by for form in shown.forms] == [("connection_request",)]
    assert shown.forms[0].titles == {"ru": "Заявка на подключение", "en": "Connection request"}
    assert [one.name for one in shown.intents if one.led == "form"] == ["connection_request"]
    assert led(lantern, "balance") == "answer"
