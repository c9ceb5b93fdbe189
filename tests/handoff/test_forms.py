"""Forms that operators fill in: numbered records with a status, on either database."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.gateway.admin.browsers import Browser, code
from tests.handoff.test_desk import taken
from tests.support_edge.site import Site

STEPS: list[dict[str, Any]] = [
    {
        "name": "what", "title": "What", "say": "What would you like?",
        "fields": [
            {"name": "cups", "label": "Cups", "kind": "number", "required": True, "least": 1, "most": 9, "fact": "cups"},
            {"name": "gift", "label": "A gift", "kind": "boolean"},
        ],
        "branches": [{"field": "gift", "answer": "yes", "to": "card"}], "then": "end",
    },
    {"name": "card", "title": "Card", "fields": [{"name": "words", "label": "Words", "required": True}]},
]  # fmt: skip
ORDER: dict[str, Any] = {
    "name": "Order", "purpose": "order", "prefix": "ORD", "steps": STEPS, "statuses": ["new", "sent", "done"],
    "told": "Your order {{number}} is recorded.",
}  # fmt: skip


async def set_up(site: Site, **changed: Any) -> dict[str, Any]:
    anna = Browser(site, site.ours.sessions["anna"])
    status, made = await anna.ask("POST", "forms", {**ORDER, **changed})
    assert status == 201, made
    return dict(made)


async def test_a_form_is_kept_as_a_numbered_record_and_told_to_the_customer(site: Site) -> None:
    form = await set_up(site)
    widget, console, conversation, floor = await taken(site)
    said = {"cups": "2", "gift": "yes", "words": "For you"}
    sent = {"form": form["id"], "version": 1, "answers": said, "tell": True, "floor_seq": floor}
    ack = await console.command(conversation, "submit_form", id="f1", **sent)
    assert ack["type"] == "ack", ack
    filled = (await console.entry("form_filled"))["event"]
    assert (filled["number"], filled["name"], filled["status"]) == ("ORD-000001", "Order", "new")
    assert (await console.entry("facts_changed"))["event"]["facts"] == {"cups": "2"}
    await widget.entry("operator_message", text="Your order ORD-000001 is recorded.")
    assert "form_filled" not in {one["event"]["type"] for one in widget.entries}

    again = await console.command(conversation, "submit_form", id="f1", **sent)
    assert again["seq"] == ack["seq"], "sent twice, kept once"
    olga = Browser(site, site.ours.sessions["olga"])
    (record,) = (await olga.get(f"records?conversation={conversation}"))["records"]
    assert [(one["label"], one["value"]) for one in record["values"]] == [
        ("Cups", "2"), ("A gift", "yes"), ("Words", "For you"),
    ]  # fmt: skip
    await console.command(conversation, "submit_form", id="f2", **{**sent, "tell": False})
    numbers = [one["number"] for one in (await olga.get("records"))["records"]]
    assert numbers == ["ORD-000002", "ORD-000001"], "no gap"
    contact = record["contact"]["id"]
    assert len((await olga.get(f"records?contact={contact}&status=new&form={form['id']}"))["records"]) == 2
    page = await olga.get("records?limit=1")
    assert [one["id"] for one in (await olga.get(f"records?limit=1&before={page['next']}"))["records"]] == [
        record["id"]
    ]


async def test_what_does_not_fit_is_said_of_its_question_and_draws_no_number(site: Site) -> None:
    form = await set_up(site)
    _, console, conversation, floor = await taken(site)
    sent: dict[str, Any] = {"form": form["id"], "version": 1}
    for answers, field, fault in (
        ({}, "cups", "form_missing"), ({"cups": "10"}, "cups", "form_most"),
        ({"cups": "1", "gift": "yes"}, "words", "form_missing"),
    ):  # fmt: skip
        refused = (await console.command(conversation, "submit_form", id=f"f{fault}{field}", answers=answers, **sent))[
            "problem"
        ]
        assert (refused["field"], refused["fault"]["code"]) == (field, fault)
    stale = (
        await console.command(conversation, "submit_form", id="v", answers={"cups": "1"}, form=form["id"], version=9)
    )["problem"]
    assert stale["fault"]["code"] == "form_changed"
    late = await console.command(
        conversation, "submit_form", id="t", answers={"cups": "1"}, tell=True, floor_seq=floor - 1, **sent
    )
    assert late["problem"]["type"] == "/problems/stale_floor"
    await console.command(conversation, "submit_form", id="ok", answers={"cups": "1"}, **sent)
    assert (await console.entry("form_filled"))["event"]["number"] == "ORD-000001"


async def test_a_status_is_set_by_who_saw_the_one_before(site: Site) -> None:
    form = await set_up(site)
    _, console, conversation, _ = await taken(site)
    await console.command(
        conversation, "submit_form", id="f", form=form["id"], version=1, answers={"cups": "1"}
    )  # fmt: skip
    olga = Browser(site, site.ours.sessions["olga"])
    (record,) = (await olga.get("records"))["records"]
    path = f"records/{record['id']}"
    both = await asyncio.gather(
        *(olga.ask("POST", f"{path}/status", {"before": "new", "status": to}) for to in ("sent", "done"))
    )
    assert sorted(status for status, _ in both) == [200, 409]
    history = await olga.get(path)
    assert [one["before"] for one in history["changes"]] == ["new"]
    assert history["changes"][0]["status"] == history["record"]["status"] and history["changes"][0]["by"] == "Olga"
    assert (await console.entry("record_status_changed"))["event"]["number"] == "ORD-000001"
    unknown = await olga.ask("POST", f"{path}/status", {"before": history["record"]["status"], "status": "lost"})
    assert code(unknown) == (422, "invalid")
    assert code(await olga.ask("POST", "records/none/status", {"before": "new", "status": "sent"})) == (
        404,
        "not_found",
    )


async def test_a_code_that_asks_for_a_form_ends_nothing_without_it(site: Site) -> None:
    form = await set_up(site)
    anna = Browser(site, site.ours.sessions["anna"])
    assert (await anna.ask("POST", "wrap-up-codes", {"name": "Sold", "form": form["id"]}))[0] == 201
    gone = await anna.ask("POST", "wrap-up-codes", {"name": "Other", "form": "none"})
    assert code(gone) == (422, "invalid") and gone[1]["field"] == "form"
    _, console, conversation, floor = await taken(site)
    refused = (await console.command(conversation, "resolve", floor_seq=floor, code="Sold"))["problem"]
    assert (refused["fault"]["code"], refused["form"]) == ("form_needed", form["id"])
    await console.command(conversation, "submit_form", id="f", form=form["id"], version=1, answers={"cups": "1"})
    assert (await console.command(conversation, "resolve", floor_seq=floor, code="Sold"))["type"] == "ack"


async def test_a_macro_that_ends_by_such_a_code_tells_which_form_it_lacks(site: Site) -> None:
    form = await set_up(site)
    anna = Browser(site, site.ours.sessions["anna"])
    assert (await anna.ask("POST", "wrap-up-codes", {"name": "Sold", "form": form["id"]}))[0] == 201
    actions = [{"type": "note", "text": "Sold"}, {"type": "resolve", "code": "Sold"}]
    _, macro = await anna.ask("POST", "macros", {"name": "Sold", "actions": actions})
    _, console, conversation, floor = await taken(site)
    run = {"macro": macro["id"], "floor_seq": floor}
    refused = (await console.command(conversation, "run_macro", id="m1", **run))["problem"]
    assert (refused["fault"]["code"], refused["form"]) == ("macro_step", form["id"])
    await console.command(conversation, "submit_form", id="f", form=form["id"], version=1, answers={"cups": "1"})
    assert (await console.command(conversation, "run_macro", id="m2", **run))["type"] == "ack"


async def test_another_business_sees_no_record(site: Site) -> None:
    form = await set_up(site)
    _, console, conversation, _ = await taken(site)
    await console.command(conversation, "submit_form", id="f", form=form["id"], version=1, answers={"cups": "1"})
    olga = Browser(site, site.ours.sessions["olga"])
    (record,) = (await olga.get("records"))["records"]
    rita = Browser(site, site.theirs.sessions["rita"])
    theirs = site.theirs.business
    assert (await rita.get("records", business=theirs))["records"] == []
    assert code(await rita.ask("GET", f"records/{record['id']}", business=theirs)) == (404, "not_found")


async def test_a_form_that_can_not_be_is_refused_where_it_is_wrong(site: Site) -> None:
    anna = Browser(site, site.ours.sessions["anna"])
    refused = await anna.ask("POST", "forms", {**ORDER, "steps": [{**STEPS[0], "then": "what"}, STEPS[1]]})
    assert code(refused) == (422, "invalid")
    assert refused[1]["field"] == "steps.0" and refused[1]["fault"]["code"] == "form_backwards"
