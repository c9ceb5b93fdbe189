"""Signing in and out, and who gets in at all."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from gateway.store import accounts, directory, sessions, tokens
from gateway.store.sql import Tx
from tests.support.stores import Database
from tests.support_edge.site import PASSWORD, Site, on_site

SESSION = "/api/v1/session"


async def link_for(site: Site, who: str = "olga", *, lifetime: int = 60_000_000) -> str:
    token = tokens.new_token()

    def unit(tx: Tx, now: int) -> None:
        sessions.add_sign_in_link(tx, site.ours.accounts[who], token=token, now=now, lifetime=lifetime)

    await site.node.store.write("", unit)
    return token


async def sign_in(site: Site, body: dict[str, str], **headers: str) -> tuple[int, dict[str, Any], SimpleCookie]:
    async with site.http.post(
        site.origin + SESSION, json=body, headers={"Origin": site.origin, **headers}
    ) as response:  # fmt: skip
        return response.status, await response.json(content_type=None), response.cookies


async def test_link_signs_in_once(site: Site) -> None:
    link = await link_for(site)
    status, me, cookies = await sign_in(site, {"link": link})
    assert status == 200 and me["account"]["name"] == "Olga"
    assert "switchboard_session" in cookies
    status, problem, cookies = await sign_in(site, {"link": link})
    assert (status, problem["type"]) == (401, "/problems/signed_out") and not cookies


async def test_link_that_ran_out_does_not_sign_in(site: Site) -> None:
    status, problem, _ = await sign_in(site, {"link": await link_for(site, lifetime=0)})
    assert (status, problem["type"]) == (401, "/problems/signed_out")


async def test_password_signs_in_and_the_cookie_opens_what_the_person_works_for(site: Site) -> None:
    status, me, cookies = await sign_in(site, {"email": " Olga@Lantern.example ", "password": PASSWORD})
    assert status == 200
    assert [(b["name"], b["role"]) for b in me["businesses"]] == [("Lantern", "operator")]
    headers = {"Cookie": f"switchboard_session={cookies['switchboard_session'].value}"}
    async with site.http.get(site.origin + "/api/v1/me", headers=headers) as response:
        assert await response.json() == me


async def test_businesses_are_named_in_the_accounts_language(site: Site) -> None:
    def unit(tx: Tx, now: int) -> str:
        account = accounts.add_account(tx, email="yana@example.com", name="Яна", locale="ru", now=now)
        directory.add_operator(tx.for_business(site.ours.business), account.id, role="operator", name="Яна", now=now)
        token = tokens.new_token()
        sessions.open_session(tx, account.id, token=token, now=now, lifetime=3600_000_000)
        return token

    site.ours.sessions["yana"] = await site.node.store.write("", unit)
    _, me = await site.call("GET", "/api/v1/me", who="yana")
    assert [business["name"] for business in me["businesses"]] == ["Фонарь"]
    welcome = (await site.console("yana")).welcome
    assert (welcome["business"]["name"], welcome["businesses"][0]["name"]) == ("Фонарь", "Фонарь")
    assert (await site.console("olga")).welcome["business"]["name"] == "Lantern"


@pytest.mark.parametrize(
    "body",
    [
        {"email": "olga@lantern.example", "password": "wrong"},
        {"email": "nobody@lantern.example", "password": PASSWORD},
        {"email": "rita@rival.example", "password": ""},
        {"email": "rita@rival.example", "password": PASSWORD},
        {"link": "unknown"},
    ],
)
async def test_who_does_not_prove_it_is_not_told_why(site: Site, body: dict[str, str]) -> None:
    status, problem, cookies = await sign_in(site, body)
    assert status in (401, 422) and not cookies
    assert str(problem["detail"]) in (
        "E-mail address and password don't match.",
        "This sign-in link was used already or has run out. Ask for a new one.",
        "Give an e-mail address and a password, or a sign-in link.",
    )


async def test_session_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    _, _, cookies = await sign_in(site, {"link": await link_for(site)})
    cookie = cookies["switchboard_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")
    assert 0 < int(cookie["max-age"]) <= 12 * 3600


async def test_session_cookie_is_secure_behind_https(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_site(sqlite_database, tmp_path / "data", public_url="https://chat.example") as site:
        _, _, cookies = await sign_in(site, {"link": await link_for(site)}, Origin="https://chat.example")
        assert cookies["switchboard_session"]["secure"] is True
        status, problem, _ = await sign_in(site, {"link": await link_for(site)}, Origin=site.origin)
        assert (status, problem["type"]) == (403, "/problems/origin_refused")


async def test_forwarded_scheme_is_believed_of_trusted_proxies_alone(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_site(sqlite_database, tmp_path / "data", trusted_proxies=("127.0.0.1/32",)) as site:
        https = site.origin.replace("http:", "https:")
        link = await link_for(site)
        status, _, cookies = await sign_in(site, {"link": link}, **{"Origin": https, "X-Forwarded-Proto": "https"})
        assert status == 200 and cookies["switchboard_session"]["secure"] is True


async def test_forwarded_scheme_of_strangers_means_nothing(site: Site) -> None:
    https = site.origin.replace("http:", "https:")
    status, _, _ = await sign_in(
        site, {"link": await link_for(site)}, **{"Origin": https, "X-Forwarded-Proto": "https"}
    )
    assert status == 403


async def test_signing_out_ends_the_session(site: Site) -> None:
    headers = site.headers("olga")
    async with site.http.delete(site.origin + SESSION, headers=headers) as response:
        assert response.status == 204
        assert response.cookies["switchboard_session"]["max-age"] == "0"
    assert (await site.call("GET", "/api/v1/me", who="olga"))[0] == 401
    assert (await site.call("GET", "/api/v1/me", who="pavel"))[0] == 200


async def test_signing_out_closes_the_consoles_of_that_session_alone(site: Site) -> None:
    mine, colleagues = await site.console("olga"), await site.console("pavel")

    async with site.http.delete(site.origin + SESSION, headers=site.headers("olga")) as response:
        assert response.status == 204

    closed = await mine.closed()
    assert (closed.code, closed.reason.split(":")[0]) == (1008, "signed_out")
    await colleagues.still_there()


async def test_session_ends_by_itself(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_site(sqlite_database, tmp_path / "data", session_hours=0.0) as site:
        _, _, cookies = await sign_in(site, {"link": await link_for(site)})
        headers = {"Cookie": f"switchboard_session={cookies['switchboard_session'].value}"}
        async with site.http.get(site.origin + "/api/v1/me", headers=headers) as response:
            assert response.status == 401


async def test_session_of_a_disabled_account_opens_nothing(site: Site) -> None:
    def disable(tx: Tx, now: int) -> None:
        tx._cursor.execute("UPDATE accounts SET disabled_at = 1 WHERE email = 'olga@lantern.example'")

    await site.node.store.write("", disable)
    assert (await site.call("GET", "/api/v1/me", who="olga"))[0] == 401
    status, _, _ = await sign_in(site, {"email": "olga@lantern.example", "password": PASSWORD})
    assert status == 401


async def test_attempts_are_limited_by_address_and_told_when_to_come_back(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with on_site(sqlite_database, tmp_path / "data", sign_ins_per_minute=3.0) as site:
        for _ in range(3):
            assert (await sign_in(site, {"link": "unknown"}))[0] == 401
        async with site.http.post(
            site.origin + SESSION, json={"link": "unknown"}, headers={"Origin": site.origin}
        ) as response:  # fmt: skip
            assert response.status == 429
            assert int(response.headers["Retry-After"]) >= 1
            assert (await response.json(content_type=None))["type"] == "/problems/too_many"


async def test_program_gets_in_by_its_token_for_its_business_and_role(site: Site) -> None:
    async def get(token: str, business: str) -> int:
        url = f"{site.origin}/api/v1/businesses/{business}/conversations"
        async with site.http.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
            return response.status

    token = site.ours.tokens["operator"]
    assert await get(token, site.ours.business) == 200
    assert await get(token, site.theirs.business) == 404
    assert await get("unknown", site.ours.business) == 401
    assert await get("", site.ours.business) == 401


async def test_program_acts_under_its_own_name(site: Site) -> None:
    conversation = (await (await site.widget()).say("Hello"))["conversation"]
    url = f"{site.origin}/api/v1/businesses/{site.ours.business}/conversations/{conversation}/take"
    headers = {"Authorization": f"Bearer {site.ours.tokens['operator']}"}
    async with site.http.post(url, json={}, headers=headers) as response:
        assert response.status == 200
    (taken,) = [entry.event for entry in await site.log(conversation) if type(entry.event).__name__ == "Taken"]
    assert taken.operator.name.startswith("program of")  # type: ignore[union-attr]
    assert taken.operator.id.startswith("token:")  # type: ignore[union-attr]


async def test_token_is_no_way_to_a_persons_pages(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.ours.tokens['operator']}"}
    async with site.http.get(site.origin + "/api/v1/me", headers=headers) as response:
        assert response.status == 403


async def test_revoked_token_opens_nothing(site: Site) -> None:
    token = site.ours.tokens["operator"]

    def revoke(tx: Tx, now: int) -> bool:
        found = directory.caller(tx, token)
        assert found is not None
        return directory.revoke_api_token(tx.for_business(found.business), found.token, now=now)

    assert await site.node.store.write("", revoke)
    url = f"{site.origin}/api/v1/businesses/{site.ours.business}/conversations"
    async with site.http.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 401
