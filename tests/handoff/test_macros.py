"""Macros: everything in them at once, or nothing and why."""

from __future__ import annotations

from typing import Any

from tests.gateway.admin.browsers import Browser, code
from tests.handoff.test_desk import taken
from tests.support_edge.site import Site


async def set_up(site: Site, *actions: dict[str, Any], name: str = "Paid") -> str:
    anna = Browser(site, site.ours.sessions["anna"])
    status, made = await anna.ask("POST", "macros", {"name": name, "actions": list(actions)})
    assert status == 201, made
    return str(made["id"])


async def test_a_macro_does_all_that_it_says_in_order(site: Site) -> None:
    anna = Browser(site, site.ours.sessions["anna"])
    _, label = await anna.ask("POST", "labels", {"name": "Paid"})
    macro = await set_up(
        site,
        {"type": "say", "texts": {"en": "Thank you, {{customer}}! {{operator}} here."}},
        {"type": "label", "add": [label["id"]]},
        {"type": "fact", "name": "paid", "value": "yes"},
        {"type": "note", "text": "by card"},
        {"type": "resolve", "code": "paid"},
    )
    widget, console, conversation, floor = await taken(site)
    ack = await console.command(conversation, "run_macro", id="m1", macro=macro, floor_seq=floor)
    assert ack["type"] == "ack"
    await widget.entry("operator_message", text="Thank you! Olga here.")
    done = [await console.entry(tag) for tag in ("macro_run", "labelled", "facts_changed", "note_added", "resolved")]
    assert [one["seq"] for one in done] == sorted(one["seq"] for one in done)
    assert done[0]["event"]["name"] == "Paid"
    again = await console.command(conversation, "run_macro", id="m1", macro=macro, floor_seq=floor)
    assert again["seq"] == ack["seq"], "sent twice, done once"


async def test_of_a_macro_with_a_step_that_can_not_be_done_nothing_is_done(site: Site) -> None:
    anna = Browser(site, site.ours.sessions["anna"])
    _, label = await anna.ask("POST", "labels", {"name": "Gone soon"})
    macro = await set_up(
        site, {"type": "say", "texts": {"en": "Here you are"}}, {"type": "label", "add": [label["id"]]}
    )
    await anna.ask("DELETE", f"labels/{label['id']}?version=1")
    widget, console, conversation, floor = await taken(site)
    refused = (await console.command(conversation, "run_macro", id="m1", macro=macro, floor_seq=floor))["problem"]
    assert refused["fault"]["code"] == "macro_step"
    assert refused["fault"]["values"] == {"step": 2, "name": "Paid"}
    await console.command(conversation, "reply", id="r1", text="By hand then", floor_seq=floor)
    await widget.entry("operator_message", text="By hand then")
    assert "Here you are" not in widget.said


async def test_a_macro_on_a_screen_that_is_out_of_date_is_told_who_has_it(site: Site) -> None:
    macro = await set_up(site, {"type": "note", "text": "x"}, {"type": "say", "texts": {"en": "Hello"}})
    _, console, conversation, floor = await taken(site)
    await console.command(conversation, "transfer", floor_seq=floor)
    refused = (await console.command(conversation, "run_macro", id="m1", macro=macro, floor_seq=floor))["problem"]
    assert refused["type"] == "/problems/stale_floor"
    floor = (await console.command(conversation, "take"))["seq"]
    missing = (await console.command(conversation, "run_macro", id="m2", macro="gone", floor_seq=floor))["problem"]
    assert missing["type"] == "/problems/not_found"


async def test_a_macro_is_judged_when_it_is_set_up(site: Site) -> None:
    anna, olga = (Browser(site, site.ours.sessions[name]) for name in ("anna", "olga"))
    note = {"type": "note", "text": "x"}
    bad: list[list[dict[str, Any]]] = [
        [],
        [{"type": "resolve"}, note],
        [{"type": "note", "text": " "}],
        [{"type": "label", "add": ["gone"]}],
        [{"type": "transfer", "team": "gone"}],
        [{"type": "explode"}],
        [note] * 11,
    ]
    for actions in bad:
        assert code(await anna.ask("POST", "macros", {"name": "x", "actions": actions})) == (422, "invalid"), actions
    assert code(await olga.ask("POST", "macros", {"name": "x", "actions": [note]})) == (403, "forbidden")
