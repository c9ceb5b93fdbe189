"""Records over the API, from the form to the table, the merge and the erasure, on either database."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.gateway.admin.browsers import Browser, code
from tests.handoff.test_desk import taken
from tests.handoff.test_forms import set_up
from tests.support.stores import Database
from tests.support_edge.clients import Console
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until_async

WORDS = [{"name": "one", "title": "One", "fields": [{"name": "words", "label": "Words", "kind": "long_text"}]}]


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def fill(site: Site, console: Console, talk: str, form: dict[str, Any], **answers: str) -> dict[str, Any]:
    """Saves a form; the record that came of it."""
    sent = {"form": form["id"], "version": form["version"], "answers": answers}
    ack = await console.command(talk, "submit_form", id=uuid4().hex, **sent)
    assert ack["type"] == "ack", ack
    olga = Browser(site, site.ours.sessions["olga"])
    found: dict[str, Any] = (await olga.get(f"records?conversation={talk}"))["records"][0]
    return found


async def table(site: Site, query: str = "", *, who: str = "sara") -> list[list[str]]:
    """The table as a spreadsheet reads it."""
    url = f"{site.origin}/api/v1/businesses/{site.ours.business}/records.csv{query}"
    headers = {"Cookie": f"switchboard_session={site.ours.sessions[who]}"}
    async with site.http.get(url, headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.headers["Content-Disposition"] == 'attachment; filename="records.csv"'
        body = await response.read()
    assert body.startswith(b"\xef\xbb\xbf"), "a spreadsheet knows it as UTF-8 by this"
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


async def test_the_table_is_text_whatever_was_said(site: Site) -> None:
    form = await set_up(site, name="=Form", steps=WORDS)
    _, console, talk, _ = await taken(site)
    said = ['=HYPERLINK("http://x.example")', "+1", "-1", "@SUM(A1)", 'Чай, «зелёный»\nдва; "три"', "\tx", "👩‍🚀"]
    for words in said:
        await fill(site, console, talk, form, words=words)
    head, *lines = await table(site, f"?form={form['id']}")
    assert head[-2:] == ["Words", "values"]
    cells = [line[-2] for line in reversed(lines)]
    assert cells[:4] == [f"'{words}" for words in said[:4]]
    assert cells[4:] == ['Чай, «зелёный», два; "три"', "x", "👩‍🚀"]
    assert {line[1] for line in lines} == {"'=Form"} and {line[-1] for line in lines} == {""}
    assert not any(cell[:1] in "=+-@\t\r" for line in lines for cell in line if cell)
    every = await table(site)
    assert every[0][-1] == "values" and every[-1][-1].startswith("Words: =HYPERLINK")
    assert len(await table(site, "?q=зелён")) == 2

    olga = Browser(site, site.ours.sessions["olga"])
    assert code(await olga.ask("GET", "records.csv")) == (403, "forbidden")


async def test_a_question_that_is_gone_keeps_its_answers_in_the_last_column(site: Site) -> None:
    form = await set_up(site, steps=WORDS)
    _, console, talk, _ = await taken(site)
    await fill(site, console, talk, form, words="Red")
    anna = Browser(site, site.ours.sessions["anna"])
    value = {**form["value"], "steps": [{"name": "one", "title": "One", "fields": [{"name": "cups", "label": "Cups"}]}]}
    status, changed = await anna.ask("PUT", f"forms/{form['id']}", {"version": 1, "value": value})
    assert status == 200
    await fill(site, console, talk, changed, cups="2")
    head, *lines = await table(site, f"?form={form['id']}")
    assert head[-2:] == ["Cups", "values"]
    assert [line[-2:] for line in lines] == [["2", ""], ["", "Words: Red"]]


async def test_an_erasure_empties_the_records_of_its_contact_and_keeps_their_numbers(site: Site) -> None:
    form = await set_up(site, steps=WORDS)
    _, console, talk, _ = await taken(site)
    record = await fill(site, console, talk, form, words="my secret")
    _, others, other_talk, _ = await taken(site)
    other = await fill(site, others, other_talk, form, words="a secret of somebody else's")
    olga = Browser(site, site.ours.sessions["olga"])
    assert len((await olga.get("records?q=secret"))["records"]) == 2

    anna = Browser(site, site.ours.sessions["anna"])
    assert (await anna.ask("DELETE", f"contacts/{record['contact']['id']}"))[0] == 202

    async def emptied() -> bool:
        return not (await olga.get(f"records/{record['id']}"))["record"]["values"]

    await until_async(emptied)
    shown = (await olga.get(f"records/{record['id']}"))["record"]
    assert (shown["number"], shown["status"], shown["contact"]["name"]) == (record["number"], "new", "")
    assert [one["id"] for one in (await olga.get("records?q=secret"))["records"]] == [other["id"]]
    assert "my secret" not in str(await table(site))
    assert "my secret" not in repr(await site.log(talk))


async def test_a_merge_brings_the_records_of_both(site: Site) -> None:
    form = await set_up(site, steps=WORDS)
    made = []
    for words in ("one", "two"):
        _, console, talk, _ = await taken(site)
        made.append(await fill(site, console, talk, form, words=words))
    keeps, leaves = (one["contact"]["id"] for one in made)
    olga = Browser(site, site.ours.sessions["olga"])
    merged = await olga.ask("POST", f"contacts/{leaves}/merge", {"into": keeps})
    assert merged[0] == 200, merged
    found = (await olga.get(f"records?contact={keeps}"))["records"]
    assert [one["number"] for one in found] == ["ORD-000002", "ORD-000001"]
    assert {one["contact"]["id"] for one in found} == {keeps}
