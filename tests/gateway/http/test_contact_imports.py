"""A table of contacts comes in by the API: looked at, tried, done, and what was refused of it told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.admin import importing
from tests.gateway.http.test_erasure import contact_of, path_of
from tests.support.stores import Database
from tests.support_edge.site import Answer, Site, on_site
from tests.support_edge.waiting import until_async

TABLE = """Код;Имя;Почта;Телефон;Тариф
c-1;Анна Петрова;ann@example.com;8 (495) 000-00-01;L
c-2;Ben;ben@example;;S
c-3;=cmd();eve@example.com;;M
;Никто;;;
"""
COLUMNS = ["external_id", "name", "email", "phone", "own.Тариф"]


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def upload(site: Site, text: str = TABLE, *, who: str = "sara", encoding: str = "cp1251") -> Answer:
    path = f"{site.origin}/api/v1/businesses/{site.ours.business}/contact-imports"
    data, headers = text.encode(encoding), site.headers(who)
    async with site.http.post(path, data=data, headers=headers, params={"name": "clients.csv"}) as response:
        return response.status, await response.json(content_type=None)


def at(site: Site, item: str, act: str = "") -> str:
    return f"/api/v1/businesses/{site.ours.business}/contact-imports/{item}{act}"


async def bring_in(
    site: Site, text: str = TABLE, columns: list[str] = COLUMNS, *, overwrite: bool = False
) -> dict[str, Any]:
    """A table, from its upload to its end."""
    _, table = await upload(site, text)
    body = {"columns": columns, "overwrite": overwrite}
    _, tried = await site.call("POST", at(site, table["id"], "/check"), who="sara", json=body)
    status, _ = await site.call("POST", at(site, table["id"], "/start"), who="sara", json=body)
    assert status == 202
    found: dict[str, Any] = {}

    async def done() -> bool:
        found.update((await site.call("GET", at(site, table["id"]), who="sara"))[1])
        return bool(found["status"] == "done")

    await until_async(done, what="the import to end")
    return found | {"tried": tried}


async def clients(site: Site, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    _, page = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/contacts?{asked}")
    found: list[dict[str, Any]] = page["contacts"]
    return found


async def test_a_table_is_looked_at_tried_and_brought_in(site: Site) -> None:
    status, table = await upload(site)
    assert status == 200
    assert (table["encoding"], table["delimiter"], table["rows"], table["status"]) == ("windows-1251", ";", 4, "draft")
    assert table["columns"] == ["external_id", "name", "email", "phone", ""]
    assert table["sample"][0] == ["c-1", "Анна Петрова", "ann@example.com", "8 (495) 000-00-01", "L"]

    done = await bring_in(site)

    counts = {"new": 3, "updated": 0, "unchanged": 0, "refused": 1}
    assert done["counts"] == done["tried"]["counts"] == counts
    assert [(one["line"], one["reason"]) for one in done["tried"]["refused"]] == [(3, "email")]
    (ann,) = await clients(site, q="c-1")
    assert (ann["name"], ann["phone"], ann["channels"], ann["approached_at"]) == ("Анна Петрова", "+74950000001", [], 0)
    _, known = await site.call("GET", path_of(site, ann["id"]))
    assert (known["external_id"], known["own"]) == ("c-1", {"Тариф": "L"})
    _, page = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/audit", who="anna")
    assert [(line["action"], line["kind"], line["name"]) for line in page["lines"]] == [
        ("imported", "contacts", "clients.csv")
    ]


async def test_what_was_refused_is_a_table_that_runs_no_formula(site: Site) -> None:
    done = await bring_in(site, "Имя;Почта\n=2+2;wrong\n", ["name", "email"])
    path = site.origin + at(site, done["id"], "/refused") + "?locale=ru"
    async with site.http.get(path, headers=site.headers("sara")) as response:
        text = (await response.read()).decode("utf-8-sig")
    assert text.splitlines() == ["строка;причина;Имя;Почта", "2;это не адрес почты;'=2+2;wrong"]


async def test_what_is_known_stays_unless_it_is_to_be_changed(site: Site) -> None:
    await bring_in(site)
    again = await bring_in(site)
    assert again["counts"] == again["tried"]["counts"] == {"new": 1, "updated": 0, "unchanged": 2, "refused": 1}
    news = "Код;Имя;Почта;Компания\nc-1;Анна Сидорова;other@example.com;Фонарь\n"
    columns = ["external_id", "name", "email", "company"]
    kept = await bring_in(site, news, columns)
    (ann,) = await clients(site, q="c-1")
    assert (kept["counts"]["updated"], ann["name"], ann["company"]) == (1, "Анна Петрова", "Фонарь")
    await bring_in(site, news, columns, overwrite=True)
    (ann,) = await clients(site, q="c-1")
    assert (ann["name"], ann["email"]) == ("Анна Сидорова", "other@example.com")


async def test_whoever_wrote_before_is_known_by_their_address(site: Site) -> None:
    talk = (await (await site.widget()).say("Hello"))["conversation"]
    mine = await contact_of(site, talk)
    await site.call("PATCH", path_of(site, mine), json={"email": "ann@example.com"})
    done = await bring_in(site, "name,email\nAnn,ANN@example.com\nTwin,ann@example.com\n", ["name", "email"])
    assert done["counts"]["updated"] == 1 and done["counts"]["new"] == 0
    assert (await site.call("GET", path_of(site, mine)))[1]["name"] == "Ann"


async def test_lines_that_fit_two_contacts_are_told(site: Site) -> None:
    await bring_in(site, "id,email\na,same@example.com\nb,same@example.com\n", ["external_id", "email"])
    done = await bring_in(site, "email,name\nsame@example.com,Who\n", ["email", "name"])
    assert done["counts"]["refused"] == 1 and done["tried"]["refused"][0]["reason"] == "several"


async def test_a_long_table_is_done_in_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAGE", 7)
    text = "id,name\n" + "".join(f"n-{number},Client {number}\n" for number in range(60))
    done = await bring_in(site, text, ["external_id", "name"])
    assert (done["counts"]["new"], done["done"]) == (60, 60)
    first = await clients(site, limit="40")
    _, page = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/contacts?limit=40")
    _, rest = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/contacts?limit=40&before={page['next']}")
    assert len({one["id"] for one in [*first, *rest["contacts"]]}) == 60 and rest["next"] is None


async def test_it_is_for_supervisors_and_begun_once(site: Site) -> None:
    assert (await upload(site, who="olga"))[0] == 403
    done = await bring_in(site)
    status, problem = await site.call(
        "POST", at(site, done["id"], "/start"), who="sara", json={"columns": COLUMNS}
    )  # fmt: skip
    assert (status, problem["fault"]["code"]) == (409, "contacts_import_started")
    status, problem = await site.call("POST", at(site, "unknown", "/check"), who="sara", json={"columns": ["name"]})
    assert status == 404
    for columns, code in ((["name", "name", "", "", ""], "contacts_column_twice"), ([""] * 5, "contacts_no_column")):
        _, table = await upload(site)
        status, problem = await site.call(
            "POST", at(site, table["id"], "/check"), who="sara", json={"columns": columns}
        )
        assert (status, problem["fault"]["code"]) == (422, code)
