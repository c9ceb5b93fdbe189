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
