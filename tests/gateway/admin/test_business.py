"""The business itself, its ways in, and the programs that use its API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.admin.browsers import Browser, code
from tests.support_edge.site import PAGE_ORIGIN, Site

SETTINGS: dict[str, Any] = {"origins": [], "greeting": {"en": "Hello"}, "starters": []}


async def test_the_profile_is_changed_by_one_after_another(site: Site, anna: Browser) -> None:
    before = await anna.get("profile")
    value = {**before["value"], "names": {"ru": "Лампа", "en": "Lamp"}, "timezone": "Asia/Omsk"}
    status, after = await anna.ask("PUT", "profile", {"version": before["version"], "value": value})
    assert status == 200 and after["value"] == value
    assert code(await anna.ask("PUT", "profile", {"version": before["version"], "value": value})) == (409, "conflict")
    assert (await anna.get("/api/v1/me"))["businesses"][0]["name"] == "Lamp"
    widget = await site.widget(locale="ru")
    assert widget.welcome["inbox"]["business"] == "Лампа"


async def test_an_inbox_is_made_and_its_widget_opens(site: Site, anna: Browser) -> None:
    settings = {
        **SETTINGS,
        "origins": ["Shop.Example/some/page?x=1", "http://localhost:3000/", "https://пример.example"],
    }
    status, made = await anna.ask("POST", "inboxes", {"channel": "webchat", "name": "Second", "settings": settings})
    assert status == 201
    assert made["settings"]["origins"] == [
        "https://shop.example", "http://localhost:3000", "https://xn--e1afmkfd.example"
    ]  # fmt: skip
    widget = await site.widget(inbox=made["id"])
    assert widget.welcome["inbox"]["greeting"] == "Hello"
    assert made["id"] in [one["id"] for one in (await anna.get("inboxes"))["inboxes"]]


@pytest.mark.parametrize(
    "origin",
    ["javascript:alert(1)", "file:///etc/passwd", "https://", "ftp://x.example", "https://*.example", "a b", "[::"],
)
async def test_what_is_no_page_s_address_is_refused(site: Site, anna: Browser, origin: str) -> None:
    body = {"channel": "webchat", "name": "X", "settings": {**SETTINGS, "origins": [origin]}}
    answer = await anna.ask("POST", "inboxes", body)
    assert code(answer) == (422, "invalid") and answer[1]["field"] == "origins"


CONSENT: dict[str, Any] = {"version": "1", "text": {"en": "We keep <b>this</b> for a year.", "ru": "Храним год."}}
INVITATION: dict[str, Any] = {
    "id": "plans",
    "pages": "/plans/*",
    "after_seconds": 5,
    "text": {"en": "<i>Questions?</i>"},
}


async def test_consent_and_invitations_outlive_a_change_of_something_else(site: Site, anna: Browser) -> None:
    rules = [INVITATION, {**INVITATION, "id": "all", "pages": " "}]
    settings = {**SETTINGS, "origins": [PAGE_ORIGIN], "consent": CONSENT, "invitations": rules}
    path = f"inboxes/{site.ours.inbox}"
    _, kept = await anna.ask("PUT", path, {"version": 1, "name": "Site", "settings": settings})
    assert kept["settings"]["consent"] == CONSENT
    assert kept["settings"]["invitations"] == [INVITATION, {**INVITATION, "id": "all", "pages": "*"}]

    greeted = {**kept["settings"], "greeting": {"en": "Good day"}}
    _, after = await anna.ask("PUT", path, {"version": 2, "name": "Site", "settings": greeted})
    assert after["settings"] == greeted
    changes = (await anna.get("audit"))["lines"][0]["changes"]
    assert "greeting" in changes and not {"consent", "invitations"} & set(changes)
    widget = await site.widget()
    assert widget.welcome["consent"]["text"] == CONSENT["text"]["en"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": {}}, "consent.text"),
        ({"text": {"en": " \u200b", "ru": ""}}, "consent.text"),
        ({"text": {"en": "x" * 4001}}, "consent.text"),
        ({"text": {"english": "Agree"}}, "consent.text"),
        ({"version": " "}, "consent.version"),
        ({"version": "v" * 41}, "consent.version"),
    ],
)
async def test_a_consent_that_nobody_could_give_is_refused(
    site: Site, anna: Browser, wrong: dict[str, Any], field: str
) -> None:
    assert await refused_field(site, anna, {"consent": {**CONSENT, **wrong}}) == field


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"text": {}}, "text"),
        ({"text": {"en": "\n"}}, "text"),
        ({"text": {"en": "x" * 301}}, "text"),
        ({"text": {"../..": "Questions?"}}, "text"),
        ({"id": ""}, "id"),
        ({"id": "a b"}, "id"),
        ({"after_seconds": -1}, "after_seconds"),
        ({"after_seconds": 3601}, "after_seconds"),
        ({"pages": "plans"}, "pages"),
        ({"pages": "/\u0000"}, "pages"),
        ({"pages": "/" * 201}, "pages"),
    ],
)
async def test_an_invitation_that_could_not_be_shown_is_refused(
    site: Site, anna: Browser, wrong: dict[str, Any], part: str
) -> None:
    second = {**INVITATION, "id": "second", **wrong}
    assert await refused_field(site, anna, {"invitations": [INVITATION, second]}) == f"invitations.1.{part}"


async def test_an_inbox_has_ten_invitations_at_most_each_with_an_id_of_its_own(site: Site, anna: Browser) -> None:
    many = [{**INVITATION, "id": f"rule-{number}"} for number in range(11)]
    assert await refused_field(site, anna, {"invitations": many}) == "invitations"
    assert await refused_field(site, anna, {"invitations": [INVITATION, INVITATION]}) == "invitations"
    body = {"version": 1, "name": "Site", "settings": {**SETTINGS, "invitations": many[:10]}}
    _, kept = await anna.ask("PUT", f"inboxes/{site.ours.inbox}", body)
    assert [one["id"] for one in kept["settings"]["invitations"]] == [one["id"] for one in many[:10]]


async def refused_field(site: Site, anna: Browser, settings: dict[str, Any]) -> str:
    """Which field of these settings isn't right."""
    body = {"version": 1, "name": "Site", "settings": {**SETTINGS, **settings}}
    answer = await anna.ask("PUT", f"inboxes/{site.ours.inbox}", body)
    assert code(answer) == (422, "invalid")
    return str(answer[1]["field"])


