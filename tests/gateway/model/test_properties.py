"""What holds for every conversation, whatever happens in it."""

from __future__ import annotations

from itertools import pairwise

import msgspec
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from gateway.model.events import (
    CallbackPromised,
    CallbackTried,
    ConversationStarted,
    Entry,
    HandoffCancelled,
    HandoffRequested,
    OwnerLost,
    Reopened,
    Resolved,
    ReturnedToBot,
    Snoozed,
    Taken,
    Transferred,
    WrapUpCancelled,
    WrapUpStarted,
    decode_event,
    encode_event,
)
from gateway.model.fold import fold, fold_all
from gateway.model.redact import redact
from gateway.model.state import (
    FLOOR,
    MAX_CHANNELS,
    MAX_FACTS,
    MAX_PARTICIPANTS,
    PREVIEW_LENGTH,
    Conversation,
    Floor,
    Status,
)
from tests.support.commands import histories
from tests.support.events import PLAIN
from tests.support.histories import CONVERSATION, History

FLOOR_CHANGES = (
    ConversationStarted, HandoffRequested, HandoffCancelled, Taken, Transferred, ReturnedToBot, OwnerLost,
    WrapUpStarted, WrapUpCancelled, Resolved, Snoozed, Reopened, CallbackPromised, CallbackTried,
)  # fmt: skip


def states(history: History) -> list[Conversation]:
    """The state after each entry."""
    found: list[Conversation] = []
    state: Conversation | None = None
    for entry in history.entries:
        state = fold(state, entry, conversation=CONVERSATION)
        found.append(state)
    return found


@given(histories())
def test_the_state_kept_step_by_step_is_the_fold_of_the_whole_log(history: History) -> None:
    assert fold_all(history.entries, conversation=CONVERSATION) == history.state


@given(histories(), st.data())
def test_any_snapshot_and_what_came_later_equal_a_fresh_fold(history: History, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(history.entries)))
    snapshot = states(history)[cut - 1]
    kept = msgspec.json.decode(msgspec.json.encode(snapshot), type=Conversation)

    for entry in history.entries[cut:]:
        kept = fold(kept, entry, conversation=CONVERSATION)

    assert kept == history.state


@given(histories())
def test_seq_is_gapless_from_one(history: History) -> None:
    assert [entry.seq for entry in history.entries] == list(range(1, len(history.entries) + 1))
    assert [state.seq for state in states(history)] == [entry.seq for entry in history.entries]


@given(histories(longest=80))
def test_the_state_is_bounded_whatever_comes(history: History) -> None:
    for state in states(history):
        assert len(state.facts) <= MAX_FACTS
        assert len(state.participants) <= MAX_PARTICIPANTS
        assert len({p.operator.id for p in state.participants}) == len(state.participants)
        assert len(state.channels) <= MAX_CHANNELS
        assert len(set(state.channels)) == len(state.channels)
        assert state.preview is None or len(state.preview.text) <= PREVIEW_LENGTH


@given(histories())
def test_no_more_is_answered_than_was_said(history: History) -> None:
    for before, after in zip([None, *states(history)], states(history), strict=False):
        assert after.answered <= after.last_input <= after.seq
        if before is not None:
            assert after.answered >= before.answered, "what is answered stays answered"
            assert after.last_input >= before.last_input


@given(histories())
def test_floor_seq_is_the_last_change_of_the_floor(history: History) -> None:
    last = 0
    for entry, state in zip(history.entries, states(history), strict=True):
        if isinstance(entry.event, FLOOR_CHANGES):
            last = entry.seq
        assert state.floor_seq == last


@given(histories())
def test_the_floor_and_the_owner_never_change_without_a_change_of_floor_seq(history: History) -> None:
    found = states(history)
    for before, after in pairwise(found):
        if before.floor_seq == after.floor_seq:
            assert (before.floor, before.status, before.owner) == (after.floor, after.status, after.owner)


@given(histories())
def test_there_is_an_owner_just_while_people_have_it_or_put_it_aside(history: History) -> None:
    for state in states(history):
        if state.status is Status.SNOOZED and state.callback is not None:  # perhaps nobody's task yet
            assert state.owner in (state.callback.owner, None)
        else:
            assert (state.owner is not None) == (state.status in (Status.OPEN, Status.WRAP_UP, Status.SNOOZED))
        assert state.owner is None or state.owner == state.last_owner


@given(histories())
def test_what_belongs_to_a_status_ends_with_it(history: History) -> None:
    for state in states(history):
        assert state.offer is None or state.status is Status.QUEUED
        assert (state.snoozed_until is not None) == (state.status is Status.SNOOZED)
        assert (state.resolved_at is not None) == (state.status is Status.RESOLVED)
        assert (state.request == 0) == (state.status is Status.RESOLVED)
        assert not state.participants or state.floor is not Floor.BOT
        assert state.waiting_since is None or state.floor is not Floor.BOT
        assert state.callback is None or state.status not in (Status.PENDING, Status.RESOLVED)
        if state.status is Status.QUEUED:
            assert state.waiting_since is not None


@given(histories())
def test_a_resolved_conversation_leaves_no_input_unanswered(history: History) -> None:
    assert not any(state.unanswered for state in states(history) if state.status is Status.RESOLVED)


@given(histories())
def test_every_event_reads_as_it_was_written(history: History) -> None:
    for entry in history.entries:
        assert decode_event(encode_event(entry.event)) == entry.event
    assert msgspec.json.decode(msgspec.json.encode(history.entries), type=list[Entry]) == history.entries


@given(histories())
def test_an_erased_log_folds_as_before_but_for_what_was_erased(history: History) -> None:
    erased = [msgspec.structs.replace(entry, event=redact(entry.event)) for entry in history.entries]

    state = fold_all(erased, conversation=CONVERSATION)

    forgotten = {"facts", "preview", "attributes", "details", "callback", "memory"}
    for field in Conversation.__struct_fields__:
        if field not in forgotten:
            assert getattr(state, field) == getattr(history.state, field), field
    remembered = history.state.memory
    assert state.memory == (msgspec.structs.replace(remembered, answers={}) if remembered is not None else None)
    assert state.facts == {}
    assert state.preview is None or state.preview.text == ""


def test_every_status_has_a_floor() -> None:
    assert set(FLOOR) == set(Status)


def test_random_histories_reach_every_status_and_every_event() -> None:
    seen: set[object] = set()
    every = {*PLAIN, *Status}

    @given(histories(longest=80))
    @settings(max_examples=50)
    def collect(history: History) -> None:
        seen.update(type(entry.event) for entry in history.entries)
        seen.update(state.status for state in states(history))

    for number in range(40):  # as many as it takes
        seed(number)(collect)()
        if seen >= every:
            break

    assert seen >= every
