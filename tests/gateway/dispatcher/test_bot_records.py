"""What the bot filled in becomes a record with its turn: one, numbered, or none and people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gateway.dispatcher.recording import Kept
from gateway.dispatcher.units import FinishTurn
from gateway.model import commands as c
from gateway.model import forms
from gateway.model.events import BotMessage, BotTurn, FormFilled, HandoffRequested, Memory
from gateway.model.state import Status
from gateway.ports import BotReply, FilledForm, TurnRequest, TurnResult
from gateway.store import configuration, records, webhook_calls
from gateway.store.records import Record, Wanted
from gateway.store.sql import Tx
from tests.support_edge.bench import OLGA, Bench
from tests.support_edge.checks import check_gapless, tags
from tests.support_edge.waiting import until

CUPS = forms.Field(name="cups", label="Cups", kind="number", required=True, most=9, fact="cups wanted")
GIFT = forms.Field(name="gift", label="A gift", kind="boolean")
ORDER = Kept(
    name="form", purpose="order", prefix="ORD", statuses=("new", "sent"), told="Your order {{number}} is recorded.",
    steps=(forms.Step(name="what", title="What", fields=(CUPS, GIFT)),),
)  # fmt: skip
ANSWERS = {"cups": "2", "gift": "yes"}


def fills(
    answers: dict[str, str] = ANSWERS, *, form: str = "form", name: str = "Form"
) -> Callable[[TurnRequest], TurnResult]:
    def answer(request: TurnRequest) -> TurnResult:
        return TurnResult(
            outcome="answered", version="v1", facts={"cups": "", "gift": ""}, memory=Memory(at=request.now),
            replies=(BotReply(text="It opens at nine."), BotReply(text="That is all.")),
            filled=(FilledForm(form=form, name=name, answers=answers, said=1),),
        )  # fmt: skip

    return answer


async def all_records(bench: Bench) -> list[Record]:
    return await bench.store.read(bench.place.business, lambda tx, now: records.read_page(tx, Wanted()))


async def change(bench: Bench, form: Kept | None) -> None:
    """The form is set up anew, or removed."""

    def unit(tx: Tx, now: int) -> None:
        item = configuration.find(tx, "form", "form")
        assert item is not None
        if form is None:
            assert configuration.remove(tx, item)
        else:
            body = msgspec.json.encode(form).decode()
            assert configuration.change(tx, item, name=form.name.casefold(), body=body, by="test", now=now)

    await bench.store.write(bench.place.business, unit)


def of_kind(entries: list[Any], kind: type) -> list[Any]:
    return [entry.event for entry in entries if isinstance(entry.event, kind)]


async def test_a_turn_that_filled_a_form_makes_a_numbered_record_and_tells_its_number(bench: Bench) -> None:
    await bench.set_up("form", ORDER)
    bench.engine.answer = fills()
    conversation = (await bench.say("that is all", choice="/done")).conversation
    entries = await bench.logged(conversation, "form_filled")
    (filled,) = of_kind(entries, FormFilled)
    assert (filled.number, filled.name, filled.status, filled.values) == ("ORD-000001", "form", "new", ANSWERS)
    assert (filled.by.id, filled.by.name) == ("", "The bot"), "nobody's account"
    assert [one.text for one in of_kind(entries, BotMessage)] == [
        "It opens at nine.", "That is all.", "Your order ORD-000001 is recorded.",
    ]  # fmt: skip
    (record,) = await all_records(bench)
    assert (record.conversation, record.number, record.by, record.status) == (conversation, "ORD-000001", "", "new")
    assert [(one.label, one.value) for one in record.values] == [("Cups", "2"), ("A gift", "yes")]
    state = await bench.state(conversation)
    assert state.facts == {"cups wanted": "2"} and state.status is Status.PENDING
    check_gapless(entries)


async def test_a_turn_that_comes_too_late_draws_no_number(bench: Bench) -> None:
    await bench.set_up("form", ORDER)
    bench.engine.answer = fills()
    bench.engine.hold()
    conversation = (await bench.say("that is all", choice="/done")).conversation
    await until(lambda: len(bench.engine.requests) == 1)
    await bench.do(conversation, c.Take(operator=OLGA))
    bench.engine.release()
    entries = await bench.logged(conversation, "bot_turn_dropped")
    assert "form_filled" not in tags(entries) and await all_records(bench) == []
    other = (await bench.say("that is all", address="bob", choice="/done")).conversation
    assert of_kind(await bench.logged(other, "form_filled"), FormFilled)[0].number == "ORD-000001", "no gap"


async def test_a_turn_that_is_made_twice_makes_one_record(bench: Bench) -> None:
    await bench.set_up("form", ORDER)
    bench.engine.hold()
    conversation = (await bench.say("that is all", choice="/done")).conversation
    await until(lambda: len(bench.engine.requests) == 1)
    state = await bench.state(conversation)
    command = c.FinishTurn(
        floor_seq=state.floor_seq, answered=state.answered, upto=state.last_input, outcome="answered",
        answered_forms=(c.Answered(form="form", name="Form", answers=ANSWERS, said=0),),
    )  # fmt: skip
    unit = FinishTurn(conversation, command, bench.dispatcher.policy, 1)
    for _ in range(2):
        await bench.dispatcher.commit(bench.place.business, unit, key=conversation)
    bench.engine.release()
    entries = await bench.logged(conversation, "bot_turn_dropped")
    assert tags(entries).count("form_filled") == 1 and len(await all_records(bench)) == 1


async def test_a_form_that_is_called_otherwise_by_now_is_found_and_one_of_another_business_by_its_name(
    bench: Bench,
) -> None:
    await bench.set_up("form", ORDER)
    await change(bench, msgspec.structs.replace(ORDER, name="Tea order", told=""))
    bench.engine.answer = fills()
    first = (await bench.say("that is all", choice="/done")).conversation
    assert of_kind(await bench.logged(first, "form_filled"), FormFilled)[0].name == "Tea order"
    bench.engine.answer = fills(form="f-elsewhere", name="TEA ORDER")
    other = (await bench.say("that is all", address="bob", choice="/done")).conversation
    assert of_kind(await bench.logged(other, "form_filled"), FormFilled)[0].number == "ORD-000002"


async def test_a_form_that_changed_and_still_takes_the_answers_keeps_them(bench: Bench) -> None:
    await bench.set_up("form", ORDER)
    wishes = forms.Field(name="wishes", label="Wishes", kind="long_text")
    step = forms.Step(name="new", title="New", fields=(GIFT, msgspec.structs.replace(CUPS, label="How many"), wishes))
    await change(bench, msgspec.structs.replace(ORDER, steps=(step,)))
    bench.engine.answer = fills()
    await bench.logged((await bench.say("done", choice="/done")).conversation, "form_filled")
    (record,) = await all_records(bench)
    assert [one.label for one in record.values] == ["A gift", "How many"]


NEEDED = forms.Field(name="street", label="Street", required=True)
CHANGED: dict[str, tuple[Kept | None, str]] = {
    "removed": (None, "Form"),
    "no longer used": (msgspec.structs.replace(ORDER, active=False), "Form"),
    "asks more": (
        msgspec.structs.replace(ORDER, steps=(*ORDER.steps, forms.Step(name="b", title="B", fields=(NEEDED,)))), "Form: Street",
    ),
    "asks less": (msgspec.structs.replace(ORDER, steps=(forms.Step(name="a", title="A", fields=(CUPS,)),)), "Form: gift"),
    "takes less": (
        msgspec.structs.replace(
            ORDER, steps=(forms.Step(name="a", title="A", fields=(msgspec.structs.replace(CUPS, most=1), GIFT)),)
        ),
        "Form: Cups",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("form", "why"), CHANGED.values(), ids=CHANGED.keys())
async def test_answers_that_the_form_no_longer_takes_go_to_people(bench: Bench, form: Kept | None, why: str) -> None:
    await bench.set_up("form", ORDER)
    await change(bench, form)
    bench.engine.answer = fills()
    conversation = (await bench.say("that is all", choice="/done")).conversation
    entries = await bench.logged(conversation, "handoff_requested")
    (handoff,) = of_kind(entries, HandoffRequested)
    assert (handoff.reason, handoff.cause, handoff.why, handoff.by) == ("bot_decided", "form_changed", why, "bot")
    assert [one.text for one in of_kind(entries, BotMessage)] == ["It opens at nine."], "nothing is told as done"
    assert of_kind(entries, BotTurn)[0].outcome == "handoff"
    state = await bench.state(conversation)
    assert state.status is Status.QUEUED and state.facts == ANSWERS, "nothing that was answered is lost"
    assert await all_records(bench) == []


async def test_of_two_forms_the_one_that_fits_is_kept(bench: Bench) -> None:
    await bench.set_up("form", ORDER)
    good, gone = fills()(_no_request()).filled[0], FilledForm(form="", name="Gone", answers={"a": "b"}, said=2)
    bench.engine.answer = lambda request: msgspec.structs.replace(fills()(request), filled=(good, gone))
    conversation = (await bench.say("that is all", choice="/done")).conversation
    entries = await bench.logged(conversation, "handoff_requested")
    assert [one.text for one in of_kind(entries, BotMessage)][-1] == "Your order ORD-000001 is recorded."
    assert (await bench.state(conversation)).facts == {"cups wanted": "2", "a": "b"}


def _no_request() -> TurnRequest:
    return TurnRequest(id="", business="", conversation="", inputs=(), locale="en", misses=0, facts={}, now=0)


async def test_a_webhook_hears_of_the_record(bench: Bench) -> None:
    await bench.set_up("form", ORDER)
    await bench.set_up("webhook", {"name": "crm", "url": "https://crm.example.com", "events": ["form_filled"]})
    bench.engine.answer = fills()
    conversation = (await bench.say("that is all", choice="/done")).conversation
    entries = await bench.logged(conversation, "form_filled")
    seq = next(entry.seq for entry in entries if isinstance(entry.event, FormFilled))
    assert await bench.store.read(bench.place.business, lambda tx, now: _called(tx, conversation, seq))


def _called(tx: Tx, conversation: str, seq: int) -> bool:
    calls = webhook_calls.page(tx, "webhook", before="~", limit=10)
    return [(one.event, one.conversation, one.seq) for one in calls] == [("form_filled", conversation, seq)]