async def test_an_inbox_is_changed_by_one_after_another(site: Site, anna: Browser) -> None:
    body = {"version": 1, "name": "Site", "settings": {**SETTINGS, "origins": ["https://new.example"]}}
    path = f"inboxes/{site.ours.inbox}"
    assert (await anna.ask("PUT", path, body))[1]["version"] == 2
    assert code(await anna.ask("PUT", path, body)) == (409, "conflict")
    line = (await anna.get("audit"))["lines"][0]
    assert line["changes"]["origins"] == [[PAGE_ORIGIN], ["https://new.example"]]


async def test_an_inbox_that_people_used_stays(site: Site, anna: Browser) -> None:
    _, unused = await anna.ask("POST", "inboxes", {"channel": "webchat", "name": "Spare", "settings": SETTINGS})
    assert (await anna.ask("DELETE", f"inboxes/{unused['id']}"))[0] == 204
    widget = await site.widget()
    await widget.say("Hello")
    assert code(await anna.ask("DELETE", f"inboxes/{site.ours.inbox}")) == (409, "in_use")


async def test_health_tells_of_visitors_and_of_pages_that_were_turned_away(site: Site, anna: Browser) -> None:
    path = f"inboxes/{site.ours.inbox}"
    assert await anna.get(f"{path}/health") == {"visitors": 0, "last_talk": None, "refused": []}
    widget = await site.widget()
    await widget.say("Hello")
    found = await anna.get(f"{path}/health")
    assert found["visitors"] == 1 and found["last_talk"] > 0


async def test_a_test_goes_the_whole_way_and_leaves_nobody_waiting(site: Site, anna: Browser) -> None:
    status, answer = await anna.ask("POST", f"inboxes/{site.ours.inbox}/test", {"text": "Is anybody there"})
    assert status == 200 and answer["answer"], answer
    found = (await anna.get(f"conversations/{answer['conversation']}"))["conversation"]
    assert found["status"] == "resolved"


async def test_a_token_is_shown_once_and_ends_at_once(site: Site, anna: Browser) -> None:
    _, made = await anna.ask("POST", "tokens", {"name": "CRM", "role": "operator"})
    url = f"{site.origin}/api/v1/businesses/{site.ours.business}/operators"
    headers = {"Authorization": f"Bearer {made['token']}"}
    async with site.http.get(url, headers=headers) as response:
        assert response.status == 200
    listed = (await anna.get("tokens"))["items"]
    assert ("CRM", "Anna") in [(one["name"], one["created_by"]) for one in listed]
    assert made["token"] not in str(listed)

    assert (await anna.ask("DELETE", f"tokens/{made['id']}"))[0] == 204
    async with site.http.get(url, headers=headers) as response:
        assert response.status == 401
    assert code(await anna.ask("DELETE", f"tokens/{made['id']}")) == (404, "not_found")


async def test_the_audit_log_is_read_page_by_page(anna: Browser) -> None:
    for number in range(7):
        await anna.ask("POST", "labels", {"name": f"label {number}"})
    seen: list[str] = []
    before = ""
    while True:
        page = await anna.get(f"audit?limit=3&before={before}")
        seen += [line["name"] for line in page["lines"]]
        if page["next"] is None:
            break
        before = page["next"]
    assert seen == [f"label {number}" for number in reversed(range(7))]
