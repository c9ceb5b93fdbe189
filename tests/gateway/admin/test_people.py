"""Who works for a business: how they come, what they may, and how they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.store.sql import Tx
from tests.gateway.admin.browsers import Browser, code
from tests.support.letters import postbox
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site
from tests.support_edge.table import fill

NEW = {"name": "Ivan Example", "email": "ivan@shop.example", "password": "three small green boats"}


async def invited(anna: Browser, **body: object) -> str:
    """The token of a new invitation."""
    status, made = await anna.ask("POST", "invitations", body)
    assert status == 201, made
    return str(made["link"]).removeprefix("/console/#invitation=")


async def expire(site: Site) -> None:
    """Every invitation has run out."""

    def unit(tx: Tx, now: int) -> None:
        tx._cursor.execute("UPDATE invitations SET expires_at = 1")

    await site.node.store.write(site.ours.business, unit)


async def test_an_invitation_makes_an_account_and_signs_it_in(site: Site, anna: Browser, stranger: Browser) -> None:
    token = await invited(anna, role="supervisor")
    face = (await stranger.ask("POST", "/api/v1/invitations/look", {"token": token}))[1]
    assert (face["business"], face["role"], face["invited_by"]) == ("Lantern", "supervisor", "Anna")

    status, me = await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **NEW})
    assert status == 200 and [(b["name"], b["role"]) for b in me["businesses"]] == [("Lantern", "supervisor")]
    assert "Ivan Example" in [one["name"] for one in (await stranger.get("members"))["items"]]
    assert (await anna.audit())[0] == ("Ivan Example", "joined", "member")
    used = (await anna.get("invitations"))["items"][0]
    assert (used["state"], used["used_by"]) == ("used", "Ivan Example")


async def test_an_invitation_works_once(site: Site, anna: Browser, stranger: Browser) -> None:
    token = await invited(anna)
    await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **NEW})
    again = Browser(site, "")
    other = {**NEW, "email": "other@shop.example"}
    for path, body in (("look", {}), ("accept", other)):
        assert code(await again.ask("POST", f"/api/v1/invitations/{path}", {"token": token, **body})) == (
            410, "invitation_over"
        )  # fmt: skip
    assert again.session == ""


async def test_a_late_or_withdrawn_invitation_lets_nobody_in(site: Site, anna: Browser, stranger: Browser) -> None:
    withdrawn = await invited(anna)
    name = (await anna.get("invitations"))["items"][0]["id"]
    assert (await anna.ask("DELETE", f"invitations/{name}"))[0] == 204
    late = await invited(anna)
    await expire(site)
    for token in (withdrawn, late, "nonsense"):
        answer = await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **NEW})
        assert code(answer) == (410, "invitation_over")
    assert [one["state"] for one in (await anna.get("invitations"))["items"]] == ["expired", "revoked"]


async def test_an_invitation_for_one_address_is_for_that_one(anna: Browser, stranger: Browser) -> None:
    token = await invited(anna, email="Maria@shop.example")
    refused = await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **NEW})
    assert code(refused) == (409, "not_possible")
    welcome = {**NEW, "email": "maria@SHOP.example"}
    assert (await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **welcome}))[0] == 200


async def test_who_has_an_account_joins_with_it_and_nobody_takes_it_over(
    site: Site, anna: Browser, stranger: Browser
) -> None:
    token = await invited(anna)
    theft = {**NEW, "email": "rita@rival.example"}
    taken = await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **theft})
    assert code(taken) == (409, "name_taken") and stranger.session == ""

    rita = Browser(site, site.theirs.sessions["rita"])
    assert await rita.ask("POST", "/api/v1/invitations/join", {"token": token}) == (
        200, {"business": site.ours.business}
    )  # fmt: skip
    assert {b["name"] for b in (await rita.get("/api/v1/me"))["businesses"]} == {"Lantern", "Rival"}
    second = await invited(anna)
    assert code(await rita.ask("POST", "/api/v1/invitations/join", {"token": second})) == (409, "not_possible")


@pytest.mark.parametrize("password", ["short", "a" * 20, "ivan@shop.example"])
async def test_a_weak_password_makes_no_account(anna: Browser, stranger: Browser, password: str) -> None:
    token = await invited(anna)
    answer = await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **NEW, "password": password})
    assert code(answer) == (422, "invalid") and answer[1]["field"] == "password"
    assert (await stranger.ask("POST", "/api/v1/invitations/look", {"token": token}))[0] == 200


async def test_the_last_administrator_stays_one(site: Site, anna: Browser) -> None:
    me = site.ours.accounts["anna"]
    demoted = await anna.ask("PUT", f"members/{me}", {"version": 1, "name": "Anna", "role": "operator"})
    assert code(demoted) == (409, "last_administrator")
    assert code(await anna.ask("DELETE", f"members/{me}")) == (409, "last_administrator")

    sara = site.ours.accounts["sara"]
    assert (await anna.ask("PUT", f"members/{sara}", {"version": 1, "name": "Sara", "role": "administrator"}))[0] == 200
    assert (await anna.ask("DELETE", f"members/{me}"))[0] == 204
    assert code(await anna.ask("GET", "members")) == (404, "not_found")


async def test_whoever_leaves_gives_what_they_had_back_to_the_queue(site: Site, anna: Browser) -> None:
    widget = await site.widget()
    talk = str((await widget.say("Hello"))["conversation"])
    await site.verb(talk, "take", who="olga")

    assert (await anna.ask("DELETE", f"members/{site.ours.accounts['olga']}"))[0] == 204

    found = (await anna.get(f"conversations/{talk}"))["conversation"]
    assert found["status"] == "queued" and not found.get("owner")
    olga = Browser(site, site.ours.sessions["olga"])
    assert code(await olga.ask("GET", "operators")) == (404, "not_found")
    assert (await olga.ask("GET", "/api/v1/me"))[1]["businesses"] == []


async def test_skills_and_names_are_the_business_s_own(site: Site, anna: Browser) -> None:
    olga = site.ours.accounts["olga"]
    _, skill = await anna.ask("POST", "skills", {"name": "German"})
    wanted: dict[str, Any] = {
        "version": 1, "name": "Frau Olga", "role": "operator", "skills": {skill["id"]: 4}, "capacity": 40,
    }  # fmt: skip
    status, changed = await anna.ask("PUT", f"members/{olga}", wanted)
    assert status == 200 and (changed["name"], changed["skills"], changed["capacity"], changed["version"]) == (
        "Frau Olga", {skill["id"]: 4}, 40, 2
    )  # fmt: skip
    assert code(await anna.ask("PUT", f"members/{olga}", wanted)) == (409, "conflict")
    unknown = await anna.ask("PUT", f"members/{olga}", {**wanted, "version": 2, "skills": {"none": 3}})
    assert code(unknown) == (422, "invalid")
    for skills in ({skill["id"]: 0}, {skill["id"]: 6}):
        refused = await anna.ask("PUT", f"members/{olga}", {**wanted, "version": 2, "skills": skills})
        assert code(refused) == (422, "invalid")


async def test_a_client_sees_nothing_of_what_is_said(site: Site, anna: Browser, stranger: Browser) -> None:
    token = await invited(anna, role="client")
    assert (await stranger.ask("POST", "/api/v1/invitations/accept", {"token": token, **NEW}))[0] == 200
    for route in site.node.routes:
        if "{business}" in route.path and route.method == "GET" and isinstance(route.access, frozenset):
            if "client" in route.access:
                assert "report" in route.path, route.path
                continue
            path = fill(route, business=site.ours.business, part="any")
            assert (await stranger.ask("GET", path))[0] == 403, route.path


@pytest.mark.parametrize("answers", [[], ["550 no such box"]])
async def test_an_invitation_is_mailed_where_there_is_a_mail_server(
    sqlite_database: Database, tmp_path: Path, answers: list[str]
) -> None:
    async with postbox() as box:
        box.answers = list(answers)
        sender = "Switchboard <chat@example.com>"
        async with on_site(sqlite_database, tmp_path / "data", smtp=box.url, mail_from=sender) as mailing:
            anna = Browser(mailing, mailing.ours.sessions["anna"])
            status, made = await anna.ask("POST", "invitations", {"email": "ivan@shop.example"})
            assert status == 201 and made["mailed"] is not bool(answers)
            assert [mailing.origin.replace("127.0.0.1", "localhost") + made["link"] in letter.get_content()
                    for letter in box.letters] == [True] * made["mailed"]  # fmt: skip
