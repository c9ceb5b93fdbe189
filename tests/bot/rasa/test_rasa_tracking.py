"""What a server must be told, from what its tracker holds and what our log says."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.rasa import tracking
from bot.rasa.wire import Domain, SessionConfig, SlotShape, Tracker, read_tracker
from gateway.model.events import BotMessage, BotTurn, Button, CustomerMessage, Endpoint, Entry, Memory, OperatorMessage
from gateway.model.events import Score as Guess

AT = Endpoint(inbox="i", identity="a", channel="webchat")
DOMAIN = Domain(
    slots={"phone": SlotShape(), "count": SlotShape(type="float"), "language": SlotShape(values=["ru", "en"])}
)
LISTEN = {"event": "action", "name": "action_listen"}


def user(seq: int, turn: str = "", *, told: bool = False, at: float = 100.0) -> dict[str, Any]:
    tag = {"seq": seq, "turn": turn, "told": told}
    return {"event": "user", "text": f"input {seq}", "timestamp": at, "metadata": {"switchboard": tag},
            "parse_data": {"intent": {"name": "greet", "confidence": 1.0}}}  # fmt: skip


def tracker(*events: dict[str, Any], **rest: Any) -> Tracker:
    return read_tracker(msgspec.json.encode({"events": list(events), "slots": {}, **rest}))


def known(mark: int = 1, first: int = 5, last: int = 5, turn: str = "t", **rest: Any) -> tracking.Known:
    return tracking.Known(turn=turn, first=first, last=last, mark=mark, **rest)


def prepared(held: Tracker, what: tracking.Known, *, now: float = 110.0) -> tracking.Preparation:
    return tracking.prepare(held, what, DOMAIN, now=now)


def told(events: tuple[tracking.Told, ...]) -> list[dict[str, Any]]:
    decoded = [msgspec.json.decode(one) if isinstance(one, bytes) else msgspec.to_builtins(one) for one in events]
    return [{name: value for name, value in one.items() if name != "metadata"} for one in decoded]


def test_tracker_as_it_was_left_needs_nothing() -> None:
    assert prepared(tracker(user(1), LISTEN), known()) == tracking.Preparation()


def test_inputs_of_a_dropped_turn_are_taken_out_with_all_that_followed_them() -> None:
    begin = {"event": "session_started", "timestamp": 1.0}
    held = tracker(begin, user(1), {"event": "slot", "name": "phone", "value": "1", "timestamp": 2.0}, LISTEN,
                   user(5, "earlier"), {"event": "slot", "name": "phone", "value": "2"}, LISTEN)  # fmt: skip
    events = told(prepared(held, known(turn="now", last=6)).events)
    assert [event["event"] for event in events] == ["restart", "session_started", "user", "slot", "action"]
    assert events[3]["value"] == "1"
    assert all("timestamp" not in event for event in events), "some stores drop what is older than their last"


def test_turn_that_rasa_has_made_already_is_not_said_again() -> None:
    held = tracker(user(1), user(5, "now"), LISTEN)
    assert prepared(held, known(turn="now", texts=("input 5",))).done
    changed = prepared(held, known(turn="now", texts=("input 5, as its writer changed it",)))
    assert not changed.done and changed.events


def test_turn_that_rasa_has_half_made_is_said_again() -> None:
    held = tracker(user(1), user(5, "now"), LISTEN)
    half = prepared(held, known(turn="now", last=7, texts=("input 5", "input 7")))
    assert not half.done and half.events


@pytest.mark.parametrize(
    "held",
    [tracker(), tracker(LISTEN), tracker(user(1), user(3), LISTEN), tracker({"event": "user", "text": "not ours"}),
     tracker(user(1), {"event": "restart"}, LISTEN)],
    ids=["lost", "empty", "answered by somebody else", "foreign", "restarted"],
)  # fmt: skip
def test_tracker_of_another_past_is_written_anew(held: Tracker) -> None:
    assert prepared(held, known()).anew


def test_without_a_mark_the_tracker_is_written_anew() -> None:
    assert prepared(tracker(user(1), LISTEN), known(mark=0)).anew


def test_tracker_that_has_grown_long_is_begun_anew() -> None:
    held = tracker(*[LISTEN] * tracking.MOST_EVENTS, user(1), LISTEN)
    assert prepared(held, known()).anew
    begun = tracker(*[LISTEN] * tracking.MOST_EVENTS, {"event": "restart"}, user(1), LISTEN)
    assert not prepared(begun, known()).anew


def test_what_was_told_after_the_restart_counts() -> None:
    held = tracker(user(7), {"event": "restart"}, user(1, told=True), user(2, "t0"), LISTEN)
    assert prepared(held, known(mark=2)) == tracking.Preparation()


def test_paused_tracker_is_resumed() -> None:
    assert told(prepared(tracker(user(1), LISTEN, paused=True), known()).events)[0] == {"event": "resume"}


def test_session_is_begun_before_rasa_would_begin_it() -> None:
    held = tracker(user(1, at=100.0), LISTEN, slots={"phone": "1", "language": "ru", "requested_slot": "phone"})
    assert prepared(held, known(), now=100 + 58 * 60).events == ()
    events = told(prepared(held, known(), now=100 + 59.5 * 60).events)
    assert [event["event"] for event in events] == ["action", "session_started", "slot", "action"]
    assert events[2]["name"] == "phone"


@pytest.mark.parametrize(("carry", "slots"), [(True, 1), (False, 0)])
def test_new_session_carries_slots_where_the_project_says_so(carry: bool, slots: int) -> None:
    domain = msgspec.structs.replace(DOMAIN, session_config=SessionConfig(60, carry))
    held = tracker(user(1, at=0.5), LISTEN, slots={"phone": "1"})
    events = told(tracking.prepare(held, known(), domain, now=9000).events)
    assert len([event for event in events if event["event"] == "slot"]) == slots


def test_session_that_never_ends_never_ends() -> None:
    domain = msgspec.structs.replace(DOMAIN, session_config=SessionConfig(0, True))
    assert tracking.prepare(tracker(user(1, at=0.5), LISTEN), known(), domain, now=1e9).events == ()


def entry(seq: int, event: Any) -> Entry:
    return Entry(seq=seq, id=str(seq), at=seq, event=event)


LOG = (
    entry(1, CustomerMessage(text="hello", endpoint=AT)),
    entry(2, BotTurn(answered=0, upto=1, outcome="answered", intents=(Guess(intent="greet", confidence=0.9),))),
    entry(3, BotMessage(text="Hi.", endpoint=AT, turn=1, buttons=(Button(title="Price", payload="/price"),))),
    entry(4, CustomerMessage(text="a person please", endpoint=AT)),
    entry(5, OperatorMessage(text="Olga here.", endpoint=AT, operator="o", name="Olga")),
    entry(6, OperatorMessage(text="All done.", endpoint=AT, operator="o", name="Olga")),
    entry(7, CustomerMessage(text="how much is it", endpoint=AT)),
)


def test_log_is_told_with_what_people_said_between_pause_and_resume() -> None:
    events = told(tracking.anew(tracker(user(1)), known(first=7, last=7), LOG, DOMAIN))
    kinds = [(event["event"], event.get("text", "")) for event in events if event["event"] != "action"]
    assert kinds == [
        ("restart", ""), ("session_started", ""), ("user", "hello"), ("bot", "Hi."), ("user", "a person please"),
        ("pause", ""), ("bot", "Olga here."), ("bot", "All done."), ("resume", ""),
    ]  # fmt: skip
    assert events[-1] == LISTEN
    assert next(event for event in events if event["event"] == "user")["parse_data"]["intent"]["name"] == "greet"
    assert next(event for event in events if event["event"] == "bot")["data"]["buttons"][0]["payload"] == "/price"


def test_facts_come_as_their_slots_want_them_and_a_form_goes_on() -> None:
    memory = Memory(form="order", asks="phone")
    facts = {"count": "2.5", "phone": "555-0101", "language": "ru", "stranger": "x"}
    events = told(tracking.anew(tracker(), known(memory=memory, facts=facts), LOG[:3], DOMAIN))
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    assert slots == {"count": 2.5, "phone": "555-0101", "requested_slot": "phone"}
    assert {"event": "active_loop", "name": "order"} in events


def test_new_conversation_on_a_new_tracker_needs_nothing() -> None:
    first = (entry(1, CustomerMessage(text="hello", endpoint=AT)),)
    assert tracking.anew(tracker(LISTEN), known(first=1, last=1, mark=0), first, DOMAIN) == ()


def test_first_turn_that_was_dropped_is_taken_out() -> None:
    first = (entry(1, CustomerMessage(text="hello", endpoint=AT)),)
    events = told(tracking.anew(tracker(user(1, "earlier")), known(first=1, last=1, mark=0), first, DOMAIN))
    assert events[0] == {"event": "restart"} and not [event for event in events if event["event"] == "user"]


def test_long_log_is_told_by_its_end() -> None:
    log = [entry(seq, CustomerMessage(text=f"input {seq}", endpoint=AT)) for seq in range(1, 500)]
    events = told(tracking.anew(tracker(user(1)), known(first=499, last=499), log, DOMAIN))
    users = [event["text"] for event in events if event["event"] == "user"]
    assert len(users) == tracking.MOST_TOLD and users[-1] == "input 498"


def test_switchboards_slots_are_told_where_the_project_has_them() -> None:
    wanted = {"language": "de", "open": True, "channel": "webchat"}
    assert tracking.synced(wanted, DOMAIN) == (), "neither a value that the slot has not, nor a slot that is not there"
    assert tracking.synced({"language": "ru"}, DOMAIN) == ({"event": "slot", "name": "language", "value": "ru"},)


def test_mark_is_the_first_step_of_the_memory_and_survives_its_bounds() -> None:
    held = tracker(active_loop={"name": "order"})
    memory = tracking.memory_of(held, mark=17, asks="phone", version="m", at=1, steps=[f"/{n}" for n in range(50)])
    assert tracking.mark_of(memory) == 17 and (memory.form, memory.asks) == ("order", "phone")
    assert len(memory.steps) <= 24


@pytest.mark.parametrize("steps", [(), ("tariffs",), ("rasa x",), ("rasa ",), ("rasa -3",)])
def test_memory_of_another_engine_has_no_mark(steps: tuple[str, ...]) -> None:
    assert tracking.mark_of(Memory(steps=steps)) == 0


@pytest.mark.parametrize("value", ["text", True, 2.5, ["a", "b"], {"a": 1}])
def test_slot_is_the_same_after_it_was_a_fact(value: Any) -> None:
    kind = "text" if isinstance(value, str) else "any"
    assert tracking.typed(tracking.fact_of(value), kind) == value
