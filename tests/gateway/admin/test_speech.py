"""Speech engines as an administrator sees and chooses them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.admin.speech import SAMPLES_PER_MINUTE
from gateway.settings import SpeechEngine
from speech.frames import RATE
from speech.wav import sound_of
from tests.gateway.admin.browsers import Browser, code
from tests.support.servers import free_port
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site

Wave = np.ndarray[tuple[int], np.dtype[np.int16]]

KEY = "a-key-of-the-server"
TABLES = {
    "live": SpeechEngine(kind="deepgram", key=KEY, languages=("en", "ru")),
    "cloud": SpeechEngine(
        kind="openai", url="https://speech.example.com/v1", key=KEY, voice_model="tts-1", voice="nova"
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data", speech=dict(TABLES)) as running:
        yield running


async def choose(anna: Browser, calls: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """For the site's inbox."""
    (inbox,) = [one for one in (await anna.get("inboxes"))["inboxes"] if one["id"] == anna.site.ours.inbox]
    settings = {**inbox["settings"], "calls": calls}
    return await anna.ask(
        "PUT", f"inboxes/{inbox['id']}", {"version": inbox["version"], "name": inbox["name"], "settings": settings}
    )  # fmt: skip


async def test_engines_are_shown_with_what_they_can_and_no_key(anna: Browser) -> None:
    told = await anna.get("speech")
    engines = {one["name"]: one for one in told["engines"]}
    assert list(engines) == ["pocketsphinx", "espeak-ng", "cloud", "live"]
    assert [one["start"] for one in told["engines"]] == [True, True, False, False]
    assert engines["live"] == {
        "name": "live", "kind": "deepgram", "hears": True, "speaks": False, "languages": ["en", "ru"], "voices": [],
        "start": False, "service": True, "lacks": "",
    }  # fmt: skip
    assert (engines["cloud"]["hears"], engines["cloud"]["voices"]) == (False, ["nova"])
    assert KEY not in str(told) and told["inboxes"] == []


async def test_inbox_without_a_choice_has_only_the_start_and_is_told_so(anna: Browser) -> None:
    assert (await choose(anna, {}))[0] == 200
    inboxes = (await anna.get("speech"))["inboxes"]
    assert {one["locale"]: one["start"] for one in inboxes} == {
        one["locale"]: ["recognizers", "speakers"] for one in inboxes
    }
    assert inboxes and inboxes[0]["recognizers"] == ["pocketsphinx"] and inboxes[0]["speakers"] == ["espeak-ng"]


async def test_choice_is_kept_and_shown(anna: Browser) -> None:
    calls = {
        "recognizers": {"en": ["live", "pocketsphinx"]},
        "speakers": {"en": [{"name": "cloud", "voice": "alloy", "rate": 1.2}, {"name": "espeak-ng"}]},
    }
    status, changed = await choose(anna, calls)
    assert status == 200, changed
    kept = changed["settings"]["calls"]
    assert kept["recognizers"] == calls["recognizers"]
    assert kept["speakers"]["en"][0] == {"name": "cloud", "voice": "alloy", "rate": 1.2}
    (english,) = [one for one in (await anna.get("speech"))["inboxes"] if one["locale"] == "en"]
    assert (english["recognizers"], english["speakers"]) == (["live", "pocketsphinx"], ["cloud", "espeak-ng"])
    assert (english["start"], english["gone"]) == ([], [])


@pytest.mark.parametrize(
    ("calls", "field", "fault"),
    [
        ({"recognizers": {"en": ["nobody"]}}, "calls.recognizers.en", "speech_unknown"),
        ({"recognizers": {"en": ["cloud"]}}, "calls.recognizers.en", "speech_hears_not"),
        ({"recognizers": {"de": ["live"]}}, "calls.recognizers.de", "speech_language"),
        ({"recognizers": {"de": ["pocketsphinx"]}}, "calls.recognizers.de", "speech_language"),
        ({"recognizers": {"en": ["live", "live"]}}, "calls.recognizers.en", "speech_order"),
        ({"recognizers": {"en": ["../secret"]}}, "calls.recognizers.en", "speech_unknown"),
        ({"recognizers": {"en": [f"e{number}" for number in range(6)]}}, "calls.recognizers.en", "speech_order"),
        ({"speakers": {"en": [{"name": "live"}]}}, "calls.speakers.en.0.name", "speech_speaks_not"),
        ({"speakers": {"en": [{"name": "cloud"}, {"name": "nobody"}]}}, "calls.speakers.en.1.name", "speech_unknown"),
        ({"speakers": {"en": [{"name": "cloud", "voice": "a b"}]}}, "calls.speakers.en.0.voice", "speech_voice"),
        ({"speakers": {"en": [{"name": "cloud", "rate": 3}]}}, "calls.speakers.en.0.rate", "speech_rate"),
    ],
)
async def test_what_cannot_be_chosen_is_refused_with_its_fault(
    anna: Browser, calls: dict[str, Any], field: str, fault: str
) -> None:
    answer = await choose(anna, calls)
    assert code(answer) == (422, "invalid")
    assert (answer[1]["field"], answer[1]["fault"]["code"]) == (field, fault)


