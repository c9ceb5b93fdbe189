"""The operators' desk over both wires: who has the floor, who may do what, and what the customer never sees."""

from __future__ import annotations

import asyncio
import json

from gateway.model import words
from tests.support_edge.clients import Console, Widget
from tests.support_edge.site import Site
from tests.support_edge.waiting import until


async def queued(site: Site) -> tuple[Widget, str]:
    """A customer who waits for a person."""
    widget = await site.widget()
    ack = await widget.say("A person, please", choice=words.ASK_FOR_PERSON)
    await widget.entry("system_notice")
    return widget, ack["conversation"]


async def following(site: Site, conversation: str, who: str = "olga") -> Console:
    console = await site.console(who)
    await console.send({"type": "follow", "conversation": conversation})
    await console.expect("entries")
    return console


async def taken(site: Site) -> tuple[Widget, Console, str, int]:
    """Olga has the conversation; the floor's seq."""
    widget, conversation = await queued(site)
    console = await following(site, conversation)
    assert (await console.command(conversation, "take"))["type"] == "ack"
    return widget, console, conversation, (await widget.entry("taken"))["seq"]


async def test_operator_takes_replies_and_the_customer_reads_it(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    ack = await console.command(conversation, "reply", id="r1", text="Hi, I am Olga", floor_seq=floor)
    assert ack["type"] == "ack"
    message = await widget.entry("operator_message", text="Hi, I am Olga")
    assert (message["seq"], message["event"]["name"]) == (ack["seq"], "Olga")
    await widget.say("Thank you, Olga")
    await console.entry("customer_message", text="Thank you, Olga")


async def test_of_two_who_take_at_once_the_other_is_told_who_has_it(site: Site) -> None:
    for _ in range(3):
        _, conversation = await queued(site)
        desks = [await following(site, conversation, who) for who in ("olga", "pavel")]
        answers = await asyncio.gather(*(desk.command(conversation, "take") for desk in desks))
        assert sorted(answer["type"] for answer in answers) == ["ack", "refused"]
        winner = ("Olga", "Pavel")[[answer["type"] for answer in answers].index("ack")]
        problem = next(answer["problem"] for answer in answers if answer["type"] == "refused")
        assert (problem["type"], problem["status"], problem["owner"]) == ("/problems/taken", 409, winner)


async def test_take_by_socket_and_by_http_are_one_thing(site: Site) -> None:
    _, conversation = await queued(site)
    console = await following(site, conversation)
    status, body = await site.verb(conversation, "take", who="pavel")
    assert (status, body["conversation"]) == (200, conversation)
    assert (await console.command(conversation, "take"))["problem"]["owner"] == "Pavel"


async def test_reply_sent_twice_is_said_once(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    answers = [await console.command(conversation, "reply", id="r1", text="Hi", floor_seq=floor) for _ in range(3)]
    assert len({answer["seq"] for answer in answers}) == 1
    status, body = await site.verb(conversation, "reply", id="r1", text="Hi", floor_seq=floor)
    assert (status, body["seq"]) == (200, answers[0]["seq"])
    await console.command(conversation, "reply", id="r2", text="Bye", floor_seq=floor)
    await widget.entry("operator_message", text="Bye")
    assert widget.said.count("Hi") == 1


async def test_screen_that_is_out_of_date_gets_a_conflict(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    await console.command(conversation, "transfer", floor_seq=floor)
    await console.command(conversation, "take")
    refused = await console.command(conversation, "reply", id="r1", text="late", floor_seq=floor)
    assert (refused["problem"]["type"], refused["problem"]["status"]) == ("/problems/stale_floor", 409)
    await widget.say("anyone?")
    assert "late" not in widget.said


async def test_only_the_owner_speaks(site: Site) -> None:
    _, _, conversation, floor = await taken(site)
    for verb, body in (
        ("reply", {"id": "r1", "text": "me too"}), ("return_to_bot", {}), ("resolve", {}), ("transfer", {}),
        ("snooze", {"until": 4_000_000_000_000_000}),
    ):  # fmt: skip
        status, problem = await site.verb(conversation, verb, who="pavel", floor_seq=floor, **body)
        assert (status, problem["type"], problem["owner"]) == (403, "/problems/not_owner", "Olga"), verb


async def test_supervisor_may_end_a_colleagues_conversation(site: Site) -> None:
    _, _, conversation, floor = await taken(site)
    status, _ = await site.verb(conversation, "resolve", who="sara", floor_seq=floor)
    assert status == 200


async def test_private_note_never_reaches_the_customers_bytes(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    colleague = await following(site, conversation, "pavel")
    await console.command(conversation, "note", id="n1", text="He shouts, be patient")
    assert (await colleague.entry("note_added"))["event"]["text"] == "He shouts, be patient"
    await console.command(conversation, "facts", facts={"mood": "cross"})
    await console.command(conversation, "reply", id="r1", text="Hello there", floor_seq=floor)
    await widget.entry("operator_message", text="Hello there")
    back = await site.widget(token=widget.token)
    await back.entry("operator_message", text="Hello there")
    for raw in widget.raw + back.raw:
        for secret in ("shouts", "cross", "note_added", site.ours.accounts["olga"], "olga@", "handoff_evidence"):
            assert secret not in raw


async def test_conversation_returned_to_the_bot_is_answered_by_the_bot(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    await console.command(conversation, "reply", id="r1", text="The bot knows", floor_seq=floor)
    assert (await console.command(conversation, "return_to_bot", floor_seq=floor))["type"] == "ack"
    await widget.entry("returned_to_bot")
    await widget.say("Plans?")
    await widget.entry("bot_message", text="You said: Plans?")


async def test_resolved_conversation_says_so_and_opens_again_when_the_customer_writes(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    await console.command(conversation, "resolve", floor_seq=floor, code="answered")
    resolved = await widget.entry("resolved")
    assert "code" not in resolved["event"]
    refused = await console.command(conversation, "reply", id="r1", text="wait", floor_seq=floor)
    assert refused["problem"]["type"] == "/problems/not_possible"
    await widget.say("One more thing")
    await widget.entry("reopened")


async def test_lists_show_what_belongs_to_a_view_and_move_as_it_changes(site: Site) -> None:
    desk = await site.console("olga")
    await desk.send({"type": "list", "view": "unassigned"})
    rows = await desk.expect("rows")
    assert (rows["rows"], rows["next"], rows["counts"]) == (
        [],
        None,
        {"mine": 0, "unassigned": 0, "all": 0, "callbacks": 0},
    )
    _, conversation = await queued(site)
    while True:
        frame = await desk.expect("row")
        if frame.get("counts", {}).get("unassigned") == 1:
            break
    await desk.command(conversation, "take")
    while True:
        frame = await desk.expect("row")
        if frame.get("counts", {}).get("mine") == 1:
            break
    for view, found in (("mine", [conversation]), ("unassigned", []), ("all", [conversation]), ("resolved", [])):
        await desk.send({"type": "list", "view": view})
        rows = await desk.expect("rows", view=view)
        assert [row["conversation"] for row in rows["rows"]] == found
    _, page = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations?view=mine")
    (row,) = page["rows"]
    assert (row["status"], row["owner"]["name"], row["channel"]) == ("open", "Olga", "webchat")


async def test_pages_of_a_list_hold_every_conversation_once(site: Site) -> None:
    made = {(await (await site.widget()).say("Hello"))["conversation"] for _ in range(7)}
    await until(lambda: site.engine.finished == 7)
    found: list[str] = []
    path = f"/api/v1/businesses/{site.ours.business}/conversations?limit=3"
    before = ""
    while True:
        _, page = await site.call("GET", path + (f"&before={before}" if before else ""))
        found += [row["conversation"] for row in page["rows"]]
        if page["next"] is None:
            break
        before = str(page["next"])
    assert len(found) == 7 and set(found) == made


async def test_console_that_resumes_a_thread_gets_what_is_new(site: Site) -> None:
    _, console, conversation, floor = await taken(site)
    last = (await site.log(conversation))[-1]
    await console.close()
    await site.verb(conversation, "reply", id="r1", text="Hello", floor_seq=floor)
    back = await site.console("olga")
    await back.send({"type": "follow", "conversation": conversation, "last_seq": last.seq, "last_event_id": last.id})
    await back.entry("operator_message", text="Hello")
    assert back.seqs == [last.seq + 1]
    await back.send({"type": "follow", "conversation": conversation, "last_seq": last.seq, "last_event_id": "unknown"})
    await back.expect("resync")
    frame = await back.expect("entries")
    assert frame["entries"][0]["seq"] == 1


async def test_unfollowed_thread_is_silent(site: Site) -> None:
    widget, console, conversation, _ = await taken(site)
    await console.send({"type": "unfollow", "conversation": conversation})
    await console.still_there()
    before = len(console.entries)
    await widget.say("Hello?")
    await console.still_there()
    assert len(console.entries) == before


async def test_history_by_http_is_the_log_in_pages(site: Site) -> None:
    _, _, conversation, _ = await taken(site)
    path = f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}"
    status, view = await site.call("GET", path)
    assert status == 200 and view["conversation"]["status"] == "open"
    seqs: list[int] = []
    after: object = 0
    while after is not None:
        _, page = await site.call("GET", f"{path}/entries?limit=2&after={after}")
        seqs += [entry["seq"] for entry in page["entries"]]
        after = page["next"]
    assert seqs == [entry.seq for entry in await site.log(conversation)]


async def test_what_a_transfer_says_stays_among_colleagues(site: Site) -> None:
    _, team = await site.call(
        "POST", f"/api/v1/businesses/{site.ours.business}/teams", who="anna", json={"name": "Second level"}
    )
    widget, console, conversation, floor = await taken(site)
    await console.command(conversation, "transfer", floor_seq=floor, team=team["id"], note="hear him out")
    await widget.entry("transferred")
    for said in (team["id"], "hear him out"):
        assert not any(said in raw for raw in widget.raw)
        assert said in json.dumps([entry["event"] for entry in console.entries] + console.frames)


async def test_a_team_that_is_not_there_gets_nothing(site: Site) -> None:
    _, console, conversation, floor = await taken(site)
    refused = await console.command(conversation, "transfer", floor_seq=floor, team="no-such-team")
    assert refused["problem"]["type"] == "/problems/invalid" and refused["problem"]["field"] == "team"


async def test_labels_are_put_on_and_taken_off_and_customers_see_none(site: Site) -> None:
    made = [
        (await site.call("POST", f"/api/v1/businesses/{site.ours.business}/labels", who="anna", json={"name": name}))[1]
        for name in ("Urgent", "Delivery")
    ]
    urgent, delivery = (str(one["id"]) for one in made)
    widget, console, conversation, _ = await taken(site)
    await console.command(conversation, "label", add=[urgent, delivery])
    await console.command(conversation, "label", remove=[delivery])
    page = f"/api/v1/businesses/{site.ours.business}/conversations"
    for label, found in ((urgent, 1), (delivery, 0), ("none", 0)):
        rows = (await site.call("GET", f"{page}?label={label}"))[1]["rows"]
        assert [row["labels"] for row in rows] == [[urgent]] * found
    refused = await console.command(conversation, "label", add=["no-such-label"])
    assert refused["problem"]["type"] == "/problems/invalid"
    await widget.still_there()
    assert not any(urgent in raw for raw in widget.raw)


async def test_a_note_calls_the_colleagues_whom_it_names(site: Site) -> None:
    _, console, conversation, _ = await taken(site)
    pavel, sara = await site.console("pavel"), await site.console("sara")
    await console.command(conversation, "note", id="n1", text="@Pavel look", mentions=[site.ours.accounts["pavel"]])
    called = await pavel.expect("mentioned", conversation=conversation)
    assert called["by"] == "Olga"
    await sara.still_there()
    assert not any(frame["type"] == "mentioned" for frame in sara.frames)
    refused = await console.command(
        conversation, "note", id="n2", text="@Rita", mentions=[site.theirs.accounts["rita"]]
    )
    assert refused["problem"]["type"] == "/problems/invalid"
