"""Webhooks: signed, told again until they were taken, and never inside our own network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from gateway.store import webhook_calls
from gateway.store.sql import Tx
from tests.gateway.admin.browsers import Browser, code
from tests.gateway.webhooks.receiver import Receiver, receiving
from tests.handoff.test_desk import taken
from tests.handoff.test_forms import set_up
from tests.support.stores import Database
from tests.support_edge.engine import hands_off
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until_async

EVENTS = ["conversation_started", "customer_message", "operator_message", "resolved"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data", webhook_networks=("127.0.0.0/8",)) as running:
        yield running


@pytest.fixture
def anna(site: Site) -> Browser:
    return Browser(site, site.ours.sessions["anna"])


async def hook(anna: Browser, url: str, *, events: list[str] = EVENTS) -> tuple[str, str]:
    """A webhook with its secret: its id and the secret."""
    _, made = await anna.ask("POST", "webhooks", {"name": "CRM", "url": url, "events": events})
    status, secret = await anna.ask("POST", f"webhooks/{made['id']}/secret")
    assert status == 200
    return made["id"], secret["secret"]


async def calls(anna: Browser, webhook: str, *, until: str = "") -> list[dict[str, Any]]:
    """The log of calls; waits until all have the status ``until``."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = (await anna.get(f"webhooks/{webhook}/calls"))["items"]
        return not until or (bool(found) and all(one["status"] == until for one in found))

    await until_async(there, what=f"calls that are {until}")
    return list(found)


async def test_what_happens_is_told_signed_and_once(site: Site, anna: Browser, receiver: Receiver) -> None:
    webhook, secret = await hook(anna, receiver.url)
    widget = await site.widget()
    talk = (await widget.say("Hello"))["conversation"]

    got = await receiver.wait(2)
    told = [one.verify(secret) for one in got]
    assert {one["type"] for one in told} == {"conversation_started", "customer_message"}
    said = next(one for one in told if one["type"] == "customer_message")
    assert said["data"]["text"] == "Hello" and said["conversation"] == talk and said["business"] == site.ours.business
    assert len({one.headers["webhook-id"] for one in got}) == 2
    done = await calls(anna, webhook, until="done")
    assert [(one["attempts"], one["answer"]) for one in done] == [(1, "HTTP 204")] * 2


async def test_a_handoff_brings_its_context_card(site: Site, anna: Browser, receiver: Receiver) -> None:
    site.engine.answer = hands_off("not_understood")
    _, secret = await hook(anna, receiver.url, events=["handoff_requested", "customer_message"])
    talk = (await (await site.widget(locale="en")).say("My lamp is silent"))["conversation"]
    told = {one["type"]: one for one in [one.verify(secret) for one in await receiver.wait(2)]}
    card = told["handoff_requested"]["card"]
    assert card["conversation"] == talk and card["why"]["text"] == "The bot did not understand."
    assert [one["kind"] for one in card["evidence"]] == ["asked", "trigger"]
    assert "card" not in told["customer_message"]
    assert card == await anna.get(f"conversations/{talk}/card")


async def test_a_changed_body_or_another_secret_is_found_out(anna: Browser, receiver: Receiver) -> None:
    webhook, secret = await hook(anna, receiver.url)
    await anna.ask("POST", f"webhooks/{webhook}/test")
    (ping,) = await receiver.wait(1)
    assert ping.verify(secret)["type"] == "ping"
    _, another = await anna.ask("POST", f"webhooks/{webhook}/secret")
    ping_body, ping.body = ping.body, ping.body.replace(b"ping", b"pong")
    with pytest.raises(WebhookVerificationError):
        ping.verify(secret)
    ping.body = ping_body
    with pytest.raises(WebhookVerificationError):
        ping.verify(another["secret"])


async def test_a_call_that_failed_is_made_again_with_the_same_id(
    monkeypatch: pytest.MonkeyPatch, site: Site, anna: Browser, receiver: Receiver
) -> None:
    monkeypatch.setattr("gateway.webhooks.PAUSES", (0, 0, 0))
    receiver.answers = [(500, "oops", {}), (503, "", {"Retry-After": "0"})]
    webhook, secret = await hook(anna, receiver.url, events=["conversation_started"])
    await (await site.widget()).say("Hello")
    got = await receiver.wait(3)
    assert len({one.headers["webhook-id"] for one in got}) == 1 and got[2].verify(secret)
    assert (await calls(anna, webhook, until="done"))[0]["attempts"] == 3


