"""Somebody of the business records what calls say, and callers hear it; the bot's answer, too."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.flows.administrators import Administrator
from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.calling import demo as demo
from tests.flows.calling import silence, speaking, spoken
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.support.voices import Sound, likeness, speech

PATIENCE = 60_000
GREETING = "Добрый день, вы позвонили в компанию Фонарь, рады вас слышать."
OTHER = "Вчера двенадцать лошадей бежали вдоль реки под старым мостом."
_LISTEN = """
window.samples = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...told) {
    super(...told);
    this.addEventListener("track", ({ track }) => {
      const context = new AudioContext({ sampleRate: 16000 });
      const recorder = context.createScriptProcessor(4096, 1, 1);
      recorder.onaudioprocess = ({ inputBuffer }) => samples.push(inputBuffer.getChannelData(0).slice());
      context.createMediaStreamSource(new MediaStream([track])).connect(recorder);
      recorder.connect(context.destination);
    });
  }
};
window.recorded = () => {
  const whole = new Int16Array(samples.flatMap((piece) => [...piece].map((one) => Math.round(one * 32767))));
  return btoa(Array.from(new Uint8Array(whole.buffer), (byte) => String.fromCharCode(byte)).join(""));
};
"""
_REFUSE = "if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{name}'));"


def inbox_of(stage: Stage, demo: DemoServer) -> Administrator:
    """The page of the demo's inbox."""
    page = Operator.sign_in(stage, demo.links.administrator, locale="en").page
    anna = Administrator(page)
    anna.open("Inboxes")
    anna.row("Website").click()
    return anna


def prompts_of(page: Page) -> Locator:
    return page.get_by_role("group", name="What callers hear")


def heard(page: Page) -> Sound:
    return np.frombuffer(base64.b64decode(page.evaluate("recorded()")), dtype=np.int16)


