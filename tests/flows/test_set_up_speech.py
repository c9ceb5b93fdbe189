"""By which engines an inbox's calls are understood and spoken: chosen, ordered and taken away by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.flows.administrators import Administrator
from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.server import NewServer

ENGINES = """
[speech.cloud]
kind = "openai"
url = "http://127.0.0.1:9/v1"
key = "sk-none"
model = "whisper-1"
voice_model = "tts-1"

[speech.live]
kind = "deepgram"
key = "none"
languages = ["en"]

[speech.own]
kind = "vosk"
"""


@pytest.fixture
def new(tmp_path: Path) -> Iterator[NewServer]:
    settings = tmp_path / "switchboard.toml"
    settings.write_text(ENGINES)
    server = NewServer(tmp_path / "new")
    server.settings = settings
    server.start()
    yield server
    server.stop()


def test_engines_are_chosen_in_an_order_for_each_language(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 422")
    stage.allow("status of 401")
    anna = Administrator.with_business(stage, new)
    open_inbox(anna)
    anna.page.get_by_label("Visitors can call").check()
    speech = anna.page.get_by_role("group", name="Speech engines")
    expect(speech.get_by_role("note")).to_contain_text("start engines alone")
    expect(speech.get_by_role("note")).to_contain_text("choose a better one below")
    understands = speech.get_by_role("group", name="Understands")
    expect(understands).to_contain_text("Nothing chosen: pocketsphinx works")
    for name in ("own", "live", "cloud"):
        add(understands, name)
    expect(names(understands)).to_have_text(["own", "live", "cloud"])
    expect(understands.get_by_role("listitem").filter(has_text="own")).to_contain_text("isn’t installed yet")
    expect(understands.get_by_role("listitem").filter(has_text="live")).to_contain_text("leaves this server")
    up = understands.get_by_role("button", name="Move cloud up")
    up.focus()
    up.press("Enter")
    expect(up, "the focus goes with what was moved").to_be_focused()
    up.press("Enter")
    expect(names(understands)).to_have_text(["cloud", "own", "live"])
    expect(understands.get_by_role("button", name="Move cloud down")).to_be_focused()
    understands.get_by_role("button", name="Take away own").press("Enter")
    expect(names(understands)).to_have_text(["cloud", "live"])
    expect(speech.get_by_role("note")).to_contain_text("spoken by a start engine alone")

    speaks = speech.get_by_role("group", name="Speaks")
    add(speaks, "cloud")
    expect(speech.get_by_role("note")).to_have_count(0)
    voice = speaks.get_by_label("Voice")
    voice.fill("no such voice!")
    assert_no_faults(anna.page)
    anna.click("Save")
    expect(voice).to_have_attribute("aria-invalid", "true")
    expect(speaks).to_contain_text("A voice’s name has letters, digits")
    voice.fill("nova")
    speaks.get_by_label("Speed").select_option(label="× 1.1")
    anna.click("Save")
    expect(anna.notice.filter(has_text="Saved").first).to_be_visible()
    anna.page.reload()
    expect(names(understands)).to_have_text(["cloud", "live"])
    expect(voice).to_have_value("nova")
    expect(speaks.get_by_label("Speed")).to_have_value("1.1")


def test_engine_is_heard_before_it_is_chosen_for_good(stage: Stage, new: NewServer) -> None:
    stage.allow("status of 401")
    stage.allow("status of 409")
    anna = Administrator.with_business(stage, new)
    open_inbox(anna)
    anna.page.get_by_label("Visitors can call").check()
    speaks = anna.page.get_by_role("group", name="Speech engines").get_by_role("group", name="Speaks")
    add(speaks, "espeak-ng")
    robot = speaks.get_by_role("listitem").filter(has_text="espeak-ng")
    robot.get_by_label("Speed").select_option(label="× 2")
    robot.get_by_role("button", name="Listen: espeak-ng").press("Enter")
    stop = robot.get_by_role("button", name="Stop: espeak-ng")
    expect(stop).to_be_visible()
    assert robot.locator("audio").evaluate("(one) => one.duration") > 0.5
    expect(robot.get_by_role("button", name="Listen: espeak-ng"), "it comes to its end").to_be_visible()
    robot.get_by_label("Speed").select_option(label="× 0.5")
    robot.get_by_role("button", name="Listen: espeak-ng").click()
    stop.click()
    expect(stop).to_have_count(0)

    add(speaks, "cloud")
    cloud = speaks.get_by_role("listitem").filter(has_text="cloud")
    cloud.get_by_role("button", name="Listen: cloud").click()
    expect(cloud.get_by_role("alert")).to_contain_text("“cloud” said nothing.")
    robot.get_by_label("Voice").fill("nobody")
    robot.get_by_role("button", name="Listen: espeak-ng").click()
    expect(robot.get_by_role("alert")).to_contain_text("espeak-ng has no voice 'nobody'")
    assert_no_faults(anna.page)


def open_inbox(anna: Administrator) -> None:
    anna.open("Inboxes")
    anna.row("Example Lamps").first.click()
    expect(anna.page.get_by_role("link", name="Back to Inboxes")).to_be_visible()


def names(order: Locator) -> Locator:
    return order.get_by_role("listitem").locator("b")


def add(order: Locator, name: str) -> None:
    chooser = order.get_by_role("combobox", name="Add an engine")
    option = chooser.get_by_role("option").filter(has_text=name).first
    chooser.select_option(option.get_attribute("value") or name)
