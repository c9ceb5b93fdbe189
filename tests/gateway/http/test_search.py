"""Search over the API: what the index holds a moment after it was said, with the words that were found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway.language import snippet
from gateway.store import search
from gateway.store.search import read_question
from tests.gateway.http.test_erasure import contact_of, emptied, path_of
from tests.handoff.test_desk import taken
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def find(site: Site, question: str, *, who: str = "olga", **query: object) -> dict[str, Any]:
    await site.node.indexer.index_some()
    path = f"/api/v1/businesses/{site.ours.business}/search"
    asked = {"q": question, **{name: str(value) for name, value in query.items()}}
    async with site.http.get(site.origin + path, headers=site.headers(who), params=asked) as response:
        answer: dict[str, Any] = await response.json(content_type=None)
        return {"status": response.status, **answer}


def said(page: dict[str, Any]) -> list[str]:
    return ["".join(piece["text"] for piece in hit["snippet"]) for hit in page["hits"]]


async def test_customers_people_and_notes_are_found_with_their_conversation(site: Site) -> None:
    _widget, console, conversation, floor = await taken(site)
    await console.command(conversation, "reply", id="r1", text="The router blinks red", floor_seq=floor)
    await console.command(conversation, "note", id="n1", text="Sent two routers last year")
    page = await find(site, "routers ")
    assert said(page) == ["Sent two routers last year", "The router blinks red"]
    note, reply = page["hits"]
    assert (note["note"], note["author"], reply["note"], reply["author"]) == (True, "operator", False, "operator")
    assert [piece for piece in reply["snippet"] if piece.get("mark")] == [{"text": "router", "mark": True}]
    assert reply["row"]["conversation"] == conversation and reply["row"]["status"] == "open"
    assert reply["seq"] < note["seq"]


async def test_pages_join_and_contacts_come_with_the_first(site: Site) -> None:
    widget = await site.widget()
    for number in range(5):
        talk = (await widget.say(f"Lantern {number}"))["conversation"]
    await site.call("PATCH", path_of(site, await contact_of(site, talk)), json={"name": "Lana Lanterns"})
    first = await find(site, "lantern", limit=4)
    assert [one["name"] for one in first["contacts"]] == ["Lana Lanterns"]
    assert first["contacts"][0]["row"]["conversation"] == talk
    found, page = said(first), first
    while page["next"]:
        page = await find(site, "lantern", limit=4, before=page["next"])
        assert page["contacts"] == []
        found += said(page)
    assert len(found) == len(set(found)) == 10  # the bot repeats each


async def test_erased_person_is_found_no_more(site: Site) -> None:
    talk = (await (await site.widget()).say("my secret number"))["conversation"]
    contact = await contact_of(site, talk)
    await site.call("PATCH", path_of(site, contact), json={"name": "Secretive", "email": "secret@example.com"})
    page = await find(site, "secret")
    assert page["hits"] and page["contacts"]

    await site.call("DELETE", path_of(site, contact), who="anna")
    await emptied(site, talk)

    page = await find(site, "secret")
    assert (page["hits"], page["contacts"]) == ([], [])
    held = await site.node.store.read(
        site.ours.business, lambda tx, now: (search.find(tx, read_question("secret"), limit=5),
                                             search.find_contacts(tx, "secret", limit=5))
    )  # fmt: skip
    assert held == ([], [])


async def test_what_an_erasure_leaves_is_indexed_at_once(site: Site) -> None:
    talk = (await (await site.widget()).say("Forgotten lantern"))["conversation"]
    assert (await find(site, "lantern"))["hits"]
    await site.node.store.write(site.ours.business, lambda tx, now: search.forget(tx, talk), key=talk)
    assert not (await find(site, "lantern"))["hits"]
    site.node.hub.erased(site.ours.business, talk)  # as after every page of an erasure
    assert (await find(site, "lantern"))["hits"]


async def test_what_a_dead_node_left_is_found_at_the_next_look(site: Site) -> None:
    talk = (await (await site.widget()).say("Forgotten lantern"))["conversation"]
    site.node.indexer._waiting.clear()  # as if the node that heard it had died
    assert said(await find(site, "forgotten ")) == []
    await site.node.indexer.look()
    page = await find(site, "forgotten ")
    assert {hit["row"]["conversation"] for hit in page["hits"]} == {talk}


async def test_much_is_indexed_a_bounded_bit_at_a_time(site: Site) -> None:
    site.node.indexer.most = 3
    await site.node.indexer.aclose()  # only what this test indexes
    widget = await site.widget()
    for number in range(6):
        await widget.say(f"Lantern {number}")
        await widget.entry("bot_message", text=f"You said: Lantern {number}")
    seen = []
    while site.node.indexer._waiting:
        seen.append(len(said(await find(site, "lantern", limit=100))))
    assert seen[-1] == 12 and len(seen) > 4
    assert all(0 <= more - less <= 3 for less, more in pairwise(seen))


@pytest.mark.parametrize("query", [{"before": "x"}, {"before": "1.2"}, {"before": f"{1 << 63}.1.c"}, {"limit": 0},
                                   {"q": "x" * 201}, {"who": "else"}])  # fmt: skip
async def test_what_is_no_question_is_refused(site: Site, query: dict[str, object]) -> None:
    path = f"/api/v1/businesses/{site.ours.business}/search"
    asked = {"q": "lantern", **{name: str(value) for name, value in query.items()}}
    async with site.http.get(site.origin + path, headers=site.headers(), params=asked) as response:
        assert response.status == 422


def marked(text: str, question: str) -> str:
    return "".join(f"[{one.text}]" if one.mark else one.text for one in snippet(text, read_question(question).matches))


def test_snippet_shows_the_first_word_that_was_found_and_marks_each() -> None:
    long = "Здравствуйте, " + "очень длинное начало " * 8 + "и вот роутеры, роутер, роутера " + "и дальше " * 40
    shown = marked(long, "роутер ")
    assert shown.startswith("…") and shown.endswith("…") and len(shown) < 170
    assert "[роутеры], [роутер], [роутера]" in shown
    assert marked("Plans\nand\tplanning", "plan") == "[Plans] and [planning]"
    assert marked("Nothing of it", "plan") == "Nothing of it"
