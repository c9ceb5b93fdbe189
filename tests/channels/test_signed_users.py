"""Signed users: the page vouches for whoever it shows, and nobody inherits what isn't theirs."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from channels.webchat.users import MAX_TOKEN, check_user
from gateway.errors import Refused
from gateway.store import inbox_secrets
from tests.support.stores import Database
from tests.support_edge.clients import Closed, Widget
from tests.support_edge.site import Site, on_site

HOUR = 3600
INBOX = "inbox-1"
SECRET = inbox_secrets.new_secret()
NOW = 1_790_000_000_000_000


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


def sign(inbox: str, secret: str, **claims: object) -> str:
    """A token as a page's backend makes it; ``claims`` change it, and ``None`` leaves one out."""
    whole = {"sub": "ann", "aud": inbox, "exp": int(time.time()) + HOUR, "name": "Ann Example", **claims}
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, secret, algorithm="HS256")


async def secret_of(site: Site) -> str:
    path = f"/api/v1/businesses/{site.ours.business}/inboxes/{site.ours.inbox}/secret"
    status, answer = await site.call("POST", path, who="anna")
    assert status == 200
    return str(answer["secret"])


async def user(site: Site, secret: str, *, token: str = "", sub: str = "ann", **claims: object) -> Widget:
    """An open widget on the page of a signed-in user."""
    return await site.widget(token=token, user=sign(site.ours.inbox, secret, sub=sub, **claims))


async def contact_of(site: Site, conversation: str) -> dict[str, Any]:
    """What people see of whose conversation it is."""
    base = f"/api/v1/businesses/{site.ours.business}"
    _, view = await site.call("GET", f"{base}/conversations/{conversation}")
    status, contact = await site.call("GET", f"{base}/contacts/{view['row']['contact']['id']}")
    assert status == 200 and contact["name"] == view["row"]["contact"]["name"]
    return contact


# --- what a token must be ---


