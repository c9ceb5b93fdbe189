"""A business's set-up moves between installations as a file."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest

from gateway.admin.transfer import export_business
from tests.gateway.admin.browsers import Browser, code
from tests.gateway.admin.test_configuration import BODIES
from tests.support_edge.site import Answer, Site


async def take(browser: Browser, data: bytes | io.BytesIO, *, business: str) -> Answer:
    headers = {"Cookie": f"switchboard_session={browser.session}", "Origin": browser.site.origin}
    url = f"{browser.site.origin}/api/v1/businesses/{business}/import"
    async with browser.site.http.post(url, data=data, headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def export(browser: Browser, *, business: str = "") -> dict[str, Any]:
    found: dict[str, Any] = await browser.get("export", business=business)
    return found


@pytest.fixture
async def furnished(site: Site, anna: Browser) -> Browser:
    """Anna's business with something of every kind."""
    for path, body in BODIES.items():
        assert (await anna.ask("POST", path, body))[0] == 201
    team = (await anna.get("teams"))["items"][0]
    members = {"name": "Billing", "members": [site.ours.accounts["olga"], site.ours.accounts["anna"]]}
    await anna.ask("PUT", f"teams/{team['id']}", {"version": 1, "value": members})
    await anna.ask("PUT", "hours", {"version": 0, "value": {"always": False, "week": {}}})
    return anna


async def test_what_is_exported_makes_another_business_the_same(site: Site, furnished: Browser) -> None:
    mine = await export(furnished)
    assert mine["configuration"]["teams"][0]["members"] == ["olga@lantern.example", "anna@lantern.example"]
    assert "secret" not in str(mine)
    rita = Browser(site, site.theirs.sessions["rita"])

    status, done = await take(rita, msgspec.json.encode(mine), business=site.theirs.business)
    assert status == 200, done
    assert "team: Billing" in done["added"] and "business" in done["changed"]
    stranger = {"name": "Billing", "email": "olga@lantern.example"}
    assert [one["code"] for one in done["left_out"] if one["values"] == stranger] == ["import_stranger"]

    theirs = await export(rita, business=site.theirs.business)
    theirs["configuration"]["teams"][0]["members"] = mine["configuration"]["teams"][0]["members"]
    assert theirs == mine


async def test_a_second_import_of_the_same_changes_nothing(site: Site, furnished: Browser) -> None:
    data = msgspec.json.encode(await export(furnished))
    before = await furnished.audit()
    status, done = await take(furnished, data, business=site.ours.business)
    assert status == 200, done["detail"]
    assert (done["added"], done["changed"]) == ([], [])
    assert (await furnished.audit())[1:] == before
    assert len((await furnished.get("labels"))["items"]) == 1


@pytest.mark.parametrize(
    ("change", "fault", "values"),
    [
        ({"switchboard": 99}, "import_newer", {}),
        ({"configuration": {"spells": []}}, "import_unknown", {"what": "spells"}),
        ({"configuration": {"labels": [{"name": "x", "color": "plaid"}]}}, "import_unfit", {"kind": "label"}),
        ({"configuration": {"labels": [{"name": "ok"}, {"name": "\u200b"}]}}, "import_refused", {"field": "name"}),
        (
            {"inboxes": [{"channel": "webchat", "name": "Site", "settings": {"origins": ["javascript://x"]}}]},
            "import_refused", {"kind": "inbox", "name": "Site", "field": "origins"},
        ),
        ({"business": {"names": {}, "locales": ["en"]}}, "import_not_a_set_up", {}),
        (
            {"business": {"names": {"en": "\u200b"}, "locales": ["en"]}},
            "import_refused", {"kind": "business", "field": "names"},
        ),
    ],
)  # fmt: skip
async def test_a_file_that_is_not_right_changes_nothing_and_says_why(
    site: Site, furnished: Browser, change: dict[str, Any], fault: str, values: dict[str, Any]
) -> None:
    mine = await export(furnished)
    answer = await take(furnished, msgspec.json.encode({**mine, **change}), business=site.ours.business)
    assert code(answer) == (422, "invalid")
    told = answer[1]["fault"]
    assert told["code"] == fault and told["values"].items() >= values.items()
    assert told["text"] == answer[1]["detail"]
    assert await export(furnished) == mine


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b'"text"', b"[" * 100_000])
async def test_a_file_that_is_none_is_refused(site: Site, anna: Browser, data: bytes) -> None:
    assert code(await take(anna, data, business=site.ours.business)) == (422, "invalid")


async def test_a_file_that_is_too_large_is_refused(site: Site, anna: Browser) -> None:
    assert code(await take(anna, io.BytesIO(b" " * (5 * 1024 * 1024)), business=site.ours.business)) == (
        413,
        "too_large",
    )


async def test_an_export_holds_nothing_of_what_was_said(site: Site, anna: Browser) -> None:
    widget = await site.widget()
    await widget.say("My name is Ivan")
    found = await site.node.store.read(site.ours.business, lambda tx, now: export_business(tx))
    assert b"Ivan" not in msgspec.json.encode(found)


async def test_forms_travel_whole_and_codes_find_theirs_by_name(site: Site, anna: Browser) -> None:
    steps: list[dict[str, Any]] = [
        {"name": "what", "title": "What", "say": "What would you like?",
         "fields": [{"name": "gift", "label": "A gift", "kind": "boolean", "help": "With a card", "fact": "gift"},
                    {"name": "cups", "label": "Cups", "kind": "number", "least": 1, "most": 9.5, "required": True}],
         "branches": [{"field": "gift", "answer": "no", "to": "end"}]},
        {"name": "card", "title": "Card"},
    ]  # fmt: skip
    order = {"name": "Order", "purpose": "order", "prefix": "ORD", "steps": steps, "statuses": ["new", "sent"],
             "told": "Your order {{number}}.", "about": "By phone", "active": True}  # fmt: skip
    _, form = await anna.ask("POST", "forms", order)
    assert (await anna.ask("POST", "wrap-up-codes", {"name": "Sold", "form": form["id"]}))[0] == 201
    mine = await export(anna)
    assert [one["form"] for one in mine["configuration"]["wrap-up-codes"]] == ["Order"]

    rita = Browser(site, site.theirs.sessions["rita"])
    status, done = await take(rita, msgspec.json.encode(mine), business=site.theirs.business)
    assert status == 200 and {"form: Order", "wrap_up_code: Sold"} <= set(done["added"])
    (theirs,) = (await rita.get("forms", business=site.theirs.business))["items"]
    assert theirs["value"] == form["value"] and theirs["id"] != form["id"]
    (code_there,) = (await rita.get("wrap-up-codes", business=site.theirs.business))["items"]
    assert code_there["value"]["form"] == theirs["id"]

    for change in ({"steps": [{**steps[1], "then": "card"}]}, {"statuses": ["a", "a"]}):
        broken = {**mine, "configuration": {"forms": [{**mine["configuration"]["forms"][0], **change}]}}
        status, refused = await take(rita, msgspec.json.encode(broken), business=site.theirs.business)
        assert status == 422 and refused["fault"]["values"]["name"] == "Order"