async def test_it_is_given_up_in_the_end_and_sent_again_by_hand(
    monkeypatch: pytest.MonkeyPatch, anna: Browser, receiver: Receiver
) -> None:
    monkeypatch.setattr("gateway.webhooks.PAUSES", (0,))
    receiver.answers = [(500, "<b>broken</b>", {})] * 2
    webhook, _ = await hook(anna, receiver.url)
    _, started = await anna.ask("POST", f"webhooks/{webhook}/test")
    (failed,) = await calls(anna, webhook, until="failed")
    assert failed["answer"] == "HTTP 500: <b>broken</b>" and failed["attempts"] == 2
    said = {"status": 500, "said": "<b>broken</b>"}
    assert failed["fault"] == {"code": "webhook_answered", "text": failed["answer"], "values": said}

    assert (await anna.ask("POST", f"webhooks/{webhook}/calls/{started['id']}/again"))[0] == 204
    (done,) = await calls(anna, webhook, until="done")
    assert (done["answer"], done["fault"]) == ("HTTP 204", None)


async def test_gone_is_for_good(anna: Browser, receiver: Receiver) -> None:
    receiver.answers = [(410, "", {})]
    webhook, _ = await hook(anna, receiver.url)
    await anna.ask("POST", f"webhooks/{webhook}/test")
    (failed,) = await calls(anna, webhook, until="failed")
    assert failed["answer"] == "HTTP 410"
    assert (failed["fault"]["code"], failed["fault"]["values"]) == ("webhook_status", {"status": 410})


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://127.0.0.1:9/", "webhook_not_reached"), ("http://nobody.invalid/", "webhook_no_such_name")],
)
async def test_an_address_where_nobody_answers_says_which_way(anna: Browser, url: str, code: str) -> None:
    webhook, _ = await hook(anna, url)
    await anna.ask("POST", f"webhooks/{webhook}/test")

    async def tried() -> bool:
        return bool((await calls(anna, webhook))[0]["attempts"])

    await until_async(tried)
    (waiting,) = await calls(anna, webhook)
    assert waiting["status"] == "waiting" and waiting["fault"]["code"] == code
    assert waiting["answer"] == waiting["fault"]["text"]


async def test_what_failed_before_there_were_codes_is_told_as_it_was(
    site: Site, anna: Browser, receiver: Receiver
) -> None:
    webhook, _ = await hook(anna, receiver.url)
    _, started = await anna.ask("POST", f"webhooks/{webhook}/test")
    await calls(anna, webhook, until="done")

    def of_old(tx: Tx, now: int) -> None:
        webhook_calls.set_status(tx, started["id"], "failed", attempts=9, answer="No answer in time.", now=now)

    await site.node.store.write(site.ours.business, of_old)
    (old,) = await calls(anna, webhook)
    assert (old["answer"], old["fault"]) == ("No answer in time.", None)


async def test_a_webhook_that_is_off_or_removed_is_not_called(site: Site, anna: Browser, receiver: Receiver) -> None:
    webhook, _ = await hook(anna, receiver.url)
    off = {"name": "CRM", "url": receiver.url, "events": EVENTS, "active": False}
    assert (await anna.ask("PUT", f"webhooks/{webhook}", {"version": 1, "value": off}))[0] == 200
    widget = await site.widget()
    await widget.say("Hello")
    assert await calls(anna, webhook) == []
    assert (await anna.ask("DELETE", f"webhooks/{webhook}?version=2"))[0] == 204
    await widget.say("Again")
    assert receiver.calls == []


