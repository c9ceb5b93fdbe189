"""Changes to a project: in the files that its authors wrote, and nothing beside them."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.content import Content, ContentError, judge_content
from bot.content.changes import (
    Question,
    RemoveForm,
    RemoveIntent,
    RenameIntent,
    SetForm,
    SetIntent,
    SetLead,
    SetResponse,
    SetSettings,
    SetTests,
    changed_by,
)
from bot.content.project import Project, read_archive, read_folder
from bot.content.table import read_table, write_table

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"


@pytest.fixture(scope="module")
def lantern() -> Project:
    return read_folder(LANTERN)[0]


def content_of(project: Project) -> Content:
    return judge_content("", project.texts().items()).content


def differing(one: Project, other: Project) -> dict[str, list[tuple[str, str]]]:
    """Lines that are not the same, by file; files of another length give all their lines."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted({*one.files, *other.files}):
        before, after = (project.files.get(name, b"").decode().split("\n") for project in (one, other))
        if before != after:
            found[name] = [(a, b) for a, b in zip(before, after, strict=False) if a != b]
    return found


def examples(project: Project, intent: str) -> list[str]:
    return [one.text for found in content_of(project).intents if found.name == intent for one in found.examples]


# --- round trip ---


def test_imported_and_exported_project_is_the_same(lantern: Project) -> None:
    again, findings = read_archive(lantern.archive())
    assert (again, findings) == (lantern, ())
    assert again.archive() == lantern.archive()


def test_one_answer_edited_differs_in_that_answer_only(lantern: Project) -> None:
    imported, _ = read_archive(lantern.archive())
    texts: Any = [
        {"text": "Пока!", "condition": [{"type": "slot", "name": "language", "value": "ru"}]},
        {"text": "Goodbye! If you need anything, just write here.", "condition": [{"type": "slot", "name": "language", "value": "en"}]},
    ]  # fmt: skip
    edited = changed_by(imported, SetResponse(name="utter_goodbye", variations=tuple(texts)))
    found = differing(lantern, read_archive(edited.archive())[0])
    assert list(found) == ["domain.yml"]
    assert [b for _, b in found["domain.yml"]] == ["  - text: Пока!"] or len(found["domain.yml"]) == 1


def test_folder_of_an_archive_is_no_part_of_the_names(lantern: Project) -> None:
    inside = Project({f"my-bot/{name}": body for name, body in lantern.files.items()})
    assert read_archive(inside.archive())[0] == lantern


# --- intents ---


def test_examples_are_changed_line_by_line(lantern: Project) -> None:
    old = examples(lantern, "goodbye")
    wanted = [*old[:3], "до связи, фонарик", *old[4:]]
    edited = changed_by(lantern, SetIntent(name="goodbye", examples=tuple(wanted)))
    assert examples(edited, "goodbye") == wanted
    (lines,) = differing(lantern, edited).values()
    assert [b.strip() for _, b in lines] == ["- до связи, фонарик"]


def test_new_intent_is_declared_taught_and_answered(lantern: Project) -> None:
    edited = changed_by(lantern, SetResponse(name="utter_pets", variations=({"text": "We love dogs."},)))
    edited = changed_by(edited, SetIntent(name="pets", examples=("may I bring a dog", "are cats fine")))
    content = content_of(edited)
    assert examples(edited, "pets") == ["may I bring a dog", "are cats fine"]
    assert any(rule.intents == ("pets",) and rule.acts[0].name == "utter_pets" for rule in content.rules)
    assert set(differing(lantern, edited)) <= {"domain.yml", "rules.yml", "nlu/company.yml"}


def test_removed_intent_leaves_nothing_behind(lantern: Project) -> None:
    edited = changed_by(lantern, RemoveIntent(name="discounts"))
    text = "".join(edited.texts()[name] for name in edited.texts() if not name.startswith("tests/"))
    assert not any(sign in text for sign in ("/discounts", "utter_discounts", "intent: discounts", "- discounts"))
    assert len(content_of(edited).intents) == len(content_of(lantern).intents) - 1


def test_renamed_intent_is_renamed_wherever_it_is_meant(lantern: Project) -> None:
    edited = changed_by(lantern, RenameIntent(name="tariffs", to="plans_and_prices"))
    content, before = content_of(edited), content_of(lantern)
    assert examples(edited, "plans_and_prices") == examples(lantern, "tariffs")
    assert "utter_plans_and_prices" in content.responses and "utter_tariffs" not in content.responses
    assert content.responses["utter_greeting"][0].buttons[0].payload == "/plans_and_prices"
    assert len(content.rules) == len(before.rules)
    with pytest.raises(ContentError):
        changed_by(lantern, RenameIntent(name="tariffs", to="greeting"))


def test_comments_among_examples_stay(tmp_path: Path) -> None:
    text = "intents: [a]\nnlu:\n- intent: a\n  examples: |\n    - one\n    # about two\n    - two\n- intent: a\n  examples:\n  - text: |\n      three\n    metadata: {x: 1}\n"
    project = Project({"domain.yml": text.encode()})
    edited = changed_by(project, SetIntent(name="a", examples=("two", "four", "three")))
    assert edited.texts()["domain.yml"].count("# about two") == 1
    assert "metadata: {x: 1}" in edited.texts()["domain.yml"]
    assert sorted(examples(edited, "a")) == ["four", "three", "two"]


# --- forms, settings, tests ---