async def test_language_of_an_order_must_be_one(anna: Browser) -> None:
    answer = await choose(anna, {"recognizers": {"English": ["live"]}})
    assert code(answer) == (422, "invalid") and answer[1]["field"] == "calls.recognizers.English"


async def test_engine_that_has_gone_does_not_stop_other_changes(site: Site, anna: Browser) -> None:
    calls = {"recognizers": {"en": ["live"]}, "speakers": {"en": [{"name": "cloud"}]}}
    assert (await choose(anna, calls))[0] == 200
    site.node.settings.speech.clear()
    assert (await choose(anna, {**calls, "greeting": {"en": "Hello"}}))[0] == 200
    (english,) = [one for one in (await anna.get("speech"))["inboxes"] if one["locale"] == "en"]
    assert english["gone"] == ["live", "cloud"] and english["start"] == ["recognizers", "speakers"]


async def test_only_administrators_see_and_hear_engines(site: Site) -> None:
    olga = Browser(site, site.ours.sessions["olga"])
    assert code(await olga.ask("GET", "speech")) == (403, "forbidden")
    assert code(await olga.ask("POST", "speech/sample", {"locale": "en", "name": "espeak-ng"})) == (403, "forbidden")


async def listened(site: Site, **wanted: Any) -> tuple[int, str, bytes]:
    """Status, type and body."""
    path = f"{site.origin}/api/v1/businesses/{site.ours.business}/speech/sample"
    async with site.http.post(path, headers=site.headers("anna"), json=wanted) as response:
        return response.status, response.content_type, await response.read()


async def heard(site: Site, **wanted: Any) -> Wave:
    """How an engine speaks: its sound."""
    status, kind, body = await listened(site, **wanted)
    assert (status, kind) == (200, "audio/wav"), body[:500]
    return np.frombuffer(sound_of(body), dtype=np.int16)


async def test_engine_says_the_greeting_in_its_voice_at_its_speed(site: Site) -> None:
    usual = await heard(site, locale="en", name="espeak-ng")
    fast = await heard(site, locale="en", name="espeak-ng", rate=2)
    other = await heard(site, locale="en", name="espeak-ng", voice="en-us+f3")
    assert RATE < len(usual) < 10 * RATE and np.abs(usual).max() > 2000
    assert len(fast) < 0.7 * len(usual)
    assert len(other) != len(usual) or (other != usual).any()


@pytest.mark.parametrize(
    ("wanted", "field", "fault"),
    [
        ({"locale": "en", "name": "nobody"}, "name", "speech_unknown"),
        ({"locale": "en", "name": "live"}, "name", "speech_speaks_not"),
        ({"locale": "de", "name": "live"}, "name", "speech_language"),
        ({"locale": "en", "name": "espeak-ng", "voice": "a b"}, "voice", "speech_voice"),
        ({"locale": "en", "name": "espeak-ng", "rate": 3}, "rate", "speech_rate"),
    ],
)
async def test_what_cannot_speak_is_refused_with_its_fault(
    anna: Browser, wanted: dict[str, Any], field: str, fault: str
) -> None:
    answer = await anna.ask("POST", "speech/sample", wanted)
    assert code(answer) == (422, "invalid")
    assert (answer[1]["field"], answer[1]["fault"]["code"]) == (field, fault)


async def test_engine_that_stays_silent_says_why_and_nobody_stands_in_for_it(site: Site, anna: Browser) -> None:
    site.node.settings.speech["deaf"] = SpeechEngine(
        kind="openai", url=f"http://127.0.0.1:{free_port()}/v1", key=KEY, voice_model="tts-1"
    )
    site.node.settings.speech["bare"] = SpeechEngine(kind="piper")
    for name, fault in (("deaf", "speech_silent"), ("bare", "speech_lacks")):
        answer = await anna.ask("POST", "speech/sample", {"locale": "en", "name": name})
        assert code(answer) == (409, "not_possible") and answer[1]["fault"]["code"] == fault
        assert name in answer[1]["detail"] and KEY not in str(answer)
    answer = await anna.ask("POST", "speech/sample", {"locale": "en", "name": "espeak-ng", "voice": "nobody"})
    assert answer[1]["fault"]["code"] == "speech_silent" and "no voice" in answer[1]["detail"]


async def test_who_listens_again_and_again_is_told_to_wait(site: Site) -> None:
    """A service is paid for each."""
    told = [await listened(site, locale="en", name="espeak-ng") for _ in range(SAMPLES_PER_MINUTE + 2)]
    assert [status for status, _, _ in told[:SAMPLES_PER_MINUTE]] == [200] * SAMPLES_PER_MINUTE
    assert told[-1][0] == 429 and b"too_many" in told[-1][2]