async def test_a_redirection_inward_is_refused_at_its_hop(anna: Browser, receiver: Receiver) -> None:
    for location in ("http://10.0.0.1/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest", "file:///etc"):
        receiver.answers.append((307, "", {"Location": location}))
        webhook, _ = await hook(anna, receiver.url + f"?{location}")
        await anna.ask("POST", f"webhooks/{webhook}/test")
        (failed,) = await calls(anna, webhook, until="failed")
        assert "may not call" in failed["answer"] and failed["attempts"] == 1
        assert failed["fault"]["code"] == "webhook_inside"
        await anna.ask("DELETE", f"webhooks/{webhook}?version=1")


async def test_a_name_that_leads_inward_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_site(sqlite_database, tmp_path / "data") as strict:
        anna = Browser(strict, strict.ours.sessions["anna"])
        for url in ("http://localhost:9/", "https://127.0.0.1:9/"):
            webhook, _ = await hook(anna, url)
            await anna.ask("POST", f"webhooks/{webhook}/test")
            (failed,) = await calls(anna, webhook, until="failed")
            assert "may not call" in failed["answer"] and failed["attempts"] == 1
            await anna.ask("DELETE", f"webhooks/{webhook}?version=1")


async def test_a_redirection_outward_is_followed_and_a_loop_is_not(anna: Browser, receiver: Receiver) -> None:
    webhook, secret = await hook(anna, receiver.url)
    receiver.answers = [(308, "", {"Location": "/moved"}), (204, "", {})]
    await anna.ask("POST", f"webhooks/{webhook}/test")
    assert (await receiver.wait(2))[1].verify(secret)
    assert (await calls(anna, webhook, until="done"))[0]["answer"] == "HTTP 204"
    receiver.answers = [(307, "", {"Location": "/again"})] * 9
    await anna.ask("DELETE", f"webhooks/{webhook}?version=1")
    circle, _ = await hook(anna, receiver.url)
    await anna.ask("POST", f"webhooks/{circle}/test")
    (failed,) = await calls(anna, circle, until="failed")
    assert "redirections" in failed["answer"] and failed["fault"]["values"] == {"most": 3}
    assert len(receiver.calls) == 6, "one and three redirections, after the two before"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://x.example/", "https://", "https://user:pw@crm.example/", "https://a b.example"],
)
async def test_an_address_that_is_none_is_refused(anna: Browser, url: str) -> None:
    answer = await anna.ask("POST", "webhooks", {"name": "X", "url": url, "events": EVENTS})
    assert code(answer) == (422, "invalid") and answer[1]["field"] == "url"


async def test_another_business_hears_nothing(site: Site, anna: Browser, receiver: Receiver) -> None:
    await hook(anna, receiver.url)
    theirs = await site.widget(inbox=site.theirs.inbox)
    await theirs.say("Secret")
    ours = await site.widget()
    await ours.say("Hello")
    got = await receiver.wait(2)
    assert all(one.json["business"] == site.ours.business for one in got)


async def test_a_record_and_its_status_are_told_signed(site: Site, anna: Browser, receiver: Receiver) -> None:
    _, secret = await hook(anna, receiver.url, events=["form_filled", "record_status_changed"])
    form = await set_up(site)
    _, console, talk, _ = await taken(site)
    sent = {"form": form["id"], "version": 1, "answers": {"cups": "2"}}
    assert (await console.command(talk, "submit_form", id="f1", **sent))["type"] == "ack"
    filled = (await receiver.wait(1))[0].verify(secret)
    assert (filled["type"], filled["conversation"]) == ("form_filled", talk)
    data = filled["data"]
    assert (data["number"], data["status"], data["values"]) == ("ORD-000001", "new", {"cups": "2"})

    olga = Browser(site, site.ours.sessions["olga"])
    path = f"records/{data['record']}/status"
    assert (await olga.ask("POST", path, {"before": "new", "status": "sent"}))[0] == 200
    moved = (await receiver.wait(2))[1].verify(secret)
    assert moved["type"] == "record_status_changed" and moved["data"]["number"] == "ORD-000001"
    assert (moved["data"]["before"], moved["data"]["status"], moved["data"]["by"]["name"]) == ("new", "sent", "Olga")
    assert (await olga.ask("POST", path, {"before": "new", "status": "done"}))[0] == 409
    assert len(receiver.calls) == 2, "what is refused is told to nobody"
