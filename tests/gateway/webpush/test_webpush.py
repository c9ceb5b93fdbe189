"""People hear of a customer while their console is closed, and of nothing that is no longer theirs to hear."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from gateway.store import push_subscriptions, sessions
from gateway.store.schema import due
from gateway.store.sql import Query, Tx
from gateway.store.store import system_clock
from tests.gateway.admin.browsers import Browser, code
from tests.support.stores import Database
from tests.support_edge.engine import hands_off
from tests.support_edge.push_service import Push, PushServer, Subscriber, encode
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until_async

PATH = "/api/v1/me/push"
_ours = due.c.business_id == bindparam("business_id")
_WAITING = Query(select(due.c.kind, due.c.due_at, due.c.attempts).where(_ours))
_HURRY = Query(update(due).where(_ours, due.c.kind == "push").values(due_at=1))


def browser(site: Site, who: str = "olga") -> Browser:
    return Browser(site, site.ours.sessions[who])


async def told(site: Site, service: PushServer, who: str = "olga", locale: str = "en") -> Subscriber:
    """A browser that is told from now on."""
    made = service.subscribe((await browser(site, who).get(PATH))["key"])
    assert (await browser(site, who).ask("PUT", PATH, {**made.body, "locale": locale}))[0] == 204
    return made


async def came(service: PushServer, count: int = 1) -> list[Push]:
    return await asyncio.to_thread(service.wait, count)


async def waiting(site: Site, kinds: tuple[str, ...] = ("push",)) -> list[tuple[int, int]]:
    """When what calls people is due, and how often it was tried."""
    found = await site.node.store.read(site.ours.business, lambda tx, now: tx.all(_WAITING))
    return [(due_at, attempts) for kind, due_at, attempts in found if kind in kinds]


async def settled(site: Site) -> None:
    """Until nothing that calls anybody is left to do."""

    async def done() -> bool:
        return not await waiting(site, ("alert", "push"))

    await until_async(done, what="no call left")


async def put_off(site: Site, *, until: int = 0) -> None:
    """Until a push that failed waits for its next try, which isn't before ``until``."""

    async def there() -> bool:
        return any(attempts and due_at > max(until, system_clock()) for due_at, attempts in await waiting(site))

    await until_async(there, what="a push that waits")


async def queued(site: Site) -> str:
    """A customer in the queue; the conversation."""
    site.engine.answer = hands_off("not_understood")
    widget = await site.widget()
    talk = str((await widget.say("My kettle leaks"))["conversation"])
    await widget.entry("system_notice")
    return talk


async def test_who_is_online_hears_of_the_queue_in_their_language(site: Site, service: PushServer) -> None:
    olga = await told(site, service, "olga", "ru")
    anna = await told(site, service, "anna")
    talk = await queued(site)
    got = {push.to.endpoint: push for push in await came(service, 2)}
    said = got[olga.endpoint].json
    assert said == {
        "kind": "call", "account": site.ours.accounts["olga"], "tag": talk, "business": site.ours.business,
        "conversation": talk, "title": said["title"], "body": "бот не понял вопроса",
    }  # fmt: skip
    assert said["title"].startswith("Посетитель ")
    assert got[anna.endpoint].json["body"] == "the bot did not understand"
    push = got[olga.endpoint]
    assert push.headers["urgency"] == "high" and 3590 <= int(push.headers["ttl"]) <= 3600
    assert push.headers["topic"] == got[anna.endpoint].headers["topic"] and talk not in push.headers["topic"]
    assert push.claims["sub"] == "mailto:chat@example.com"
    assert b"kettle" not in push.plain


async def test_nothing_is_written_where_nobody_asked(site: Site, service: PushServer) -> None:
    await queued(site)
    await settled(site)
    assert service.requests == 0


async def test_a_customer_calls_their_operator_alone(site: Site, service: PushServer) -> None:
    olga = await told(site, service)
    site.engine.answer = hands_off("customer_asked")
    widget = await site.widget()
    talk = (await widget.say("Hello"))["conversation"]
    await came(service)
    assert (await site.verb(talk, "take", who="olga"))[0] == 200
    await told(site, service, "pavel")
    await widget.say("Are you there?")
    await settled(site)
    assert [(push.to, push.json["body"]) for push in service.pushes[1:]] == [(olga, "waits for your answer")]


async def test_who_is_away_or_busy_is_left_alone(site: Site, service: PushServer) -> None:
    for who, state in (("olga", "away"), ("pavel", "busy")):
        await told(site, service, who)
        assert (await site.call("PUT", "/api/v1/me/presence", who=who, json={"state": state}))[0] == 200
    sara = await told(site, service, "sara")
    await queued(site)
    await settled(site)
    assert [push.to for push in service.pushes] == [sara]


async def test_a_note_calls_whom_it_names(site: Site, service: PushServer) -> None:
    talk = await queued(site)
    await told(site, service, "olga")
    pavel = await told(site, service, "pavel")
    note: dict[str, Any] = {"text": "Look, please", "mentions": [site.ours.accounts["pavel"]], "id": "n1"}
    _, added = await site.verb(talk, "note", who="olga", **note)
    (push,) = await came(service)
    assert push.to is pavel
    said = push.json
    assert (said["kind"], said["title"], said["seq"]) == ("note", "Olga calls you in a note", added["seq"])
    assert "Look" not in push.plain.decode()


