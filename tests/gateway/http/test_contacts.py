"""What people find out of a contact: corrected fields, and that two contacts are one person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.http.test_erasure import contact_of, path_of
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def test_what_is_known_of_a_contact_is_corrected_field_by_field(site: Site) -> None:
    talk = (await (await site.widget()).say("Hello"))["conversation"]
    contact = path_of(site, await contact_of(site, talk))
    console = await site.console("pavel")
    await console.send({"type": "list", "view": "all"})
    await console.expect("rows")

    status, _ = await site.call("PATCH", contact, json={"name": " Ann\tExample ", "phone": "+7 495 000-00-01"})
    assert status == 200
    status, known = await site.call("PATCH", contact, json={"email": "ann@example.com"})

    assert (known["name"], known["email"], known["phone"]) == ("Ann Example", "ann@example.com", "+74950000001")
    assert (await site.call("GET", contact))[1] == known
    while (row := (await console.expect("row"))["rows"])[0]["contact"]["name"] != "Ann Example":
        pass
    _, cleared = await site.call("PATCH", contact, json={"phone": ""})
    assert (cleared["phone"], cleared["email"]) == ("", "ann@example.com")
    assert row[0]["conversation"] == talk


@pytest.mark.parametrize(
    ("field", "value"), [("email", "ann"), ("email", "a@b@example.com"), ("phone", "call me"), ("phone", "12"),
                         ("name", "x" * 201), ("email", 3), ("role", "administrator")],
)  # fmt: skip
async def test_what_is_no_address_or_number_is_refused(site: Site, field: str, value: object) -> None:
    talk = (await (await site.widget()).say("Hello"))["conversation"]
    contact = path_of(site, await contact_of(site, talk))
    status, problem = await site.call("PATCH", contact, json={field: value})
    assert (status, problem["type"]) == (422, "/problems/invalid")
    assert (await site.call("GET", contact))[1]["email"] == ""


async def test_two_contacts_are_one_person_and_can_be_two_again(site: Site) -> None:
    talks = [(await (await site.widget()).say(text))["conversation"] for text in ("First", "Second")]
    one, other = [await contact_of(site, talk) for talk in talks]
    await site.call("PATCH", path_of(site, other), json={"name": "Ann"})

    status, merged = await site.call("POST", path_of(site, one) + "/merge", json={"into": other})

    assert (status, merged["id"], merged["merged"]) == (200, other, [one])
    assert {past["conversation"] for past in merged["conversations"]} == set(talks)
    _, page = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations")
    assert {row["contact"]["name"] for row in page["rows"]} == {"Ann"}
    status, problem = await site.call("POST", path_of(site, one) + "/merge", json={"into": other})
    assert (status, problem["type"]) == (409, "/problems/not_possible")
    assert (await site.call("DELETE", path_of(site, one) + "/merge", who="anna"))[0] == 204
    assert (await site.call("GET", path_of(site, one)))[1]["merged"] == []


async def test_contact_of_another_business_is_not_there(site: Site) -> None:
    talk = (await (await site.widget()).say("Hello"))["conversation"]
    mine = await contact_of(site, talk)
    for path, method, body in ((path_of(site, "unknown"), "PATCH", {"name": "x"}),
                               (path_of(site, mine) + "/merge", "POST", {"into": "unknown"})):  # fmt: skip
        status, problem = await site.call(method, path, json=body)
        assert (status, problem["type"]) == (404, "/problems/not_found")


async def test_the_list_has_whoever_came_last_on_top_and_is_asked_by_words_and_state(site: Site) -> None:
    talks = [(await (await site.widget()).say(text))["conversation"] for text in ("One", "Two", "Three")]
    one, two, three = [await contact_of(site, talk) for talk in talks]
    await site.call("PATCH", path_of(site, two), json={"name": "Ann Example", "company": "Lantern"})
    await site.call("PUT", path_of(site, one) + "/block", who="sara", json={"reason": "spam"})

    async def listed(**query: str) -> list[str]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        _, page = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/contacts?{asked}")
        return [found["id"] for found in page["contacts"]]

    assert await listed() == [three, two, one]
    assert await listed(q="lant") == await listed(q="exa") == [two]
    assert await listed(blocked="true") == [one]
    assert await listed(open="true") == [three, two]
    await site.call("POST", path_of(site, three) + "/merge", json={"into": two})
    assert await listed(open="true") == await listed(limit="1") == [two]
    status, problem = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/contacts?before=x")
    assert (status, problem["field"]) == (422, "before")


async def test_what_is_kept_stands_apart_from_what_is_claimed(site: Site) -> None:
    widget = await site.widget(attributes={"plan": "claimed"})
    contact = path_of(site, await contact_of(site, (await widget.say("Hello"))["conversation"]))
    body = {"own": {"plan": "L", " city ": " Kazan "}, "external_id": "c-1", "note": "Calls\nafter six"}
    _, known = await site.call("PATCH", contact, json=body)
    assert (known["own"], known["attributes"]) == ({"plan": "L", "city": "Kazan"}, {"plan": "claimed"})
    _, known = await site.call("PATCH", contact, json={"own": {"city": ""}})
    assert (known["own"], known["note"], known["external_id"]) == ({"plan": "L"}, "Calls\nafter six", "c-1")
    many = {f"field {number}": "x" for number in range(30)}
    status, problem = await site.call("PATCH", contact, json={"own": many})
    assert (status, problem["field"]) == (422, "own")


async def test_who_has_the_same_address_is_suggested_and_previewed_before_they_are_one(site: Site) -> None:
    talks = [(await (await site.widget()).say(text))["conversation"] for text in ("One", "Two")]
    one, two = [await contact_of(site, talk) for talk in talks]
    for name, called in ((one, "Ann"), (two, "Anna")):
        await site.call("PATCH", path_of(site, name), json={"name": called, "email": "ann@example.com"})

    _, alike = await site.call("GET", path_of(site, one) + "/alike")
    assert [(found["contact"]["id"], found["by"]) for found in alike["contacts"]] == [(two, ["email"])]
    _, preview = await site.call("GET", path_of(site, one) + f"/merge?into={two}")
    assert (preview["goes"]["id"], preview["stays"]["id"]) == (one, two)
    assert [field["field"] for field in preview["fields"]] == ["name", "email"]
    assert [row["conversation"] for row in preview["goes"]["open"]] == [talks[0]]
    _, merged = await site.call("POST", path_of(site, one) + "/merge", json={"into": two, "keep": {"name": one}})
    assert (merged["name"], merged["merges"][0]["by"]) == ("Ann", "Olga")
    _, story = await site.call("GET", path_of(site, two) + "/conversations?limit=1")
    assert [(told["first"], told["status"]) for told in story["conversations"]] == [("Two", "pending")]
    _, story = await site.call("GET", path_of(site, two) + f"/conversations?before={story['next']}")
    assert [told["first"] for told in story["conversations"]] == ["One"]
    assert (await site.call("DELETE", path_of(site, one) + "/merge"))[0] == 204
    assert (await site.call("GET", path_of(site, two)))[1]["name"] == "Anna"


@pytest.mark.parametrize(("who", "status"), [("olga", 403), ("sara", 200), ("anna", 200)])
async def test_supervisors_block_and_the_page_is_told(site: Site, who: str, status: int) -> None:
    widget = await site.widget(token="t" * 43)
    contact = path_of(site, await contact_of(site, (await widget.say("Hello"))["conversation"]))
    body = {"reason": "abuse", "note": "Insults Olga"}
    found, known = await site.call("PUT", contact + "/block", who=who, json=body)
    assert found == status
    if status == 403:
        assert (await site.call("DELETE", contact + "/block", who=who))[0] == 403
        return
    assert (known["block"]["until"], known["block"]["note"], known["block"]["by"]) == (
        None,
        "Insults Olga",
        who.title(),
    )
    assert known["identities"][0]["trouble"]["code"] == "contact_blocked"
    await widget.send({"type": "message", "id": "m9", "text": "Let me in"})
    problem = (await widget.expect("refused"))["problem"]
    assert (problem["type"], "until" in problem) == ("/problems/blocked", False)
    again = await site.widget(token="t" * 43)
    assert again.welcome["blocked"] == {"until": None}
    assert (await site.call("GET", contact))[1]["block"]["refused"] == 1
    assert (await site.call("DELETE", contact + "/block", who=who))[0] == 204
    status, problem = await site.call("PUT", contact + "/block", who=who, json={"reason": "spam", "until": 5})
    assert (status, problem["field"]) == (422, "until")


async def test_people_write_first_and_an_open_page_follows(site: Site) -> None:
    widget = await site.widget(token="w" * 43)
    talk = (await widget.say("Hello"))["conversation"]
    contact = path_of(site, await contact_of(site, talk))
    await site.verb(talk, "take")
    await site.verb(talk, "resolve", floor_seq=(await site.log(talk))[-1].seq)
    body = {"id": "first", "text": "You called us?"}
    status, written = await site.call("POST", contact + "/conversations", json=body)
    assert (status, written["begun"]) == (200, True) and written["conversation"] != talk
    assert (await site.call("POST", contact + "/conversations", json=body))[1]["seq"] == written["seq"]
    again = await site.widget(token="w" * 43)
    assert again.welcome["conversation"] == written["conversation"]
    _, told = await site.call("GET", contact)
    assert told["identities"][0]["conversation"] == written["conversation"]
    status, problem = await site.call("POST", contact + "/conversations", who="pavel", json=body)
    assert (status, problem["type"], problem["owner"]) == (409, "/problems/taken", "Olga")