def test_a_greeting_that_was_recorded_in_the_browser_is_what_callers_hear(
    playwright: Playwright, demo: DemoServer, tmp_path: Path
) -> None:
    (tmp_path / "caller").mkdir()
    with (
        speaking(playwright, tmp_path, spoken(GREETING, 1.0)) as desk,
        speaking(playwright, tmp_path / "caller", silence(20)) as phone,
    ):
        desks, stage = Stage(desk, tmp_path), Stage(phone, tmp_path / "caller")
        anna = inbox_of(desks, demo)
        prompts = prompts_of(anna.page)
        expect(prompts).to_contain_text("By the voice")
        prompts.get_by_role("button", name="Use a sound: Greeting").click()
        expect(anna.dialog).to_contain_text("Чем помочь?")
        expect(anna.dialog).to_contain_text("The browser asks")
        anna.dialog.get_by_role("button", name="Start recording").click()
        expect(anna.dialog.get_by_role("timer")).to_contain_text(re.compile(r"0:(0[6-9]|[1-5]\d) /"), timeout=PATIENCE)
        assert_no_faults(anna.page)
        anna.page.keyboard.press("Enter")  # the button that stops has the focus
        expect(anna.dialog.get_by_role("button", name="Record again")).to_be_focused()
        assert_no_faults(anna.page)
        anna.dialog.get_by_label("What it is called").fill("Welcome")
        anna.page.keyboard.press("Enter")
        expect(anna.dialog).to_be_hidden()
        expect(prompts.get_by_role("button", name="Listen: Greeting, Welcome")).to_be_visible()
        assert_no_faults(anna.page)
        anna.click("Save")
        expect(anna.page.get_by_role("button", name="Save")).to_be_disabled()
        anna.page.reload()
        expect(prompts).to_contain_text("Welcome")

        stage.before(_LISTEN)
        customer = Customer.arrive(stage, demo.links.page)
        customer.panel.get_by_role("button", name="Позвонить").click()
        customer.panel.get_by_role("button", name="Включить микрофон").click()
        expect(customer.log).to_contain_text("Чем помочь?", timeout=PATIENCE)
        page = customer.page
        page.wait_for_function("() => samples.length > 12 * 16000 / 4096", timeout=PATIENCE)
        own, said = heard(page), speech(GREETING, "ru")
        middle = said[len(said) // 4 : len(said) * 3 // 4]  # whoever pressed the button may have lost the first word
        assert likeness(middle, own)[0] > likeness(speech(OTHER, "ru")[: len(middle)], own)[0] + 0.1
        desks.close(failed=False)
        stage.close(failed=False)


def test_a_file_is_brought_called_otherwise_and_removed(
    playwright: Playwright, demo: DemoServer, tmp_path: Path
) -> None:
    with speaking(playwright, tmp_path, silence(5)) as browser:
        stage = Stage(browser, tmp_path)
        anna = inbox_of(stage, demo)
        prompts = prompts_of(anna.page)
        prompts.get_by_text("While they wait").click()
        prompts.get_by_role("button", name="Use a sound: Music on hold").click()
        chooser = anna.dialog.locator("input[type=file]")
        chooser.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no sound"})
        anna.dialog.get_by_role("button", name="Keep and use it").click()
        expect(anna.dialog.get_by_role("alert")).to_contain_text("no sound that can be read")
        chooser.set_input_files(tmp_path / "microphone.wav")
        anna.dialog.get_by_role("button", name="Keep and use it").click()
        expect(anna.dialog.get_by_role("alert")).to_contain_text("There is no sound in it")
        music = tmp_path / "music"
        music.mkdir()
        with speaking(playwright, music, spoken("La la la, la la.")):
            pass
        chooser.set_input_files(music / "microphone.wav")
        anna.dialog.get_by_role("button", name="Keep and use it").click()
        expect(prompts.get_by_role("button", name="Listen: Music on hold")).to_be_visible()
        anna.click("Save")
        expect(anna.page.get_by_role("button", name="Save")).to_be_disabled()

        prompts.get_by_role("button", name="Change: Music on hold").click()
        anna.dialog.get_by_role("button", name="Give it another name").click()
        anna.dialog.get_by_label("What it is called").fill("La la")
        anna.page.keyboard.press("Enter")
        expect(anna.dialog.get_by_role("button", name="Remove: La la")).to_be_visible()
        assert_no_faults(anna.page)
        anna.dialog.get_by_role("button", name="Remove: La la").click()
        anna.dialog.get_by_role("button", name="Remove", exact=True).click()
        expect(anna.dialog.get_by_role("alert")).to_contain_text("Website")
        anna.dialog.get_by_role("button", name="Close").click()
        expect(prompts.get_by_role("button", name="Listen: Music on hold, La la")).to_be_visible()
        prompts.get_by_role("button", name="Play our chords again").click()
        anna.click("Save")
        expect(anna.page.get_by_role("button", name="Save")).to_be_disabled()
        prompts.get_by_role("button", name="Use a sound: Music on hold").click()
        anna.dialog.get_by_role("button", name="Remove: La la").click()
        anna.dialog.get_by_role("button", name="Remove", exact=True).click()
        expect(anna.dialog.get_by_text("La la")).to_be_hidden()
        stage.close(failed=False)


@pytest.mark.parametrize(
    ("error", "told"),
    [("NotAllowedError", "doesn’t let us use the microphone"), ("NotFoundError", "There is no microphone")],
)
def test_whoever_has_no_microphone_is_told_why_and_brings_a_file(
    stage: Stage, demo: DemoServer, error: str, told: str
) -> None:
    stage.before(_REFUSE.replace("{name}", error))
    anna = inbox_of(stage, demo)
    prompts_of(anna.page).get_by_role("button", name="Use a sound: Greeting").click()
    anna.dialog.get_by_role("button", name="Start recording").click()
    expect(anna.dialog.get_by_role("alert")).to_contain_text(told)
    expect(anna.dialog.get_by_role("button", name="Try again")).to_be_visible()
    assert_no_faults(anna.page)
    anna.dialog.get_by_text("A file", exact=True).click()
    expect(anna.dialog.get_by_text("Choose a file")).to_be_visible()


def test_an_answer_of_the_bot_gets_a_sound_in_its_editor(
    playwright: Playwright, demo: DemoServer, tmp_path: Path
) -> None:
    with speaking(playwright, tmp_path, spoken("Интернет стоит от четырёхсот рублей.", 1.0)) as browser:
        stage = Stage(browser, tmp_path)
        page = Operator.sign_in(stage, demo.links.administrator, locale="en").page
        page.goto(page.url.split("#")[0] + "#/bot/topics/tariffs")
        anna = Administrator(page)
        anna.main.get_by_role("radio", name="Calls").check()
        anna.main.get_by_role("button", name="Use a sound: What callers hear, Russian").click()
        anna.dialog.get_by_role("button", name="Start recording").click()
        expect(anna.dialog.get_by_role("timer")).to_contain_text(re.compile(r"0:(0[3-9]|[1-5]\d) /"), timeout=PATIENCE)
        anna.dialog.get_by_role("button", name="Stop", exact=True).click()
        anna.dialog.get_by_label("What it is called").fill("Prices")
        anna.dialog.get_by_role("button", name="Keep and use it").click()
        expect(anna.main.get_by_role("button", name="Listen: What callers hear, Russian, Prices")).to_be_visible()
        assert_no_faults(page)
        anna.click("Save")
        expect(page.get_by_role("button", name="Save").first).to_be_disabled()
        page.reload()
        anna.main.get_by_role("radio", name="Calls").check()
        expect(anna.main.get_by_role("button", name="Listen: What callers hear, Russian, Prices")).to_be_visible()
        stage.close(failed=False)
