"""The checker of the fault tests: a sound run passes, and each thing that may be wrong is found and named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from gateway.model import commands as c
from gateway.model.events import BotMessage, BotTurn, CustomerMessage, Entry, OperatorMessage
from gateway.model.visible import Audience, visible_entry
from gateway.store.ledger import Request
from tests.support.histories import CONVERSATION, TELEGRAM, History
from tests.support_edge.fleet import Chat, Input, Page, Push, Record, Stored, Told, findings
from tests.support_edge.fleet.checker import Rule

WRITER = "Ants visitor 0"
FIRST, SECOND = "Ants visitor 0 line 1", "Ants visitor 0 line 2"


class Run(NamedTuple):
    record: Record
    stored: Stored

    def rules(self) -> list[Rule]:
        return [one.rule for one in findings(self.record, self.stored)]


def sound(*, people: bool = False) -> Run:
    """Two messages, each answered by the bot; ``people``: Olga takes over then, and answers a third one."""
    history = History().start(endpoint=TELEGRAM)
    for text in (FIRST, SECOND):
        history.say(text, endpoint=TELEGRAM)
        history.turn(f"You said: {text}")
    if people:
        history.take()
        history.say("Ants visitor 0 line 3", endpoint=TELEGRAM)
        history.reply("Ants answer 1")
    return run_of(history)


def run_of(history: History) -> Run:
    log = history.entries
    said = [(entry.event.text, entry.seq) for entry in log if isinstance(entry.event, CustomerMessage)]
    inputs = tuple(Input(WRITER, text, True, (CONVERSATION, seq)) for text, seq in said)
    told = tuple(Told(CONVERSATION, e.seq, e.event.text) for e in log if isinstance(e.event, OperatorMessage))
    answers = [(entry.seq, entry.event.text) for entry in log if isinstance(entry.event, BotMessage)]
    record = Record(
        inputs=inputs, told=told, pages=(page_of(log),), chats=(Chat(WRITER, tuple(text for _, text in answers)),)
    )
    stored = Stored(
        logs={CONVERSATION: tuple(log)}, states={CONVERSATION: history.state},
        requests={CONVERSATION: (Request(history.state.request, 1, "", "", None),)},
        pushes=tuple(Push(CONVERSATION, seq, "sent", 1) for seq, _ in answers), held=frozenset({CONVERSATION}),
    )  # fmt: skip
    return Run(record, stored)


def page_of(log: Sequence[Entry]) -> Page:
    shown = (visible_entry(entry, Audience.CUSTOMER) for entry in log)
    whole = [entry for entry in shown if entry is not None]
    return Page(WRITER, CONVERSATION, tuple(msgspec.json.decode(msgspec.json.encode(whole))))


@pytest.mark.parametrize("people", [False, True])
def test_sound_run_has_no_findings(people: bool) -> None:
    run = sound(people=people)
    assert findings(run.record, run.stored) == []


def log_of(run: Run) -> list[Entry]:
    return list(run.stored.logs[CONVERSATION])


def with_log(run: Run, log: Sequence[Entry]) -> Run:
    return run._replace(stored=run.stored._replace(logs={CONVERSATION: tuple(log)}))


def with_record(run: Run, **changes: Any) -> Run:
    return run._replace(record=run.record._replace(**changes))


def with_stored(run: Run, **changes: Any) -> Run:
    return run._replace(stored=run.stored._replace(**changes))


def retold(events: Sequence[object]) -> Run:
    """A run whose log says just this, folded as it stands: a product that wrote it would find nothing wrong."""
    history = History()
    for event in events:
        history.append(event)  # type: ignore[arg-type]
    return run_of(history)


def acknowledged_and_gone(run: Run) -> Run:
    return with_record(run, inputs=(*run.record.inputs, Input(WRITER, "Ants visitor 0 line 3", True)))


def acknowledged_elsewhere(run: Run) -> Run:
    first, *others = run.record.inputs
    return with_record(run, inputs=(first._replace(place=(CONVERSATION, 99)), *others))


def said_by_nobody(run: Run) -> Run:
    return with_record(run, inputs=run.record.inputs[1:])


def stored_twice(run: Run) -> Run:
    events = [entry.event for entry in log_of(run)]
    again = retold([*events, events[1]])
    return again._replace(record=run.record)


def stored_backwards(run: Run) -> Run:
    return with_record(run, inputs=tuple(one._replace(place=None) for one in reversed(run.record.inputs)))


def with_two_conversations(run: Run) -> Run:
    log = log_of(run)
    other = [replace(entry, id=f"other-{entry.id}") for entry in log[:1]]
    stray = replace(log[1], seq=2, id="other-2", event=replace(log[1].event, text="Ants visitor 0 line 3"))
    run = with_stored(run, logs={**run.stored.logs, "conversation-2": (*other, stray)})
    return with_record(run, inputs=(*run.record.inputs, Input(WRITER, "Ants visitor 0 line 3", True)))


def without_an_entry(run: Run) -> Run:
    log = log_of(run)
    return with_log(run, [entry for entry in log if entry.seq != 3])


def with_another_state(run: Run) -> Run:
    state = run.stored.states[CONVERSATION]
    return with_stored(run, states={CONVERSATION: replace(state, answered=0)})


def never_answered(run: Run) -> Run:
    return retold([entry.event for entry in log_of(run)[:-2]])


def answered_by_two_turns(run: Run) -> Run:
    events = [entry.event for entry in log_of(run)]
    turns = [event for event in events if isinstance(event, BotTurn | BotMessage)]
    return retold([*events, *turns[-2:]])


def with_a_reply_too_few(run: Run) -> Run:
    return retold([entry.event for entry in log_of(run)[:-1]])


def with_a_turn_that_was_not_asked_all_that_it_covers(run: Run) -> Run:
    """As a node does that begins a turn, and counts what another node takes meanwhile as answered."""
    history = History().start(endpoint=TELEGRAM)
    history.say(FIRST, endpoint=TELEGRAM)
    history.say(SECOND, endpoint=TELEGRAM)
    history.turn(f"You said: {SECOND}")
    return run_of(history)


def with_a_request_of_nobody(run: Run) -> Run:
    return with_stored(run, held=frozenset())


def resolved_without_an_ending(run: Run) -> Run:
    history = History().start(endpoint=TELEGRAM)
    history.say(FIRST, endpoint=TELEGRAM)
    history.turn(f"You said: {FIRST}")
    history.do(c.Close(ending="answered", reason="silence"))
    return run_of(history)


def with_no_line_in_the_ledger(run: Run) -> Run:
    return with_stored(run, requests={})


def with_a_page_that_missed_something(run: Run) -> Run:
    return with_record(run, pages=(page_of(log_of(run)[:-1]),))


def with_a_chat_that_lacks_an_answer(run: Run) -> Run:
    return with_record(run, chats=(Chat(WRITER, run.record.chats[0].texts[:-1]),))


def with_a_chat_in_another_order(run: Run) -> Run:
    return with_record(run, chats=(Chat(WRITER, tuple(reversed(run.record.chats[0].texts))),))


def with_a_chat_that_has_an_answer_twice(run: Run) -> Run:
    texts = run.record.chats[0].texts
    return with_record(run, chats=(Chat(WRITER, (*texts, texts[-1])),))


WRONG: list[tuple[Callable[[Run], Run], Rule]] = [
    (acknowledged_and_gone, "lost"),
    (acknowledged_elsewhere, "misplaced"),
    (said_by_nobody, "misplaced"),
    (stored_twice, "doubled"),
    (with_two_conversations, "doubled"),
    (stored_backwards, "disordered"),
    (without_an_entry, "gap"),
    (with_another_state, "gap"),
    (never_answered, "uncovered"),
    (answered_by_two_turns, "covered_twice"),
    (with_a_reply_too_few, "unsaid"),
    (with_a_turn_that_was_not_asked_all_that_it_covers, "unheard"),
    (with_a_request_of_nobody, "unended"),
    (resolved_without_an_ending, "unended"),
    (with_no_line_in_the_ledger, "unwritten"),
    (with_a_page_that_missed_something, "page"),
    (with_a_chat_that_lacks_an_answer, "unsent"),
    (with_a_chat_in_another_order, "unsent"),
    (with_a_chat_that_has_an_answer_twice, "sent_twice"),
]


@pytest.mark.parametrize(("wrong", "rule"), WRONG, ids=[wrong.__name__ for wrong, _ in WRONG])
def test_what_is_wrong_is_found(wrong: Callable[[Run], Run], rule: Rule) -> None:
    assert rule in wrong(sound()).rules()


def test_answer_that_was_tried_twice_may_be_there_twice() -> None:
    run = with_a_chat_that_has_an_answer_twice(sound())
    first, last = run.stored.pushes
    assert with_stored(run, pushes=(first, last._replace(attempts=2))).rules() == []
    assert with_record(run, ambiguous=1).rules() == []


def test_message_that_was_put_off_may_stand_behind_later_ones() -> None:
    run = stored_backwards(sound())
    late = tuple(one._replace(put_off=True) for one in run.record.inputs)
    assert with_record(run, inputs=late).rules() == []


def test_operators_answer_that_was_acknowledged_is_there_once_where_it_was_said_to_be() -> None:
    run = sound(people=True)
    (told,) = run.record.told
    assert with_record(run, told=(told._replace(text="Ants answer 2"),)).rules() == ["lost"]
    assert with_record(run, told=(told._replace(seq=1),)).rules() == ["misplaced"]