async def test_what_was_taken_or_read_meanwhile_calls_nobody(
    monkeypatch: pytest.MonkeyPatch, site: Site, service: PushServer
) -> None:
    monkeypatch.setattr("gateway.dispatcher.alerting.PAUSE", 1_500_000)
    await told(site, service)
    talk = await queued(site)
    assert (await site.verb(talk, "take", who="anna"))[0] == 200
    await settled(site)
    assert service.requests == 0


async def test_who_left_the_business_hears_nothing(site: Site, service: PushServer) -> None:
    await told(site, service)
    service.answers = [(503, {"Retry-After": "2"})]
    await queued(site)
    await put_off(site)
    olga = site.ours.accounts["olga"]
    assert (await browser(site, "anna").ask("DELETE", f"members/{olga}"))[0] == 204
    await hurry(site)
    await settled(site)
    assert service.requests == 1


async def hurry(site: Site) -> None:
    """What waits for later is due now."""
    await site.node.store.write(site.ours.business, lambda tx, now: tx.execute(_HURRY))


async def test_signing_out_ends_it(site: Site, service: PushServer) -> None:
    await told(site, service, "olga")
    await told(site, service, "pavel")
    assert (await site.call("DELETE", "/api/v1/session", who="olga"))[0] == 204
    pavel = browser(site, "pavel")
    (here,) = [one for one in (await pavel.get("/api/v1/me/sessions"))["items"] if one["current"]]
    assert (await pavel.ask("DELETE", f"/api/v1/me/sessions/{here['id']}"))[0] == 204
    await queued(site)
    await settled(site)
    assert service.requests == 0


async def test_who_unsubscribed_at_the_service_is_forgotten(site: Site, service: PushServer) -> None:
    for status in (404, 410):
        await told(site, service)
        service.answers = [(status, {})]
        await queued(site)
        await until_async(_off(site), what="the subscription to go")
    await settled(site)
    assert service.requests == 2 and service.pushes == []


def _off(site: Site) -> Any:
    async def off() -> bool:
        return not (await browser(site).get(PATH))["on"]

    return off


async def test_a_service_that_is_away_is_asked_again_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, site: Site, service: PushServer
) -> None:
    monkeypatch.setattr("gateway.webpush.PAUSES", (0, 0))
    await told(site, service)
    service.answers = [(500, {}), (503, {}), (502, {})]
    await queued(site)
    await settled(site)
    assert service.requests == 3 and service.pushes == []
    service.answers = [(500, {})]
    await queued(site)
    await came(service)


async def test_it_waits_as_long_as_the_service_asks(site: Site, service: PushServer) -> None:
    await told(site, service)
    service.answers = [(429, {"Retry-After": "600"})]
    await queued(site)
    await put_off(site, until=system_clock() + 500_000_000)
    assert service.requests == 1
    await hurry(site)
    await came(service)


async def test_a_refusal_for_good_is_not_repeated(site: Site, service: PushServer) -> None:
    await told(site, service)
    refusals = [(400, {}), (403, {}), (413, {}), (307, {"Location": f"{service.origin}/elsewhere"})]
    for count, answer in enumerate(refusals, 1):
        service.answers = [answer]
        await queued(site)
        await settled(site)
        assert service.requests == count