def test_a_token_names_a_user_of_the_inbox() -> None:
    token = sign(INBOX, SECRET, exp=NOW // 1_000_000 + HOUR, email=" ann@example.com\u202e")
    found = check_user(token, secret=SECRET, inbox=INBOX, now=NOW)
    assert (found.address, found.profile.name, found.profile.email) == ("u:ann", "Ann Example", "ann@example.com")
    assert found.seconds == HOUR


def unsigned(**claims: object) -> str:
    """``alg: none``."""
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": "ann", "aud": INBOX, "exp": NOW // 1_000_000 + HOUR, **claims})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


SOON = NOW // 1_000_000 + HOUR
BAD_TOKENS = {
    "expired": (sign(INBOX, SECRET, exp=NOW // 1_000_000), "user_expired"),
    "long expired": (sign(INBOX, SECRET, exp=1), "user_expired"),
    "too far ahead": (sign(INBOX, SECRET, exp=NOW // 1_000_000 + 25 * HOUR), "user_refused"),
    "for ever": (sign(INBOX, SECRET, exp=None), "user_refused"),
    "endless": (sign(INBOX, SECRET, exp=float("inf")), "user_refused"),
    "no number": (sign(INBOX, SECRET, exp=float("nan")), "user_refused"),
    "another inbox": (sign("inbox-2", SECRET, exp=SOON), "user_refused"),
    "many inboxes": (sign(INBOX, SECRET, exp=SOON, aud=[INBOX, "inbox-2"]), "user_refused"),
    "no inbox": (sign(INBOX, SECRET, exp=SOON, aud=None), "user_refused"),
    "another secret": (sign(INBOX, inbox_secrets.new_secret(), exp=SOON), "user_refused"),
    "no signature": (unsigned(), "user_refused"),
    "another algorithm": (jwt.encode({"sub": "ann", "aud": INBOX, "exp": SOON}, SECRET * 2, "HS512"), "user_refused"),
    "nobody": (sign(INBOX, SECRET, exp=SOON, sub=None), "user_refused"),
    "empty": (sign(INBOX, SECRET, exp=SOON, sub=""), "user_refused"),
    "blank": (sign(INBOX, SECRET, exp=SOON, sub="  "), "user_refused"),
    "too long a name": (sign(INBOX, SECRET, exp=SOON, sub="a" * 129), "user_refused"),
    "a control character": (sign(INBOX, SECRET, exp=SOON, sub="ann\u0000"), "user_refused"),
    "half a pair": (sign(INBOX, SECRET, exp=SOON, sub="ann\ud800"), "user_refused"),
    "a number as name": (sign(INBOX, SECRET, exp=SOON, sub="ann", name=7), "user_refused"),
    "oversized": (sign(INBOX, SECRET, exp=SOON, more="x" * MAX_TOKEN), "user_refused"),
    "no token": ("nonsense", "user_refused"),
    "dots": ("..", "user_refused"),
    "no text": ("\ud800", "user_refused"),
}


@pytest.mark.parametrize("which", BAD_TOKENS)
def test_a_token_that_is_not_right_is_refused_and_not_repeated(which: str) -> None:
    token, code = BAD_TOKENS[which]
    with pytest.raises(Refused) as refused:
        check_user(token, secret=SECRET, inbox=INBOX, now=NOW)
    assert refused.value.code == code
    assert len(token) < 3 or token not in refused.value.detail
    assert len(f"{code}: {refused.value.detail}") <= 120  # a close frame holds no more


def test_a_changed_byte_anywhere_is_refused() -> None:
    token = sign(INBOX, SECRET, exp=SOON)
    for place in range(0, len(token) - 1, 7):  # the last one holds bits that mean nothing
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(Refused):
            check_user(changed, secret=SECRET, inbox=INBOX, now=NOW)


# --- who they are then ---


async def test_user_has_one_history_in_every_browser(site: Site) -> None:
    secret = await secret_of(site)
    phone = await user(site, secret)
    ack = await phone.say("From the phone")
    laptop = await user(site, secret)
    assert laptop.welcome["conversation"] == ack["conversation"]
    await laptop.entry("customer_message", text="From the phone")


async def test_people_see_who_it_is_and_that_it_is_certain(site: Site) -> None:
    secret = await secret_of(site)
    widget = await user(site, secret, email="ann@example.com")
    known = await contact_of(site, (await widget.say("Hello"))["conversation"])
    assert (known["name"], known["email"], known["verified"]) == ("Ann Example", "ann@example.com", True)
    (way,) = known["identities"]
    expected = {"inbox": site.ours.inbox, "channel": "webchat", "assurance": "signed", "address": "ann", "lost": False}
    assert expected.items() <= way.items()
    stranger = await site.widget()
    unknown = await contact_of(site, (await stranger.say("Hello"))["conversation"])
    assert (unknown["name"], unknown["verified"]) == ("", False)


async def test_name_that_the_page_changes_is_shown(site: Site) -> None:
    secret = await secret_of(site)
    ack = await (await user(site, secret)).say("Hello")
    console = await site.console()
    await console.send({"type": "list", "view": "all"})
    assert (await console.expect("rows"))["rows"][0]["contact"]["name"] == "Ann Example"
    await user(site, secret, name="Ann Married")
    assert (await contact_of(site, ack["conversation"]))["name"] == "Ann Married"
    while (await console.expect("row"))["rows"][0]["contact"]["name"] != "Ann Married":
        pass


async def test_anonymous_talk_goes_on_under_the_users_name(site: Site) -> None:
    secret = await secret_of(site)
    anonymous, console = await site.widget(), await site.console()
    ack = await anonymous.say("Before signing in")
    await anonymous.entry("bot_message")
    await console.send({"type": "list", "view": "all"})
    await console.expect("rows")
    signed = await user(site, secret, token=anonymous.token)
    assert signed.welcome["conversation"] == ack["conversation"]
    await signed.entry("customer_message", text="Before signing in")
    while not any(row["contact"]["name"] == "Ann Example" for row in (await console.expect("row"))["rows"]):
        pass
    assert (await signed.say("After"))["conversation"] == ack["conversation"]


async def test_token_alone_opens_nothing_after_signing_in(site: Site) -> None:
    secret = await secret_of(site)
    anonymous = await site.widget()
    ack = await anonymous.say("Mine")
    await user(site, secret, token=anonymous.token)
    assert (await anonymous.closed()).code == 1012  # the other tab comes back, and finds nothing
    back = await site.widget(token=anonymous.token, conversation=ack["conversation"], last_seq=1)
    assert back.welcome["conversation"] is None
    await back.expect("resync", conversation=ack["conversation"])
    assert (await back.say("Who was here?"))["conversation"] != ack["conversation"]
    assert not any("Mine" in raw for raw in back.raw)


async def test_other_user_with_the_same_token_sees_nothing_of_the_first_one(site: Site) -> None:
    secret = await secret_of(site)
    ann = await user(site, secret)
    ack = await ann.say("Ann's words")
    ben = await user(site, secret, token=ann.token, sub="ben", name="Ben")
    assert ben.welcome["conversation"] is None
    bens = sign(site.ours.inbox, secret, sub="ben")
    nosy = await site.widget(token=ann.token, user=bens, conversation=ack["conversation"], last_seq=1)
    await nosy.expect("resync")
    assert (await nosy.say("Ben's words"))["conversation"] != ack["conversation"]
    nobody = await site.widget(token=ann.token, conversation=ack["conversation"])
    assert nobody.welcome["conversation"] is None
    assert not any("Ann's" in raw for one in (ben, nosy, nobody) for raw in one.raw)


async def test_same_name_on_another_inbox_is_somebody_else(site: Site) -> None:
    ours = await user(site, await secret_of(site))
    await ours.say("On our site")
    path = f"/api/v1/businesses/{site.theirs.business}/inboxes/{site.theirs.inbox}/secret"
    headers = {"Cookie": f"switchboard_session={site.theirs.sessions['rita']}", "Origin": site.origin}
    async with site.http.post(site.origin + path, headers=headers) as response:
        theirs = (await response.json())["secret"]
    token = sign(site.theirs.inbox, theirs)
    other = await site.widget(inbox=site.theirs.inbox, origin=site.origin, user=token)
    assert other.welcome["conversation"] is None


async def test_message_on_its_way_while_signing_in_is_stored_once(site: Site) -> None:
    secret = await secret_of(site)
    anonymous = await site.widget()
    first = await anonymous.say("Hello", id="m1")
    signed = await user(site, secret, token=anonymous.token)
    assert await signed.say("Hello", id="m1") == first


async def test_many_tabs_that_sign_in_at_once_find_one_talk(site: Site) -> None:
    secret = await secret_of(site)
    anonymous = await site.widget()
    ack = await anonymous.say("Hello")
    token = sign(site.ours.inbox, secret)
    tabs = await asyncio.gather(*(site.widget(token=anonymous.token, user=token) for _ in range(4)))
    assert {tab.welcome["conversation"] for tab in tabs} == {ack["conversation"]}


# --- when it is over ---


async def test_socket_ends_with_the_sign_in_of_its_page(site: Site) -> None:
    secret = await secret_of(site)
    widget = await user(site, secret, exp=time.time() + 1.5)
    await widget.say("Hello")
    closed = await widget.closed()
    assert closed.code == 1008 and closed.reason.startswith("user_expired")
    again = await user(site, secret)
    await again.entry("customer_message", text="Hello")


async def test_new_secret_ends_what_the_old_one_signed(site: Site) -> None:
    old = await secret_of(site)
    new = await secret_of(site)
    with pytest.raises(Closed) as refused:
        await user(site, old)
    assert refused.value.code == 1008 and refused.value.reason.startswith("user_refused")
    await (await user(site, new)).still_there()


async def test_user_of_an_inbox_without_a_secret_is_told_what_to_do(site: Site) -> None:
    with pytest.raises(Closed) as refused:
        await user(site, SECRET)
    assert refused.value.code == 1008 and "switchboard inbox secret" in refused.value.reason


async def test_refused_user_harms_nothing_of_the_token_that_came_along(site: Site) -> None:
    secret = await secret_of(site)
    anonymous = await site.widget()
    ack = await anonymous.say("Hello")
    for token in (sign(site.ours.inbox, secret, exp=1), sign(site.theirs.inbox, secret), "x" * 60_000):
        with pytest.raises(Closed) as refused:
            await site.widget(token=anonymous.token, user=token)
        assert refused.value.code == 1008 and refused.value.reason.startswith("user_")
    assert (await site.widget(token=anonymous.token)).welcome["conversation"] == ack["conversation"]


async def test_secret_is_shown_once_and_kept_sealed(site: Site) -> None:
    secret = await secret_of(site)
    base = f"/api/v1/businesses/{site.ours.business}"
    for path in ("/inboxes", f"/inboxes/{site.ours.inbox}"):
        _, answer = await site.call("GET", base + path, who="anna")
        assert secret not in json.dumps(answer)

    def stored(tx: Any, now: int) -> str:
        return inbox_secrets.sealed(tx, site.ours.inbox)

    sealed = await site.node.store.read(site.ours.business, stored)
    assert sealed.startswith("v1.") and secret not in sealed


async def test_contact_of_a_merge_can_be_taken_apart_again(site: Site) -> None:
    secret = await secret_of(site)
    anonymous = await site.widget()
    talk = (await anonymous.say("Anonymous"))["conversation"]
    await user(site, secret, token=anonymous.token)
    known = await contact_of(site, talk)
    assert len(known["merged"]) == 1 and [one["conversation"] for one in known["conversations"]] == [talk]
    path = f"/api/v1/businesses/{site.ours.business}/contacts/{known['merged'][0]}/merge"
    assert (await site.call("DELETE", path, who="anna"))[0] == 204
    assert (await contact_of(site, talk))["name"] == ""
    assert (await site.call("DELETE", path, who="anna"))[0] == 409


async def test_name_is_shown_even_where_a_message_follows_at_once(site: Site) -> None:
    secret = await secret_of(site)
    anonymous, console = await site.widget(), await site.console()
    await console.send({"type": "list", "view": "all"})
    await console.expect("rows")
    await anonymous.say("Before signing in")
    await console.expect("row")
    signed = await user(site, secret, token=anonymous.token)
    await signed.say("At once")
    while not any(row["contact"]["name"] == "Ann Example" for row in (await console.expect("row"))["rows"]):
        pass


async def test_name_that_nobody_watched_come_is_shown_later(site: Site) -> None:
    secret = await secret_of(site)
    anonymous, early = await site.widget(), await site.console()
    await early.send({"type": "list", "view": "all"})
    await early.expect("rows")
    await anonymous.say("Before signing in")
    await early.expect("row")
    await early.close()
    signed = await user(site, secret, token=anonymous.token)
    late = await site.console()
    await late.send({"type": "list", "view": "all"})
    await late.expect("rows")
    await signed.say("After")
    rows: list[dict[str, Any]] = []
    while not rows:
        rows = (await late.expect("row"))["rows"]
    assert {row["contact"]["name"] for row in rows} == {"Ann Example"}


async def test_a_signed_user_sends_and_reads_files_as_themselves(site: Site) -> None:
    secret = await secret_of(site)
    ann = await user(site, secret)
    headers = {"Origin": "https://shop.example", "Authorization": f"User {sign(site.ours.inbox, secret)}"}
    params = {"inbox": site.ours.inbox, "name": "bill.txt"}
    url = f"{site.origin}/api/v1/widget/files"

    async with site.http.post(url, headers=headers, params=params, data=b"what I paid") as response:
        assert response.status == 200
        file = (await response.json())["id"]
    await ann.say("", files=[file])
    await ann.send({"type": "link", "id": "l1", "file": file})
    given = await ann.expect("link")

    async with site.http.get(site.origin + given["url"]) as response:
        assert await response.read() == b"what I paid"
    headers["Authorization"] = f"User {sign(site.ours.inbox, 'x' * 43)}"
    async with site.http.post(url, headers=headers, params=params, data=b"forged") as response:
        assert (response.status, (await response.json())["type"]) == (401, "/problems/user_refused")
