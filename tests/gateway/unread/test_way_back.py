"""The link of a letter opens its conversation once, for a while, for whoever opens it first; and nothing where the page itself
knows its customers."""

from __future__ import annotations

import pytest

from gateway.errors import LinkOver
from gateway.model import commands as c
from gateway.model.events import Page
from gateway.model.state import Status
from gateway.ports import Profile
from gateway.store import contacts, directory, inbound
from gateway.store.sql import Tx
from gateway.unread.stopping import read_stop, stop_path
from gateway.unread.way_back import safe_page
from gateway.vault import Vault
from tests.gateway.unread.desk import EMAIL, ORIGIN, PAGE, Desk, link_in
from tests.support_edge.bench import OLGA

MINUTE, HOUR = 60, 3600


async def lettered(desk: Desk) -> tuple[str, str]:
    """A conversation, and the link in the letter of it."""
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    await desk.letters(1)
    await desk.forwarded(talk)
    return talk, link_in(desk.box.letters[0].get_content())


async def test_link_leads_to_the_page_and_opens_the_conversation_once(desk: Desk) -> None:
    talk, link = await lettered(desk)
    assert f"{ORIGIN}/lamps?id=7#switchboard=" in desk.box.letters[0].get_content()
    inbox, token, conversation = link.split(".")
    assert (inbox, conversation, len(token)) == (desk.bench.place.inbox, talk, 43)

    opened = await desk.open(link)
    assert opened.conversation == talk
    assert await desk.open(link) == opened._replace(commits=(), moved=())  # a retry of the same browser
    with pytest.raises(LinkOver):
        await desk.open(link, address="a third one", key="k2")
    await desk.bench.say("Thank you, I am here now", address="else")
    state = await desk.bench.state(talk)
    assert state.waiting_since is not None and len(state.channels) == 2


async def test_ended_conversation_opens_to_be_read_and_goes_on_with_the_next_words(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "Done.")
    state = await desk.bench.state(talk)
    await desk.bench.do(talk, c.Resolve(operator=OLGA, floor_seq=state.floor_seq))
    await desk.bench.advance(5 * MINUTE)
    await desk.letters(1)
    await desk.forwarded(talk)
    assert (await desk.open(link_in(desk.box.letters[0].get_content()))).conversation == talk
    assert (await desk.bench.state(talk)).status is Status.RESOLVED
    assert (await desk.bench.say("It isn't", address="else")).conversation == talk
    assert (await desk.bench.state(talk)).status is not Status.RESOLVED


async def test_link_runs_out(desk: Desk) -> None:
    _, link = await lettered(desk)
    await desk.bench.advance(72 * HOUR)
    with pytest.raises(LinkOver):
        await desk.open(link)


async def test_link_is_over_once_the_customer_came_back_without_it(desk: Desk) -> None:
    _, link = await lettered(desk)
    await desk.bench.say("I am back")
    with pytest.raises(LinkOver):
        await desk.open(link)


async def test_link_is_over_with_the_next_letter(desk: Desk) -> None:
    talk, link = await lettered(desk)
    await desk.answer(talk, "It is at your door.")
    await desk.bench.advance(5 * MINUTE)
    newer = link_in((await desk.letters(2))[1].get_content())
    assert newer != link
    with pytest.raises(LinkOver):
        await desk.open(link)
    assert (await desk.open(newer, key="k2")).conversation == talk


async def test_every_try_of_a_letter_has_the_same_link(desk: Desk) -> None:
    """One that was given up as lost may have arrived after all."""
    desk.box.answers = ["451 later, please"]
    talk = await desk.customer(email=EMAIL)
    since = await desk.answer(talk, "It is on its way.")
    await desk.bench.pass_time(lambda: bool(desk.box.letters), step=60)
    token = link_in(desk.box.letters[0].get_content()).split(".")[1]
    body = f"{desk.bench.place.business}:{talk}:{since}"
    assert token == desk.vault.sign(body, purpose="letters:link")


async def test_link_opens_nothing_at_another_inbox(desk: Desk) -> None:
    _, link = await lettered(desk)

    def another(tx: Tx, now: int) -> str:
        return directory.add_inbox(
            tx, channel="webchat", name="Other", settings=directory.InboxSettings(), now=now
        ).id  # fmt: skip

    other = await desk.write(another)
    with pytest.raises(LinkOver):
        await desk.open(link.replace(desk.bench.place.inbox, other))


async def test_for_whom_the_business_vouches_the_page_opens_the_conversation_itself(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)

    def vouched(tx: Tx, now: int) -> None:
        identity = inbound.find_identity(tx, desk.bench.place.inbox, "ann")
        assert identity is not None
        contacts.vouch(tx, identity.id, identity.contact, Profile(name="Ann Example"))

    await desk.write(vouched)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    await desk.letters(1)
    text = desk.box.letters[0].get_content()
    assert link_in(text) == f"{desk.bench.place.inbox}..{talk}"
    assert "Sign in as usual" in text and "once, until" not in text


async def test_page_that_is_not_the_business_s_own_is_in_no_letter(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL, page=Page(url="https://evil.example/lamps"))
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    (letter,) = await desk.letters(1)
    assert "evil" not in letter.get_content() and "open the chat on our site" in letter.get_content()


async def test_where_the_page_is_not_known_the_inbox_says_which(desk: Desk) -> None:
    settings = directory.InboxSettings(origins=(ORIGIN,), page=f"{ORIGIN}/contact")
    await desk.write(lambda tx, now: directory.set_inbox(tx, desk.bench.place.inbox, settings))
    talk = await desk.customer(email=EMAIL, page=None)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    assert f"{ORIGIN}/contact#switchboard=" in (await desk.letters(1))[0].get_content()


@pytest.mark.parametrize(
    "url",
    [
        "", "javascript:alert(1)", "https://shop.example.evil.example/", "https://shop.example@evil.example/",
        "//shop.example/x", "https://shop.example/\r\nBcc: x", "https://shop.example/<b>", "https://[", f"{ORIGIN}/{'x' * 600}",
    ],
)  # fmt: skip
def test_what_a_browser_says_of_its_page_is_judged(url: str) -> None:
    assert safe_page(url, allowed={ORIGIN}) == ""


def test_page_keeps_its_query_and_loses_its_fragment() -> None:
    assert safe_page(PAGE.url, allowed={ORIGIN}) == f"{ORIGIN}/lamps?id=7"


@pytest.mark.parametrize("spoil", [lambda token: token[:-1] + "A", lambda token: "b" + token, lambda token: ""])
def test_address_that_ends_letters_is_ours_or_nothing(spoil: object) -> None:
    vault = Vault(b"k" * 32)
    token = stop_path(vault, "b1", EMAIL, locale="en").split("/")[-1].partition("?")[0]
    found = read_stop(vault, token)
    assert found is not None and found.business == "b1"
    spoiled = spoil(token)  # type: ignore[operator]
    assert spoiled == token or read_stop(vault, spoiled) is None
