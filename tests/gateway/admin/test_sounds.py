"""A business's sounds as an administrator brings, hears, renames, chooses and removes them."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import numpy as np
import obstore
import pytest

from gateway.admin import sounds as routes
from speech.frames import RATE
from speech.wav import sound_of, wav
from tests.gateway.admin.browsers import Browser, code
from tests.speech.test_decoding import encoded
from tests.support.voices import speech
from tests.support_edge.site import Answer

SPOKEN = wav(speech("Good afternoon, this is the flower shop.").tobytes())
FILES = {
    "WAV": SPOKEN,
    "OGG": encoded("ogg", "libopus"),
    "WebM": encoded("webm", "libopus", layout="stereo"),
    "M4A": encoded("mp4", "aac", rate=44_100),
    "MP3": encoded("mp3", "libmp3lame", rate=44_100),
}


async def bring(browser: Browser, name: str, file: bytes = SPOKEN, *, locale: str = "en") -> Answer:
    site = browser.site
    url = f"{site.origin}/api/v1/businesses/{site.ours.business}/sounds"
    headers = {"Origin": site.origin, "Cookie": f"switchboard_session={browser.session}"}
    query = {"name": name, "locale": locale}
    async with site.http.post(url, params=query, data=io.BytesIO(file), headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def listen(browser: Browser, sound: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    site = browser.site
    url = f"{site.origin}/api/v1/businesses/{site.ours.business}/sounds/{sound}/audio"
    headers = {"Cookie": f"switchboard_session={browser.session}", **headers}
    async with site.http.get(url, headers=headers) as response:
        return response.status, await response.read(), dict(response.headers)


async def choose(browser: Browser, sounds: dict[str, dict[str, str]]) -> Answer:
    """For calls of the site's inbox."""
    (inbox,) = [one for one in (await browser.get("inboxes"))["inboxes"] if one["id"] == browser.site.ours.inbox]
    settings = {**inbox["settings"], "calls": {**(inbox["settings"]["calls"] or {}), "sounds": sounds}}
    body = {"version": inbox["version"], "name": inbox["name"], "settings": settings}
    return await browser.ask("PUT", f"inboxes/{inbox['id']}", body)


def fault(answer: Answer) -> tuple[int, str]:
    status, body = answer
    return status, str(body["fault"]["code"])


def objects(browser: Browser) -> int:
    return sum(len(page) for page in obstore.list(browser.site.node.files.objects))


@pytest.mark.parametrize("form", FILES)
async def test_what_people_send_becomes_sixteen_kilohertz_mono(anna: Browser, form: str) -> None:
    status, made = await bring(anna, "Greeting", FILES[form])
    assert status == 201, made
    status, body, headers = await listen(anna, made["id"])
    assert (status, headers["Content-Type"]) == (200, "audio/wav")
    assert int.from_bytes(body[24:28], "little") == RATE and body[22:24] == b"\x01\0"
    assert made["seconds"] == pytest.approx(len(sound_of(body)) / 2 / RATE, abs=0.01)
    assert 1 < made["seconds"] < 4


async def test_sound_is_listed_with_who_brought_it_and_everything_that_calls_say(anna: Browser) -> None:
    await bring(anna, "Greeting")
    await bring(anna, "Strings", locale="")
    told = await anna.get("sounds")
    assert [(one["name"], one["locale"], one["created_by"]) for one in told["sounds"]] == [
        ("Greeting", "en", "Anna"),
        ("Strings", "", "Anna"),
    ]
    prompts = {one["key"]: one for one in told["prompts"]}
    assert prompts["filler"]["texts"]["en"] == "One moment, please."
    assert prompts["hold_music"]["music"] and not prompts["notice"]["texts"]
    assert told["limits"] == {"bytes": 20_000_000, "seconds": 120, "music_seconds": 300}
    assert ("Anna", "added", "sound") in await anna.audit()


