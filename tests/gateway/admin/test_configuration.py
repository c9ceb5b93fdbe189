"""What a business sets up: judged, counted, noted, and never overwritten unseen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.admin.kinds import KINDS
from tests.gateway.admin.browsers import Browser, code
from tests.support_edge.site import Site

BODIES: dict[str, dict[str, Any]] = {
    "teams": {"name": "Billing"},
    "skills": {"name": "German"},
    "labels": {"name": "Urgent", "color": "red"},
    "canned-responses": {"name": "hours", "texts": {"en": "We are here from 9 to 18."}},
    "articles": {"name": "how-to-pay", "texts": {"en": {"title": "How to pay", "category": "", "text": "By card."}}},
    "macros": {
        "name": "Goodbye",
        "actions": [{"type": "say", "texts": {"en": "Goodbye!"}}, {"type": "resolve", "code": ""}],
    },
    "wrap-up-codes": {"name": "Solved"},
    "forms": {"name": "Order", "prefix": "ORD", "steps": [{"name": "what", "title": "What"}]},
    "break-reasons": {"name": "Lunch"},
    "crm-links": {"name": "CRM", "url": "https://crm.example.com/search?q={email}"},
    "views": {"name": "Urgent ones", "view": "unassigned", "filter": {"label": "urgent"}},
    "webhooks": {"name": "CRM", "url": "https://crm.example.com/hook", "events": ["conversation_started"]},
}
MANY = [kind.path for kind in KINDS if not kind.single]


@pytest.mark.parametrize("path", MANY)
async def test_a_thing_is_added_changed_and_removed(anna: Browser, path: str) -> None:
    body = BODIES[path]
    status, made = await anna.ask("POST", path, body)
    assert status == 201 and made["version"] == 1 and made["changed_by"] == "Anna"
    assert body.items() <= made["value"].items()

    status, changed = await anna.ask(
        "PUT", f"{path}/{made['id']}", {"version": 1, "value": {**body, "name": "another"}}
    )  # fmt: skip
    assert (status, changed["version"], changed["value"]["name"]) == (200, 2, "another")
    assert (await anna.get(path))["items"] == [changed]

    assert (await anna.ask("DELETE", f"{path}/{made['id']}?version=2"))[0] == 204
    assert (await anna.get(path))["items"] == []
    kind = next(kind.name for kind in KINDS if kind.path == path)
    assert await anna.audit() == [("Anna", action, kind) for action in ("removed", "changed", "added")]


async def test_of_two_who_change_it_at_once_one_is_told_who_was_faster(site: Site, anna: Browser) -> None:
    _, made = await anna.ask("POST", "labels", BODIES["labels"])
    await anna.ask("PUT", f"labels/{made['id']}", {"version": 1, "value": {"name": "Hot"}})

    late = await anna.ask("PUT", f"labels/{made['id']}", {"version": 1, "value": {"name": "Cold"}})
    assert code(late) == (409, "conflict") and late[1]["by"] == "Anna" and late[1]["version"] == 2
    assert code(await anna.ask("DELETE", f"labels/{made['id']}?version=1")) == (409, "conflict")
    assert [one["value"]["name"] for one in (await anna.get("labels"))["items"]] == ["Hot"]


async def test_of_many_at_once_exactly_one_wins(anna: Browser) -> None:
    _, made = await anna.ask("POST", "labels", BODIES["labels"])
    answers = await asyncio.gather(
        *(anna.ask("PUT", f"labels/{made['id']}", {"version": 1, "value": {"name": f"n{n}"}}) for n in range(8)),
        *(anna.ask("POST", "labels", {"name": "Twin"}) for _ in range(4)),
    )
    assert sorted(status for status, _ in answers[:8]) == [200] + [409] * 7
    assert sorted(status for status, _ in answers[8:]) == [201] + [409] * 3


@pytest.mark.parametrize("name", ["urgent", "URGENT", "  Urgent  ", "Ur\u200bgent"])
async def test_a_name_is_there_once_however_it_is_written(anna: Browser, name: str) -> None:
    await anna.ask("POST", "labels", BODIES["labels"])
    assert code(await anna.ask("POST", "labels", {"name": name})) == (409, "name_taken")
    _, other = await anna.ask("POST", "labels", {"name": "Other"})
    taken = await anna.ask("PUT", f"labels/{other['id']}", {"version": 1, "value": {"name": name}})
    assert code(taken) == (409, "name_taken") and taken[1]["field"] == "name"


@pytest.mark.parametrize("name", ["", " ", "\u200b\u200b", "\u202e", "\u3164", "\t\n"])
async def test_a_name_that_nobody_can_read_is_refused(anna: Browser, name: str) -> None:
    assert code(await anna.ask("POST", "teams", {"name": name})) == (422, "invalid")


async def test_html_in_a_name_is_only_text(anna: Browser) -> None:
    name = '<img src=x onerror="alert(1)">'
    assert (await anna.ask("POST", "teams", {"name": name}))[1]["value"]["name"] == name


async def test_operators_read_and_only_administrators_write(site: Site, anna: Browser) -> None:
    olga = Browser(site, site.ours.sessions["olga"])
    await anna.ask("POST", "labels", BODIES["labels"])
    assert len((await olga.get("labels"))["items"]) == 1
    assert code(await olga.ask("POST", "labels", {"name": "Mine"})) == (403, "forbidden")


async def test_another_business_does_not_see_it(site: Site, anna: Browser) -> None:
    rita = Browser(site, site.theirs.sessions["rita"])
    _, made = await anna.ask("POST", "labels", BODIES["labels"])
    assert (await rita.get("labels", business=site.theirs.business))["items"] == []
    foreign = await rita.ask(
        "PUT", f"labels/{made['id']}", {"version": 1, "value": {"name": "Ours"}}, business=site.theirs.business
    )
    assert code(foreign) == (404, "not_found")


async def test_a_team_with_conversations_to_finish_stays(site: Site, anna: Browser) -> None:
    _, team = await anna.ask("POST", "teams", {"name": "Billing", "members": [site.ours.accounts["olga"]]})
    widget = await site.widget()
    talk = str((await widget.say("Hello"))["conversation"])
    await site.verb(talk, "take", who="anna")
    state = (await anna.get(f"conversations/{talk}"))["conversation"]
    assert (await site.verb(talk, "transfer", who="anna", floor_seq=state["floor_seq"], team=team["id"]))[0] == 200

    refused = await anna.ask("DELETE", f"teams/{team['id']}?version=1")
    assert code(refused) == (409, "in_use") and "1 conversation" in refused[1]["detail"]

    await site.verb(talk, "take", who="anna")
    state = (await anna.get(f"conversations/{talk}"))["conversation"]
    assert (await site.verb(talk, "resolve", who="anna", floor_seq=state["floor_seq"]))[0] == 200
    assert (await anna.ask("DELETE", f"teams/{team['id']}?version=1"))[0] == 204


async def test_a_team_has_only_people_of_the_business(site: Site, anna: Browser) -> None:
    stranger = site.theirs.accounts["rita"]
    refused = await anna.ask("POST", "teams", {"name": "Spies", "members": [stranger]})
    assert code(refused) == (422, "invalid") and refused[1]["field"] == "members"


async def test_hours_hold_at_any_time_until_somebody_sets_them(anna: Browser) -> None:
    before = await anna.get("hours")
    assert (before["version"], before["value"]["always"]) == (0, True)
    value = {
        "always": False,
        "week": {"mon": [{"opens": "09:00", "closes": "13:00"}, {"opens": "14:00", "closes": "18:00"}]},
        "holidays": [{"day": "2027-01-01", "name": "New Year"}, {"day": "2026-12-31", "name": "Eve"}],
    }
    status, after = await anna.ask("PUT", "hours", {"version": 0, "value": value})
    assert status == 200 and [one["day"] for one in after["value"]["holidays"]] == ["2026-12-31", "2027-01-01"]
    assert await anna.get("hours") == after
    assert code(await anna.ask("PUT", "hours", {"version": 0, "value": value})) == (409, "conflict")


@pytest.mark.parametrize(
    "week",
    [
        {"mon": [{"opens": "18:00", "closes": "09:00"}]},
        {"mon": [{"opens": "09:00", "closes": "09:00"}]},
        {"mon": [{"opens": "09:00", "closes": "14:00"}, {"opens": "13:00", "closes": "18:00"}]},
        {"mon": [{"opens": "25:00", "closes": "26:00"}]},
        {"noday": []},
    ],
)
async def test_hours_that_can_not_be_are_refused(anna: Browser, week: dict[str, Any]) -> None:
    assert code(await anna.ask("PUT", "hours", {"version": 0, "value": {"week": week}})) == (422, "invalid")


async def test_a_canned_response_needs_a_word_to_type_and_something_to_say(anna: Browser) -> None:
    for body in ({"name": "two words", "texts": {"en": "x"}}, {"name": "empty", "texts": {"en": " \u200b"}}):
        assert code(await anna.ask("POST", "canned-responses", body)) == (422, "invalid")


async def test_one_s_own_views_are_seen_by_nobody_else(site: Site, anna: Browser) -> None:
    olga, pavel = (Browser(site, site.ours.sessions[name]) for name in ("olga", "pavel"))
    body = {"name": "Mine", "filter": {"label": "x"}, "owner": site.ours.accounts["olga"]}
    status, own = await olga.ask("POST", "views", body)
    assert status == 201
    assert (await pavel.ask("POST", "views", {"name": "Mine", "owner": site.ours.accounts["pavel"]}))[0] == 201
    assert (await pavel.ask("POST", "views", {"name": "Shared"}))[0] == 201
    assert {one["value"]["name"] for one in (await olga.get("views"))["items"]} == {"Shared", "Mine"}
    assert [one["value"]["name"] for one in (await anna.get("views"))["items"]] == ["Shared"]
    path = f"views/{own['id']}"
    for method, more in (("PUT", {"version": 1, "value": body}), ("DELETE", None)):
        foreign = await pavel.ask(method, path if more else f"{path}?version=1", more)
        assert code(foreign) == (404, "not_found")
    assert code(await olga.ask("POST", "views", {"name": "X", "owner": site.ours.accounts["pavel"]})) == (
        422,
        "invalid",
    )
    assert (await anna.get("export"))["configuration"]["views"] == [
        {"name": "Shared", "view": "all", "filter": {}, "owner": ""}
    ]


@pytest.mark.parametrize(
    "url",
    ["http://crm.example.com/{email}", "javascript:alert(1)//{email}", "https://{email}.example.com/", "https://crm.example.com/{",
     "https://crm.example.com/{}", "https://ann:secret@crm.example.com/{email}", "crm.example.com/{email}"],
)  # fmt: skip
async def test_a_link_into_a_crm_leads_to_one_safe_place(anna: Browser, url: str) -> None:
    answer = await anna.ask("POST", "crm-links", {"name": "CRM", "url": url})
    assert code(answer) == (422, "invalid") and answer[1]["field"] == "url"


async def test_one_s_own_responses_are_nobody_elses_business(site: Site, anna: Browser) -> None:
    olga, pavel = (Browser(site, site.ours.sessions[name]) for name in ("olga", "pavel"))
    body = {"name": "hello", "texts": {"en": "Hi, it is me"}, "owner": site.ours.accounts["olga"]}
    status, own = await olga.ask("POST", "canned-responses", body)
    assert status == 201
    path = f"canned-responses/{own['id']}"
    for other in (pavel, anna):
        assert (await other.get("canned-responses"))["items"] == []
        assert code(await other.ask("PUT", path, {"version": 1, "value": body})) == (404, "not_found")
        assert code(await other.ask("DELETE", f"{path}?version=1")) == (404, "not_found")
    assert code(await pavel.ask("POST", "canned-responses", body)) == (422, "invalid"), "not into somebody else's"
    assert await anna.audit() == [], "nobody reads what she keeps for herself"
    assert (await anna.get("export"))["configuration"]["canned-responses"] == []
    assert (await pavel.ask("POST", "canned-responses", {**body, "owner": site.ours.accounts["pavel"]}))[0] == 201


async def test_what_is_shared_a_supervisor_writes_and_an_operator_reads(site: Site, anna: Browser) -> None:
    olga = Browser(site, site.ours.sessions["olga"])
    _, team = await anna.ask("POST", "teams", {"name": "Billing"})
    shared = {"name": "hello", "texts": {"en": "Hi"}}
    teams = {**shared, "team": team["id"]}
    made = [(await anna.ask("POST", "canned-responses", body))[1] for body in (shared, teams)]
    assert [one["value"]["team"] for one in made] == ["", team["id"]], "each scope has its names"
    assert len((await olga.get("canned-responses"))["items"]) == 2
    mine = {**shared, "owner": site.ours.accounts["olga"]}
    assert code(await olga.ask("POST", "canned-responses", shared)) == (403, "forbidden")
    path = f"canned-responses/{made[0]['id']}"
    for wanted in (shared, mine):
        assert code(await olga.ask("PUT", path, {"version": 1, "value": wanted})) == (403, "forbidden")
    assert code(await olga.ask("DELETE", f"{path}?version=1")) == (403, "forbidden")
    assert code(await anna.ask("POST", "canned-responses", {**teams, "team": "gone"})) == (422, "invalid")


async def test_supervisors_write_canned_responses_macros_articles_and_forms_and_nothing_else(site: Site) -> None:
    """The settings show them these alone (``pages/settings/sections.ts``; articles have a page of their own)."""
    sara = Browser(site, site.ours.sessions["sara"])
    theirs = {"canned-responses", "macros", "articles", "forms", "views"}  # a view is anybody's own
    for kind in KINDS:
        if kind.single:
            status = code(await sara.ask("PUT", kind.path, {"version": 0, "value": {}}))
            assert status == (403, "forbidden"), kind.path
            continue
        answer = await sara.ask("POST", kind.path, BODIES[kind.path])
        assert answer[0] == (201 if kind.path in theirs else 403), kind.path
        if kind.path in theirs:
            path = f"{kind.path}/{answer[1]['id']}"
            changed = await sara.ask("PUT", path, {"version": 1, "value": answer[1]["value"]})
            assert changed[0] == 200, kind.path
            assert (await sara.ask("DELETE", f"{path}?version={changed[1]['version']}"))[0] == 204, kind.path
    for method, path, body in (
        ("GET", "audit", None), ("GET", "invitations", None), ("GET", "export", None), ("GET", "webhooks", None),
        ("PUT", "profile", {"version": 0, "value": {}}),
    ):  # fmt: skip
        assert code(await sara.ask(method, path, body)) == (403, "forbidden"), path