async def test_a_service_without_a_certificate_that_is_trusted_gets_nothing(
    sqlite_database: Database, tmp_path: Path, service: PushServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with on_site(sqlite_database, tmp_path / "data", webhook_networks=("127.0.0.0/8",)) as careful:
        await told(careful, service)
        assert code(await browser(careful).ask("POST", PATH + "/test")) == (409, "not_possible")
    assert service.requests == 0


async def test_nothing_goes_inside_a_network(sqlite_database: Database, tmp_path: Path, service: PushServer) -> None:
    async with on_site(sqlite_database, tmp_path / "strict") as strict:
        subscriber = service.subscribe()
        answer = await browser(strict).ask("PUT", PATH, subscriber.body)
        assert code(answer) == (422, "invalid")
        named = {**subscriber.body, "endpoint": subscriber.endpoint.replace("127.0.0.1", "localhost")}
        assert (await browser(strict).ask("PUT", PATH, named))[0] == 204
        answer = await browser(strict).ask("POST", PATH + "/test")
        assert code(answer) == (409, "not_possible")
        assert answer[1]["fault"]["code"] == "push_inside"
    assert service.requests == 0


async def test_a_test_is_sent_at_once_and_says_what_came_of_it(site: Site, service: PushServer) -> None:
    olga = browser(site)
    off = await olga.ask("POST", PATH + "/test")
    assert code(off) == (404, "not_found") and off[1]["fault"]["code"] == "push_off"
    await told(site, service, "olga", "ru")
    assert (await olga.ask("POST", PATH + "/test"))[0] == 204
    assert service.pushes[0].json["title"] == "Уведомления работают"
    service.answers = [(500, {}), (410, {})]
    status, problem = await olga.ask("POST", PATH + "/test")
    assert status == 409 and "HTTP 500" in problem["detail"] and service.origin not in problem["detail"]
    assert (problem["fault"]["code"], problem["fault"]["values"]) == ("push_refused", {"said": "HTTP 500"})
    assert (await olga.ask("POST", PATH + "/test"))[1]["fault"]["code"] == "push_gone"
    assert not (await olga.get(PATH))["on"]
    for _ in range(4):
        await told(site, service)
        answer = await olga.ask("POST", PATH + "/test")
    assert code(answer) == (429, "too_many")


async def test_subscribing_and_unsubscribing_may_be_repeated(site: Site, service: PushServer) -> None:
    olga, made = browser(site), service.subscribe()
    for _ in range(2):
        assert (await olga.ask("PUT", PATH, made.body))[0] == 204
        assert (await olga.get(PATH))["on"]
    for _ in range(2):
        assert (await olga.ask("DELETE", PATH))[0] == 204
        assert not (await olga.get(PATH))["on"]


async def test_a_browser_that_changed_its_address_keeps_its_language(site: Site, service: PushServer) -> None:
    await told(site, service, "olga", "ru")
    assert (await browser(site).ask("PUT", PATH, service.subscribe().body))[0] == 204
    assert (await browser(site).ask("POST", PATH + "/test"))[0] == 204
    assert service.pushes[0].json["title"] == "Уведомления работают"


async def test_a_browser_says_whether_it_is_told_again_and_that_stays_until_it_says_otherwise(
    site: Site, service: PushServer
) -> None:
    async def repeats() -> list[bool]:
        found = await site.node.store.read(
            site.ours.business, lambda tx, now: push_subscriptions.of_business(tx, now=now)
        )  # fmt: skip
        return [one.repeats for one in found]

    made = await told(site, service)
    assert await repeats() == [True]
    for said, kept in (({"repeat": False}, False), ({}, False), ({"repeat": True}, True)):
        assert (await browser(site).ask("PUT", PATH, {**made.body, **said}))[0] == 204
        assert await repeats() == [kept]
    assert code(await browser(site).ask("PUT", PATH, {**made.body, "repeat": "yes"})) == (422, "invalid")


async def test_an_account_is_told_in_ten_browsers_at_most(site: Site, service: PushServer) -> None:
    olga = site.ours.accounts["olga"]

    def unit(tx: Tx, now: int) -> None:
        for number in range(10):
            sessions.open_session(tx, olga, token=f"token-{number}", now=now, lifetime=10**10)

    await site.node.store.write("", unit)
    for number in range(10):
        assert (await Browser(site, f"token-{number}").ask("PUT", PATH, service.subscribe().body))[0] == 204
    assert code(await browser(site).ask("PUT", PATH, service.subscribe().body)) == (409, "not_possible")
    assert (await Browser(site, "token-3").ask("PUT", PATH, service.subscribe().body))[0] == 204, "its own, changed"


GOOD = Subscriber("https://push.example.com/1").body


WRONG: list[dict[str, Any]] = [
    {"endpoint": "http://push.example.com/1"},
    {"endpoint": "https://push.example.com/" + "a" * 1000},
    {"endpoint": "https://user:pw@push.example.com/1"},
    {"endpoint": "https://push.example.com:0/1"},
    {"endpoint": "https://push.example.com/a b"},
    {"endpoint": "https://10.0.0.1/1"},
    {"endpoint": "https://[::1]/1"},
    {"endpoint": "https:///1"},
    {"endpoint": "javascript:alert(1)"},
    {"endpoint": ""},
    {"keys": {"p256dh": "AAAA", "auth": GOOD["keys"]["auth"]}},
    {"keys": {"p256dh": encode(b"\x04" + b"\x01" * 64), "auth": GOOD["keys"]["auth"]}},
    {"keys": {"p256dh": GOOD["keys"]["p256dh"], "auth": encode(b"x" * 17)}},
    {"keys": {"p256dh": GOOD["keys"]["p256dh"], "auth": "*" * 22}},
    {"keys": {"p256dh": GOOD["keys"]["p256dh"]}},
    {"locale": "russian"},
    {"more": 1},
]


async def test_what_is_no_browsers_address_is_refused(site: Site) -> None:
    for change in WRONG:
        assert code(await browser(site).ask("PUT", PATH, {**GOOD, **change})) == (422, "invalid"), change
    assert not (await browser(site).get(PATH))["on"]


async def test_address_and_keys_lie_sealed_and_are_in_no_log(
    site: Site, service: PushServer, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await told(site, service)
    service.answers = [(400, {})]
    await queued(site)
    await settled(site)
    service.close()
    await queued(site)
    await put_off(site)

    def unit(tx: Tx, now: int) -> str:
        return repr(push_subscriptions.of_business(tx, now=now))

    kept = await site.node.store.read(site.ours.business, unit)
    said = "".join(capsys.readouterr())
    assert "push_refused" in said
    for secret in (made.endpoint, made.endpoint.rpartition("/")[2], *made.body["keys"].values()):
        assert secret not in kept and secret not in said
