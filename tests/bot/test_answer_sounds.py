"""Answers that a call plays: named in the content, said with their words, and told where they can't be heard."""

from __future__ import annotations

import pytest

from bot.content import judge_content, judge_project
from bot.content.changes import SetResponse, changed_by
from bot.content.project import Project, read_archive
from bot.dialogue.render import Phrasebook, Voice
from bot.studio import views
from bot.studio.drafts import read_project
from tests.bot.test_bad_content import MINIMAL

ENGLISH = {"condition": [{"type": "slot", "name": "language", "value": "en"}]}
HOURS = (
    {"text": "From nine to six."},
    {"text": "Every day from nine to six.", "channel": "voice", "custom": {"sound": "Hours, Anna"}, **ENGLISH},
)


@pytest.fixture
def project() -> Project:
    said = SetResponse(name="utter_a", variations=HOURS)
    return changed_by(Project({"domain.yml": MINIMAL.encode()}), said)


def voice(project: Project, channel: str = "voice", **facts: str) -> Voice:
    book = Phrasebook(judge_project(project).content.responses)
    return Voice(book, "turn", "en", channel, {"language": "en", **facts})


def findings(responses: str) -> list[str]:
    text = MINIMAL.replace("responses: {", "responses: {" + responses + ", ")
    return [one.fault.code for one in judge_content("", [("domain.yml", text)]).findings]


def test_call_plays_the_sound_and_the_thread_has_the_words(project: Project) -> None:
    reply = voice(project).reply("utter_a")
    assert (reply.text, reply.spoken, reply.sound) == (
        "From nine to six.", "Every day from nine to six.", "Hours, Anna",
    )  # fmt: skip


def test_who_writes_gets_no_sound(project: Project) -> None:
    assert voice(project, "webchat").reply("utter_a").sound == ""


def test_sound_alone_says_the_usual_words() -> None:
    only = ({"text": "Yes."}, {"channel": "voice", "custom": {"sound": "Yes"}})
    project = changed_by(Project({"domain.yml": MINIMAL.encode()}), SetResponse(name="utter_a", variations=only))
    reply = voice(project).reply("utter_a")
    assert (reply.spoken, reply.sound) == ("Yes.", "Yes")


@pytest.mark.parametrize("channel", ["", "voice"])
def test_response_says_that_what_it_asks_for_is_not_recorded(channel: str) -> None:
    said = (
        {"text": "Your card?", **({} if channel else {"custom": {"unrecorded": True}})},
        {"text": "Its digits, please.", "channel": "voice", **({"custom": {"unrecorded": True}} if channel else {})},
    )
    project = changed_by(Project({"domain.yml": MINIMAL.encode()}), SetResponse(name="utter_a", variations=said))
    assert voice(project).reply("utter_a").unrecorded
    assert not findings("utter_c: [{text: C, custom: {unrecorded: true}}]")


def test_answer_with_values_is_spoken() -> None:
    said = ({"text": "It costs {price}.", "channel": "voice", "custom": {"sound": "Price"}},)
    project = changed_by(Project({"domain.yml": MINIMAL.encode()}), SetResponse(name="utter_a", variations=said))
    reply = voice(project, price="5 €").reply("utter_a")
    assert (reply.sound, reply.spoken) == ("", "It costs five euros.")
    assert [one.fault.code for one in judge_project(project).findings if "sound" in one.fault.code] == [
        "content_sound_fixed"
    ]


def test_sound_survives_export_and_import(project: Project) -> None:
    again, _ = read_archive(project.archive())
    assert judge_project(again).content == judge_project(project).content
    assert voice(again).reply("utter_a").sound == "Hours, Anna"


@pytest.mark.parametrize(
    ("response", "code"),
    [
        ("utter_c: [{text: C, custom: {sound: S}}]", "content_sound_channel"),
        ("utter_c: [{channel: voice, custom: {sound: S}}]", "content_sound_words"),
        ("utter_c: [{text: 'For {a} and {b}', channel: voice, custom: {sound: S}}]", "content_sound_fixed"),
    ],
)
def test_sound_that_is_never_heard_is_told(response: str, code: str) -> None:
    assert code in findings(response)


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        ({"hours, anna": "en"}, []),
        ({"hours, anna": ""}, []),
        ({}, ["content_sound_unknown"]),
        ({"hours, anna": "ru"}, ["content_sound_language"]),
    ],
)
def test_draft_tells_a_sound_that_the_business_has_not(
    project: Project, known: dict[str, str], codes: list[str]
) -> None:
    shown = views.overview(project, read_project(project), known)
    assert [one.fault.code for one in shown.findings if "sound" in one.fault.code] == codes
    assert all(one.line > 0 for one in shown.findings)