async def test_part_of_a_sound_is_given_to_a_player_that_goes_there(anna: Browser) -> None:
    _, made = await bring(anna, "Greeting")
    status, body, headers = await listen(anna, made["id"], Range="bytes=44-103")
    assert (status, len(body), headers["Content-Range"]) == (206, 60, f"bytes 44-103/{made['size']}")


async def test_quiet_recording_is_made_as_loud_as_a_voice_and_its_silence_is_cut(anna: Browser) -> None:
    voice = (speech("Good afternoon.") / 4).astype(np.int16)
    silence = np.zeros(2 * RATE, dtype=np.int16)
    _, made = await bring(anna, "Greeting", wav(np.concatenate([silence, voice, silence]).tobytes()))
    sound = np.frombuffer(sound_of((await listen(anna, made["id"]))[1]), dtype=np.int16)
    assert len(sound) < len(voice) + RATE // 2
    assert np.abs(sound).max() > 2 * np.abs(voice).max()


@pytest.mark.parametrize(
    ("file", "locale", "refused"),
    [
        (b"hello, this is no sound", "en", (422, "sound_unreadable")),
        (b"", "en", (422, "sound_unreadable")),
        (wav(bytes(2 * RATE)), "en", (422, "sound_silent")),
        (wav(np.full(500, 9_000, np.int16).tobytes()), "en", (422, "sound_silent")),
        (encoded("ogg", "libopus", seconds=125), "en", (413, "sound_too_long")),
        (encoded("ogg", "libopus", seconds=305), "", (413, "sound_too_long")),
    ],
    ids=["no sound", "empty", "silence", "click", "too long", "music too long"],
)
async def test_what_cannot_be_played_is_refused_and_leaves_nothing(
    anna: Browser, file: bytes, locale: str, refused: tuple[int, str]
) -> None:
    before = objects(anna)
    assert fault(await bring(anna, "Greeting", file, locale=locale)) == refused
    assert (await anna.get("sounds"))["sounds"] == [] and objects(anna) == before


async def test_music_may_last_longer_than_what_is_spoken(anna: Browser) -> None:
    status, made = await bring(anna, "Strings", encoded("ogg", "libopus", seconds=125), locale="")
    assert status == 201 and made["seconds"] == pytest.approx(125, abs=0.5)


async def test_file_that_is_too_large_is_refused(anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "LARGEST", 1000)
    assert fault(await bring(anna, "Greeting")) == (413, "sound_too_large")


async def test_name_is_given_once_whatever_its_letters(anna: Browser) -> None:
    await bring(anna, "Greeting")
    before = objects(anna)
    assert fault(await bring(anna, "  greeting ")) == (409, "sound_name")
    answers = await asyncio.gather(*(bring(anna, "Farewell") for _ in range(3)))
    assert sorted(status for status, _ in answers) == [201, 409, 409]
    assert objects(anna) == before + 1


async def test_as_many_as_there_may_be(anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST", 1)
    await bring(anna, "Greeting")
    assert fault(await bring(anna, "Farewell")) == (409, "sound_many")


async def test_sound_of_a_prompt_is_chosen_by_name_and_shown_where_it_is_used(anna: Browser) -> None:
    await bring(anna, "Greeting, Anna")
    await bring(anna, "Strings", locale="")
    chosen = {"en": {"greeting": "Greeting, Anna", "hold_music": "Strings"}}
    status, changed = await choose(anna, chosen)
    assert status == 200, changed
    assert changed["settings"]["calls"]["sounds"] == chosen
    used = {one["name"]: one["inboxes"] for one in (await anna.get("sounds"))["sounds"]}
    assert used["Greeting, Anna"] == used["Strings"] == [changed["name"]]


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"en": {"greeting": "No such sound"}}, "sound_unknown"),
        ({"ru": {"greeting": "Greeting"}}, "sound_language"),
        ({"en": {"shouting": "Greeting"}}, "sound_prompt"),
    ],
)
async def test_choice_that_cannot_be_played_is_refused(
    anna: Browser, chosen: dict[str, dict[str, str]], code: str
) -> None:
    await bring(anna, "Greeting")
    status, refused = await choose(anna, chosen)
    ((locale, prompts),) = chosen.items()
    assert (status, refused["fault"]["code"]) == (422, code)
    assert refused["field"] == f"calls.sounds.{locale}.{next(iter(prompts))}"


