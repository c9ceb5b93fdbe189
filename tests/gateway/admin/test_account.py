"""One's own account: its password, its second factor, its browsers."""

from __future__ import annotations

import time

import pyotp
import pytest

from tests.gateway.admin.browsers import Browser, code
from tests.support_edge.site import PASSWORD, Site

SESSION = "/api/v1/session"


async def signed_in(site: Site, who: str = "olga", *, password: str = PASSWORD, **more: str) -> Browser:
    browser = Browser(site, "")
    email = f"{who}@lantern.example"
    status, body = await browser.ask("POST", SESSION, {"email": email, "password": password, **more})
    assert status == 200, body
    return browser


@pytest.fixture
async def olga(site: Site) -> Browser:
    return await signed_in(site)


async def with_factor(olga: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """Olga sets up a second factor; her app and her recovery codes."""
    proposal = (await olga.ask("POST", "/api/v1/me/second-factor/new"))[1]
    assert proposal["uri"].startswith("otpauth://totp/Switchboard:olga%40lantern.example?secret=")
    assert proposal["qr"].startswith("<svg")
    app = pyotp.TOTP(proposal["secret"])
    body = {"pending": proposal["pending"], "code": app.now(), "password": PASSWORD}
    status, answer = await olga.ask("PUT", "/api/v1/me/second-factor", body)
    assert status == 200, answer
    return app, answer["codes"]


def later(app: pyotp.TOTP, steps: int = 1) -> str:
    """The code of a later time step, which a clock that is a little fast shows now."""
    return app.at(int(time.time()), counter_offset=steps)


async def test_the_second_factor_is_asked_for_once_it_is_set_up(site: Site, olga: Browser) -> None:
    app, codes = await with_factor(olga)
    assert len(set(codes)) == 10
    email = {"email": "olga@lantern.example", "password": PASSWORD}
    other = Browser(site, "")
    assert code(await other.ask("POST", SESSION, email)) == (401, "second_factor_needed")
    assert code(await other.ask("POST", SESSION, {**email, "code": "000000"})) == (401, "second_factor_needed")
    assert other.session == ""
    me = await signed_in(site, code=later(app))
    assert (await me.get("/api/v1/me"))["account"]["second_factor"] is True


async def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(site: Site, olga: Browser) -> None:
    await with_factor(olga)
    wrong = {"email": "olga@lantern.example", "password": "something else entirely"}
    assert code(await Browser(site, "").ask("POST", SESSION, wrong)) == (401, "signed_out")


async def test_a_code_works_once(site: Site, olga: Browser) -> None:
    app, _ = await with_factor(olga)
    one = later(app)
    await signed_in(site, code=one)
    again = {"email": "olga@lantern.example", "password": PASSWORD, "code": one}
    assert code(await Browser(site, "").ask("POST", SESSION, again)) == (401, "second_factor_needed")


async def test_a_recovery_code_works_once(site: Site, olga: Browser) -> None:
    _, codes = await with_factor(olga)
    await signed_in(site, code=codes[3].upper())
    again = {"email": "olga@lantern.example", "password": PASSWORD, "code": codes[3]}
    assert code(await Browser(site, "").ask("POST", SESSION, again)) == (401, "second_factor_needed")
    await signed_in(site, code=codes[4])


async def test_a_second_factor_needs_the_password_and_a_right_code(olga: Browser) -> None:
    proposal = (await olga.ask("POST", "/api/v1/me/second-factor/new"))[1]
    right = {"pending": proposal["pending"], "code": pyotp.TOTP(proposal["secret"]).now(), "password": PASSWORD}
    for wrong in ({"password": "not hers"}, {"code": "123"}, {"pending": "v1.nonsense"}):
        assert code(await olga.ask("PUT", "/api/v1/me/second-factor", right | wrong)) == (422, "invalid")
    assert (await olga.get("/api/v1/me"))["account"]["second_factor"] is False


async def test_another_s_proposal_is_not_hers(site: Site, olga: Browser) -> None:
    pavel = await signed_in(site, "pavel")
    proposal = (await pavel.ask("POST", "/api/v1/me/second-factor/new"))[1]
    body = {"pending": proposal["pending"], "code": pyotp.TOTP(proposal["secret"]).now(), "password": PASSWORD}
    assert code(await olga.ask("PUT", "/api/v1/me/second-factor", body)) == (422, "invalid")


async def test_the_second_factor_ends_by_a_code(site: Site, anna: Browser, olga: Browser) -> None:
    app, _ = await with_factor(olga)
    assert code(await olga.ask("POST", "/api/v1/me/second-factor/end", {"code": "000000"})) == (
        401, "second_factor_needed"
    )  # fmt: skip
    assert (await olga.ask("POST", "/api/v1/me/second-factor/end", {"code": later(app)}))[0] == 204
    await signed_in(site)
    assert (await anna.audit())[:2] == [
        ("Olga", "second_factor_off", "account"), ("Olga", "second_factor_on", "account")
    ]  # fmt: skip


async def test_a_new_password_signs_other_browsers_out(site: Site, olga: Browser) -> None:
    other, new = await signed_in(site), "three small green boats"
    assert code(await olga.ask("PUT", "/api/v1/me/password", {"current": "no", "password": new})) == (422, "invalid")
    assert (await olga.ask("PUT", "/api/v1/me/password", {"current": PASSWORD, "password": new}))[0] == 204

    assert code(await other.ask("GET", "/api/v1/me")) == (401, "signed_out")
    assert (await olga.ask("GET", "/api/v1/me"))[0] == 200
    await signed_in(site, password=new)
    old = {"email": "olga@lantern.example", "password": PASSWORD}
    assert code(await Browser(site, "").ask("POST", SESSION, old)) == (401, "signed_out")


async def test_browsers_are_seen_and_signed_out(site: Site, olga: Browser) -> None:
    other = await signed_in(site)
    other.agent = "Phone"
    found = (await olga.get("/api/v1/me/sessions"))["items"]
    assert [one["current"] for one in found].count(True) == 1
    assert all(one["address"] == "127.0.0.1" and "Chromium" in one["browser"] for one in found if one["browser"])
    mine = (await other.get("/api/v1/me/sessions"))["items"]
    name = next(one["id"] for one in mine if one["current"])

    assert (await olga.ask("DELETE", f"/api/v1/me/sessions/{name}"))[0] == 204
    assert code(await other.ask("GET", "/api/v1/me")) == (401, "signed_out")
    assert code(await olga.ask("DELETE", f"/api/v1/me/sessions/{name}")) == (404, "not_found")


async def test_nobody_ends_another_s_session(site: Site, anna: Browser, olga: Browser) -> None:
    mine = next(one["id"] for one in (await olga.get("/api/v1/me/sessions"))["items"] if one["current"])
    assert code(await anna.ask("DELETE", f"/api/v1/me/sessions/{mine}")) == (404, "not_found")
    assert (await olga.ask("GET", "/api/v1/me"))[0] == 200


async def test_an_open_console_ends_with_its_session(site: Site, anna: Browser) -> None:
    console = await site.console("olga")
    olga = Browser(site, site.ours.sessions["olga"])
    second = await signed_in(site)
    assert (await second.ask("DELETE", "/api/v1/me/sessions"))[0] == 204
    assert (await console.closed()).code == 1008
    assert code(await olga.ask("GET", "/api/v1/me")) == (401, "signed_out")


async def test_one_s_name_and_language_are_one_s_own(olga: Browser) -> None:
    status, me = await olga.ask("PUT", "/api/v1/me", {"name": "Olga  E.", "locale": "ru"})
    assert status == 200 and (me["account"]["name"], me["account"]["locale"]) == ("Olga E.", "ru")
    assert me["businesses"][0]["name"] == "Фонарь"
    assert (await olga.get("/api/v1/me")) == me