def test_form_is_a_list_of_questions_and_goes_again(lantern: Project) -> None:
    form = SetForm(
        name="callback", begun_by="reschedule_visit", tries=2, done=({"text": "We call {cb_phone}."},),
        questions=(
            Question(slot="cb_phone", asks=({"text": "Your phone?"},), takes={"kind": "phone", "words": ["phone"]}),
            Question(slot="cb_when", asks=({"text": "When?"},)),
        ),
    )  # fmt: skip
    edited = changed_by(lantern, form)
    content = content_of(edited)
    assert [one.slot for one in content.forms["callback"].fields] == ["cb_phone", "cb_when"]
    assert (content.forms["callback"].fields[0].kind, content.forms["callback"].tries) == ("phone", 2)
    assert changed_by(edited, form) == edited, "the same change twice changes nothing"
    titled = changed_by(edited, SetResponse(name="utter_title_callback", variations=({"text": "We call you"},)))
    gone = content_of(changed_by(titled, RemoveForm(name="callback")))
    assert "utter_title_callback" in content_of(titled).responses and "utter_title_callback" not in gone.responses
    assert "callback" not in gone.forms and not any(slot.name.startswith("cb_") for slot in gone.slots)
    assert "connection_form" in gone.forms


def test_settings_and_tests_are_files_of_their_own(lantern: Project) -> None:
    handoff = {"team": "Support", "misses": 2, "rules": [{"intent": "outage", "team": "Repair", "priority": 5}]}
    edited = changed_by(lantern, SetSettings(section="handoff", value=handoff))
    assert content_of(edited).settings.aims["outage"].team == "Repair"
    assert content_of(edited).settings.misses == 2
    stories = ({"story": "s", "steps": [{"user": "hi", "intent": "greeting"}, {"action": "utter_greeting"}]},)
    edited = changed_by(edited, SetTests(stories=stories))
    assert "story: s" in edited.texts()["tests/test_stories.yml"]


def test_a_lead_that_changes_leaves_the_skills_asked_for(lantern: Project) -> None:
    rules = [{"intent": "outage", "team": "Repair", "skills": {"Fibre": 3}}]
    edited = changed_by(lantern, SetSettings(section="handoff", value={"rules": rules}))
    edited = changed_by(edited, SetLead(name="outage", to="handoff", team="Lines"))
    aim = content_of(edited).settings.aims["outage"]
    assert (aim.team, aim.skills) == ("Lines", {"Fibre": 3})


# --- tables ---


def brought(text: str, project: Project) -> Project:
    known = [intent.name for intent in content_of(project).intents]
    for change in read_table(text, known):
        project = changed_by(project, change)
    return project


def test_table_of_questions_makes_a_bot(tmp_path: Path) -> None:
    text = "Вопрос;Ответ\nкогда открыто;С 9 до 21\nво сколько закрываетесь;С 9 до 21\nгде вы;Тихая, 4\nкак пройти;Тихая, 4\n"
    project = brought(text, Project({"domain.yml": b"intents: [hello]\n"}))
    content = content_of(project)
    assert [(one.name, len(one.examples)) for one in content.intents] == [
        ("hello", 0),
        ("s_9_do_21", 2),
        ("tihaya_4", 2),
    ]
    assert content.responses["utter_tihaya_4"][0].text == "Тихая, 4"
    assert write_table(content).splitlines()[1].startswith("когда открыто,С 9 до 21,s_9_do_21")


def test_table_in_two_languages_answers_in_both() -> None:
    text = "intent,question,answer,language\nhours,when are you open,9 to 21,en\nhours,когда открыто,С 9 до 21,ru\n"
    content = content_of(brought(text, Project({"domain.yml": b"intents: [hello]\n"})))
    assert {one.condition for one in content.responses["utter_hours"]} == {(("language", "en"),), (("language", "ru"),)}


@pytest.mark.parametrize(("text", "code"), [("", "content_no_table"), ("a,b\n1,2\n", "content_table_column"), (f"question,answer\n{'x' * 600},y\n", "content_example")])  # fmt: skip
def test_table_that_is_none_is_refused(text: str, code: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_table(text, [])
    assert caught.value.fault.code == code


def test_formula_in_a_table_stays_a_text() -> None:
    made = brought("question,answer\n=1+1,two\nsum please,two\n", Project({"domain.yml": b"intents: [hello]\n"}))
    assert "'=1+1" in write_table(content_of(made))


# --- archives of strangers ---


def archive(files: dict[str, bytes], mode: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            made.writestr(info, body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "name", ["../x.yml", "/etc/x.yml", "a/../../x.yml", "a\\..\\x.yml", "C:/x.yml", "a/" * 20 + "x.yml"]
)
def test_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(ContentError):
        read_archive(archive({name: b"a: 1"}))


def test_link_in_an_archive_is_refused() -> None:
    with pytest.raises(ContentError) as caught:
        read_archive(archive({"domain.yml": b"/etc/passwd"}, stat.S_IFLNK | 0o777))
    assert caught.value.fault.code == "content_link"


@pytest.mark.parametrize("files", [{"nlu.yml": b"#" * 50_000_000}, {f"{n}.yml": b"#" * 1_900_000 for n in range(9)}])
def test_archive_that_swells_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(ContentError) as caught:
        read_archive(archive(files))
    assert caught.value.fault.code in ("content_large_file", "content_large")


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 nonsense", b"<html>"])
def test_what_is_no_archive_is_refused(body: bytes) -> None:
    with pytest.raises(ContentError) as caught:
        read_archive(body)
    assert caught.value.fault.code == "content_no_archive"


def test_files_with_secrets_are_left_out_and_told() -> None:
    project, findings = read_archive(archive({"domain.yml": b"intents: [a]", "credentials.yml": b"telegram: {}"}))
    assert list(project.files) == ["domain.yml"]
    assert [finding.fault.code for finding in findings] == ["content_secrets"]