async def test_used_sound_stays_until_nothing_plays_it(anna: Browser) -> None:
    _, made = await bring(anna, "Greeting")
    await choose(anna, {"en": {"greeting": "GREETING"}})
    before = objects(anna)
    assert fault(await anna.ask("DELETE", f"sounds/{made['id']}")) == (409, "sound_in_use")
    await choose(anna, {"en": {"greeting": ""}})
    assert (await anna.ask("DELETE", f"sounds/{made['id']}"))[0] == 204
    assert (await anna.get("sounds"))["sounds"] == [] and objects(anna) == before - 1
    assert code(await anna.ask("DELETE", f"sounds/{made['id']}")) == (404, "not_found")


async def test_renamed_sound_is_found_by_its_former_name_until_another_has_it(anna: Browser) -> None:
    _, made = await bring(anna, "Greeting")
    await choose(anna, {"en": {"greeting": "Greeting"}})
    status, renamed = await anna.ask("PUT", f"sounds/{made['id']}", {"name": "Greeting of 2026"})
    assert status == 200 and renamed["former"] == ["Greeting"] and renamed["inboxes"]
    _, second = await bring(anna, "Greeting")
    used = {one["name"]: bool(one["inboxes"]) for one in (await anna.get("sounds"))["sounds"]}
    assert used == {"Greeting": True, "Greeting of 2026": False}
    assert fault(await anna.ask("PUT", f"sounds/{made['id']}", {"name": "greeting"})) == (409, "sound_name")
    assert second["former"] == []


async def test_other_settings_can_be_changed_where_a_chosen_sound_is_gone(anna: Browser) -> None:
    _, made = await bring(anna, "Greeting")
    await choose(anna, {"en": {"greeting": "Greeting"}})

    def drop(tx: Any, now: int) -> None:
        from gateway.store import sounds

        sounds.drop(tx, made["id"])

    await anna.site.node.store.write(anna.site.ours.business, drop)
    status, changed = await choose(anna, {"en": {"greeting": "Greeting"}})
    assert status == 200 and changed["settings"]["calls"]["sounds"] == {"en": {"greeting": "Greeting"}}


async def test_sweeper_leaves_sounds_alone(anna: Browser) -> None:
    from gateway.store import files

    await bring(anna, "Greeting")
    places = [meta["path"] for page in obstore.list(anna.site.node.files.objects) for meta in page]
    business = anna.site.ours.business
    known = await anna.site.node.store.read(business, lambda tx, now: files.known_objects(tx, places))
    assert len(known) == 1


async def test_whoever_supervises_hears_sounds_and_brings_none(anna: Browser) -> None:
    _, made = await bring(anna, "Greeting")
    sara = Browser(anna.site, anna.site.ours.sessions["sara"])
    assert (await sara.get("sounds"))["sounds"][0]["name"] == "Greeting"
    assert (await listen(sara, made["id"]))[0] == 200
    assert code(await bring(sara, "Farewell")) == (403, "forbidden")
    rita = Browser(anna.site, anna.site.theirs.sessions["rita"])
    path = f"/api/v1/businesses/{anna.site.theirs.business}/sounds/{made['id']}/audio"
    assert (await rita.ask("GET", path))[0] == 404


async def test_so_many_files_are_in_memory_and_no_more(anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_WAITING", 0)
    assert code(await bring(anna, "Greeting")) == (503, "overloaded")
